/** a where a condition holds, b elsewhere, with broadcasting. */
import type { Value } from '../graph.js';
import { where as node, unbroadcast } from '../nodes.js';

/** `condition` of type bool, as the node `compare` gives it. */
export function where(condition: Value, a: Value, b: Value): Value {
  const out = node(condition, a, b);
  a.graph.differentiable([out], [a, b], ([g]) => {
    if (!g) return [];
    const nothing = g.graph.scalar(0);
    return [
      a.tracked ? unbroadcast(node(condition, g, nothing), a.shape) : undefined,
      b.tracked ? unbroadcast(node(condition, nothing, g), b.shape) : undefined,
    ];
  });
  return out;
}
