/**
 * Ridge regression with more columns than rows, by the matrix of inner products of the centred, weighted rows (the dual form): plain
 * loops in float64 on one thread, as such problems are small.
 */
import type { JobContext } from '../../kernels/job.js';
import { symmetricEigen } from './eigen.js';
import type { RidgeJobArgs, RidgeJobResult } from './job-args.js';
import { interceptOf, regularise } from './spectrum.js';

export function solveByRows(context: JobContext<RidgeJobArgs>): RidgeJobResult {
  const { args } = context;
  const { X, cols, rows, targets, outputs, weights, totalWeight, alphas, fitIntercept, heldOut } = args;
  const n = weights.length;
  const rowAt = (i: number) => (rows ? rows[i] : i) * cols;
  const means = new Float64Array(cols + outputs);
  if (fitIntercept) {
    for (let i = 0; i < n; i++) {
      for (let j = 0, p = rowAt(i); j < cols; j++) means[j] += (weights[i] * X[p + j]) / totalWeight;
      for (let k = 0; k < outputs; k++) means[cols + k] += (weights[i] * targets[k * n + i]) / totalWeight;
    }
  }
  /** Row i, centred and times the root of its weight. */
  const centred = (i: number, out: Float64Array) => {
    const root = Math.sqrt(weights[i]);
    for (let j = 0, p = rowAt(i); j < cols; j++) out[j] = root * (X[p + j] - means[j]);
  };
  const inner = new Float64Array(n * n);
  const squares = new Float64Array(cols);
  const [a, b] = [new Float64Array(cols), new Float64Array(cols)];
  for (let i = 0; i < n; i++) {
    context.check();
    centred(i, a);
    for (let j = 0; j < cols; j++) squares[j] += a[j] * a[j];
    for (let other = 0; other <= i; other++) {
      centred(other, b);
      let sum = 0;
      for (let j = 0; j < cols; j++) sum += a[j] * b[j];
      inner[i * n + other] = inner[other * n + i] = sum;
    }
  }
  context.report({ phase: 'fit', step: 1, total: 2 });
  const { values, vectors } = symmetricEigen(inner, n, () => context.check());
  const singular = regularise(values, alphas);
  const residualTargets = Float64Array.from({ length: outputs * n }, (_, at) => {
    const i = at % n;
    return Math.sqrt(weights[i]) * (targets[at] - means[cols + Math.floor(at / n)]);
  });
  const turned = new Float64Array(outputs * n);
  for (let k = 0; k < outputs; k++) {
    for (let v = 0; v < n; v++) {
      for (let i = 0; i < n; i++) turned[k * n + v] += vectors[v * n + i] * residualTargets[k * n + i];
    }
  }
  const share = fitIntercept ? 1 / totalWeight : 0;
  /** Weighted sum of squared leave-one-out errors; writes the predictions where `keep` says so. */
  const leaveOneOut = (alpha: number, keep: boolean): number => {
    let total = 0;
    for (let i = 0; i < n; i++) {
      let leverage = weights[i] * share;
      for (let v = 0; v < n; v++) leverage += vectors[v * n + i] ** 2 * shrunk(values[v], alpha);
      for (let k = 0; k < outputs; k++) {
        let residual = residualTargets[k * n + i];
        for (let v = 0; v < n; v++) residual -= vectors[v * n + i] * shrunk(values[v], alpha) * turned[k * n + v];
        const error = residual / (1 - leverage);
        total += error * error;
        if (keep) heldOut[k * n + i] = targets[k * n + i] - error / Math.sqrt(weights[i]);
      }
    }
    return total / (totalWeight * outputs);
  };
  const errors = Float64Array.from(alphas.length > 1 ? alphas : [], (alpha) => leaveOneOut(alpha, false));
  const best = errors.reduce((at, error, position) => (error < errors[at] ? position : at), 0);
  if (heldOut.length > 0) leaveOneOut(alphas[best], true);
  const result = new Float64Array(outputs * cols);
  for (let i = 0; i < n; i++) {
    centred(i, a);
    for (let k = 0; k < outputs; k++) {
      let factor = 0;
      for (let v = 0; v < n; v++) factor += (vectors[v * n + i] * turned[k * n + v]) / (values[v] + alphas[best]);
      for (let j = 0; j < cols; j++) result[k * cols + j] += factor * a[j];
    }
  }
  context.report({ phase: 'fit', step: 2, total: 2 });
  const deviation = squares.map((square) => Math.sqrt(square / totalWeight));
  return { weights: result, intercept: interceptOf(result, means, cols, outputs), deviation, best, errors, singular };
}

/** value / (value + alpha); an infinite value stands for a direction that is left out. */
function shrunk(value: number, alpha: number): number {
  return value === Number.POSITIVE_INFINITY ? 0 : value / (value + alpha);
}
