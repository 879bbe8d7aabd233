/** max(x, 0); its gradient at 0 is 0. */
import type { Value } from '../graph.js';
import { reluGradient, unary } from '../nodes.js';

export function relu(x: Value): Value {
  const out = unary('Relu', x);
  x.graph.differentiable([out], [x], ([g]) => [g && reluGradient(g, out)]);
  return out;
}
