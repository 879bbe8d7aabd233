/** What is learned about each column from the training rows, and on record about those rows. */
import type { CategoricalColumn } from '../core/column.js';
import { quantiles } from './order-statistics.js';

/** Statistics of one numeric column over its known values. */
export interface NumericSummary {
  readonly count: number;
  readonly missing: number;
  readonly mean: number;
  /** Divided by the count, not count - 1. */
  readonly standardDeviation: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly median: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
}

/**
 * What the pipeline saw when it was fitted: training rows only. Statistics are of the raw values (before imputation and scaling), unweighted,
 * over known values, and keyed by column name.
 */
export interface TrainStatistics {
  /** Training rows seen by `fit`. */
  readonly rowsSeen: number;
  /** First and last time of those rows (ms since epoch), where times are known. */
  readonly timeRange?: readonly [first: number, last: number];
  readonly means: Readonly<Record<string, number>>;
  /** Population standard deviations (divided by the count). */
  readonly standardDeviations: Readonly<Record<string, number>>;
  readonly medians: Readonly<Record<string, number>>;
  readonly minima: Readonly<Record<string, number>>;
  readonly maxima: Readonly<Record<string, number>>;
  readonly quantiles: Readonly<Record<string, { readonly q25: number; readonly q75: number }>>;
  /** Missing values of every column that became a feature or was dropped for having none or one value. */
  readonly missing: Readonly<Record<string, number>>;
  /** Expressions: rows without a finite result although everything they read is known. */
  readonly undefinedRows: Readonly<Record<string, number>>;
  /** Categories of text columns, sorted. */
  readonly categories: Readonly<Record<string, readonly string[]>>;
  /** Rows of each category, in the order of `categories`. */
  readonly categoryCounts: Readonly<Record<string, readonly number[]>>;
  readonly dropped: readonly { readonly column: string; readonly reason: 'all missing' | 'constant' }[];
}

/** Summary of finite values and NaN; undefined when none is known. `scratch` holds at least as many numbers. */
export function summarize(values: Float64Array, scratch: Float64Array): NumericSummary | undefined {
  let count = 0;
  let sum = 0;
  let minimum = Number.POSITIVE_INFINITY;
  let maximum = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (Number.isNaN(value)) continue;
    scratch[count++] = value;
    sum += value;
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
  }
  if (count === 0) return undefined;
  const known = scratch.subarray(0, count);
  const { mean, variance } = minimum === maximum ? { mean: minimum, variance: 0 } : moments(known, sum / count);
  const [lowerQuartile, median, upperQuartile] = quantiles(known, [0.25, 0.5, 0.75]);
  const standardDeviation = Math.sqrt(variance);
  const missing = values.length - count;
  return { count, missing, mean, standardDeviation, minimum, maximum, median, lowerQuartile, upperQuartile };
}

/** Mean and variance around a first estimate of the mean; the correction removes most of its rounding error (Chan et al., 1983). */
function moments(values: Float64Array, estimate: number): { mean: number; variance: number } {
  let first = 0;
  let second = 0;
  for (let i = 0; i < values.length; i++) {
    const d = values[i] - estimate;
    first += d;
    second += d * d;
  }
  const shift = first / values.length;
  return { mean: estimate + shift, variance: Math.max(second / values.length - shift * shift, 0) };
}

/** The most frequent known value; the smallest of equally frequent ones. Undefined when none is known. */
export function mostFrequent(values: Float64Array): number | undefined {
  const counts = new Map<number, number>();
  for (const value of values) if (!Number.isNaN(value)) counts.set(value, (counts.get(value) ?? 0) + 1);
  let best: number | undefined;
  let most = 0;
  for (const [value, count] of counts) {
    if (count > most || (count === most && best !== undefined && value < best)) {
      best = value;
      most = count;
    }
  }
  return best;
}

/** Categories that occur, sorted (as numbers when all are numbers), with their counts. */
export function countCategories({ codes, categories }: CategoricalColumn): {
  categories: string[];
  counts: number[];
  missing: number;
} {
  const counts = new Array<number>(categories.length).fill(0);
  let missing = 0;
  for (const code of codes) {
    if (code < 0) missing++;
    else counts[code]++;
  }
  const present = categories.map((name, code) => ({ name, count: counts[code] })).filter(({ count }) => count > 0);
  const numeric = present.every(({ name }) => name.trim() !== '' && Number.isFinite(Number(name)));
  const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  present.sort((a, b) => (numeric ? Number(a.name) - Number(b.name) : 0) || byText(a.name, b.name));
  return { categories: present.map(({ name }) => name), counts: present.map(({ count }) => count), missing };
}
