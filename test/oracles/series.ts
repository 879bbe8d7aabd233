/** Statistics of one series by their definitions: every window is cut out and computed afresh, every weight is summed over all rows. */
import type { RollingSpec } from '../../src/preprocessing/rolling.js';

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

/** Linear interpolation between order statistics of all values; NaN for none. */
export function quantileOracle(values: readonly number[], level: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const position = level * (sorted.length - 1);
  const low = Math.floor(position);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (sorted[high] - sorted[low]) * (position - low);
}

function standardDeviation(x: readonly number[]): number {
  if (x.length < 2) return Number.NaN;
  if (x.every((value) => value === x[0])) return 0;
  const mean = sum(x) / x.length;
  return Math.sqrt(sum(x.map((value) => (value - mean) ** 2)) / (x.length - 1));
}

function skewness(x: readonly number[]): number {
  const n = x.length;
  if (n < 3 || x.every((value) => value === x[0])) return Number.NaN;
  const mean = sum(x) / n;
  // Skewness does not depend on the unit; this one keeps third powers of tiny values above the smallest number.
  const unit = Math.max(...x.map((value) => Math.abs(value - mean)));
  const m2 = sum(x.map((value) => ((value - mean) / unit) ** 2)) / n;
  const m3 = sum(x.map((value) => ((value - mean) / unit) ** 3)) / n;
  return ((Math.sqrt(n * (n - 1)) / (n - 2)) * m3) / m2 ** 1.5;
}

function statisticOf(x: readonly number[], current: number, { statistic, quantile }: RollingSpec): number {
  switch (statistic) {
    case 'count':
      return x.length;
    case 'sum':
      return sum(x);
    case 'mean':
      return sum(x) / x.length;
    case 'std':
      return standardDeviation(x);
    case 'zscore': {
      const z = (current - sum(x) / x.length) / standardDeviation(x);
      return Number.isFinite(z) ? z : Number.NaN;
    }
    case 'skew':
      return skewness(x);
    case 'min':
      return Math.min(...x);
    case 'max':
      return Math.max(...x);
    case 'median':
      return quantileOracle(x, 0.5);
    case 'quantile':
      return quantileOracle(x, quantile ?? 0.5);
  }
}

/** The statistic over values[i - window + 1 .. i] for each i: O(n * window). */
export function rollingOracle(values: readonly number[], spec: RollingSpec): number[] {
  return values.map((current, i) => {
    const x = values.slice(Math.max(0, i + 1 - spec.window), i + 1).filter((value) => !Number.isNaN(value));
    return x.length < spec.minPeriods ? Number.NaN : statisticOf(x, current, spec);
  });
}

/** values[i - periods], NaN before the start. */
export const lagOracle = (values: readonly number[], periods: number): number[] =>
  values.map((_, i) => (i >= periods ? values[i - periods] : Number.NaN));

/** Mean and bias-corrected deviation with weight (1 - alpha)^age over all known values so far: O(n * n). */
export function ewmOracle(
  values: readonly number[],
  { statistic, alpha, minPeriods }: { statistic: 'mean' | 'std'; alpha: number; minPeriods: number },
): number[] {
  return values.map((_, i) => {
    const known = values.slice(0, i + 1).flatMap((x, j) => (Number.isNaN(x) ? [] : [{ x, w: (1 - alpha) ** (i - j) }]));
    if (known.length < Math.max(minPeriods, statistic === 'std' ? 2 : 1)) return Number.NaN;
    const weight = sum(known.map(({ w }) => w));
    const mean = sum(known.map(({ w, x }) => w * x)) / weight;
    if (statistic === 'mean') return mean;
    // Twice the sum over pairs is weight^2 minus the sum of squares, without their cancellation.
    const pairs = sum(known.flatMap(({ w }, i) => known.slice(i + 1).map((later) => w * later.w)));
    const spread = sum(known.map(({ w, x }) => w * (x - mean) ** 2));
    return Math.sqrt((spread * weight) / (2 * pairs));
  });
}
