/** exp(x) / sum of exp(x) along the last axis. */
import type { Value } from '../graph.js';
import { binary, softmax as node, reduce } from '../nodes.js';

export function softmax(x: Value): Value {
  const out = node(x);
  x.graph.differentiable([out], [x], ([g]) => {
    if (!g) return [];
    const weighted = binary('Mul', g, out);
    return [binary('Sub', weighted, binary('Mul', out, reduce('Sum', weighted, [x.shape.length - 1], true)))];
  });
  return out;
}
