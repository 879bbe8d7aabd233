/** The layers of `gru`. */
import { type GruWeights, gru } from '../graph/fused/gru.js';
import type { Value } from '../graph/graph.js';
import { asSequence, byHidden, type Cell, recurrentNetwork, twoBiases } from '../layers/recurrent.js';

/** The update and reset gates have the sum of two biases; the candidate two that count apart, the one before the reset gate and the one after. */
function weights(x: Value, name: string, hidden: number): GruWeights {
  const { graph } = x;
  const draw = byHidden(hidden);
  return {
    input: graph.parameter(`${name}.input`, [x.shape[x.shape.length - 1], 3 * hidden], draw),
    recurrent: graph.parameter(`${name}.recurrent`, [hidden, 3 * hidden], draw),
    bias: graph.parameter(`${name}.bias`, [3 * hidden], (random, shape) => {
      const bias = twoBiases(hidden)(random, shape);
      bias.set(draw(random, [hidden]), 2 * hidden);
      return bias;
    }),
    recurrentBias: graph.parameter(`${name}.recurrentBias`, [hidden], draw),
  };
}

export const gruCell: Cell = {
  layer: (x, name, hidden, reverse) => gru(x, weights(x, name, hidden), { reverse }),
  step(x, name, size, states) {
    const hidden = states.state([size]);
    const out = gru(asSequence(x), weights(x, name, size), { initial: hidden.value });
    hidden.next(out.last);
    return out.last;
  },
};

export const gruNetwork = recurrentNetwork(gruCell);
