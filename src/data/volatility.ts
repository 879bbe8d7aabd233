/** Causal volatility of prices: what barriers are measured in. */
import { alphaOf, ewm } from '../preprocessing/ewm.js';
import { mapSegments } from '../preprocessing/segments.js';
import { assertPrices, type BarContext, barSegments, positiveInteger } from './bars.js';

/** Span and context of an exponentially weighted volatility. */
export interface VolatilityOptions extends BarContext {
  /** Span of the exponential weights in bars: alpha = 2 / (span + 1). Default 100. */
  span?: number;
  /** Returns needed before there is a value. Default 20, or the span if that is less. */
  minPeriods?: number;
}

/**
 * Exponentially weighted standard deviation of one-bar simple returns, (n,); row i uses rows up to i only. NaN while fewer than `minPeriods`
 * returns are known; starts anew with each group and session. Throws `InvalidInputError` for prices that are not positive.
 */
export function ewmVolatility(close: ArrayLike<number>, options: VolatilityOptions = {}): Float64Array {
  const prices = assertPrices('close', close);
  const span = positiveInteger('span', options.span ?? 100);
  const minPeriods = positiveInteger('minPeriods', options.minPeriods ?? Math.min(20, span));
  const spec = { statistic: 'std', alpha: alphaOf({ span }), minPeriods } as const;
  return mapSegments(prices, barSegments(prices.length, options), (values) => ewm(barReturns(values), spec));
}

/** close[i] / close[i - 1] - 1; NaN for the first. */
function barReturns(close: Float64Array): Float64Array {
  const out = new Float64Array(close.length).fill(Number.NaN);
  for (let i = 1; i < close.length; i++) out[i] = close[i] / close[i - 1] - 1;
  return out;
}
