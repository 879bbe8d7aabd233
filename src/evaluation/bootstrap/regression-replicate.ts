/** Resampled errors of values. */
import type { Replicate, ReplicateInput } from './replicate-input.js';

const NAMES = ['mae', 'mse', 'rmse', 'r2', 'mape'] as const;

export function regressionReplicate({ y, predictions, weights }: ReplicateInput): Replicate {
  const n = y.length;
  // Squares of differences from the mean of all rows: small numbers, whatever the level of y.
  let total = 0;
  for (let i = 0; i < n; i++) total += y[i];
  const centre = total / n;
  const relative = y.every((v) => v !== 0) ? y.map((v, i) => Math.abs(v - predictions[i]) / Math.abs(v)) : undefined;
  return {
    names: NAMES,
    compute(counts, out, at) {
      let weight = 0;
      let absolute = 0;
      let squared = 0;
      let first = 0;
      let second = 0;
      let share = 0;
      let low = Number.POSITIVE_INFINITY;
      let high = Number.NEGATIVE_INFINITY;
      for (let i = 0; i < n; i++) {
        if (counts[i] === 0) continue;
        const w = weights ? counts[i] * weights[i] : counts[i];
        const value = y[i];
        const error = value - predictions[i];
        const d = value - centre;
        weight += w;
        absolute += w * Math.abs(error);
        squared += w * error * error;
        first += w * d;
        second += w * d * d;
        if (relative) share += w * relative[i];
        if (w > 0 && value < low) low = value;
        if (w > 0 && value > high) high = value;
      }
      const spread = second - (first * first) / weight;
      out[at] = absolute / weight;
      out[at + 1] = squared / weight;
      out[at + 2] = Math.sqrt(squared / weight);
      out[at + 3] = low < high && spread > 0 ? 1 - squared / spread : Number.NaN;
      out[at + 4] = relative ? share / weight : Number.NaN;
    },
  };
}
