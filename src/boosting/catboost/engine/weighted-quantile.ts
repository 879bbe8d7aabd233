/** Quantiles of weighted values. */
import { descendingOrder } from '../../../metrics/ranking.js';

/** The smallest value up to which at least the share `alpha` of the weight lies; 0 of none. Equal values keep their order. */
export function weightedQuantile(values: Float64Array, weights: Float64Array | undefined, alpha: number): number {
  if (values.length === 0) return 0;
  if (!weights) {
    const sorted = values.slice().sort();
    return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(alpha * sorted.length) - 1))];
  }
  const order = descendingOrder(values.map((value) => -value));
  let total = 0;
  for (const i of order) total += weights[i];
  let sum = 0;
  for (const i of order) {
    sum += weights[i];
    if (sum >= alpha * total) return values[i];
  }
  return values[order[order.length - 1]];
}
