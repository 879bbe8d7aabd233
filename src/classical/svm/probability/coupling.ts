/** Class probabilities from those of pairs: the second method of Wu, Lin and Weng, "Probability Estimates for Multi-class Classification by Pairwise Coupling" (JMLR 2004). */

/** Probabilities of pairs are kept this far from 0 and 1. */
const LEAST = 1e-7;

/**
 * Writes the k probabilities p that minimise the sum over pairs of (r_ji p_i - r_ij p_j)^2 to `out` at `to`; `pairs[p]` is the
 * probability of the first class in pair p of (0,1), (0,2), ..., (1,2), ... Stops as libsvm does, at a violation of 0.005 / k.
 */
export function couplePairs(pairs: Float64Array, k: number, out: Float64Array | Float32Array, to: number): void {
  const r = new Float64Array(k * k);
  for (let i = 0, pair = 0; i < k; i++) {
    for (let j = i + 1; j < k; j++, pair++) {
      r[i * k + j] = Math.min(Math.max(pairs[pair], LEAST), 1 - LEAST);
      r[j * k + i] = 1 - r[i * k + j];
    }
  }
  const q = new Float64Array(k * k);
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++) {
      if (j === i) continue;
      q[i * k + i] += r[j * k + i] * r[j * k + i];
      q[i * k + j] = -r[j * k + i] * r[i * k + j];
    }
  }
  const p = solve(q, k);
  for (let i = 0; i < k; i++) out[to + i] = p[i];
}

function solve(q: Float64Array, k: number): Float64Array {
  const p = new Float64Array(k).fill(1 / k);
  const qp = new Float64Array(k);
  const tolerance = 0.005 / k;
  for (let iteration = 0; iteration < Math.max(100, k); iteration++) {
    let pqp = 0;
    for (let i = 0; i < k; i++) {
      qp[i] = 0;
      for (let j = 0; j < k; j++) qp[i] += q[i * k + j] * p[j];
      pqp += p[i] * qp[i];
    }
    let worst = 0;
    for (let i = 0; i < k; i++) worst = Math.max(worst, Math.abs(qp[i] - pqp));
    if (worst < tolerance) break;
    for (let i = 0; i < k; i++) {
      // p_i moves to the optimum of its own, then p is made to sum to 1 again, and Qp and p'Qp follow.
      const step = (pqp - qp[i]) / q[i * k + i];
      p[i] += step;
      pqp = (pqp + step * (step * q[i * k + i] + 2 * qp[i])) / (1 + step) / (1 + step);
      for (let j = 0; j < k; j++) {
        qp[j] = (qp[j] + step * q[i * k + j]) / (1 + step);
        p[j] /= 1 + step;
      }
    }
  }
  return p;
}
