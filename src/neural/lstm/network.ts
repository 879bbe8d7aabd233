/** The layers of `lstm`. */
import { type LstmWeights, lstm } from '../graph/fused/lstm.js';
import type { Value } from '../graph/graph.js';
import { asSequence, byHidden, type Cell, recurrentNetwork, twoBiases } from '../layers/recurrent.js';

function weights(x: Value, name: string, hidden: number): LstmWeights {
  const { graph } = x;
  return {
    input: graph.parameter(`${name}.input`, [x.shape[x.shape.length - 1], 4 * hidden], byHidden(hidden)),
    recurrent: graph.parameter(`${name}.recurrent`, [hidden, 4 * hidden], byHidden(hidden)),
    bias: graph.parameter(`${name}.bias`, [4 * hidden], twoBiases(hidden)),
  };
}

export const lstmCell: Cell = {
  layer: (x, name, hidden, reverse) => lstm(x, weights(x, name, hidden), { reverse }),
  step(x, name, size, states) {
    const hidden = states.state([size]);
    const cell = states.state([size]);
    const initial = { hidden: hidden.value, cell: cell.value };
    const out = lstm(asSequence(x), weights(x, name, size), { initial });
    hidden.next(out.last);
    cell.next(out.cell);
    return out.last;
  },
};

export const lstmNetwork = recurrentNetwork(lstmCell);
