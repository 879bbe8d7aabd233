/** Axes in another order. */
import type { Value } from '../graph.js';
import { transpose as node } from '../nodes.js';

/** Axis i of the result is axis `order[i]` of x. */
export function transpose(x: Value, order: readonly number[]): Value {
  const out = node(x, order);
  const back = order.map((_, i) => order.indexOf(i));
  if (out !== x) x.graph.differentiable([out], [x], ([g]) => [g && node(g, back)]);
  return out;
}
