/** From one vector a step to one vector a window. */
import type { Value } from '../graph/graph.js';
import { mul } from '../graph/operators/mul.js';
import { reduceMax, reduceMean, reduceSum } from '../graph/operators/reduce.js';
import { reshape } from '../graph/operators/reshape.js';
import { slice } from '../graph/operators/slice.js';
import { softmax } from '../graph/operators/softmax.js';
import { transpose } from '../graph/operators/transpose.js';
import { dense } from './dense.js';

/** What of the steps the output is made from: the last one, their mean or largest values, or a learned weighing. */
export type Pooling = 'last' | 'mean' | 'max' | 'attention';

/** x of three axes with its steps along `axis` 0 or 1; the result has no such axis. Attention learns which steps count: parameters `name.*`. */
export function pool(x: Value, axis: number, pooling: Pooling, name: string): Value {
  const without = x.shape.filter((_, i) => i !== axis);
  if (pooling === 'last') return reshape(slice(x, axis, x.shape[axis] - 1), without);
  if (pooling === 'mean') return reduceMean(x, [axis]);
  if (pooling === 'max') return reduceMax(x, [axis]);
  // (batch, steps) whatever the layout: softmax is over the last axis.
  const scores = reshape(dense(x, name, 1), x.shape.slice(0, 2));
  const share = axis === 1 ? softmax(scores) : transpose(softmax(transpose(scores, [1, 0])), [1, 0]);
  return reduceSum(mul(x, reshape(share, [...x.shape.slice(0, 2), 1])), [axis]);
}
