/** Objectives whose rows are independent, written as a formula of one row in plain TypeScript. */
import type { Objective } from './objective.js';

/** Writes gradient, hessian and loss of one row of weight 1 to out[0], out[1] and out[2]. */
export type Derivatives = (score: number, label: number, out: Float64Array, weight: number) => void;

/** Views of what an objective reads and writes, one output. */
export interface RowViews {
  scores: Float64Array;
  labels: Float64Array;
  weights: Float32Array | undefined;
  /** Gradient and hessian alternate. */
  pairs: Float32Array | undefined;
}

export function viewsOf(rows: Parameters<Objective['evaluate']>[0], output: number): RowViews {
  const { buffer } = rows.memory;
  const block = output * rows.rows * 8;
  return {
    scores: new Float64Array(buffer, rows.scores + block, rows.rows),
    labels: new Float64Array(buffer, rows.labels, rows.rows),
    weights: rows.weights ? new Float32Array(buffer, rows.weights, rows.rows) : undefined,
    pairs: rows.gradients ? new Float32Array(buffer, rows.gradients + block, 2 * rows.rows) : undefined,
  };
}

/** `evaluate` of an objective of one output. */
export function pointwise(derive: Derivatives): Objective['evaluate'] {
  return (rows, from, to) => sumOver(viewsOf(rows, 0), derive, from, to);
}

/** Derivatives times weights of rows `from` .. `to`-1, and their weighted loss, summed in row order. */
export function sumOver(
  { scores, labels, weights, pairs }: RowViews,
  derive: Derivatives,
  from: number,
  to: number,
): number {
  const out = new Float64Array(3);
  let loss = 0;
  for (let i = from; i < to; i++) {
    const w = weights ? weights[i] : 1;
    derive(scores[i], labels[i], out, w);
    loss += w * out[2];
    if (pairs) {
      pairs[2 * i] = w * out[0];
      pairs[2 * i + 1] = w * out[1];
    }
  }
  return loss;
}
