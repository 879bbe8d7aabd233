/** e to the power of x. */
import type { Value } from '../graph.js';
import { binary, unary } from '../nodes.js';

export function exp(x: Value): Value {
  const out = unary('Exp', x);
  x.graph.differentiable([out], [x], ([g]) => [g && binary('Mul', g, out)]);
  return out;
}
