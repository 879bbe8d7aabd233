/** Random classification problems for the tests of logistic regression. */
import { Matrix } from '../../../src/core/matrix.js';
import { Random } from '../../../src/core/random.js';

export interface RandomProblem {
  readonly X: Matrix;
  readonly y: Float64Array;
  readonly weights: Float32Array;
  readonly classes: number[];
}

/** Normal features (times `scale` by column), labels that depend on them, weights in [0.5, 2). Every class occurs. */
export function randomProblem(
  seed: number,
  rows: number,
  cols: number,
  classes: number,
  scale: (column: number) => number = () => 1,
): RandomProblem {
  const random = new Random(seed);
  const truth = Float64Array.from({ length: cols * classes }, () => random.normal());
  const X = Matrix.zeros(rows, cols);
  const y = new Float64Array(rows);
  const weights = new Float32Array(rows);
  for (let i = 0; i < rows; i++) {
    const z = Array.from({ length: cols }, () => random.normal());
    for (let j = 0; j < cols; j++) X.data[i * cols + j] = z[j] * scale(j);
    let best = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < classes; k++) {
      let score = 2 * random.normal();
      for (let j = 0; j < cols; j++) score += (z[j] * truth[k * cols + j]) / Math.sqrt(cols);
      if (score > best) {
        best = score;
        y[i] = k;
      }
    }
    if (i < classes) y[i] = i;
    weights[i] = 0.5 + 1.5 * random.float();
  }
  return { X, y, weights, classes: Array.from({ length: classes }, (_, k) => k) };
}

export function toRows(X: Matrix): number[][] {
  return Array.from({ length: X.rows }, (_, i) => [...X.row(i)]);
}

/** Largest absolute difference. */
export function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  for (let i = 0; i < a.length; i++) worst = Math.max(worst, Math.abs(a[i] - b[i]));
  return worst;
}
