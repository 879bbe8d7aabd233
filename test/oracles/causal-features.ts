/** Lags, differences, rolling and exponentially weighted statistics straight from their definitions: for each row, the list of rows it may see. */
import type { EwmStatistic, RollingStatistic } from '../../src/preprocessing/options.js';

export interface Rows {
  readonly times?: ArrayLike<number>;
  readonly groups?: ArrayLike<string | number>;
  readonly sessionGap?: number;
}

/** For row i: the rows of its group and session up to and including i, in order. */
export function visible(i: number, { times, groups, sessionGap }: Rows): number[] {
  const mine = Array.from({ length: i + 1 }, (_, j) => j).filter((j) => !groups || groups[j] === groups[i]);
  let start = 0;
  for (let p = 1; p < mine.length; p++) {
    if (sessionGap !== undefined && times && times[mine[p]] - times[mine[p - 1]] > sessionGap) start = p;
  }
  return mine.slice(start);
}

/** A result for each row from the values it may see, oldest first, its own last. */
export function perRow(values: Float64Array, rows: Rows, compute: (seen: number[]) => number): Float64Array {
  return values.map((_, i) => {
    const result = compute(visible(i, rows).map((j) => values[j]));
    return Number.isFinite(result) ? result : Number.NaN;
  });
}

export const lagOf = (periods: number) => (seen: number[]) => seen[seen.length - 1 - periods] ?? Number.NaN;
export const differenceOf = (periods: number) => (seen: number[]) => (seen.at(-1) as number) - lagOf(periods)(seen);
export const changeOf = (periods: number) => (seen: number[]) => (seen.at(-1) as number) / lagOf(periods)(seen) - 1;

const sum = (x: number[]) => x.reduce((a, b) => a + b, 0);
const mean = (x: number[]) => sum(x) / x.length;
const power = (x: number[], p: number) => sum(x.map((v) => (v - mean(x)) ** p));
const spread = (x: number[]) => Math.max(...x) - Math.min(...x);

function statisticOf(x: number[], statistic: RollingStatistic, level: number, current: number): number {
  const n = x.length;
  const sorted = [...x].sort((a, b) => a - b);
  const at = (q: number) => {
    const position = q * (n - 1);
    const low = Math.floor(position);
    return sorted[low] + ((sorted[low + 1] ?? sorted[low]) - sorted[low]) * (position - low);
  };
  const std = n < 2 ? Number.NaN : spread(x) === 0 ? 0 : Math.sqrt(power(x, 2) / (n - 1));
  switch (statistic) {
    case 'mean':
      return mean(x);
    case 'sum':
      return sum(x);
    case 'std':
      return std;
    case 'min':
      return sorted[0];
    case 'max':
      return sorted[n - 1];
    case 'median':
      return at(0.5);
    case 'quantile':
      return at(level);
    case 'count':
      return n;
    case 'zscore':
      return (current - mean(x)) / std;
    case 'skew':
      if (n < 3 || spread(x) === 0) return Number.NaN;
      return (n / ((n - 1) * (n - 2))) * (power(x, 3) / std ** 3);
  }
}

export const rollingOf =
  (statistic: RollingStatistic, window: number, minPeriods: number, level = 0.5) =>
  (seen: number[]): number => {
    const known = seen.slice(-window).filter((v) => !Number.isNaN(v));
    if (known.length < minPeriods || known.length === 0) return Number.NaN;
    return statisticOf(known, statistic, level, seen.at(-1) as number);
  };

export const ewmOf =
  (statistic: EwmStatistic, alpha: number, minPeriods: number) =>
  (seen: number[]): number => {
    const weighted = seen
      .map((value, i) => ({ value, weight: (1 - alpha) ** (seen.length - 1 - i) }))
      .filter(({ value }) => !Number.isNaN(value));
    if (weighted.length < Math.max(minPeriods, 1)) return Number.NaN;
    const total = sum(weighted.map(({ weight }) => weight));
    const center = sum(weighted.map(({ weight, value }) => weight * value)) / total;
    if (statistic === 'mean') return center;
    if (weighted.length < 2) return Number.NaN;
    const squares = sum(weighted.map(({ weight }) => weight * weight));
    const variance = sum(weighted.map(({ weight, value }) => weight * (value - center) ** 2)) / total;
    return Math.sqrt((variance * total * total) / (total * total - squares));
  };
