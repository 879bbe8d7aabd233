/** Plain forms of the sequence models for the benchmark and for the comparison with PyTorch: no dropout, nothing to configure. */
import { attention } from '../src/neural/graph/fused/attention.js';
import { convolution, timesRead } from '../src/neural/graph/fused/convolution.js';
import { gru } from '../src/neural/graph/fused/gru.js';
import { layerNorm } from '../src/neural/graph/fused/layer-norm.js';
import { lstm } from '../src/neural/graph/fused/lstm.js';
import type { Graph, Value } from '../src/neural/graph/graph.js';
import { constantValues, normalValues, uniformValues } from '../src/neural/graph/initialisers.js';
import { sequenceInput } from '../src/neural/graph/inputs.js';
import { add } from '../src/neural/graph/operators/add.js';
import { gather } from '../src/neural/graph/operators/gather.js';
import { linear } from '../src/neural/graph/operators/linear.js';
import { reduceMean } from '../src/neural/graph/operators/reduce.js';
import { relu } from '../src/neural/graph/operators/relu.js';
import { reshape } from '../src/neural/graph/operators/reshape.js';
import { transpose } from '../src/neural/graph/operators/transpose.js';
import type { Network } from '../src/neural/graph/programs.js';

export type NetworkKind = 'lstm' | 'gru' | 'tcn' | 'tcn-all-steps' | 'transformer';

export interface NetworkSize {
  steps: number;
  channels: number;
  /** Hidden units, filters or model width. */
  width: number;
  outputs: number;
}

const LAYERS = 2;
const DILATIONS = [1, 2, 4, 8];
const KERNEL = 3;
const HEADS = 4;

export function networkOf(kind: NetworkKind, size: NetworkSize): Network {
  return (graph) => {
    const encoded = ENCODERS[kind](graph, size);
    return dense(encoded, 'output', size.outputs);
  };
}

const ENCODERS: Record<NetworkKind, (graph: Graph, size: NetworkSize) => Value> = {
  lstm: (graph, size) => recurrent(graph, size, 4),
  gru: (graph, size) => recurrent(graph, size, 3),
  tcn: (graph, size) => convolutional(graph, size, true),
  'tcn-all-steps': (graph, size) => convolutional(graph, size, false),
  transformer: attending,
};

function dense(x: Value, name: string, outputs: number): Value {
  const { graph } = x;
  const inputs = x.shape[x.shape.length - 1];
  const limit = uniformValues(1 / Math.sqrt(inputs));
  return linear(
    x,
    graph.parameter(`${name}.weight`, [inputs, outputs], limit),
    graph.parameter(`${name}.bias`, [outputs], limit),
  );
}

/** Two layers, the last state. */
function recurrent(graph: Graph, { steps, channels, width }: NetworkSize, gates: 3 | 4): Value {
  const draw = uniformValues(1 / Math.sqrt(width));
  let x = sequenceInput(graph, steps, channels, 'time');
  let last = x;
  for (let layer = 0; layer < LAYERS; layer++) {
    const parameter = (name: string, shape: number[]) => graph.parameter(`${layer}.${name}`, shape, draw);
    const weights = {
      input: parameter('input', [x.shape[2], gates * width]),
      recurrent: parameter('recurrent', [width, gates * width]),
      bias: parameter('bias', [gates * width]),
    };
    const out =
      gates === 4 ? lstm(x, weights) : gru(x, { ...weights, recurrentBias: parameter('recurrentBias', [width]) });
    x = out.all;
    last = out.last;
  }
  return last;
}

/** A residual block for each dilation, one convolution in each; the last step, with only the steps computed that it reads, or all. */
function convolutional(graph: Graph, { steps, channels, width }: NetworkSize, onlyRead: boolean): Value {
  const all = Array.from({ length: steps }, (_, t) => t);
  const taps = (dilation: number) => ({ kernel: KERNEL, dilation, padding: 'causal', length: steps }) as const;
  const plan = [[steps - 1]];
  for (const dilation of DILATIONS.toReversed()) plan.unshift(timesRead(plan[0], taps(dilation)));
  let x = sequenceInput(graph, steps, channels, 'time');
  let times = all;
  for (const [block, dilation] of DILATIONS.entries()) {
    const outputTimes = onlyRead ? plan[block + 1] : all;
    const inputs = x.shape[2];
    const draw = uniformValues(1 / Math.sqrt(KERNEL * inputs));
    const weight = graph.parameter(`${block}.weight`, [KERNEL * inputs, width], draw);
    const bias = graph.parameter(`${block}.bias`, [width], draw);
    const convolved = relu(convolution(x, weight, bias, { ...taps(dilation), inputTimes: times, outputTimes }));
    const positions = outputTimes.map((time) => times.indexOf(time));
    const kept = onlyRead ? gather(x, 0, positions) : x;
    x = relu(add(convolved, inputs === width ? kept : dense(kept, `${block}.skip`, width)));
    times = outputTimes;
  }
  return reshape(gather(x, 0, [x.shape[0] - 1]), [graph.batch, width]);
}

/** Two pre-norm encoder layers with four heads over projected steps with learned positions; the mean over steps. */
function attending(graph: Graph, { steps, channels, width }: NetworkSize): Value {
  const positions = graph.parameter('positions', [steps, width], normalValues(0.02));
  let x = add(dense(sequenceInput(graph, steps, channels, 'batch'), 'input', width), positions);
  for (let layer = 0; layer < LAYERS; layer++) {
    const normal = normalised(x, `${layer}.norm1`);
    const heads = (name: string) =>
      transpose(
        reshape(dense(normal, `${layer}.${name}`, width), [graph.batch, steps, HEADS, width / HEADS]),
        [0, 2, 1, 3],
      );
    const seen = transpose(attention(heads('query'), heads('key'), heads('value')), [0, 2, 1, 3]);
    x = add(x, dense(reshape(seen, [graph.batch, steps, width]), `${layer}.output`, width));
    x = add(
      x,
      dense(relu(dense(normalised(x, `${layer}.norm2`), `${layer}.inner`, 2 * width)), `${layer}.outer`, width),
    );
  }
  return reduceMean(x, [1]);
}

function normalised(x: Value, name: string): Value {
  const width = [x.shape[x.shape.length - 1]];
  const gain = x.graph.parameter(`${name}.gain`, width, constantValues(1));
  return layerNorm(x, gain, x.graph.parameter(`${name}.shift`, width, constantValues(0)));
}
