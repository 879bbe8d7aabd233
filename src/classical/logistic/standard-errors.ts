/**
 * Standard errors of Wald: square roots of the diagonal of the inverse of the observed information, the second derivatives of the
 * weighted log-likelihood at the optimum (with an L2 penalty: of the penalised one).
 */
import type { LogisticJobArgs } from './job-args.js';
import type { Objective } from './objective.js';
import { cholesky } from './preconditioner.js';
import { sum } from './row-store.js';

/**
 * As coefficients: for each output `cols` weights and the intercept. Softmax outputs are those that sum to 0, as trained. NaN for a
 * constant column; NaN for all where the rows do not determine the coefficients.
 */
export function standardErrors(objective: Objective, args: LogisticJobArgs, x: Float64Array): Float64Array {
  const { cols, outputs, fitIntercept } = args;
  const basis = outputs > 1 && !args.oneVsRest ? helmert(outputs) : identity(outputs);
  const { scale, center, idle } = objective.coordinates;
  const free: number[] = [];
  for (let j = 0; j <= cols; j++) if (j < cols ? !idle[j] : fitIntercept) free.push(j);
  const total = sum(args.weights);
  const { l2 } = args.path[args.path.length - 1];
  const information = reduced(objective, args, x, basis, free);
  const ridge = free.map((j) => (j < cols ? l2 / (scale[j] * scale[j]) : 0));
  const size = information.length / (basis.length * free.length);
  const diagonal = Float64Array.from({ length: size }, (_, i) => information[i * size + i] + ridge[i % free.length]);
  const result = new Float64Array(outputs * (cols + 1)).fill(Number.NaN);
  const factor = factorised(information, diagonal);
  if (!factor) return result;
  // The variance of a linear combination v of the reduced coordinates is |L^-1 v|^2 / total weight.
  for (let k = 0; k < outputs; k++) {
    for (const [at, j] of free.entries()) {
      const v = new Float64Array(size);
      basis.forEach((row, e) => {
        const part = e * free.length;
        if (j < cols) v[part + at] = row[k] / scale[j];
        else for (const [p, i] of free.entries()) v[part + p] = row[k] * (i < cols ? -center[i] / scale[i] : 1);
      });
      result[k * (cols + 1) + j] = Math.sqrt(squaredLength(factor, v) / total);
    }
  }
  return result;
}

/** Basis^T information basis, the columns that count only; blocks of one basis vector follow each other. */
function reduced(
  objective: Objective,
  { cols, outputs, oneVsRest }: LogisticJobArgs,
  x: Float64Array,
  basis: readonly Float64Array[],
  free: readonly number[],
): Float64Array {
  const m = free.length;
  const size = basis.length * m;
  const out = new Float64Array(size * size);
  for (let k = 0; k < outputs; k++) {
    for (let l = 0; l <= k; l++) {
      if (oneVsRest && l < k) continue;
      const block = objective.secondDerivatives(x, k, l);
      for (let e = 0; e < basis.length; e++) {
        for (let f = 0; f < basis.length; f++) {
          const own = basis[e][k] * basis[f][l];
          const factor = k === l ? own : own + basis[e][l] * basis[f][k];
          if (factor === 0) continue;
          for (let a = 0; a < m; a++) {
            const row = (e * m + a) * size + f * m;
            for (let b = 0; b < m; b++) out[row + b] += factor * block[free[a] * (cols + 1) + free[b]];
          }
        }
      }
    }
  }
  return out;
}

/** Share of a diagonal entry below which a pivot counts as 0: the column is a combination of others. */
const SINGULAR = 1e-10;

function factorised(matrix: Float64Array, diagonal: Float64Array): Float64Array | undefined {
  const n = diagonal.length;
  const L = cholesky(matrix, 1, diagonal);
  if (!L) return undefined;
  for (let i = 0, row = 0; i < n; row += ++i) if (!(L[row + i] ** 2 > SINGULAR * diagonal[i])) return undefined;
  return L;
}

/** |L^-1 v|^2; overwrites v. */
function squaredLength(L: Float64Array, v: Float64Array): number {
  let length = 0;
  for (let i = 0, row = 0; i < v.length; row += ++i) {
    let value = v[i];
    for (let k = 0; k < i; k++) value -= L[row + k] * v[k];
    v[i] = value / L[row + i];
    length += v[i] * v[i];
  }
  return length;
}

/** Orthonormal rows that sum to 0, one fewer than outputs. */
function helmert(outputs: number): Float64Array[] {
  return Array.from({ length: outputs - 1 }, (_, e) => {
    const row = new Float64Array(outputs);
    const length = Math.sqrt((e + 1) * (e + 2));
    row.fill(1 / length, 0, e + 1);
    row[e + 1] = -(e + 1) / length;
    return row;
  });
}

function identity(outputs: number): Float64Array[] {
  return Array.from({ length: outputs }, (_, k) => {
    const row = new Float64Array(outputs);
    row[k] = 1;
    return row;
  });
}
