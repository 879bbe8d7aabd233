/** a * b, with broadcasting. */
import type { Value } from '../graph.js';
import { binary, unbroadcast } from '../nodes.js';

export function mul(a: Value, b: Value): Value {
  const out = binary('Mul', a, b);
  a.graph.differentiable([out], [a, b], ([g]) => [
    g && a.tracked ? unbroadcast(binary('Mul', g, b), a.shape) : undefined,
    g && b.tracked ? unbroadcast(binary('Mul', g, a), b.shape) : undefined,
  ]);
  return out;
}

/** The same with a number. */
export function scale(a: Value, factor: number): Value {
  return factor === 1 ? a : mul(a, a.graph.scalar(factor));
}
