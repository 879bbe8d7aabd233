/**
 * A layer of gated recurrent units (Cho et al., 2014), in the form of cuDNN and PyTorch: the reset gate acts after the recurrent product.
 * In training unrolled as the LSTM is; elsewhere ONNX's own GRU operator.
 */
import { InvalidInputError } from '../../../core/errors.js';
import type { Value } from '../graph.js';
import { binary, concat, gemm, reduce, reshape, split, transpose, unary, zeros } from '../nodes.js';
import { sameShape, shapeError } from '../shape.js';
import { joined, stepGradients, stepsOf, sum, timeOrder } from './sequence.js';

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

/** What the gradient of a step needs of its forward pass. */
interface Step {
  /** Sigmoids of update and reset, (batch, 2 hidden), and each. */
  gates: Value;
  update: Value;
  reset: Value;
  candidate: Value;
  /** The candidate's recurrent part, before the reset gate. */
  recalled: Value;
  before: Value;
  hidden: Value;
}

/** Weights of the gates and of the candidate apart: each product adds its projected input in the same node. */
interface Parts {
  gates: Value;
  candidate: Value;
}

function unrolled(x: Value, weights: GruWeights, reverse: boolean): GruOutput {
  const { graph } = x;
  const [steps, batch, channels] = x.shape;
  const [hidden] = weights.recurrent.shape;
  const order = timeOrder(steps, reverse);
  const flat = reshape(x, [steps * batch, channels]);
  const input = parts(weights.input, 1, hidden);
  const recurrent = parts(weights.recurrent, 1, hidden);
  const bias = parts(weights.bias, 0, hidden);
  const gateInputs = stepsOf(gemm(flat, input.gates, bias.gates), steps, batch);
  const candidateInputs = stepsOf(gemm(flat, input.candidate, bias.candidate), steps, batch);
  const done: Step[] = [];
  let before = zeros(x, [batch, hidden]);
  for (const t of order) {
    const gates = unary('Sigmoid', gemm(before, recurrent.gates, gateInputs[t]));
    const [update, reset] = split(gates, 1, [hidden, hidden]);
    const recalled = gemm(before, recurrent.candidate, weights.recurrentBias);
    const candidate = unary('Tanh', binary('Add', candidateInputs[t], binary('Mul', reset, recalled)));
    const next: Value = binary('Add', candidate, binary('Mul', update, binary('Sub', before, candidate)));
    done.push({ gates, update, reset, candidate, recalled, before, hidden: next });
    before = next;
  }
  const byTime = order.map((_, t) => done[order.indexOf(t)].hidden);
  const all = reshape(joined(byTime), [steps, batch, hidden]);
  const last = done[steps - 1].hidden;
  const inputs = [x, weights.input, weights.recurrent, weights.bias, weights.recurrentBias];
  graph.differentiable([all, last], inputs, ([gAll, gLast]) => {
    const reaching = stepGradients(gAll, gLast, order, batch);
    const byStep = backward(
      done,
      recurrent,
      order.map((t) => reaching[t]),
    );
    const inTime = (pick: (gradient: StepGradient) => Value) =>
      joined(order.map((_, t) => pick(byStep[order.indexOf(t)])));
    const dGates = inTime(({ gates }) => gates);
    const dCandidate = inTime(({ candidate }) => candidate);
    const states = joined(order.map((_, t) => done[order.indexOf(t)].before));
    const dRecalled = inTime(({ recalled }) => recalled);
    const product = (a: Value, b: Value) => gemm(a, b, undefined, { transposeA: true });
    return [
      x.tracked
        ? reshape(
            gemm(dGates, input.gates, gemm(dCandidate, input.candidate, undefined, { transposeB: true }), {
              transposeB: true,
            }),
            x.shape,
          )
        : undefined,
      concat([product(flat, dGates), product(flat, dCandidate)], 1),
      concat([product(states, dGates), product(states, dRecalled)], 1),
      concat([reduce('Sum', dGates, [0]), reduce('Sum', dCandidate, [0])], 0),
      reduce('Sum', dRecalled, [0]),
    ];
  });
  return { all, last };
}

function parts(weights: Value, axis: number, hidden: number): Parts {
  const [gates, candidate] = split(weights, axis, [2 * hidden, hidden]);
  return { gates, candidate };
}

/** Gradients of a step before its sigmoids and tanh, and of the candidate's recurrent part. */
interface StepGradient extends Parts {
  recalled: Value;
}

/** In the order of reading; `reaching` are the gradients of the hidden states from outside. */
function backward(done: readonly Step[], recurrent: Parts, reaching: readonly (Value | undefined)[]): StepGradient[] {
  const out = new Array<StepGradient>(done.length);
  let flowing: Value | undefined;
  for (let k = done.length - 1; k >= 0; k--) {
    const { gates, update, reset, candidate, recalled, before } = done[k];
    const dh = sum(flowing, reaching[k]) ?? zeros(before);
    const kept = binary('Mul', dh, update);
    const dInner = binary('Sub', dh, kept);
    const dCandidate = binary('Sub', dInner, binary('Mul', dInner, binary('Mul', candidate, candidate)));
    const dGate = binary(
      'Mul',
      concat([binary('Mul', dh, binary('Sub', before, candidate)), binary('Mul', dCandidate, recalled)], 1),
      gates,
    );
    const dGates = binary('Sub', dGate, binary('Mul', dGate, gates));
    const dRecalled = binary('Mul', dCandidate, reset);
    out[k] = { gates: dGates, candidate: dCandidate, recalled: dRecalled };
    if (k > 0) {
      const throughCandidate = gemm(dRecalled, recurrent.candidate, kept, { transposeB: true });
      flowing = gemm(dGates, recurrent.gates, throughCandidate, { transposeB: true });
    }
  }
  return out;
}
