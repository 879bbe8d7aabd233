/** a + b, with broadcasting. */
import type { Value } from '../graph.js';
import { binary, unbroadcast } from '../nodes.js';

export function add(a: Value, b: Value): Value {
  const out = binary('Add', a, b);
  a.graph.differentiable([out], [a, b], ([g]) => [
    g && a.tracked ? unbroadcast(g, a.shape) : undefined,
    g && b.tracked ? unbroadcast(g, b.shape) : undefined,
  ]);
  return out;
}
