/** The score of training rows by the trees that did not see them. */
import type { FitData } from '../../model/types.js';

/** Accuracy or R² of `means` (n * outputs), rows of NaN left out; NaN if there are no others. Each row counts 1, as in scikit-learn. */
export function outOfBagScore(means: Float64Array, { y, classes }: FitData): number {
  const outputs = Math.max(1, classes.length);
  const rows = Array.from(y.keys()).filter((i) => !Number.isNaN(means[i * outputs]));
  if (rows.length === 0) return Number.NaN;
  if (classes.length > 0) return rows.filter((i) => largest(means, i * outputs, outputs) === y[i]).length / rows.length;
  const mean = rows.reduce((sum, i) => sum + y[i], 0) / rows.length;
  const spread = rows.reduce((sum, i) => sum + (y[i] - mean) ** 2, 0);
  const error = rows.reduce((sum, i) => sum + (y[i] - means[i]) ** 2, 0);
  return spread > 0 ? 1 - error / spread : error === 0 ? 1 : 0;
}

function largest(values: Float64Array, offset: number, count: number): number {
  let best = 0;
  for (let k = 1; k < count; k++) if (values[offset + k] > values[offset + best]) best = k;
  return best;
}
