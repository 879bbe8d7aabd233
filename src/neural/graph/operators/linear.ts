/** x W + b over the last axis, as one product of matrices whatever the rank of x. */
import type { Value } from '../graph.js';
import { columnSums, gemm, reshape } from '../nodes.js';
import { shapeError, sizeOf } from '../shape.js';

/** x (..., inputs), weight (inputs, outputs), bias (outputs). */
export function linear(x: Value, weight: Value, bias?: Value): Value {
  const inputs = x.shape.at(-1);
  if (inputs === undefined || weight.shape.length !== 2 || weight.shape[0] !== inputs) {
    throw shapeError('linear', x.shape, weight.shape);
  }
  const outputs = weight.shape[1];
  const rows = sizeOf(x.shape) / inputs;
  const flat = reshape(x, [rows, inputs]);
  const out = reshape(gemm(flat, weight, bias), [...x.shape.slice(0, -1), outputs]);
  x.graph.differentiable([out], [x, weight, bias], ([g]) => {
    if (!g) return [];
    const rowsOfG = reshape(g, [rows, outputs]);
    return [
      x.tracked ? reshape(gemm(rowsOfG, weight, undefined, { transposeB: true }), x.shape) : undefined,
      weight.tracked ? gemm(flat, rowsOfG, undefined, { transposeA: true }) : undefined,
      bias?.tracked ? columnSums(rowsOfG) : undefined,
    ];
  });
  return out;
}
