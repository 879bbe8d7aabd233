/** 1 / (1 + exp(-x)). */
import type { Value } from '../graph.js';
import { binary, unary } from '../nodes.js';

export function sigmoid(x: Value): Value {
  const out = unary('Sigmoid', x);
  x.graph.differentiable([out], [x], ([g]) => [g && binary('Mul', g, binary('Sub', out, binary('Mul', out, out)))]);
  return out;
}
