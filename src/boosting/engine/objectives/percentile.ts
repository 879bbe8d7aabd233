/** Percentiles of values with weights, in the definitions of the libraries whose leaves are renewed by them. */
import { descendingOrder } from '../../../metrics/ranking.js';
import type { Percentile } from './spec.js';

/** The `alpha` percentile of at least one value; `values` are reordered. Equal values keep their order in sums of weights. */
export function percentile(
  kind: Percentile,
  values: Float64Array,
  weights: Float32Array | Float64Array | undefined,
  alpha: number,
): number {
  if (values.length === 1) return values[0];
  if (weights) return weightedPercentile(kind, values, weights, alpha);
  values.sort();
  return kind === 'lightgbm' ? lightgbmRank(values, alpha) : xgboostRank(values, alpha);
}

/** Counted from the largest: position (1 - alpha) n, between its neighbours. */
function lightgbmRank(sorted: Float64Array, alpha: number): number {
  const n = sorted.length;
  const position = (1 - alpha) * n;
  const whole = Math.floor(position);
  if (whole < 1) return sorted[n - 1];
  if (whole >= n) return sorted[0];
  const above = sorted[n - whole];
  return above - (above - sorted[n - whole - 1]) * (position - whole);
}

/** Position alpha (n + 1), counted from 1, between its neighbours (type 6 of Hyndman and Fan, 1996). */
function xgboostRank(sorted: Float64Array, alpha: number): number {
  const n = sorted.length;
  const position = alpha * (n + 1) - 1;
  if (position <= 0) return sorted[0];
  if (position >= n - 1) return sorted[n - 1];
  const below = Math.floor(position);
  return sorted[below] + (position - below) * (sorted[below + 1] - sorted[below]);
}

/**
 * The first value at which the weight, summed from the smallest on, reaches (XGBoost) or passes (LightGBM) the share alpha.
 * LightGBM goes back towards the value before it, in proportion, where the first one's weight is 1 or more.
 */
function weightedPercentile(kind: Percentile, values: Float64Array, weights: ArrayLike<number>, alpha: number): number {
  const order = descendingOrder(values.map((value) => -value));
  const last = order.length - 1;
  let total = 0;
  for (const row of order) total += weights[row];
  const threshold = alpha * total;
  let before = 0;
  for (let i = 0; i < last; i++) {
    const w = weights[order[i]];
    const sum = before + w;
    const value = values[order[i]];
    if (kind === 'xgboost' && sum >= threshold) return value;
    if (kind === 'lightgbm' && sum > threshold) {
      if (i === 0 || w < 1) return value;
      const below = values[order[i - 1]];
      return below + ((threshold - before) / w) * (value - below);
    }
    before = sum;
  }
  return values[order[last]];
}
