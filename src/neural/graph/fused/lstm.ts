/**
 * A layer of long short-term memory (Hochreiter and Schmidhuber, 1997, with forget gates). In training unrolled, with one projection of all
 * steps and weight gradients as one product over all steps; elsewhere ONNX's own LSTM operator, which takes any batch.
 */
import { InvalidInputError } from '../../../core/errors.js';
import type { Value } from '../graph.js';
import { binary, columnSums, concat, gemm, reshape, split, transpose, unary, zeros } from '../nodes.js';
import { sameShape, shapeError } from '../shape.js';
import { backThrough, joined, stepGradients, stepsOf, throughSigmoid, timeOrder } from './sequence.js';

/** Gates in the order input, output, forget, cell, each `hidden` columns wide: ONNX's order. */
export interface LstmWeights {
  /** (channels, 4 hidden) */
  input: Value;
  /** (hidden, 4 hidden) */
  recurrent: Value;
  /** (4 hidden) */
  bias: Value;
}

export interface LstmOptions {
  /** From the last step to the first; default false. */
  reverse?: boolean;
  /** States (batch, hidden) to start from, not in training graphs; default zeros. */
  initial?: { hidden: Value; cell: Value };
}

export interface LstmOutput {
  /** (steps, batch, hidden) */
  all: Value;
  /** (batch, hidden) after the last step in the direction of reading. */
  last: Value;
  /** (batch, hidden); no gradient flows through it. */
  cell: Value;
}

/** x (steps, batch, channels). */
export function lstm(x: Value, weights: LstmWeights, options: LstmOptions = {}): LstmOutput {
  const [hidden, columns] = weights.recurrent.shape;
  if (x.shape.length !== 3) throw shapeError('lstm', x.shape);
  if (columns !== 4 * hidden || !sameShape(weights.bias.shape, [columns])) {
    throw shapeError('lstm', weights.recurrent.shape, weights.bias.shape);
  }
  if (!sameShape(weights.input.shape, [x.shape[2], columns])) throw shapeError('lstm', x.shape, weights.input.shape);
  if (x.graph.purpose !== 'training') return operator(x, weights, options);
  if (options.initial) throw new InvalidInputError('lstm: initial states are for graphs that do not train');
  return unrolled(x, weights, options.reverse ?? false);
}

function operator(
  x: Value,
  { input, recurrent, bias }: LstmWeights,
  { reverse = false, initial }: LstmOptions,
): LstmOutput {
  const [steps, batch] = x.shape;
  const [hidden, columns] = recurrent.shape;
  const stacked = (weight: Value) => reshape(transpose(weight, [1, 0]), [1, columns, weight.shape[0]]);
  const biases = reshape(concat([bias, zeros(bias)], 0), [1, 2 * columns]);
  const state = (value: Value) => reshape(value, [1, batch, hidden]);
  const inputs = [x, stacked(input), stacked(recurrent), biases];
  const [all, last, cell] = x.graph.node(
    'LSTM',
    initial ? [...inputs, undefined, state(initial.hidden), state(initial.cell)] : inputs,
    [
      [steps, 1, batch, hidden],
      [1, batch, hidden],
      [1, batch, hidden],
    ],
    { attributes: { hidden_size: { int: hidden }, direction: { string: reverse ? 'reverse' : 'forward' } } },
  );
  return {
    all: reshape(all, [steps, batch, hidden]),
    last: reshape(last, [batch, hidden]),
    cell: reshape(cell, [batch, hidden]),
  };
}

/** One value for each gate: weights and products of gates apart are faster than one wide product that is cut up and put together again. */
type Gates = readonly [input: Value, output: Value, forget: Value, candidate: Value];

/** What the gradient of a step needs of its forward pass. */
interface Step {
  input: Value;
  output: Value;
  forget: Value;
  candidate: Value;
  /** input * candidate. */
  written: Value;
  /** forget * the cell before; none in the first step. */
  kept?: Value;
  /** tanh of the new cell. */
  squashed: Value;
  hidden: Value;
}

function unrolled(x: Value, weights: LstmWeights, reverse: boolean): LstmOutput {
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
  let cell: Value | undefined;
  for (const t of order) {
    const before = done.at(-1)?.hidden;
    const sums = recurrent.map((weight, gate) =>
      before ? gemm(before, weight, projected[gate][t]) : projected[gate][t],
    );
    const [inputGate, output, forget] = sums.slice(0, 3).map((sum) => unary('Sigmoid', sum));
    const candidate = unary('Tanh', sums[3]);
    const written = binary('Mul', inputGate, candidate);
    const kept: Value | undefined = cell && binary('Mul', forget, cell);
    cell = kept ? binary('Add', kept, written) : written;
    const squashed = unary('Tanh', cell);
    done.push({
      input: inputGate,
      output,
      forget,
      candidate,
      written,
      kept,
      squashed,
      hidden: binary('Mul', output, squashed),
    });
  }
  const inTime = (pick: (step: number) => Value) => joined(order.map((_, t) => pick(order.indexOf(t))));
  const all = reshape(
    inTime((step) => done[step].hidden),
    [steps, batch, hidden],
  );
  const last = done[steps - 1].hidden;
  graph.differentiable([all, last], [x, weights.input, weights.recurrent, weights.bias], ([gAll, gLast]) => {
    const reaching = stepGradients(gAll, gLast, order, batch);
    const byStep = backward(
      done,
      recurrent,
      order.map((t) => reaching[t]),
    );
    const dz = recurrent.map((_, gate) => inTime((step) => byStep[step][gate]));
    const states = inTime((step) => (step > 0 ? done[step - 1].hidden : zeros(last)));
    const products = (rows: Value) =>
      concat(
        dz.map((part) => gemm(rows, part, undefined, { transposeA: true })),
        1,
      );
    return [
      x.tracked ? reshape(backThrough(dz, input), x.shape) : undefined,
      products(flat),
      products(states),
      concat(
        dz.map((part) => columnSums(part)),
        0,
      ),
    ];
  });
  return { all, last, cell: cell ?? zeros(last) };
}

function gatesOf(weights: Value, axis: number, hidden: number): Gates {
  const [input, output, forget, candidate] = split(weights, axis, [hidden, hidden, hidden, hidden]);
  return [input, output, forget, candidate];
}

/** Gradients of each step's sums, by gate, in the order of reading; `reaching` are those of the hidden states from outside. */
function backward(done: readonly Step[], recurrent: Gates, reaching: readonly (Value | undefined)[]): Gates[] {
  const dz = new Array<Gates>(done.length);
  let dCell: Value | undefined;
  for (let k = done.length - 1; k >= 0; k--) {
    const { input, output, forget, candidate, written, kept, squashed, hidden } = done[k];
    const dh = k + 1 < done.length ? backThrough(dz[k + 1], recurrent, reaching[k]) : (reaching[k] ?? zeros(hidden));
    const local = binary('Mul', dh, binary('Sub', output, binary('Mul', hidden, squashed)));
    const dc: Value = dCell ? binary('Add', dCell, local) : local;
    dz[k] = [
      throughSigmoid(dc, written, input),
      throughSigmoid(dh, hidden, output),
      kept ? throughSigmoid(dc, kept, forget) : zeros(dc),
      binary('Mul', dc, binary('Sub', input, binary('Mul', written, candidate))),
    ];
    dCell = k > 0 ? binary('Mul', dc, forget) : undefined;
  }
  return dz;
}
