/**
 * Statistics over the last rows of one series in time order, the current row included; missing values are left out.
 * Every window is summed afresh in row order: a running sum would carry rounding from rows outside the window, so that the same window
 * gave different bits in different tables. Cost: rows times window, except min, max, median, quantile and count.
 */

import { known } from './known.js';
import type { RollingStatistic } from './options.js';

export interface RollingSpec {
  readonly statistic: RollingStatistic;
  readonly window: number;
  /** Known values needed; fewer give a missing result. */
  readonly minPeriods: number;
  /** Level of 'quantile', 0 to 1. */
  readonly quantile?: number;
}

/** The known values of a series and, for each row, which of them its window holds. */
interface Walk {
  readonly known: Float64Array;
  /** Known values before row i; length n + 1. */
  readonly before: Uint32Array;
}

/** Result of values[from .. to) (known values only, in time order); `current` is the row's own value. */
type WindowFunction = (values: Float64Array, from: number, to: number, current: number) => number;

/**
 * The statistic of the window that ends at each row. `std` divides by count - 1, `skew` is the adjusted Fisher-Pearson coefficient,
 * `zscore` is (x - mean) / std, `quantile` interpolates linearly; results that need more values than there are, or divide by a zero
 * standard deviation, are missing.
 */
export function rolling(values: Float64Array, spec: RollingSpec): Float64Array {
  const walk = walkOf(values);
  switch (spec.statistic) {
    case 'median':
      return sortedWindows(values, walk, spec, 0.5);
    case 'quantile':
      return sortedWindows(values, walk, spec, spec.quantile ?? 0.5);
    case 'min':
      return extremes(values, walk, spec, (a, b) => a <= b);
    case 'max':
      return extremes(values, walk, spec, (a, b) => a >= b);
    default:
      return eachWindow(values, walk, spec, FUNCTIONS[spec.statistic]);
  }
}

function walkOf(values: Float64Array): Walk {
  const kept = new Float64Array(values.length);
  const before = new Uint32Array(values.length + 1);
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    if (!Number.isNaN(values[i])) kept[count++] = values[i];
    before[i + 1] = count;
  }
  return { known: kept.subarray(0, count), before };
}

function eachWindow(values: Float64Array, walk: Walk, spec: RollingSpec, compute: WindowFunction): Float64Array {
  const out = new Float64Array(values.length).fill(Number.NaN);
  for (let i = 0; i < values.length; i++) {
    const from = walk.before[Math.max(0, i + 1 - spec.window)];
    const to = walk.before[i + 1];
    if (to - from >= spec.minPeriods) out[i] = known(compute(walk.known, from, to, values[i]));
  }
  return out;
}

const sum: WindowFunction = (x, from, to) => {
  let total = 0;
  for (let i = from; i < to; i++) total += x[i];
  return total;
};
const mean: WindowFunction = (x, from, to, current) => sum(x, from, to, current) / (to - from);

/** Sum of ((x - center) / unit)^power over the window. */
function moment(x: Float64Array, from: number, to: number, center: number, power: 2 | 3, unit = 1): number {
  let total = 0;
  for (let i = from; i < to; i++) {
    const d = (x[i] - center) / unit;
    total += power === 2 ? d * d : d * d * d;
  }
  return total;
}

/** Largest distance from the center. */
function reach(x: Float64Array, from: number, to: number, center: number): number {
  let most = 0;
  for (let i = from; i < to; i++) most = Math.max(most, Math.abs(x[i] - center));
  return most;
}

function constant(x: Float64Array, from: number, to: number): boolean {
  for (let i = from + 1; i < to; i++) if (x[i] !== x[from]) return false;
  return true;
}

const std: WindowFunction = (x, from, to, current) => {
  if (to - from < 2) return Number.NaN;
  // Rounding of the mean must not give equal values a spread.
  if (constant(x, from, to)) return 0;
  return Math.sqrt(moment(x, from, to, mean(x, from, to, current), 2) / (to - from - 1));
};

const skew: WindowFunction = (x, from, to, current) => {
  const n = to - from;
  if (n < 3 || constant(x, from, to)) return Number.NaN;
  const center = mean(x, from, to, current);
  // In units of the largest deviation, so that no third power falls below the smallest number.
  const unit = reach(x, from, to, center);
  const m2 = moment(x, from, to, center, 2, unit) / n;
  const m3 = moment(x, from, to, center, 3, unit) / n;
  return ((m3 / (m2 * Math.sqrt(m2))) * Math.sqrt(n * (n - 1))) / (n - 2);
};

const FUNCTIONS: Record<Exclude<RollingStatistic, 'median' | 'quantile' | 'min' | 'max'>, WindowFunction> = {
  count: (_x, from, to) => to - from,
  sum,
  mean,
  std,
  skew,
  zscore: (x, from, to, current) => (current - mean(x, from, to, current)) / std(x, from, to, current),
};

/** Smallest or largest value of each window by a queue of candidates (each better than all later ones). */
function extremes(
  values: Float64Array,
  { known: x, before }: Walk,
  { window, minPeriods }: RollingSpec,
  better: (a: number, b: number) => boolean,
): Float64Array {
  const out = new Float64Array(values.length).fill(Number.NaN);
  const queue = new Uint32Array(x.length);
  let head = 0;
  let tail = 0;
  for (let i = 0; i < values.length; i++) {
    const from = before[Math.max(0, i + 1 - window)];
    const to = before[i + 1];
    if (to > before[i]) {
      while (tail > head && better(x[to - 1], x[queue[tail - 1]])) tail--;
      queue[tail++] = to - 1;
    }
    while (head < tail && queue[head] < from) head++;
    if (to - from >= minPeriods && head < tail) out[i] = x[queue[head]];
  }
  return out;
}

/** Quantile of each window, which is kept sorted: one value comes in and at most one goes out a row. */
function sortedWindows(
  values: Float64Array,
  { known: x, before }: Walk,
  { window, minPeriods }: RollingSpec,
  level: number,
): Float64Array {
  const out = new Float64Array(values.length).fill(Number.NaN);
  const sorted = new Float64Array(Math.min(window, x.length) + 1);
  let size = 0;
  let oldest = 0;
  for (let i = 0; i < values.length; i++) {
    if (before[i + 1] > before[i]) {
      const at = firstNotBelow(sorted, size, x[before[i]]);
      sorted.copyWithin(at + 1, at, size++);
      sorted[at] = x[before[i]];
    }
    for (const from = before[Math.max(0, i + 1 - window)]; oldest < from; oldest++) {
      const at = firstNotBelow(sorted, size, x[oldest]);
      sorted.copyWithin(at, at + 1, size--);
    }
    if (size >= minPeriods && size > 0) out[i] = quantileOfSorted(sorted, size, level);
  }
  return out;
}

function firstNotBelow(sorted: Float64Array, size: number, value: number): number {
  let low = 0;
  let high = size;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Linear interpolation between the two order statistics around `level * (size - 1)`. */
function quantileOfSorted(sorted: Float64Array, size: number, level: number): number {
  const position = level * (size - 1);
  const low = Math.floor(position);
  const high = Math.min(low + 1, size - 1);
  return sorted[low] + (sorted[high] - sorted[low]) * (position - low);
}
