/** Random problems for the tests of support vector machines. */
import { SVM_DEFAULTS, type SVMSettings } from '../../../src/classical/svm/config.js';
import type { SvmData } from '../../../src/classical/svm/plan.js';
import { Matrix } from '../../../src/core/matrix.js';
import { Random } from '../../../src/core/random.js';

/** Normal columns; the class, or the value, is a curved function of the first three plus noise. */
export function randomData(
  seed: number,
  rows: number,
  cols: number,
  classes: number,
): SvmData & { weights: Float32Array } {
  const random = new Random(seed);
  const X = Matrix.zeros(rows, cols);
  for (let p = 0; p < X.data.length; p++) X.data[p] = random.normal();
  const signal = Float64Array.from({ length: rows }, (_, i) => {
    const at = (j: number) => (j < cols ? X.data[i * cols + j] : 0);
    return at(0) + at(1) * at(2) + 0.5 * random.normal();
  });
  const order = [...signal.keys()].sort((a, b) => signal[a] - signal[b]);
  const y = signal.slice();
  if (classes > 0) {
    order.forEach((row, rank) => {
      y[row] = Math.floor((rank * classes) / rows);
    });
  }
  return {
    X,
    y,
    weights: Float32Array.from({ length: rows }, () => 0.5 + 1.5 * random.float()),
    classes: Array.from({ length: classes }, (_, k) => k),
  };
}

export const toRows = (X: Matrix): number[][] => Array.from({ length: X.rows }, (_, i) => [...X.row(i)]);

export const settingsOf = (config: Partial<SVMSettings>): SVMSettings => ({
  ...SVM_DEFAULTS,
  probability: false,
  ...config,
});
