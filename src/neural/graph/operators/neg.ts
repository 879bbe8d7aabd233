/** -x. */
import type { Value } from '../graph.js';
import { unary } from '../nodes.js';

export function neg(x: Value): Value {
  const out = unary('Neg', x);
  x.graph.differentiable([out], [x], ([g]) => [g && unary('Neg', g)]);
  return out;
}
