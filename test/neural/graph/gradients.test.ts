/** Every operator's gradient against finite differences of its own forward pass. */
import { describe, it } from 'vitest';
import { attention } from '../../../src/neural/graph/fused/attention.js';
import { convolution } from '../../../src/neural/graph/fused/convolution.js';
import { gru } from '../../../src/neural/graph/fused/gru.js';
import { layerNorm } from '../../../src/neural/graph/fused/layer-norm.js';
import { lstm } from '../../../src/neural/graph/fused/lstm.js';
import { timesRead } from '../../../src/neural/graph/fused/taps.js';
import type { Graph, Value } from '../../../src/neural/graph/graph.js';
import { batchLoss } from '../../../src/neural/graph/losses.js';
import { compare } from '../../../src/neural/graph/nodes.js';
import { abs } from '../../../src/neural/graph/operators/abs.js';
import { add } from '../../../src/neural/graph/operators/add.js';
import { concat } from '../../../src/neural/graph/operators/concat.js';
import { div } from '../../../src/neural/graph/operators/div.js';
import { exp } from '../../../src/neural/graph/operators/exp.js';
import { expand } from '../../../src/neural/graph/operators/expand.js';
import { gather } from '../../../src/neural/graph/operators/gather.js';
import { gelu } from '../../../src/neural/graph/operators/gelu.js';
import { linear } from '../../../src/neural/graph/operators/linear.js';
import { log } from '../../../src/neural/graph/operators/log.js';
import { logSoftmax } from '../../../src/neural/graph/operators/log-softmax.js';
import { matMul } from '../../../src/neural/graph/operators/mat-mul.js';
import { mul, scale } from '../../../src/neural/graph/operators/mul.js';
import { neg } from '../../../src/neural/graph/operators/neg.js';
import { pad } from '../../../src/neural/graph/operators/pad.js';
import { pow } from '../../../src/neural/graph/operators/pow.js';
import { reduceMax, reduceMean, reduceSum } from '../../../src/neural/graph/operators/reduce.js';
import { relu } from '../../../src/neural/graph/operators/relu.js';
import { reshape } from '../../../src/neural/graph/operators/reshape.js';
import { sigmoid } from '../../../src/neural/graph/operators/sigmoid.js';
import { slice } from '../../../src/neural/graph/operators/slice.js';
import { softmax } from '../../../src/neural/graph/operators/softmax.js';
import { split } from '../../../src/neural/graph/operators/split.js';
import { sqrt } from '../../../src/neural/graph/operators/sqrt.js';
import { sub } from '../../../src/neural/graph/operators/sub.js';
import { tanh } from '../../../src/neural/graph/operators/tanh.js';
import { transpose } from '../../../src/neural/graph/operators/transpose.js';
import { where } from '../../../src/neural/graph/operators/where.js';
import type { Shape } from '../../../src/neural/graph/shape.js';
import { checkGradients, type GradientCheck } from './check-gradients.js';

type Case = [
  name: string,
  shapes: Shape[],
  build: (graph: Graph, ...inputs: Value[]) => Value | readonly Value[],
  options?: GradientCheck,
];

const away: GradientCheck = { offset: 2 };

const elementwise: Case[] = [
  ['add', [[2, 3], [3]], (_, a, b) => add(a, b)],
  [
    'sub',
    [
      [2, 3],
      [2, 1],
    ],
    (_, a, b) => sub(a, b),
  ],
  ['sub, the left one repeated', [[3], [2, 3]], (_, a, b) => sub(a, b)],
  [
    'mul',
    [
      [2, 3],
      [1, 3],
    ],
    (_, a, b) => mul(a, b),
  ],
  ['mul of a value by itself', [[4]], (_, a) => mul(a, a)],
  ['scale', [[4]], (_, a) => scale(a, -2.5)],
  ['div', [[2, 3], [3]], (_, a, b) => div(a, b), away],
  ['neg', [[4]], (_, a) => neg(a)],
  ['abs', [[4]], (_, a) => abs(sub(a, a.graph.scalar(0.1)))],
  ['exp', [[4]], (_, a) => exp(a)],
  ['log', [[4]], (_, a) => log(a), away],
  ['sqrt', [[4]], (_, a) => sqrt(a), away],
  ['pow', [[4]], (_, a) => pow(a, 2.5), away],
  ['sigmoid', [[4]], (_, a) => sigmoid(a)],
  ['tanh', [[4]], (_, a) => tanh(a)],
  ['relu', [[6]], (_, a) => relu(a)],
  ['gelu', [[6]], (_, a) => gelu(scale(a, 2))],
  ['softmax', [[2, 3]], (_, a) => softmax(a)],
  ['logSoftmax', [[2, 3]], (_, a) => logSoftmax(a)],
  ['where', [[2, 3], [3], [2, 3]], (graph, a, b, c) => where(compare('Greater', c, graph.scalar(0)), a, b)],
];

const shaping: Case[] = [
  ['reduceSum', [[2, 3, 2]], (_, a) => reduceSum(a, [0, -1])],
  ['reduceSum with axes kept', [[2, 3]], (_, a) => reduceSum(a, [1], { keepAxes: true })],
  ['reduceMean', [[2, 3, 2]], (_, a) => reduceMean(a, [1])],
  ['reduceMax', [[3, 4]], (_, a) => reduceMax(a, [1])],
  ['reshape', [[2, 3]], (_, a) => reshape(a, [3, 2])],
  ['transpose', [[2, 3, 4]], (_, a) => transpose(a, [2, 0, 1])],
  [
    'concat',
    [
      [2, 3],
      [2, 1],
    ],
    (_, a, b) => concat([a, b, a], 1),
  ],
  ['split', [[2, 5]], (_, a) => split(a, 1, [2, 3])],
  ['split of which one part is used', [[2, 5]], (_, a) => split(a, -1, [1, 2, 2])[1]],
  ['slice', [[4, 2]], (_, a) => slice(a, 0, 1, -1)],
  ['pad', [[2, 2]], (_, a) => pad(a, 1, 1, 2)],
  ['gather', [[4, 2]], (_, a) => gather(a, 0, [3, 0, 1, 2])],
  ['gather of repeated and left-out blocks', [[2, 4]], (_, a) => gather(a, 1, [3, 1, 3, 3])],
  ['expand', [[2, 1]], (_, a) => expand(a, [3, 2, 4])],
];

const products: Case[] = [
  [
    'matMul',
    [
      [2, 3],
      [3, 4],
    ],
    (_, a, b) => matMul(a, b),
  ],
  [
    'matMul of stacks',
    [
      [2, 2, 3],
      [2, 3, 2],
    ],
    (_, a, b) => matMul(a, b, { scale: 0.5 }),
  ],
  [
    'matMul, left transposed',
    [
      [3, 2],
      [3, 4],
    ],
    (_, a, b) => matMul(a, b, { transposeA: true }),
  ],
  [
    'matMul, right transposed',
    [
      [2, 2, 3],
      [2, 2, 3],
    ],
    (_, a, b) => matMul(a, b, { transposeB: true, scale: 2 }),
  ],
  [
    'matMul, both transposed',
    [
      [3, 2],
      [4, 3],
    ],
    (_, a, b) => matMul(a, b, { transposeA: true, transposeB: true }),
  ],
  ['linear', [[2, 2, 3], [3, 4], [4]], (_, x, w, b) => linear(x, w, b)],
  [
    'linear without bias',
    [
      [2, 3],
      [3, 4],
    ],
    (_, x, w) => linear(x, w),
  ],
];

const lstmShapes: Shape[] = [[3, 2, 2], [2, 12], [3, 12], [12]];
const gruShapes: Shape[] = [[3, 2, 2], [2, 9], [3, 9], [9], [3]];

const layers: Case[] = [
  ['layerNorm', [[2, 3, 4], [4], [4]], (_, x, g, b) => layerNorm(x, g, b)],
  [
    'attention',
    [
      [1, 2, 3, 2],
      [1, 2, 3, 2],
      [1, 2, 3, 2],
    ],
    (_, q, k, v) => attention(q, k, v),
  ],
  [
    'causal attention',
    [
      [1, 2, 3, 2],
      [1, 2, 3, 2],
      [1, 2, 3, 2],
    ],
    (_, q, k, v) => attention(q, k, v, { causal: true }),
  ],
  ['lstm, all steps', lstmShapes, (_, x, input, recurrent, bias) => lstm(x, { input, recurrent, bias }).all],
  ['lstm, last step', lstmShapes, (_, x, input, recurrent, bias) => lstm(x, { input, recurrent, bias }).last],
  [
    'lstm, both',
    lstmShapes,
    (_, x, input, recurrent, bias) => {
      const { all, last } = lstm(x, { input, recurrent, bias });
      return [all, last];
    },
  ],
  [
    'lstm, reversed',
    lstmShapes,
    (_, x, input, recurrent, bias) => {
      const { all, last } = lstm(x, { input, recurrent, bias }, { reverse: true });
      return [all, last];
    },
  ],
  [
    'lstm of one step',
    [[1, 2, 2], [2, 12], [3, 12], [12]],
    (_, x, input, recurrent, bias) => {
      const { all, last } = lstm(x, { input, recurrent, bias });
      return [all, last];
    },
  ],
  [
    'gru, last step',
    gruShapes,
    (_, x, input, recurrent, bias, recurrentBias) => gru(x, { input, recurrent, bias, recurrentBias }).last,
  ],
  [
    'gru, both',
    gruShapes,
    (_, x, input, recurrent, bias, recurrentBias) => {
      const { all, last } = gru(x, { input, recurrent, bias, recurrentBias });
      return [all, last];
    },
  ],
  [
    'gru, reversed',
    gruShapes,
    (_, x, input, recurrent, bias, recurrentBias) => {
      const { all, last } = gru(x, { input, recurrent, bias, recurrentBias }, { reverse: true });
      return [all, last];
    },
  ],
  [
    'gru of one step',
    [[1, 2, 2], [2, 9], [3, 9], [9], [3]],
    (_, x, input, recurrent, bias, recurrentBias) => {
      const { all, last } = gru(x, { input, recurrent, bias, recurrentBias });
      return [all, last];
    },
  ],
  [
    'causal convolution',
    [[5, 2, 2], [6, 3], [3]],
    (_, x, w, b) => convolution(x, w, b, { kernel: 3, dilation: 2, padding: 'causal' }),
  ],
  [
    'convolution with padding on both sides',
    [[4, 2, 2], [6, 3], [3]],
    (_, x, w, b) => convolution(x, w, b, { kernel: 3, padding: 'same' }),
  ],
  [
    'convolution with an even kernel, no tap on the step itself',
    [[5, 2, 2], [8, 3], [3]],
    (_, x, w, b) => convolution(x, w, b, { kernel: 4, dilation: 2, padding: 'same' }),
  ],
  [
    'convolution with taps that always read outside',
    [[2, 2, 2], [6, 2], [2]],
    (_, x, w, b) => convolution(x, w, b, { kernel: 3, dilation: 2, padding: 'causal' }),
  ],
  [
    'convolution of one tap',
    [[2, 2, 2], [2, 2], [2]],
    (_, x, w, b) => convolution(x, w, b, { kernel: 1, padding: 'same' }),
  ],
  [
    'convolution of the steps that are read',
    [[4, 2, 2], [4, 2], [2]],
    (_, x, w, b) => {
      const options = { kernel: 2, dilation: 2, padding: 'causal', length: 6 } as const;
      const inputTimes = timesRead([2, 5], options);
      return convolution(x, w, b, { ...options, inputTimes, outputTimes: [2, 5] });
    },
  ],
];

const targets = [0, 1, 0, 1, 0, 0, 0, 0, 1];
const weights = [1, 0.5, 2];
const lossOf = (options: Parameters<typeof batchLoss>[0]) => (graph: Graph, outputs: Value) =>
  batchLoss(options, outputs, graph.constant(targets, [3, 3]), graph.constant(weights, [3])).loss;

const losses: Case[] = [
  ['cross-entropy', [[3, 3]], lossOf({ kind: 'cross-entropy' })],
  ['cross-entropy with smoothed labels', [[3, 3]], lossOf({ kind: 'cross-entropy', labelSmoothing: 0.1 })],
  ['squared error', [[3, 3]], lossOf({ kind: 'mse' })],
  ['Huber loss', [[3, 3]], lossOf({ kind: 'huber', delta: 0.6 })],
];

for (const [title, cases] of Object.entries({ elementwise, shaping, products, layers, losses })) {
  describe(`gradients agree with finite differences: ${title}`, () => {
    it.each(cases)('%s', async (_, shapes, build, options) => {
      await checkGradients(shapes, build, options);
    });
  });
}

describe('gradients agree with finite differences: compositions', () => {
  it('add up where a value is used twice', async () => {
    await checkGradients(
      [
        [2, 3],
        [3, 3],
      ],
      (_, x, w) => {
        const h = tanh(linear(x, w));
        return add(mul(h, x), linear(h, w));
      },
    );
  });

  it('are zero for a parameter that the outputs do not depend on', async () => {
    await checkGradients([[2, 2], [3]], (_, x) => exp(x));
  });
});
