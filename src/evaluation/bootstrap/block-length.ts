/**
 * How long runs of neighbours must be for a resample to keep how rows depend on one another: Politis and White (2004), with the correction
 * of Patton, Politis and White (2009).
 */
import { log, pow } from '../../core/math.js';

export interface BlockLengths {
  /** Mean length for the stationary bootstrap. */
  readonly stationary: number;
  /** Length for blocks of one length. */
  readonly circular: number;
}

/** Two-sided 95% of a normal: what a correlation must exceed to count as one. */
const NORMAL_95 = 1.959963984540054;

/**
 * Of a series in time order, (n,). 1 and 1 where it is constant or too short to tell.
 *
 * With m the first lag after which K = max(5, sqrt(log10 n)) correlations in a row are within 1.96 sqrt(log10(n) / n) of 0, sums of
 * autocovariances over 2 m lags under a flat-top window give the length that makes the error of the variance least; it is at most
 * min(3 sqrt(n), n / 3).
 */
export function automaticBlockLength(series: ArrayLike<number>): BlockLengths {
  const n = series.length;
  const covariance = autocovariances(series);
  if (n < 4 || !(covariance(0) > 0)) return { stationary: 1, circular: 1 };
  const log10 = log(n) / Math.LN10;
  const quiet = Math.max(5, Math.ceil(Math.sqrt(log10)));
  const most = Math.min(Math.ceil(Math.sqrt(n)) + quiet, n - 1);
  const bound = NORMAL_95 * Math.sqrt(log10 / n);
  const lag = lastDependentLag(covariance, most, quiet, bound);
  const window = Math.min(2 * lag, most);
  let spectrum = covariance(0);
  let slope = 0;
  for (let k = 1; k <= window; k++) {
    const share = k / window;
    const weight = share <= 0.5 ? 1 : 2 * (1 - share);
    spectrum += 2 * weight * covariance(k);
    slope += 2 * weight * k * covariance(k);
  }
  const longest = Math.ceil(Math.min(3 * Math.sqrt(n), n / 3));
  const length = (divisor: number) =>
    Math.min(longest, Math.max(1, pow((2 * slope * slope) / (divisor * spectrum * spectrum), 1 / 3) * pow(n, 1 / 3)));
  if (!(spectrum * spectrum > 0)) return { stationary: longest, circular: longest };
  return { stationary: length(2), circular: length(4 / 3) };
}

function lastDependentLag(covariance: (lag: number) => number, most: number, quiet: number, bound: number): number {
  let run = 0;
  let last = 0;
  for (let k = 1; k <= most; k++) {
    if (Math.abs(covariance(k) / covariance(0)) < bound) run++;
    else {
      run = 0;
      last = k;
    }
    // The first lag of the quiet run: at least 1.
    if (run === quiet) return Math.max(1, last);
  }
  // No quiet run: all that can be looked at depends.
  return Math.max(1, last);
}

/** Autocovariance by lag, each computed when first asked for. */
function autocovariances(series: ArrayLike<number>): (lag: number) => number {
  const n = series.length;
  let total = 0;
  for (let i = 0; i < n; i++) total += series[i];
  const centred = Float64Array.from({ length: n }, (_, i) => series[i] - total / n);
  const known: number[] = [];
  return (lag) => {
    if (known[lag] !== undefined) return known[lag];
    let sum = 0;
    for (let i = lag; i < n; i++) sum += centred[i] * centred[i - lag];
    known[lag] = sum / n;
    return known[lag];
  };
}
