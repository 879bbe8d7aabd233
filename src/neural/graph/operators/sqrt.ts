/** Square root; its gradient at 0 is infinite. */
import type { Value } from '../graph.js';
import { binary, unary, withNumber } from '../nodes.js';

export function sqrt(x: Value): Value {
  const out = unary('Sqrt', x);
  x.graph.differentiable([out], [x], ([g]) => [g && binary('Div', withNumber('Mul', g, 0.5), out)]);
  return out;
}
