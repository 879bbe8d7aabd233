/** a - b, with broadcasting. */
import type { Value } from '../graph.js';
import { binary, unary, unbroadcast } from '../nodes.js';

export function sub(a: Value, b: Value): Value {
  const out = binary('Sub', a, b);
  a.graph.differentiable([out], [a, b], ([g]) => [
    g && a.tracked ? unbroadcast(g, a.shape) : undefined,
    g && b.tracked ? unary('Neg', unbroadcast(g, b.shape)) : undefined,
  ]);
  return out;
}
