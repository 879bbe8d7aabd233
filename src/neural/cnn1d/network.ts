/** The layers of `cnn1d`: blocks of convolution, normalisation, rectifier and pooling, then one vector a window. */
import type { Value } from '../graph/graph.js';
import { dropout } from '../graph/operators/dropout.js';
import { reduceMax } from '../graph/operators/reduce.js';
import { relu } from '../graph/operators/relu.js';
import { reshape } from '../graph/operators/reshape.js';
import { slice } from '../graph/operators/slice.js';
import { convolve, kernelOf } from '../layers/convolution.js';
import { dense } from '../layers/dense.js';
import { normalised } from '../layers/normalisation.js';
import { pool } from '../layers/pooling.js';
import type { Network } from '../network.js';
import { type CNN1DSettings, filtersOf } from './config.js';

type Layers = Pick<CNN1DSettings, 'kernelSize' | 'poolSize' | 'dropout' | 'norm' | 'pooling'> & {
  /** Of each block. */
  readonly filters: readonly number[];
};

/** x (steps, batch, channels) to (batch, filters of the last block). */
export function encodeCnn(
  x: Value,
  { filters, kernelSize: kernel, poolSize, norm, pooling, dropout: rate }: Layers,
): Value {
  let hidden = x;
  for (const [k, count] of filters.entries()) {
    const weights = kernelOf(hidden, `block${k}`, count, kernel);
    hidden = convolve(hidden, weights, { kernel, padding: 'same' });
    hidden = relu(norm === 'layer' ? normalised(hidden, `block${k}.norm`) : hidden);
    hidden = dropout(largest(hidden, poolSize), rate);
  }
  return pool(hidden, 0, pooling, 'attention');
}

/** The largest of each `size` steps; steps at the end that do not fill one are left out. Fewer steps than that stay as they are. */
function largest(x: Value, size: number): Value {
  const [steps, batch, channels] = x.shape;
  const count = Math.floor(steps / size);
  if (size === 1 || count === 0) return x;
  return reduceMax(reshape(slice(x, 0, 0, count * size), [count, size, batch, channels]), [1]);
}

export const cnn1dNetwork: Network<CNN1DSettings> = {
  layout: 'time',
  build: (_, { x }, { outputs }, settings) =>
    dense(encodeCnn(x, { ...settings, filters: filtersOf(settings) }), 'output', outputs),
};
