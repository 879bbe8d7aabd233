/** The score of training rows by the trees that did not see them. */

/** Accuracy or R² of `means` (n * outputs), rows of NaN left out; NaN if there are no others. Each row counts 1, as in scikit-learn. */
export function outOfBagScore(means: Float64Array, y: Float64Array, classes: number): number {
  return classes > 0 ? accuracyOf(means, y, classes) : determinationOf(means, y);
}

function accuracyOf(means: Float64Array, y: Float64Array, classes: number): number {
  let hits = 0;
  let rows = 0;
  for (let i = 0; i < y.length; i++) {
    const offset = i * classes;
    if (Number.isNaN(means[offset])) continue;
    let best = 0;
    for (let k = 1; k < classes; k++) if (means[offset + k] > means[offset + best]) best = k;
    rows++;
    if (best === y[i]) hits++;
  }
  return hits / rows;
}

function determinationOf(means: Float64Array, y: Float64Array): number {
  let rows = 0;
  let sum = 0;
  let error = 0;
  for (let i = 0; i < y.length; i++) {
    if (Number.isNaN(means[i])) continue;
    rows++;
    sum += y[i];
    error += (y[i] - means[i]) ** 2;
  }
  let spread = 0;
  for (let i = 0; i < y.length; i++) if (!Number.isNaN(means[i])) spread += (y[i] - sum / rows) ** 2;
  if (rows === 0) return Number.NaN;
  return spread > 0 ? 1 - error / spread : error === 0 ? 1 : 0;
}
