/** The layers of `hybrid`: an embedding of the window and a reading of the features beside it, put together and fitted jointly. */
import { encodeCnn } from '../cnn1d/network.js';
import type { Value } from '../graph/graph.js';
import { concat } from '../graph/operators/concat.js';
import { dropout } from '../graph/operators/dropout.js';
import { relu } from '../graph/operators/relu.js';
import { gruCell } from '../gru/network.js';
import { dense } from '../layers/dense.js';
import { encodeRecurrent } from '../layers/recurrent.js';
import { lstmCell } from '../lstm/network.js';
import type { Network } from '../network.js';
import type { HybridSettings } from './config.js';

/** x (steps, batch, channels) to one vector a window. */
function embedded(x: Value, settings: HybridSettings): Value {
  const { encoder, pooling } = settings;
  if (encoder === 'cnn1d') return encodeCnn(x, { ...settings, poolSize: 2, norm: 'layer', pooling: pooling ?? 'mean' });
  const cell = encoder === 'gru' ? gruCell : lstmCell;
  return encodeRecurrent(x, cell, { ...settings, pooling: pooling ?? 'last' });
}

/** Rectified layers of these widths, one above the other. */
function layers(x: Value, name: string, sizes: readonly number[], rate: number): Value {
  return sizes.reduce((hidden, size, k) => dropout(relu(dense(hidden, `${name}${k}`, size)), rate), x);
}

export const hybridNetwork: Network<HybridSettings> = {
  layout: 'time',
  build(_, { x, features }, { outputs }, settings) {
    const { featureSizes, headSizes, dropout: rate } = settings;
    const window = embedded(x, settings);
    const together = features ? concat([window, layers(features, 'features', featureSizes, rate)], 1) : window;
    return dense(layers(together, 'head', headSizes, rate), 'output', outputs);
  },
};
