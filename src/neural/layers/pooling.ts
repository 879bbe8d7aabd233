/** From one vector a step to one vector a window. */
import type { Value } from '../graph/graph.js';
import { mul } from '../graph/operators/mul.js';
import { reduceMax, reduceMean, reduceSum } from '../graph/operators/reduce.js';
import { reshape } from '../graph/operators/reshape.js';
import { slice } from '../graph/operators/slice.js';
import { softmax } from '../graph/operators/softmax.js';
import { dense } from './dense.js';

export type Pooling = 'last' | 'mean' | 'max' | 'attention';

/** x with its steps along `axis`; the result has no such axis. Attention learns which steps count: parameters `name.*`. */
export function pool(x: Value, axis: number, pooling: Pooling, name: string): Value {
  const without = x.shape.filter((_, i) => i !== axis);
  if (pooling === 'last') return reshape(slice(x, axis, x.shape[axis] - 1), without);
  if (pooling === 'mean') return reduceMean(x, [axis]);
  if (pooling === 'max') return reduceMax(x, [axis]);
  const share = softmax(dense(x, name, 1), axis);
  return reduceSum(mul(x, share), [axis]);
}
