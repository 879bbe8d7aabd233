/** The same values in another shape. */
import type { Value } from '../graph.js';
import { reshape as node } from '../nodes.js';
import type { Shape } from '../shape.js';

export function reshape(x: Value, shape: Shape): Value {
  const out = node(x, shape);
  if (out !== x) x.graph.differentiable([out], [x], ([g]) => [g && node(g, x.shape)]);
  return out;
}
