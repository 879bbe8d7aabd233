/** Graphs: shapes are checked when a node is added, files hold what is needed, one network serves every purpose. */
import { describe, expect, it } from 'vitest';
import { type NetworkKind, networkOf } from '../../../bench/neural-networks.js';
import { InvalidInputError } from '../../../src/core/errors.js';
import { Random } from '../../../src/core/random.js';
import { loadEngine } from '../../../src/neural/engine/load.js';
import { gradients } from '../../../src/neural/graph/gradients.js';
import { Graph } from '../../../src/neural/graph/graph.js';
import { heNormal, orthogonalBlocks, uniformValues, zeroValues } from '../../../src/neural/graph/initialisers.js';
import { encodeGraph } from '../../../src/neural/graph/onnx.js';
import { add } from '../../../src/neural/graph/operators/add.js';
import { dropout } from '../../../src/neural/graph/operators/dropout.js';
import { exp } from '../../../src/neural/graph/operators/exp.js';
import { linear } from '../../../src/neural/graph/operators/linear.js';
import { matMul } from '../../../src/neural/graph/operators/mat-mul.js';
import { mul } from '../../../src/neural/graph/operators/mul.js';
import { reshape } from '../../../src/neural/graph/operators/reshape.js';
import { transpose } from '../../../src/neural/graph/operators/transpose.js';
import { sgd } from '../../../src/neural/graph/optimisers/sgd.js';
import { initialParameters } from '../../../src/neural/graph/parameters.js';
import { evaluationProgram, trainingProgram } from '../../../src/neural/graph/programs.js';

const SIZE = { steps: 40, channels: 5, width: 8, outputs: 3 };
const KINDS: NetworkKind[] = ['lstm', 'gru', 'tcn', 'tcn-all-steps', 'transformer'];

describe('a graph', () => {
  it('refuses shapes that do not fit, naming them', () => {
    const graph = new Graph('inference');
    const a = graph.input('a', [graph.batch, 4]);
    const b = graph.input('b', [3, 2]);
    expect(() => add(a, b)).toThrow(InvalidInputError);
    expect(() => add(a, b)).toThrow(/\[batch, 4\] and \[3, 2\]/);
    expect(() => matMul(a, b)).toThrow(/do not fit/);
    expect(() => linear(a, b)).toThrow(/do not fit/);
    expect(() => reshape(a, [5])).toThrow(/do not fit/);
    expect(() => transpose(a, [0, 0])).toThrow(InvalidInputError);
    expect(() => add(a, new Graph('inference').input('c', [4]))).toThrow(/another graph/);
  });

  it('refuses a name twice', () => {
    const graph = new Graph('training', 2);
    graph.parameter('w', [1], zeroValues);
    expect(() => graph.parameter('w', [1], zeroValues)).toThrow(/already has a value named 'w'/);
    expect(() => graph.input('parameters', [1])).toThrow(InvalidInputError);
  });

  it('adds equal nodes and constants once', () => {
    const graph = new Graph('inference');
    const x = graph.input('x', [graph.batch, 2]);
    expect(exp(mul(x, graph.scalar(2)))).toBe(exp(mul(x, graph.scalar(2))));
    expect(graph.nodes).toHaveLength(2);
  });

  it('needs a batch size for training', () => {
    expect(() => new Graph('training')).toThrow(/batch size/);
  });

  it('asks for no gradient of what is not a scalar', () => {
    const graph = new Graph('training', 2);
    const w = graph.parameter('w', [2], zeroValues);
    expect(() => gradients(exp(w), [w])).toThrow(/shape \[2\]/);
  });

  it('drops values in training only', () => {
    const training = new Graph('training', 2);
    const x = training.parameter('x', [2, 3], zeroValues);
    expect(dropout(x, 0)).toBe(x);
    expect(dropout(x, 0.5)).not.toBe(x);
    expect(training.masks).toEqual([{ name: 'dropout_0', shape: [2, 3], rate: 0.5 }]);
    const inference = new Graph('inference');
    const y = inference.input('y', [inference.batch, 3]);
    expect(dropout(y, 0.5)).toBe(y);
    expect(() => dropout(x, 1)).toThrow(InvalidInputError);
  });

  it('writes only what its outputs need', () => {
    const build = (extra: boolean) => {
      const graph = new Graph('inference');
      const x = graph.input('x', [graph.batch, 2]);
      const out = exp(x);
      if (extra) exp(graph.constant(new Float32Array(1000), [500, 2]));
      graph.output('y', out);
      return encodeGraph(graph, { name: 'g' });
    };
    expect(build(true).length).toBe(build(false).length);
  });
});

describe('one network', () => {
  it.each(KINDS)('%s gives the same outputs in evaluation and in a file of any batch', async (kind) => {
    const engine = await loadEngine({ threads: 1, device: 'cpu' });
    const network = networkOf(kind, SIZE);
    const graph = new Graph('inference');
    graph.output('outputs', network(graph));
    const parameters = initialParameters(graph.parameters, 1);
    const file = await engine.createSession(encodeGraph(graph, { name: kind, parameters }));
    const batch = 3;
    const evaluation = await engine.createSession(evaluationProgram(network, { batch, loss: { kind: 'mse' } }));
    const random = new Random(2);
    const { steps, channels, outputs } = SIZE;
    const x = Float32Array.from({ length: batch * steps * channels }, () => random.normal());
    const byTime = new Float32Array(x.length);
    for (let row = 0; row < batch; row++) {
      for (let t = 0; t < steps; t++) {
        byTime.set(
          x.subarray((row * steps + t) * channels, (row * steps + t + 1) * channels),
          (t * batch + row) * channels,
        );
      }
    }
    const evaluated = await evaluation.run({
      parameters: { data: parameters, dims: [parameters.length] },
      sequence:
        kind === 'transformer'
          ? { data: x, dims: [batch, steps, channels] }
          : { data: byTime, dims: [steps, batch, channels] },
      targets: { data: new Float32Array(batch * outputs), dims: [batch, outputs] },
      weights: { data: new Float32Array(batch), dims: [batch] },
    });
    expect(evaluated.loss.data[0]).toBe(0);
    const whole = await file.run({ sequence: { data: x, dims: [batch, steps, channels] } });
    const single = await file.run({ sequence: { data: x.slice(0, steps * channels), dims: [1, steps, channels] } });
    for (let i = 0; i < batch * outputs; i++) {
      expect(Number(whole.outputs.data[i])).toBeCloseTo(Number(evaluated.outputs.data[i]), 5);
      if (i < outputs) expect(Number(single.outputs.data[i])).toBeCloseTo(Number(whole.outputs.data[i]), 5);
    }
    await file.dispose();
    await evaluation.dispose();
  });

  it('has the same training file every time', () => {
    const bytes = () =>
      trainingProgram(networkOf('lstm', SIZE), { batch: 4, loss: { kind: 'mse' }, optimiser: sgd() }).bytes;
    expect(bytes()).toEqual(bytes());
  });
});

describe('first values', () => {
  it('depend on the seed and the name, not on other parameters', () => {
    const values = (names: string[], seed: number) => {
      const graph = new Graph('training', 1);
      for (const name of names) graph.parameter(name, [4], uniformValues(1));
      const flat = initialParameters(graph.parameters, seed);
      return [...flat.slice(-4)];
    };
    expect(values(['w'], 1)).toEqual(values(['v', 'w'], 1));
    expect(values(['w'], 1)).not.toEqual(values(['w'], 2));
    expect(values(['w'], 1)).not.toEqual(values(['v'], 1));
  });

  it('are orthogonal where they should be, and as spread as He asks', () => {
    const size = 16;
    const blocks = orthogonalBlocks(new Random(1), [size, 3 * size]);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        let product = 0;
        for (let k = 0; k < size; k++) product += blocks[i * 3 * size + size + k] * blocks[j * 3 * size + size + k];
        expect(product).toBeCloseTo(i === j ? 1 : 0, 5);
      }
    }
    const values = heNormal(new Random(1), [50, 400]);
    const square = values.reduce((sum, value) => sum + value * value, 0) / values.length;
    expect(square).toBeGreaterThan(0.9 * (2 / 50));
    expect(square).toBeLessThan(1.1 * (2 / 50));
  });
});
