/** The flat vector that holds all parameters of a model: where each one lies, first values, values by name. */
import { InvalidInputError } from '../../core/errors.js';
import { deriveSeed, Random } from '../../core/random.js';
import type { Graph, Parameter } from './graph.js';
import { type Shape, sizeOf } from './shape.js';

/** A parameter's place, as plain data. */
export interface ParameterPlace {
  name: string;
  shape: Shape;
  offset: number;
}

export function parameterPlaces(graph: Graph): ParameterPlace[] {
  return graph.parameters.map(({ name, shape, offset }) => ({ name, shape, offset }));
}

/** First values of all parameters. Each has a stream of its own, by its name: a new layer does not change the others'. */
export function initialParameters(parameters: readonly Parameter[], seed: number): Float32Array {
  const last = parameters.at(-1);
  const flat = new Float32Array(last ? last.offset + last.size : 0);
  for (const { name, shape, size, offset, initialise } of parameters) {
    const values = initialise(new Random(deriveSeed(seed, 'parameter', name)), shape);
    if (values.length !== size) throw new InvalidInputError(`${name}: ${values.length} first values, not ${size}`);
    flat.set(values, offset);
  }
  return flat;
}

/** Views into the flat vector, by name. */
export function namedParameters(places: readonly ParameterPlace[], flat: Float32Array): Record<string, Float32Array> {
  return Object.fromEntries(
    places.map(({ name, shape, offset }) => [name, flat.subarray(offset, offset + sizeOf(shape))]),
  );
}
