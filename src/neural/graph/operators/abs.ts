/** |x|; its gradient at 0 is 0. */
import type { Value } from '../graph.js';
import { binary, unary } from '../nodes.js';

export function abs(x: Value): Value {
  const out = unary('Abs', x);
  x.graph.differentiable([out], [x], ([g]) => [g && binary('Mul', g, unary('Sign', x))]);
  return out;
}
