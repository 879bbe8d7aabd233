/** Natural logarithm. */
import type { Value } from '../graph.js';
import { binary, unary } from '../nodes.js';

export function log(x: Value): Value {
  const out = unary('Log', x);
  x.graph.differentiable([out], [x], ([g]) => [g && binary('Div', g, x)]);
  return out;
}
