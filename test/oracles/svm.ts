/** Support vector machines written plainly: a dense kernel matrix in double, the pair that violates most, no cache, no shrinking. */
import type { KernelFunction } from '../../src/classical/svm/kernel.js';

export function kernelMatrix(rows: number[][], { name, gamma, coef0, degree }: KernelFunction): number[][] {
  const dot = (a: number[], b: number[]) => a.reduce((sum, value, j) => sum + value * b[j], 0);
  return rows.map((a) =>
    rows.map((b) => {
      if (name === 'rbf') return Math.exp(-gamma * a.reduce((sum, value, j) => sum + (value - b[j]) ** 2, 0));
      if (name === 'poly') return (gamma * dot(a, b) + coef0) ** degree;
      if (name === 'sigmoid') return Math.tanh(gamma * dot(a, b) + coef0);
      return dot(a, b);
    }),
  );
}

export interface DenseProblem {
  K: number[][];
  z: number[];
  lower: number[];
  upper: number[];
  epsilon: number;
  start?: number[];
  /** Group of each variable, 0 or 1; each group's sum is kept. */
  group?: number[];
}

export interface DenseSolution {
  w: number[];
  objective: number;
  /** Of each group. */
  bias: number[];
}

/** Minimises 0.5 w'Kw - z'w + epsilon |w|_1 in the box, sums kept, to a violation below `tolerance`. */
export function solveDense(problem: DenseProblem, tolerance = 1e-9): DenseSolution {
  const { K, z, lower, upper, epsilon } = problem;
  const n = z.length;
  const w = problem.start?.slice() ?? new Array<number>(n).fill(0);
  const group = problem.group ?? new Array<number>(n).fill(0);
  const error = (i: number) => z[i] - K[i].reduce((sum, value, j) => sum + value * w[j], 0);
  const e = z.map((_, i) => error(i));
  const raised = (i: number) => (w[i] >= upper[i] ? Number.NEGATIVE_INFINITY : e[i] - (w[i] < 0 ? -epsilon : epsilon));
  const lowered = (i: number) => (w[i] <= lower[i] ? Number.POSITIVE_INFINITY : e[i] - (w[i] > 0 ? epsilon : -epsilon));
  const extremes = (g: number) => {
    let [i, j] = [-1, -1];
    for (let t = 0; t < n; t++) {
      if (group[t] !== g) continue;
      if (Number.isFinite(raised(t)) && (i < 0 || raised(t) > raised(i))) i = t;
      if (Number.isFinite(lowered(t)) && (j < 0 || lowered(t) < lowered(j))) j = t;
    }
    return { i, j, violation: i < 0 || j < 0 ? 0 : raised(i) - lowered(j) };
  };
  for (let step = 0; step < 2_000_000; step++) {
    const { i, j, violation } = [extremes(0), extremes(1)].reduce((a, b) => (b.violation > a.violation ? b : a));
    if (violation <= tolerance) break;
    const curvature = Math.max(K[i][i] + K[j][j] - 2 * K[i][j], 1e-12);
    const room = Math.min((w[i] < 0 ? 0 : upper[i]) - w[i], w[j] - (w[j] > 0 ? 0 : lower[j]));
    const delta = Math.min(violation / curvature, room);
    w[i] += delta;
    w[j] -= delta;
    for (let t = 0; t < n; t++) e[t] -= delta * (K[i][t] - K[j][t]);
  }
  const objective = w.reduce((sum, value, i) => sum - 0.5 * value * (z[i] + error(i)) + epsilon * Math.abs(value), 0);
  const bias = [0, 1].map((g) => {
    const { i, j } = extremes(g);
    return i < 0 || j < 0 ? Number.NaN : (raised(i) + lowered(j)) / 2;
  });
  return { w, objective, bias };
}
