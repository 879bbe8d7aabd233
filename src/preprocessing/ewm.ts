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
  let squaredWeight = 0;
  let mean = 0;
  let spread = 0;
  for (let i = 0; i < values.length; i++) {
    weight *= decay;
    squaredWeight *= decay * decay;
    spread *= decay;
    const x = values[i];
    if (!Number.isNaN(x)) {
      count++;
      weight += 1;
      squaredWeight += 1;
      const d = x - mean;
      mean += d / weight;
      spread += d * (x - mean);
    }
    if (count < minPeriods || count === 0) continue;
    out[i] = known(statistic === 'mean' ? mean : standardDeviation(spread, weight, squaredWeight, count));
  }
  return out;
}

function standardDeviation(spread: number, weight: number, squaredWeight: number, count: number): number {
  if (count < 2) return Number.NaN;
  const correction = weight - squaredWeight / weight;
  return correction > 0 ? Math.sqrt(Math.max(spread, 0) / correction) : Number.NaN;
}
