/** Recurrent layers one above the other, in one direction or two, and the same layers one step at a time. */
import type { Initialiser, Value } from '../graph/graph.js';
import { uniformValues } from '../graph/initialisers.js';
import { concat } from '../graph/operators/concat.js';
import { dropout } from '../graph/operators/dropout.js';
import { reshape } from '../graph/operators/reshape.js';
import type { Network, StepStates } from '../network.js';
import { dense } from './dense.js';
import { pool } from './pooling.js';
import type { RecurrentSettings } from './recurrent-config.js';

/** One direction of one layer. */
export interface Cell {
  /** Parameters `name.*`, the same for both forms below and in the same order. x (steps, batch, channels). */
  layer(x: Value, name: string, hidden: number, reverse: boolean): { all: Value; last: Value };
  /** One step: x (batch, channels) to the new hidden state (batch, hidden). */
  step(x: Value, name: string, hidden: number, states: StepStates): Value;
}

export type RecurrentLayers = Pick<
  RecurrentSettings,
  'hiddenSize' | 'numLayers' | 'dropout' | 'bidirectional' | 'pooling'
>;

/** x (steps, batch, channels) to one vector a window, (batch, hiddenSize) or twice as wide in two directions. */
export function encodeRecurrent(x: Value, cell: Cell, settings: RecurrentLayers): Value {
  const { hiddenSize, numLayers, bidirectional, pooling } = settings;
  let all = x;
  let last = x;
  for (let k = 0; k < numLayers; k++) {
    if (k > 0) all = dropout(all, settings.dropout);
    const forward = cell.layer(all, `layer${k}.forward`, hiddenSize, false);
    const backward = bidirectional ? cell.layer(all, `layer${k}.backward`, hiddenSize, true) : undefined;
    all = backward ? concat([forward.all, backward.all], 2) : forward.all;
    last = backward ? concat([forward.last, backward.last], 1) : forward.last;
  }
  return dropout(pooling === 'last' ? last : pool(all, 0, pooling, 'attention'), settings.dropout);
}

export function recurrentNetwork(cell: Cell): Network<RecurrentSettings> {
  return {
    layout: 'time',
    build: (_, { x }, { outputs }, settings) => dense(encodeRecurrent(x, cell, settings), 'output', outputs),
    step: {
      refusal({ bidirectional, pooling }) {
        if (bidirectional) return 'a bidirectional network reads its windows from both ends';
        return pooling === 'last' ? undefined : `pooling '${pooling}' is over whole windows`;
      },
      build(_, x, { outputs }, { hiddenSize, numLayers }, states) {
        let hidden = x;
        for (let k = 0; k < numLayers; k++) hidden = cell.step(hidden, `layer${k}.forward`, hiddenSize, states);
        return dense(hidden, 'output', outputs);
      },
    },
  };
}

/** PyTorch's: everything evenly in +- 1 / sqrt(hidden). */
export const byHidden = (hidden: number): Initialiser => uniformValues(1 / Math.sqrt(hidden));

/** The sum of two biases drawn like that, where PyTorch has two that are only ever added. */
export const twoBiases =
  (hidden: number): Initialiser =>
  (random, shape) => {
    const [first, second] = [byHidden(hidden)(random, shape), byHidden(hidden)(random, shape)];
    return first.map((value, i) => value + second[i]);
  };

/** (batch, channels) as a sequence of one step. */
export function asSequence(x: Value): Value {
  return reshape(x, [1, ...x.shape]);
}
