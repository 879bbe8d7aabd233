/** Slow, plain logistic regression: damped Newton steps on the full Hessian in float64, Math.exp and all. What the engine is compared to. */

export interface PlainProblem {
  readonly X: readonly (readonly number[])[];
  /** Class index. */
  readonly y: readonly number[];
  readonly weights?: readonly number[];
  readonly classes: number;
  /** Infinity: no penalty. */
  readonly C: number;
  readonly fitIntercept: boolean;
}

export interface PlainFit {
  /** For each output: weights, then the intercept. */
  readonly coefficients: number[][];
  readonly objective: number;
}

/** Probabilities of each row; one output means two classes. */
export function plainProbabilities(coefficients: number[][], X: readonly (readonly number[])[]): number[][] {
  return X.map((x) => {
    const scores = coefficients.map((w) => x.reduce((sum, value, j) => sum + value * w[j], w[x.length]));
    const all = scores.length === 1 ? [0, scores[0]] : scores;
    const top = Math.max(...all);
    const e = all.map((s) => Math.exp(s - top));
    const total = e.reduce((a, b) => a + b, 0);
    return e.map((v) => v / total);
  });
}

/** C * sum of weight * log-loss + 0.5 |w|^2 (without a penalty: the sum alone). */
export function plainObjective(problem: PlainProblem, coefficients: number[][]): number {
  const penalised = Number.isFinite(problem.C);
  let loss = 0;
  plainProbabilities(coefficients, problem.X).forEach((p, i) => {
    loss -= (problem.weights?.[i] ?? 1) * Math.log(p[problem.y[i]]);
  });
  if (!penalised) return loss;
  const squares = coefficients.flatMap((w) => w.slice(0, -1)).reduce((sum, w) => sum + w * w, 0);
  return problem.C * loss + 0.5 * squares;
}

export function plainLogistic(problem: PlainProblem): PlainFit {
  const outputs = problem.classes === 2 ? 1 : problem.classes;
  const size = problem.X[0].length + 1;
  let coefficients = Array.from({ length: outputs }, () => new Array<number>(size).fill(0));
  let objective = plainObjective(problem, coefficients);
  for (let step = 0; step < 200; step++) {
    const { gradient, hessian } = derivatives(problem, coefficients);
    const direction = solve(hessian, gradient);
    let factor = 1;
    let next = coefficients;
    let value = objective;
    for (; factor > 1e-12; factor /= 2) {
      const share = factor;
      next = coefficients.map((w, k) => w.map((v, j) => v - share * direction[k * size + j]));
      value = plainObjective(problem, next);
      if (value <= objective) break;
    }
    const change = Math.max(...direction.map(Math.abs));
    if (value <= objective) {
      coefficients = next;
      objective = value;
    }
    if (change < 1e-12) break;
  }
  return { coefficients: centred(coefficients, problem), objective };
}

/** What a common shift of all outputs leaves open (intercepts; without a penalty, weights too) is taken to sum to 0. */
function centred(coefficients: number[][], { C, X }: PlainProblem): number[][] {
  if (coefficients.length === 1) return coefficients;
  return coefficients.map((w) =>
    w.map((value, j) => {
      if (Number.isFinite(C) && j < X[0].length) return value;
      return value - coefficients.reduce((sum, other) => sum + other[j], 0) / coefficients.length;
    }),
  );
}

function derivatives(problem: PlainProblem, coefficients: number[][]): { gradient: number[]; hessian: number[][] } {
  const { X, y, weights, C, fitIntercept } = problem;
  const outputs = coefficients.length;
  const size = X[0].length + 1;
  const penalised = Number.isFinite(C);
  const strength = penalised ? C : 1;
  const n = outputs * size;
  const gradient = new Array<number>(n).fill(0);
  const hessian = Array.from({ length: n }, () => new Array<number>(n).fill(0));
  plainProbabilities(coefficients, X).forEach((all, i) => {
    const p = outputs === 1 ? [all[1]] : all;
    const weight = strength * (weights?.[i] ?? 1);
    const x = [...X[i], fitIntercept ? 1 : 0];
    for (let a = 0; a < outputs; a++) {
      const target = (outputs === 1 ? y[i] === 1 : y[i] === a) ? 1 : 0;
      for (let j = 0; j < size; j++) gradient[a * size + j] += weight * (p[a] - target) * x[j];
      for (let b = 0; b < outputs; b++) {
        const h = weight * p[a] * ((a === b ? 1 : 0) - p[b]);
        for (let j = 0; j < size; j++)
          for (let l = 0; l < size; l++) hessian[a * size + j][b * size + l] += h * x[j] * x[l];
      }
    }
  });
  for (let a = 0; a < outputs; a++) {
    for (let j = 0; j < size; j++) {
      const at = a * size + j;
      const isWeight = j < size - 1;
      if (penalised && isWeight) gradient[at] += coefficients[a][j];
      // The intercepts of several outputs have a common shift that changes nothing: a little ridge keeps the step finite.
      hessian[at][at] += penalised && isWeight ? 1 : 1e-9;
    }
  }
  return { gradient, hessian };
}

/** Gaussian elimination with row exchange. */
function solve(matrix: number[][], right: number[]): number[] {
  const n = right.length;
  const a = matrix.map((row, i) => [...row, right[i]]);
  for (let c = 0; c < n; c++) {
    let pivot = c;
    for (let r = c + 1; r < n; r++) if (Math.abs(a[r][c]) > Math.abs(a[pivot][c])) pivot = r;
    [a[c], a[pivot]] = [a[pivot], a[c]];
    for (let r = c + 1; r < n; r++) {
      const factor = a[r][c] / a[c][c];
      if (factor !== 0) for (let k = c; k <= n; k++) a[r][k] -= factor * a[c][k];
    }
  }
  const x = new Array<number>(n).fill(0);
  for (let r = n - 1; r >= 0; r--) {
    let value = a[r][n];
    for (let k = r + 1; k < n; k++) value -= a[r][k] * x[k];
    x[r] = value / a[r][r];
  }
  return x;
}
