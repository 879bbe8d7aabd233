/** log of softmax along the last axis. */
import type { Value } from '../graph.js';
import { binary, logSoftmax as node, reduce, unary } from '../nodes.js';

export function logSoftmax(x: Value): Value {
  const out = node(x);
  x.graph.differentiable([out], [x], ([g]) => {
    if (!g) return [];
    const total = reduce('Sum', g, [x.shape.length - 1], true);
    return [binary('Sub', g, binary('Mul', unary('Exp', out), total))];
  });
  return out;
}
