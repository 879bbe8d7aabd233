/** Hyperbolic tangent. */
import type { Value } from '../graph.js';
import { binary, fromNumber, unary } from '../nodes.js';

export function tanh(x: Value): Value {
  const out = unary('Tanh', x);
  x.graph.differentiable([out], [x], ([g]) => [g && binary('Mul', g, fromNumber('Sub', 1, binary('Mul', out, out)))]);
  return out;
}
