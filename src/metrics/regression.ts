/** Errors of predicted values, each a mean over rows by weight. */
import { InvalidInputError } from '../core/errors.js';
import { pairedVectors, weightVector } from './inputs.js';
import { checkNumber, checkOptions, type MetricOptions } from './options.js';
import { mean, sum } from './sums.js';

/** Mean absolute error, in units of y. */
export function mae(yTrue: ArrayLike<number>, yPred: ArrayLike<number>, options: MetricOptions = {}): number {
  return meanError('mae', yTrue, yPred, options, (y, p) => Math.abs(y - p));
}

/** Mean squared error, in squared units of y. */
export function mse(yTrue: ArrayLike<number>, yPred: ArrayLike<number>, options: MetricOptions = {}): number {
  return meanError('mse', yTrue, yPred, options, (y, p) => (y - p) ** 2);
}

/** Root of the mean squared error, in units of y. */
export function rmse(yTrue: ArrayLike<number>, yPred: ArrayLike<number>, options: MetricOptions = {}): number {
  return Math.sqrt(meanError('rmse', yTrue, yPred, options, (y, p) => (y - p) ** 2));
}

/**
 * Mean of |y - prediction| / |y|: 0.1 is ten percent. Where y is 0 the divisor is 2^-52, so that one such row with an error makes
 * the result huge: prefer {@link mae} for values near 0.
 */
export function mape(yTrue: ArrayLike<number>, yPred: ArrayLike<number>, options: MetricOptions = {}): number {
  return meanError('mape', yTrue, yPred, options, (y, p) => Math.abs(y - p) / Math.max(Math.abs(y), Number.EPSILON));
}

export interface PinballLossOptions extends MetricOptions {
  /** The quantile that was predicted, 0..1. Default 0.5, half the absolute error. */
  alpha?: number;
}

/** Mean pinball loss of a predicted quantile (Koenker and Bassett, 1978), in units of y. */
export function pinballLoss(
  yTrue: ArrayLike<number>,
  yPred: ArrayLike<number>,
  options: PinballLossOptions = {},
): number {
  const { alpha = 0.5 } = options;
  checkNumber('pinballLoss', 'alpha', alpha, (a) => a >= 0 && a <= 1, 'a quantile from 0 to 1');
  const loss = (y: number, p: number) => (y >= p ? alpha * (y - p) : (1 - alpha) * (p - y));
  return meanError('pinballLoss', yTrue, yPred, options, loss, ['alpha']);
}

export interface R2Options extends MetricOptions {
  /** For a constant y give 1 (all predictions right) or 0 in place of NaN or -Infinity. Default true. */
  forceFinite?: boolean;
}

/**
 * Share of the variance of y that the predictions explain: 1 is best, 0 is the mean of y, below is worse than it. NaN for fewer than
 * two rows.
 */
export function r2(yTrue: ArrayLike<number>, yPred: ArrayLike<number>, options: R2Options = {}): number {
  checkOptions('r2', options, ['forceFinite']);
  const { yTrue: y, yPred: p } = pairedVectors('r2', yTrue, yPred);
  const weights = weightVector('r2', options.sampleWeight, y.length);
  if (y.length < 2) return Number.NaN;
  // The rounded mean of equal numbers can differ from them in the last digit, which must not count as variance.
  const centre = isConstant(y, weights) ? y[0] : mean(y, weights);
  const residual = sum(
    y.map((v, i) => (v - p[i]) ** 2),
    weights,
  );
  const spread = sum(
    y.map((v) => (v - centre) ** 2),
    weights,
  );
  if (spread === 0 && options.forceFinite !== false) return residual === 0 ? 1 : 0;
  return 1 - residual / spread;
}

function isConstant(y: Float64Array, weights: Float64Array | undefined): boolean {
  return y.every((v, i) => v === y[0] || weights?.[i] === 0);
}

function meanError(
  metric: string,
  yTrue: ArrayLike<number>,
  yPred: ArrayLike<number>,
  options: MetricOptions,
  error: (y: number, prediction: number) => number,
  own: readonly string[] = [],
): number {
  checkOptions(metric, options, own);
  const pair = pairedVectors(metric, yTrue, yPred);
  const weights = weightVector(metric, options.sampleWeight, pair.yTrue.length);
  const result = mean(
    pair.yTrue.map((y, i) => error(y, pair.yPred[i])),
    weights,
  );
  if (Number.isFinite(result)) return result;
  throw new InvalidInputError(`${metric}: the errors are too large for a 64-bit number`, {
    hint: 'Rescale yTrue and yPred.',
  });
}
