/**
 * A layer of gated recurrent units (Cho et al., 2014), in the form of cuDNN and PyTorch: the reset gate acts after the recurrent product.
 * In training unrolled as the LSTM is; elsewhere ONNX's own GRU operator.
 */
import { InvalidInputError } from '../../../core/errors.js';
import type { Value } from '../graph.js';
import { binary, columnSums, concat, gemm, reshape, split, transpose, unary, zeros } from '../nodes.js';
import { sameShape, shapeError } from '../shape.js';
import { backThrough, joined, stepGradients, stepsOf, sum, throughSigmoid, timeOrder } from './sequence.js';

/** Gates in the order update, reset, candidate, each `hidden` columns wide: ONNX's order. */
export interface GruWeights {
  /** (channels, 3 hidden) */
  input: Value;
  /** (hidden, 3 hidden) */
  recurrent: Value;
  /** (3 hidden) */
  bias: Value;
  /** (hidden): added to the candidate's recurrent part, before the reset gate. */
  recurrentBias: Value;
}

export interface GruOptions {
  /** From the last step to the first; default false. */
  reverse?: boolean;
  /** State (batch, hidden) to start from, not in training graphs; default zeros. */
  initial?: Value;
}

export interface GruOutput {
  /** (steps, batch, hidden) */
  all: Value;
  /** (batch, hidden) after the last step in the direction of reading. */
  last: Value;
}

/** x (steps, batch, channels). */
export function gru(x: Value, weights: GruWeights, options: GruOptions = {}): GruOutput {
  const [hidden, columns] = weights.recurrent.shape;
  if (x.shape.length !== 3) throw shapeError('gru', x.shape);
  if (columns !== 3 * hidden || !sameShape(weights.bias.shape, [columns])) {
    throw shapeError('gru', weights.recurrent.shape, weights.bias.shape);
  }
  if (!sameShape(weights.recurrentBias.shape, [hidden])) {
    throw shapeError('gru', weights.recurrent.shape, weights.recurrentBias.shape);
  }
  if (!sameShape(weights.input.shape, [x.shape[2], columns])) throw shapeError('gru', x.shape, weights.input.shape);
  if (x.graph.purpose !== 'training') return operator(x, weights, options);
  if (options.initial) throw new InvalidInputError('gru: initial states are for graphs that do not train');
  return unrolled(x, weights, options.reverse ?? false);
}

function operator(x: Value, weights: GruWeights, { reverse = false, initial }: GruOptions): GruOutput {
  const [steps, batch] = x.shape;
  const [hidden, columns] = weights.recurrent.shape;
  const { bias, recurrentBias } = weights;
  const stacked = (weight: Value) => reshape(transpose(weight, [1, 0]), [1, columns, weight.shape[0]]);
  const biases = reshape(concat([bias, zeros(bias, [2 * hidden]), recurrentBias], 0), [1, 2 * columns]);
  const inputs = [x, stacked(weights.input), stacked(weights.recurrent), biases];
  const attributes = {
    hidden_size: { int: hidden },
    direction: { string: reverse ? 'reverse' : 'forward' },
    linear_before_reset: { int: 1 },
  };
  const [all, last] = x.graph.node(
    'GRU',
    initial ? [...inputs, undefined, reshape(initial, [1, batch, hidden])] : inputs,
    [
      [steps, 1, batch, hidden],
      [1, batch, hidden],
    ],
    { attributes },
  );
  return { all: reshape(all, [steps, batch, hidden]), last: reshape(last, [batch, hidden]) };
}

/** One value for each gate: weights and products of gates apart are faster than one wide product that is cut up and put together again. */
type Gates = readonly [update: Value, reset: Value, candidate: Value];

/** What the gradient of a step needs of its forward pass. */
interface Step {
  update: Value;
  reset: Value;
  candidate: Value;
  /** reset * the candidate's recurrent part. */
  recalled: Value;
  /** update * (the state before - candidate). */
  kept: Value;
  before: Value;
  hidden: Value;
}

function unrolled(x: Value, weights: GruWeights, reverse: boolean): GruOutput {
  const { graph } = x;
  const [steps, batch, channels] = x.shape;
  const [hidden] = weights.recurrent.shape;
  const order = timeOrder(steps, reverse);
  const flat = reshape(x, [steps * batch, channels]);
  const input = gatesOf(weights.input, 1, hidden);
  const recurrent = gatesOf(weights.recurrent, 1, hidden);
  const bias = gatesOf(weights.bias, 0, hidden);
  const projected = input.map((weight, gate) => stepsOf(gemm(flat, weight, bias[gate]), steps, batch));
  const done: Step[] = [];
  let before = zeros(x, [batch, hidden]);
  for (const t of order) {
    const update = unary('Sigmoid', gemm(before, recurrent[0], projected[0][t]));
    const reset = unary('Sigmoid', gemm(before, recurrent[1], projected[1][t]));
    const recalled = binary('Mul', reset, gemm(before, recurrent[2], weights.recurrentBias));
    const candidate = unary('Tanh', binary('Add', projected[2][t], recalled));
    const kept = binary('Mul', update, binary('Sub', before, candidate));
    const next: Value = binary('Add', candidate, kept);
    done.push({ update, reset, candidate, recalled, kept, before, hidden: next });
    before = next;
  }
  const inTime = (pick: (step: number) => Value) => joined(order.map((_, t) => pick(order.indexOf(t))));
  const all = reshape(
    inTime((step) => done[step].hidden),
    [steps, batch, hidden],
  );
  const last = done[steps - 1].hidden;
  const inputs = [x, weights.input, weights.recurrent, weights.bias, weights.recurrentBias];
  graph.differentiable([all, last], inputs, ([gAll, gLast]) => {
    const reaching = stepGradients(gAll, gLast, order, batch);
    const byStep = backward(
      done,
      recurrent,
      order.map((t) => reaching[t]),
    );
    const dz = recurrent.map((_, gate) => inTime((step) => byStep[step].sums[gate]));
    const dRecalled = inTime((step) => byStep[step].recalled);
    const states = inTime((step) => done[step].before);
    const product = (rows: Value, gradient: Value) => gemm(rows, gradient, undefined, { transposeA: true });
    return [
      x.tracked ? reshape(backThrough(dz, input), x.shape) : undefined,
      concat(
        dz.map((part) => product(flat, part)),
        1,
      ),
      concat(
        [dz[0], dz[1], dRecalled].map((part) => product(states, part)),
        1,
      ),
      concat(
        dz.map((part) => columnSums(part)),
        0,
      ),
      columnSums(dRecalled),
    ];
  });
  return { all, last };
}

function gatesOf(weights: Value, axis: number, hidden: number): Gates {
  const [update, reset, candidate] = split(weights, axis, [hidden, hidden, hidden]);
  return [update, reset, candidate];
}

interface StepGradient {
  /** Of the sums before sigmoid and tanh, by gate. */
  sums: Gates;
  /** Of the candidate's recurrent part. */
  recalled: Value;
}

/** In the order of reading; `reaching` are the gradients of the hidden states from outside. */
function backward(done: readonly Step[], recurrent: Gates, reaching: readonly (Value | undefined)[]): StepGradient[] {
  const out = new Array<StepGradient>(done.length);
  let flowing: Value | undefined;
  for (let k = done.length - 1; k >= 0; k--) {
    const { update, reset, candidate, recalled, kept, before } = done[k];
    const dh = sum(flowing, reaching[k]) ?? zeros(before);
    const direct = binary('Mul', dh, update);
    const inner = binary('Sub', dh, direct);
    const dCandidate = binary('Sub', inner, binary('Mul', inner, binary('Mul', candidate, candidate)));
    const dRecalled = binary('Mul', dCandidate, reset);
    const dUpdate = throughSigmoid(dh, kept, update);
    const dReset = throughSigmoid(dCandidate, recalled, reset);
    out[k] = { sums: [dUpdate, dReset, dCandidate], recalled: dRecalled };
    if (k > 0) flowing = backThrough([dUpdate, dReset, dRecalled], recurrent, direct);
  }
  return out;
}
