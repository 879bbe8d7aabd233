/** Logistic regression of one or two columns on targets between 0 and 1, by damped Newton steps: what sigmoid calibrators fit. */
import { sigmoid, softplus } from '../core/math.js';

const MOST_STEPS = 100;
const HALVINGS = 50;

/**
 * Minimises sum of weight * (log(1 + e^s) - target * s) with s = offset + sum of slope_j * column_j. Targets strictly between 0 and 1 on both
 * sides of every threshold make the minimum finite. Columns may have any scale; a constant one gets slope 0.
 */
export function fitSmallLogistic(
  columns: readonly Float64Array[],
  targets: Float64Array,
  weights: Float64Array,
): { slopes: number[]; offset: number } {
  const n = targets.length;
  const total = weights.reduce((a, b) => a + b, 0);
  const frames = columns.map((column) => standardise(column, weights, total));
  const size = columns.length + 1;
  const theta = new Float64Array(size);
  const valueAt = (point: Float64Array): number => {
    let value = 0;
    for (let i = 0; i < n; i++) {
      const s = scoreOf(frames, point, i);
      value += weights[i] * (softplus(s) - targets[i] * s);
    }
    return value / total;
  };
  let value = valueAt(theta);
  for (let step = 0; step < MOST_STEPS; step++) {
    const { gradient, hessian } = derivatives(frames, targets, weights, total, theta);
    const direction = solve(hessian, gradient, size);
    let factor = 1;
    let moved = false;
    for (let h = 0; h < HALVINGS && !moved; h++, factor /= 2) {
      const next = theta.map((t, j) => t - factor * direction[j]);
      const trial = valueAt(next);
      // Up to rounding: at the end differences of the value mean nothing.
      if (!(trial <= value + 1e-15 * Math.abs(value))) continue;
      theta.set(next);
      value = trial;
      moved = true;
    }
    if (!moved || direction.every((d) => Math.abs(d) < 1e-12)) break;
  }
  const slopes = frames.map(({ scale }, j) => theta[j] / scale);
  const offset = slopes.reduce((sum, slope, j) => sum - slope * frames[j].mean, theta[size - 1]);
  return { slopes, offset };
}

interface Frame {
  readonly values: Float64Array;
  readonly mean: number;
  readonly scale: number;
}

function standardise(column: Float64Array, weights: Float64Array, total: number): Frame {
  let mean = 0;
  for (let i = 0; i < column.length; i++) mean += (weights[i] * column[i]) / total;
  let variance = 0;
  for (let i = 0; i < column.length; i++) variance += (weights[i] * (column[i] - mean) ** 2) / total;
  const scale = variance > 1e-24 * mean * mean ? Math.sqrt(variance) : Number.POSITIVE_INFINITY;
  return { values: column.map((value) => (value - mean) / scale), mean, scale };
}

function scoreOf(frames: readonly Frame[], theta: Float64Array, i: number): number {
  let s = theta[frames.length];
  for (let j = 0; j < frames.length; j++) s += theta[j] * frames[j].values[i];
  return s;
}

function derivatives(
  frames: readonly Frame[],
  targets: Float64Array,
  weights: Float64Array,
  total: number,
  theta: Float64Array,
): { gradient: Float64Array; hessian: Float64Array } {
  const size = theta.length;
  const gradient = new Float64Array(size);
  const hessian = new Float64Array(size * size);
  const z = new Float64Array(size);
  z[size - 1] = 1;
  for (let i = 0; i < targets.length; i++) {
    for (let j = 0; j < frames.length; j++) z[j] = frames[j].values[i];
    const p = sigmoid(scoreOf(frames, theta, i));
    const residual = (weights[i] * (p - targets[i])) / total;
    const curvature = (weights[i] * p * (1 - p)) / total;
    for (let a = 0; a < size; a++) {
      gradient[a] += residual * z[a];
      for (let b = 0; b < size; b++) hessian[a * size + b] += curvature * z[a] * z[b];
    }
  }
  // Keeps the system solvable where columns are constant or alike.
  for (let a = 0; a < size; a++) hessian[a * size + a] += 1e-12;
  return { gradient, hessian };
}

/** Gaussian elimination with the largest pivot, the first on ties. */
function solve(matrix: Float64Array, right: Float64Array, n: number): Float64Array {
  const a = matrix.slice();
  const x = right.slice();
  for (let c = 0; c < n; c++) {
    let pivot = c;
    for (let r = c + 1; r < n; r++) if (Math.abs(a[r * n + c]) > Math.abs(a[pivot * n + c])) pivot = r;
    for (let k = 0; k < n; k++) [a[c * n + k], a[pivot * n + k]] = [a[pivot * n + k], a[c * n + k]];
    [x[c], x[pivot]] = [x[pivot], x[c]];
    for (let r = c + 1; r < n; r++) {
      const factor = a[r * n + c] / a[c * n + c];
      for (let k = c; k < n; k++) a[r * n + k] -= factor * a[c * n + k];
      x[r] -= factor * x[c];
    }
  }
  for (let c = n - 1; c >= 0; c--) {
    for (let k = c + 1; k < n; k++) x[c] -= a[c * n + k] * x[k];
    x[c] /= a[c * n + c];
  }
  return x;
}
