/** Scaled dot-product attention (Vaswani et al., 2017). */
import type { Value } from '../graph.js';
import { binary, matMul, reduce, softmax } from '../nodes.js';
import { sameShape, shapeError } from '../shape.js';

/** Far below every score; exp of it is 0. */
const NEVER = -1e30;

export interface AttentionOptions {
  /** A step sees itself and earlier ones only; default false. */
  causal?: boolean;
}

/** queries, keys, values (batch, heads, steps, size); the scores are scaled by 1 / sqrt(size). */
export function attention(
  queries: Value,
  keys: Value,
  values: Value,
  { causal = false }: AttentionOptions = {},
): Value {
  if (queries.shape.length !== 4 || !sameShape(queries.shape, keys.shape)) {
    throw shapeError('attention', queries.shape, keys.shape);
  }
  if (!sameShape(keys.shape, values.shape)) throw shapeError('attention', keys.shape, values.shape);
  const [, , steps, size] = queries.shape;
  const scale = 1 / Math.sqrt(size);
  const { graph } = queries;
  const scores = matMul(queries, keys, { transposeB: true, scale });
  const shares = softmax(causal ? binary('Add', scores, graph.constant(causalMask(steps), [steps, steps])) : scores);
  const out = matMul(shares, values);
  graph.differentiable([out], [queries, keys, values], ([g]) => {
    if (!g) return [];
    // The sum over steps of shares times their gradients is that of out times its gradient, which is shorter.
    const level = reduce('Sum', binary('Mul', g, out), [3], true);
    const inner = binary('Mul', shares, binary('Sub', matMul(g, values, { transposeB: true }), level));
    return [
      queries.tracked ? matMul(inner, keys, { scale }) : undefined,
      keys.tracked ? matMul(inner, queries, { transposeA: true, scale }) : undefined,
      values.tracked ? matMul(shares, g, { transposeA: true }) : undefined,
    ];
  });
  return out;
}

function causalMask(steps: number): Float32Array {
  const mask = new Float32Array(steps * steps);
  for (let i = 0; i < steps; i++) mask.fill(NEVER, i * steps + i + 1, (i + 1) * steps);
  return mask;
}
