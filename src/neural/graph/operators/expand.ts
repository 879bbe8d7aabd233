/** Repeats a value by broadcasting. */
import type { Value } from '../graph.js';
import { expand as node, unbroadcast } from '../nodes.js';
import type { Shape } from '../shape.js';

export function expand(x: Value, shape: Shape): Value {
  const out = node(x, shape);
  if (out !== x) x.graph.differentiable([out], [x], ([g]) => [g && unbroadcast(g, x.shape)]);
  return out;
}
