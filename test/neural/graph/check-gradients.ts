/** Compares the gradients of a function of the graph with central differences of its own forward pass, in the engine that is installed. */
import { expect } from 'vitest';
import { Random } from '../../../src/core/random.js';
import { loadEngine } from '../../../src/neural/engine/load.js';
import { gradients } from '../../../src/neural/graph/gradients.js';
import { Graph, type Value } from '../../../src/neural/graph/graph.js';
import { uniformValues } from '../../../src/neural/graph/initialisers.js';
import { binary } from '../../../src/neural/graph/nodes.js';
import { encodeGraph, PARAMETERS } from '../../../src/neural/graph/onnx.js';
import { mul } from '../../../src/neural/graph/operators/mul.js';
import { reduceSum } from '../../../src/neural/graph/operators/reduce.js';
import { initialParameters } from '../../../src/neural/graph/parameters.js';
import { type Shape, sizeOf } from '../../../src/neural/graph/shape.js';

/** Float32 forward passes: smaller steps drown in rounding. */
const STEP = 1e-2;

export interface GradientCheck {
  /** Added to the drawn values, which lie in (-1, 1): to keep away from poles and kinks. */
  offset?: number;
  tolerance?: number;
}

/** `build` makes one or more outputs of parameters of these shapes; every element of every gradient is compared. */
export async function checkGradients(
  shapes: readonly Shape[],
  build: (graph: Graph, ...inputs: Value[]) => Value | readonly Value[],
  { offset = 0, tolerance = 2e-3 }: GradientCheck = {},
): Promise<void> {
  const graph = new Graph('training', 3);
  const inputs = shapes.map((shape, i) => graph.parameter(`p${i}`, shape, uniformValues(1)));
  const made = build(graph, ...inputs);
  const outputs: readonly Value[] = Array.isArray(made) ? made : [made as Value];
  // Another weight for each output element, so that a transposed or permuted gradient shows.
  const random = new Random(5);
  const terms = outputs.map((output) => {
    const weights = Float32Array.from({ length: sizeOf(output.shape) }, () => 0.5 + random.float());
    const weighted = mul(output, graph.constant(weights, output.shape));
    return reduceSum(
      weighted,
      output.shape.map((_, i) => i),
    );
  });
  const loss = terms.slice(1).reduce((sum, term) => addTracked(sum, term), terms[0]);
  const found = gradients(loss, inputs);
  graph.output('loss', loss);
  for (const [i, gradient] of found.entries()) {
    expect(gradient.shape).toEqual(shapes[i]);
    graph.output(`gradient_${i}`, gradient);
  }
  const engine = await loadEngine({ threads: 1 });
  const session = await engine.createSession(encodeGraph(graph, { name: 'check' }));
  const flat = initialParameters(graph.parameters, 3).map((value) => value + offset);
  const at = async (values: Float32Array) => session.run({ [PARAMETERS]: { data: values, dims: [values.length] } });
  const lossAt = async (i: number, change: number) => {
    const values = flat.slice();
    values[i] += change;
    return { loss: Number((await at(values)).loss.data[0]), moved: values[i] };
  };
  const result = await at(flat);
  for (const [p, { offset: start, size }] of graph.parameters.entries()) {
    for (let i = 0; i < size; i++) {
      const up = await lossAt(start + i, STEP);
      const down = await lossAt(start + i, -STEP);
      const numeric = (up.loss - down.loss) / (up.moved - down.moved);
      const analytic = Number(result[`gradient_${p}`].data[i]);
      const error = Math.abs(analytic - numeric) / Math.max(1, Math.abs(numeric));
      if (!(error < tolerance))
        expect.fail(`input ${p}, element ${i}: gradient ${analytic}, by differences ${numeric}`);
    }
  }
  await session.dispose();
}

function addTracked(a: Value, b: Value): Value {
  const out = binary('Add', a, b);
  a.graph.differentiable([out], [a, b], ([g]) => [g, g]);
  return out;
}

/** Values of a graph without parameters' gradients, run once. */
export async function evaluate(graph: Graph, feeds: Record<string, number[]> = {}): Promise<Record<string, number[]>> {
  const engine = await loadEngine({ threads: 1 });
  const session = await engine.createSession(encodeGraph(graph, { name: 'evaluate' }));
  const tensors = graph.inputs.map((input) => {
    const data = input.type === 'uint8' ? Uint8Array.from(feeds[input.name]) : Float32Array.from(feeds[input.name]);
    return [input.name, { data, dims: input.shape }] as const;
  });
  const outputs = await session.run(Object.fromEntries(tensors));
  await session.dispose();
  return Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, Array.from(data, Number)]));
}
