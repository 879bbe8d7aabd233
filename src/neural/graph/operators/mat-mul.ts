/** Product of the last two axes; leading axes are equal. */
import type { Value } from '../graph.js';
import { matMul as node, type Product } from '../nodes.js';
import { shapeError } from '../shape.js';

export function matMul(a: Value, b: Value, { transposeA = false, transposeB = false, scale = 1 }: Product = {}): Value {
  if (a.shape.length !== b.shape.length) throw shapeError('matMul', a.shape, b.shape);
  const out = node(a, b, { transposeA, transposeB, scale });
  a.graph.differentiable([out], [a, b], ([g]) => {
    if (!g) return [];
    const product = (left: Value, right: Value, tA: boolean, tB: boolean) =>
      node(left, right, { transposeA: tA, transposeB: tB, scale });
    return [
      !a.tracked ? undefined : transposeA ? product(b, g, transposeB, true) : product(g, b, false, !transposeB),
      !b.tracked ? undefined : transposeB ? product(g, a, true, transposeA) : product(a, g, !transposeA, false),
    ];
  });
  return out;
}
