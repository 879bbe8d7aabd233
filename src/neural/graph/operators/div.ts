/** a / b, with broadcasting. */
import type { Value } from '../graph.js';
import { binary, unary, unbroadcast } from '../nodes.js';

export function div(a: Value, b: Value): Value {
  const out = binary('Div', a, b);
  a.graph.differentiable([out], [a, b], ([g]) => {
    const share = g && binary('Div', g, b);
    return [
      share && a.tracked ? unbroadcast(share, a.shape) : undefined,
      share && b.tracked ? unbroadcast(unary('Neg', binary('Mul', share, out)), b.shape) : undefined,
    ];
  });
  return out;
}
