/** Confidence interval of any metric by the percentile bootstrap, the same numbers for the same seed everywhere. */
import { InvalidInputError } from '../core/errors.js';
import { finiteVector, type PredictedScores } from './inputs.js';
import { checkNumber, checkOptions, type MetricOptions } from './options.js';
import type { MetricFunction } from './registry.js';
import { type ResampleOptions, rowResampler } from './resample.js';
import { type ResampledMetric, resampledMetric } from './resampled-metric.js';
import { mean, quantileOfSorted } from './sums.js';

export interface BootstrapIntervalOptions extends MetricOptions, ResampleOptions {
  /** A metric of this library, by name or as the function, or any function of (yTrue, yPredOrScores, options). */
  metric: string | MetricFunction;
  /** Probability the interval covers. Default 0.95. */
  confidence?: number;
  /** Further options of the metric, such as `{ k: 100 }`. */
  metricOptions?: Record<string, unknown>;
}

/** A metric with the range that resampled rows give it. */
export interface BootstrapInterval {
  /** The metric on the rows as they are. */
  estimate: number;
  lower: number;
  upper: number;
  standardError: number;
  confidence: number;
  resamples: number;
  /** Resamples left out because the metric was NaN there, for example of one class only. */
  undefinedResamples: number;
}

const WHAT = 'bootstrapInterval';
const OWN = ['metric', 'resamples', 'confidence', 'seed', 'stratified', 'blockLength', 'metricOptions'];

/**
 * Percentile bootstrap interval (Efron, 1979): the metric on `resamples` sets of rows drawn with replacement.
 * Rows of a time series depend on their neighbours: give `blockLength`, or the interval is too narrow.
 *
 * @param yPredOrScores what the metric takes: labels, values, scores, or a table of probabilities
 * @throws InvalidInputError for unusable input or options, or when the metric is NaN in every resample
 * @example
 * bootstrapInterval(y, scores, { metric: 'auc', stratified: true, seed: 7 }); // { estimate, lower, upper, ... }
 */
export function bootstrapInterval(
  yTrue: ArrayLike<number>,
  yPredOrScores: PredictedScores,
  options: BootstrapIntervalOptions,
): BootstrapInterval {
  checkOptions(WHAT, options ?? null, OWN);
  const { metric, metricOptions, confidence = 0.95 } = options;
  const { sampleWeight, average, classes, positiveClass, zeroDivision, multiClass } = options;
  const common = { sampleWeight, average, classes, positiveClass, zeroDivision, multiClass };
  checkNumber(WHAT, 'confidence', confidence, (c) => c > 0 && c < 1, 'a probability between 0 and 1');
  if (typeof metric !== 'string' && typeof metric !== 'function')
    throw new InvalidInputError(`${WHAT}: metric is ${String(metric)}`, {
      hint: "Pass metric: 'auc', or a metric function.",
    });
  const y = finiteVector(WHAT, 'yTrue', yTrue);
  const bound = resampledMetric(WHAT, metric, y, yPredOrScores, { ...common, ...metricOptions });
  const estimate = bound(new Uint32Array(y.length).fill(1));
  const values = bootstrapValues(WHAT, y, bound, options);
  return { estimate, ...percentileInterval(WHAT, values, confidence), confidence };
}

/** `statistic` on every resample of the rows, shape (resamples,); NaN where it is undefined. */
export function bootstrapValues(
  what: string,
  yTrue: ArrayLike<number>,
  statistic: ResampledMetric,
  options: ResampleOptions,
): Float64Array {
  const { resamples = 1000 } = options;
  checkNumber(what, 'resamples', resamples, (r) => Number.isInteger(r) && r >= 1 && r <= 1e7, 'a whole number above 0');
  const draw = rowResampler(what, yTrue, options);
  const counts = new Uint32Array(yTrue.length);
  const values = new Float64Array(resamples);
  for (let r = 0; r < resamples; r++) {
    draw(counts);
    values[r] = statistic(counts);
  }
  return values;
}

/** Percentile interval of bootstrap values, NaN values left out and counted. */
export function percentileInterval(
  what: string,
  values: Float64Array,
  confidence: number,
): Pick<BootstrapInterval, 'lower' | 'upper' | 'standardError' | 'resamples' | 'undefinedResamples'> {
  const sorted = values.filter((v) => !Number.isNaN(v)).sort();
  if (sorted.length === 0)
    throw new InvalidInputError(`${what}: the metric is undefined in every resample`, {
      hint: 'Are there rows of both classes? stratified: true keeps every class in every resample.',
    });
  const tail = (1 - confidence) / 2;
  const centre = mean(sorted);
  return {
    lower: quantileOfSorted(sorted, tail),
    upper: quantileOfSorted(sorted, 1 - tail),
    standardError: Math.sqrt(mean(sorted.map((v) => (v - centre) ** 2))),
    resamples: values.length,
    undefinedResamples: values.length - sorted.length,
  };
}
