/** Quantile transform of one column: values to their rank among the training values, uniform on [0, 1] or normal. */
import { inverseNormal } from './normal.js';
import { interpolate } from './order-statistics.js';

export interface QuantileMap {
  /** Training values at evenly spaced levels, ascending. */
  readonly quantiles: readonly number[];
  readonly output: 'uniform' | 'normal';
}

/** scikit-learn's: what lies this close to an end of the range counts as the end for the normal output. */
const BOUND = 1e-7;
const NORMAL_LOW = inverseNormal(BOUND - Number.EPSILON);
const NORMAL_HIGH = inverseNormal(1 - (BOUND - Number.EPSILON));

/** Quantiles of all values (no subsample) at `count` even levels; `values` (at least one) is sorted in place. */
export function fitQuantileMap(values: Float64Array, count: number): number[] {
  values.sort();
  const last = values.length - 1;
  let highest = Number.NEGATIVE_INFINITY;
  return Array.from({ length: count }, (_, i) => {
    // In the order of operations of numpy's percentile: among ties, the last bit of a position decides how long a plateau is.
    const level = i === count - 1 ? 1 : i * (1 / (count - 1));
    const position = ((level * 100) / 100) * last;
    const k = Math.min(Math.floor(position), last);
    const value = interpolate(values[k], values[Math.min(k + 1, last)], position - k);
    // Rounding of the interpolation must not make a later quantile smaller.
    return (highest = Math.max(highest, value));
  });
}

/** Maps `values` in place; NaN stays NaN, values outside the training range map to its ends. */
export function mapQuantiles({ quantiles, output }: QuantileMap, values: Float64Array): void {
  const first = quantiles[0];
  const last = quantiles[quantiles.length - 1];
  const isFirst = output === 'normal' ? (x: number) => x - BOUND < first : (x: number) => x === first;
  const isLast = output === 'normal' ? (x: number) => x + BOUND > last : (x: number) => x === last;
  for (let i = 0; i < values.length; i++) {
    const x = values[i];
    if (Number.isNaN(x)) continue;
    const level = isFirst(x) ? 0 : isLast(x) ? 1 : levelOf(quantiles, x);
    values[i] = output === 'uniform' ? level : toNormal(level);
  }
}

function toNormal(level: number): number {
  return Math.min(Math.max(inverseNormal(level), NORMAL_LOW), NORMAL_HIGH);
}

/** Level of `x` by linear interpolation; the middle of the levels where several quantiles equal it. */
function levelOf(quantiles: readonly number[], x: number): number {
  const last = quantiles.length - 1;
  if (x <= quantiles[0]) return x < quantiles[0] ? 0 : midLevel(quantiles, 0, x);
  if (x > quantiles[last]) return 1;
  const at = firstNotBelow(quantiles, x);
  if (quantiles[at] === x) return midLevel(quantiles, at, x);
  const low = quantiles[at - 1];
  return (at - 1 + (x - low) / (quantiles[at] - low)) / last;
}

function midLevel(quantiles: readonly number[], from: number, x: number): number {
  let to = from;
  while (to + 1 < quantiles.length && quantiles[to + 1] === x) to++;
  return quantiles.length === 1 ? 0 : (from + to) / 2 / (quantiles.length - 1);
}

function firstNotBelow(quantiles: readonly number[], x: number): number {
  let low = 0;
  let high = quantiles.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (quantiles[middle] < x) low = middle + 1;
    else high = middle;
  }
  return low;
}
