/**
 * Exponentially weighted mean and standard deviation of one series in time order: a value k rows back has weight (1 - alpha)^k,
 * weights normalised over the known values (rows without a value still count as steps).
 */
import { expm1 } from '../core/math.js';
import { known } from './known.js';
import type { EwmStatistic } from './options.js';

export interface EwmSpec {
  readonly statistic: EwmStatistic;
  readonly alpha: number;
  /** Known values needed so far. */
  readonly minPeriods: number;
}

/** alpha of a span, a half-life or itself. */
export function alphaOf(options: { span?: number; halfLife?: number; alpha?: number }): number {
  if (options.alpha !== undefined) return options.alpha;
  if (options.span !== undefined) return 2 / (options.span + 1);
  return -expm1(-Math.LN2 / (options.halfLife ?? 1));
}

/** `std` is the square root of the bias-corrected weighted variance (West, 1979), missing for fewer than two values. */
export function ewm(values: Float64Array, { statistic, alpha, minPeriods }: EwmSpec): Float64Array {
  const out = new Float64Array(values.length).fill(Number.NaN);
  const decay = 1 - alpha;
  let count = 0;
  let weight = 0;
  // Sum over all pairs of known values of the product of their weights: the correction without a difference of nearly equal numbers.
  let pairs = 0;
  let mean = 0;
  let spread = 0;
  for (let i = 0; i < values.length; i++) {
    weight *= decay;
    pairs *= decay * decay;
    spread *= decay;
    const x = values[i];
    if (!Number.isNaN(x)) {
      count++;
      pairs += weight;
      weight += 1;
      const d = x - mean;
      mean += d / weight;
      spread += d * (x - mean);
    }
    if (count < minPeriods || count === 0) continue;
    out[i] = known(statistic === 'mean' ? mean : standardDeviation(spread, weight, pairs));
  }
  return out;
}

/** sqrt of spread / (weight - squares / weight), where weight^2 - squares is twice the sum over pairs; NaN for fewer than two values. */
const standardDeviation = (spread: number, weight: number, pairs: number): number =>
  pairs > 0 ? Math.sqrt((spread * weight) / (2 * pairs)) : Number.NaN;
