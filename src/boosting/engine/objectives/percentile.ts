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

/** Position alpha (n - 1), counted from 0, between its neighbours (type 7 of Hyndman and Fan, 1996). */
function lightgbmRank(sorted: Float64Array, alpha: number): number {
  const position = alpha * (sorted.length - 1);
  const below = Math.min(Math.floor(position), sorted.length - 2);
  return sorted[below] + (position - below) * (sorted[below + 1] - sorted[below]);
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
 * The first value at which the weight, summed from the smallest on, reaches (XGBoost) or passes (LightGBM) the share alpha. As
 * LightGBM has it, a value of weight 1 or more is approached in proportion from the one before; for smaller weights LightGBM
 * takes the one before itself, which lies below the percentile, and this does not.
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
