/** Reverse-mode differentiation: the tape of a graph walked backwards. */

import { InvalidInputError } from '../../core/errors.js';
import type { Value } from './graph.js';
import { binary, zeros } from './nodes.js';
import { printShape, sameShape } from './shape.js';

/**
 * Gradients of a scalar by each of the values, as nodes of the same graph; zeros where the scalar does not depend on one. Where several
 * paths meet, their gradients are added in the order of the tape.
 */
export function gradients(loss: Value, wanted: readonly Value[]): Value[] {
  const { graph } = loss;
  if (loss.shape.length > 0)
    throw new InvalidInputError(`gradients: the loss has shape ${printShape(loss.shape)}, not []`);
  const found = new Map<Value, Value>([[loss, graph.scalar(1)]]);
  for (const { inputs, outputs, rule } of graph.tape.toReversed()) {
    const flowing = outputs.map((output) => found.get(output));
    if (flowing.every((gradient) => gradient === undefined)) continue;
    rule(flowing).forEach((gradient, i) => {
      const input = inputs[i];
      if (!input?.tracked || !gradient) return;
      if (!sameShape(gradient.shape, input.shape)) {
        throw new InvalidInputError(
          `a gradient of shape ${printShape(gradient.shape)} for a value of shape ${printShape(input.shape)}`,
        );
      }
      const before = found.get(input);
      found.set(input, before ? binary('Add', before, gradient) : gradient);
    });
  }
  return wanted.map((value) => found.get(value) ?? zeros(value));
}
