/**
 * A layer of long short-term memory (Hochreiter and Schmidhuber, 1997, with forget gates). In training unrolled, with one projection of all
 * steps and weight gradients as one product over all steps; elsewhere ONNX's own LSTM operator, which takes any batch.
 */
import { InvalidInputError } from '../../../core/errors.js';
import type { Value } from '../graph.js';
import { binary, concat, gemm, reduce, reshape, split, transpose, unary, zeros } from '../nodes.js';
import { sameShape, shapeError } from '../shape.js';
import { joined, stepGradients, stepsOf, sum, timeOrder } from './sequence.js';

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

/** What the gradient of a step needs of its forward pass. */
interface Step {
  /** Sigmoids of the three gates, (batch, 3 hidden), and each. */
  gates: Value;
  input: Value;
  output: Value;
  forget: Value;
  candidate: Value;
  cellBefore?: Value;
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
  const projected = stepsOf(gemm(flat, weights.input, weights.bias), steps, batch);
  const done: Step[] = [];
  let cell: Value | undefined;
  let before: Value | undefined;
  for (const t of order) {
    const z = before ? gemm(before, weights.recurrent, projected[t]) : projected[t];
    const [zGates, zCandidate] = split(z, 1, [3 * hidden, hidden]);
    const gates = unary('Sigmoid', zGates);
    const [input, output, forget] = split(gates, 1, [hidden, hidden, hidden]);
    const candidate = unary('Tanh', zCandidate);
    const written = binary('Mul', input, candidate);
    const next: Value = cell ? binary('Add', binary('Mul', forget, cell), written) : written;
    const squashed = unary('Tanh', next);
    before = binary('Mul', output, squashed);
    done.push({ gates, input, output, forget, candidate, cellBefore: cell, squashed, hidden: before });
    cell = next;
  }
  const byTime = order.map((_, t) => done[order.indexOf(t)].hidden);
  const all = reshape(joined(byTime), [steps, batch, hidden]);
  const last = done[steps - 1].hidden;
  graph.differentiable([all, last], [x, weights.input, weights.recurrent, weights.bias], ([gAll, gLast]) => {
    const reaching = stepGradients(gAll, steps === 1 && all === last ? undefined : gLast, order, batch);
    const byStep = backward(
      done,
      weights.recurrent,
      order.map((t) => reaching[t]),
    );
    const dz = joined(order.map((_, t) => byStep[order.indexOf(t)]));
    return [
      x.tracked ? reshape(gemm(dz, weights.input, undefined, { transposeB: true }), x.shape) : undefined,
      gemm(flat, dz, undefined, { transposeA: true }),
      steps === 1
        ? zeros(weights.recurrent)
        : gemm(joined(done.slice(0, -1).map((step) => step.hidden)), joined(byStep.slice(1)), undefined, {
            transposeA: true,
          }),
      reduce('Sum', dz, [0]),
    ];
  });
  return { all, last, cell: cell as Value };
}

/** Gradients of z of each step, in the order of reading; `reaching` are those of the hidden states from outside. */
function backward(done: readonly Step[], recurrent: Value, reaching: readonly (Value | undefined)[]): Value[] {
  const dz = new Array<Value>(done.length);
  let dHidden: Value | undefined;
  let dCell: Value | undefined;
  for (let k = done.length - 1; k >= 0; k--) {
    const { gates, input, output, forget, candidate, cellBefore, squashed } = done[k];
    const outside = reaching[k];
    // The product with the recurrent weights adds what comes from outside in the same node.
    const dh: Value =
      k + 1 < done.length && dz[k + 1]
        ? gemm(dz[k + 1], recurrent, outside, { transposeB: true })
        : (outside ?? zeros(input));
    dHidden = dh;
    const through = binary('Mul', dHidden, output);
    const local = binary('Sub', through, binary('Mul', through, binary('Mul', squashed, squashed)));
    const dc = sum(dCell, local) ?? local;
    const dForget = cellBefore ? binary('Mul', dc, cellBefore) : zeros(dc);
    const dGates = binary(
      'Mul',
      concat([binary('Mul', dc, candidate), binary('Mul', dHidden, squashed), dForget], 1),
      gates,
    );
    const dInner = binary('Mul', dc, input);
    dz[k] = concat(
      [
        binary('Sub', dGates, binary('Mul', dGates, gates)),
        binary('Sub', dInner, binary('Mul', dInner, binary('Mul', candidate, candidate))),
      ],
      1,
    );
    dCell = k > 0 ? binary('Mul', dc, forget) : undefined;
  }
  return dz;
}
