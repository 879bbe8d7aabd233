/** Confidence interval of any metric by the percentile bootstrap, the same numbers for the same seed everywhere. */
import { InvalidInputError } from '../core/errors.js';
import { Matrix } from '../core/matrix.js';
import { finiteVector, type Scores, scoreColumn, scoreTable, weightVector } from './inputs.js';
import { scoreClasses } from './labels.js';
import { checkNumber, checkOptions, type MetricOptions } from './options.js';
import { descendingOrder } from './ranking.js';
import { type MetricFunction, metricByFunction, metricByName } from './registry.js';
import { drawnRows, type ResampleOptions, rowResampler } from './resample.js';
import { mean, quantileOfSorted } from './sums.js';

export interface BootstrapIntervalOptions extends MetricOptions, ResampleOptions {
  /** A metric of this library, by name or as the function, or any function of (yTrue, yPredOrScores, options). */
  metric: string | MetricFunction;
  /** Probability the interval covers. Default 0.95. */
  confidence?: number;
  /** Further options of the metric, such as `{ k: 100 }`. */
  metricOptions?: Record<string, unknown>;
}

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
  yPredOrScores: Scores,
  options: BootstrapIntervalOptions,
): BootstrapInterval {
  checkOptions(WHAT, options ?? null, OWN);
  const { confidence = 0.95 } = options;
  checkNumber(WHAT, 'confidence', confidence, (c) => c > 0 && c < 1, 'a probability between 0 and 1');
  const y = finiteVector(WHAT, 'yTrue', yTrue);
  const metric = boundMetric(y, options);
  const estimate = metric(y, yPredOrScores, weightVector(WHAT, options.sampleWeight, y.length));
  const values = bootstrapValues(y, [yPredOrScores], ([scores], labels, weights) => metric(labels, scores, weights), {
    ...options,
    what: WHAT,
  });
  return { estimate, ...percentileInterval(WHAT, values, confidence), confidence };
}

type BoundMetric = (yTrue: Float64Array, scores: Scores, weights: Float64Array | undefined) => number;

function boundMetric(yTrue: Float64Array, options: BootstrapIntervalOptions): BoundMetric {
  const { metric } = options;
  if (typeof metric !== 'string' && typeof metric !== 'function')
    throw new InvalidInputError(`${WHAT}: metric is ${String(metric)}`, {
      hint: "Pass metric: 'auc', or a metric function.",
    });
  const definition = typeof metric === 'string' ? metricByName(metric) : metricByFunction(metric);
  const compute = definition?.compute ?? (metric as MetricFunction);
  const { average, positiveClass, zeroDivision, multiClass, metricOptions } = options;
  const given: MetricOptions = { ...metricOptions };
  Object.assign(given, dropUndefined({ average, positiveClass, zeroDivision, multiClass }));
  // A resample may miss a class: what the columns of scores mean is fixed beforehand.
  const fixed = definition?.input === 'scores' ? scoreClasses(WHAT, yTrue, options) : options.classes;
  return (labels, scores, weights) => {
    const value = compute(labels, scores, dropUndefined({ ...given, classes: fixed, sampleWeight: weights }));
    if (typeof value !== 'number')
      throw new InvalidInputError(`${WHAT}: the metric did not return one number`, {
        hint: "Choose an average other than 'none'.",
      });
    return value;
  };
}

function dropUndefined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}

/**
 * `statistic` on every resample of the rows; all `predictions` are resampled together. NaN where a resample has no weight or the statistic is NaN.
 */
export function bootstrapValues(
  yTrue: Float64Array,
  predictions: readonly Scores[],
  statistic: (predictions: Scores[], yTrue: Float64Array, weights: Float64Array | undefined) => number,
  options: ResampleOptions & { what: string; sampleWeight?: ArrayLike<number> },
): Float64Array {
  const n = yTrue.length;
  const { resamples = 1000, what } = options;
  checkNumber(what, 'resamples', resamples, (r) => Number.isInteger(r) && r >= 1 && r <= 1e7, 'a whole number above 0');
  const weights = weightVector(what, options.sampleWeight, n);
  const tables = predictions.map((scores) => scoreTable(what, scores, n));
  const draw = rowResampler(what, yTrue, options);
  // In descending order of the first scores every resample comes out sorted, which ranking metrics notice and need not sort again.
  const order = descendingOrder(scoreColumn(tables[0], tables[0].cols - 1));
  const counts = new Uint32Array(n);
  const rows = new Uint32Array(n);
  const values = new Float64Array(resamples);
  for (let r = 0; r < resamples; r++) {
    draw(counts);
    drawnRows(counts, order, rows);
    const w = weights && gathered(weights, rows);
    values[r] = w?.every((v) => v === 0)
      ? Number.NaN
      : statistic(
          tables.map((table) => takeRows(table, rows)),
          gathered(yTrue, rows),
          w,
        );
  }
  return values;
}

function gathered(values: Float64Array | Float32Array, rows: Uint32Array): Float64Array {
  const out = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) out[i] = values[rows[i]];
  return out;
}

function takeRows(table: { data: Float32Array | Float64Array; cols: number }, rows: Uint32Array): Scores {
  const { data, cols } = table;
  if (cols === 1) return gathered(data, rows);
  if (data instanceof Float32Array) {
    const out = new Float32Array(rows.length * cols);
    for (let i = 0; i < rows.length; i++) out.set(data.subarray(rows[i] * cols, (rows[i] + 1) * cols), i * cols);
    return Matrix.wrap(out, cols);
  }
  return Array.from(rows, (row) => data.subarray(row * cols, (row + 1) * cols));
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
