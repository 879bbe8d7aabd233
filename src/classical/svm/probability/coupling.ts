/** Class probabilities from those of pairs: the second method of Wu, Lin and Weng, "Probability Estimates for Multi-class Classification by Pairwise Coupling" (JMLR 2004). */

/** Probabilities of pairs are kept this far from 0 and 1. */
export const LEAST_PAIR = 1e-7;

/**
 * Writes the k probabilities p that minimise the sum over pairs of (r_ji p_i - r_ij p_j)^2 to `out` at `to`; `pairs[p]` is the
 * probability of the first class in pair p of (0,1), (0,2), ..., (1,2), ... The optimum of p'Qp with sum 1 is proportional to the
 * solution of (Q + 11')p = 1, whose matrix is positive definite: found by elimination, not by libsvm's iteration to 0.005 / k.
 */
export function couplePairs(pairs: Float64Array, k: number, out: Float64Array | Float32Array, to: number): void {
  const r = new Float64Array(k * k);
  for (let i = 0, pair = 0; i < k; i++) {
    for (let j = i + 1; j < k; j++, pair++) {
      r[i * k + j] = Math.min(Math.max(pairs[pair], LEAST_PAIR), 1 - LEAST_PAIR);
      r[j * k + i] = 1 - r[i * k + j];
    }
  }
  const q = new Float64Array(k * k).fill(1);
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++) {
      if (j === i) continue;
      q[i * k + i] += r[j * k + i] * r[j * k + i];
      q[i * k + j] -= r[j * k + i] * r[i * k + j];
    }
  }
  const p = solve(q, k);
  let sum = 0;
  for (let i = 0; i < k; i++) sum += p[i] = Math.max(0, p[i]);
  for (let i = 0; i < k; i++) out[to + i] = p[i] / sum;
}

/** Solves q x = 1 by elimination without pivoting, which a positive definite matrix does not need; `q` is used up. */
function solve(q: Float64Array, k: number): Float64Array {
  const x = new Float64Array(k).fill(1);
  for (let i = 0; i < k; i++) {
    for (let row = i + 1; row < k; row++) {
      const factor = q[row * k + i] / q[i * k + i];
      for (let j = i; j < k; j++) q[row * k + j] -= factor * q[i * k + j];
      x[row] -= factor * x[i];
    }
  }
  for (let i = k - 1; i >= 0; i--) {
    for (let j = i + 1; j < k; j++) x[i] -= q[i * k + j] * x[j];
    x[i] /= q[i * k + i];
  }
  return x;
}
