/** Lags and differences of one series in time order. Rows before its start are missing. */
import { known } from './known.js';

/** out[i] = values[i - periods]. */
export function lag(values: Float64Array, periods: number): Float64Array {
  const out = new Float64Array(values.length).fill(Number.NaN, 0, periods);
  if (periods < values.length) out.set(values.subarray(0, values.length - periods), periods);
  return out;
}

/** out[i] = values[i] - values[i - periods]. */
export function difference(values: Float64Array, periods: number): Float64Array {
  const out = lag(values, periods);
  for (let i = 0; i < out.length; i++) out[i] = known(values[i] - out[i]);
  return out;
}

/** out[i] = values[i] / values[i - periods] - 1; missing where the earlier value is 0. */
export function relativeChange(values: Float64Array, periods: number): Float64Array {
  const out = lag(values, periods);
  for (let i = 0; i < out.length; i++) out[i] = known(values[i] / out[i] - 1);
  return out;
}
