/** Intervals from the values of resamples. */
import { erfc } from '../../core/math.js';
import { mean, quantileOfSorted } from '../../metrics/sums.js';
import { inverseNormal } from '../../preprocessing/normal.js';
import type { MetricInterval } from '../validation-metrics.js';

export interface IntervalInput {
  /** (samples,) NaN where the statistic is undefined. */
  readonly values: Float64Array;
  readonly level: number;
  /** For bias-corrected and accelerated intervals: the statistic of all rows, and without each part of them. */
  readonly bca?: { readonly estimate: number; readonly without: Float64Array };
}

/** Undefined where fewer than half of the resamples have a value, or none: what is left would not stand for the rest. */
export function intervalOf({ values, level, bca }: IntervalInput): MetricInterval | undefined {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  if (sorted.length === 0 || sorted.length * 2 < values.length) return undefined;
  const tail = (1 - level) / 2;
  const accelerated = bca && acceleratedTails(sorted, tail, bca);
  const [low, high] = accelerated ?? [tail, 1 - tail];
  const centre = mean(sorted);
  return {
    lower: quantileOfSorted(sorted, low),
    upper: quantileOfSorted(sorted, high),
    level,
    method: accelerated ? 'bca' : 'percentile',
    standardError: Math.sqrt(mean(sorted.map((v) => (v - centre) ** 2))),
    samples: sorted.length,
    undefinedSamples: values.length - sorted.length,
  };
}

/**
 * Which quantiles a BCa interval takes (Efron, 1987): the bias is the share of resamples below the estimate (ties half), the acceleration
 * comes from leaving parts of the rows out. Undefined where all resamples lie on one side: then there is nothing to correct by.
 */
function acceleratedTails(
  sorted: Float64Array,
  tail: number,
  { estimate, without }: NonNullable<IntervalInput['bca']>,
): [number, number] | undefined {
  let below = 0;
  for (const value of sorted) below += value < estimate ? 1 : value === estimate ? 0.5 : 0;
  const bias = inverseNormal(below / sorted.length);
  const acceleration = accelerationOf(without);
  if (!Number.isFinite(bias) || !Number.isFinite(acceleration)) return undefined;
  const shifted = (z: number) => normalShare(bias + (bias + z) / (1 - acceleration * (bias + z)));
  const ends: [number, number] = [shifted(inverseNormal(tail)), shifted(inverseNormal(1 - tail))];
  return ends[0] <= ends[1] ? ends : undefined;
}

/** Skewness of the jackknife values over 6; 0 where they are all alike. */
function accelerationOf(without: Float64Array): number {
  const known = without.filter((value) => !Number.isNaN(value));
  const centre = mean(known);
  const apart = known.map((value) => centre - value);
  const squares = mean(apart.map((d) => d * d)) * known.length;
  const cubes = mean(apart.map((d) => d * d * d)) * known.length;
  return squares === 0 ? 0 : cubes / (6 * squares * Math.sqrt(squares));
}

/** Share of a standard normal below z. */
export const normalShare = (z: number): number => (z < 0 ? erfc(-z / Math.SQRT2) / 2 : 1 - erfc(z / Math.SQRT2) / 2);

/** Two-sided p-value of "no difference" from resampled differences: the share beyond 0 on the rarer side, twice; never 0. */
export function bootstrapPValue(values: Float64Array): number {
  let atMost = 1;
  let atLeast = 1;
  let known = 1;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    known++;
    if (value <= 0) atMost++;
    if (value >= 0) atLeast++;
  }
  return Math.min(1, (2 * Math.min(atMost, atLeast)) / known);
}
