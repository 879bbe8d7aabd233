/**
 * A metric bound to labels and predictions, as a function of how often each row was drawn. What does not depend on the draw (checks,
 * logarithms, ranking) is done once where the metric allows it; any other metric is computed on the drawn rows.
 */
import { InvalidInputError } from '../core/errors.js';
import { Matrix } from '../core/matrix.js';
import { accuracy } from './accuracy.js';
import { labelledScores, positiveAgainstRest } from './binary-scores.js';
import { brierScore, brierScores } from './brier-score.js';
import {
  finiteVector,
  type PredictedScores,
  pairedVectors,
  type ScoreTable,
  scoreTable,
  weightVector,
} from './inputs.js';
import { largerPositive, scoreClasses } from './labels.js';
import { logLoss, logLosses } from './log-loss.js';
import type { MetricOptions } from './options.js';
import { type MetricDefinition, type MetricFunction, metricByFunction, metricByName } from './registry.js';
import { mae, mse, rmse } from './regression.js';
import { type RocAucOptions, rankedArea, rocAuc } from './roc-auc.js';

/** The metric on a resample; `counts[i]` is how often row i was drawn. NaN where it is undefined. */
export type ResampledMetric = (counts: Uint32Array) => number;

type OfWeights = (weights: Float64Array) => number;

/**
 * Binds a metric (name, function of this library, or any function) to rows. Classes are fixed beforehand for metrics of
 * scores, since a resample may miss one.
 */
export function resampledMetric(
  what: string,
  metric: string | MetricFunction,
  yTrueInput: ArrayLike<number>,
  predictions: PredictedScores,
  options: MetricOptions & Record<string, unknown> = {},
): ResampledMetric {
  const yTrue = finiteVector(what, 'yTrue', yTrueInput);
  const weights = weightVector(what, options.sampleWeight, yTrue.length);
  const definition = typeof metric === 'string' ? metricByName(metric) : metricByFunction(metric);
  const compute = definition?.compute ?? (metric as MetricFunction);
  const { sampleWeight: _, ...given } = options;
  if (definition?.input === 'scores') given.classes = scoreClasses(what, yTrue, options);
  const ofWeights = definition && fastForm(definition, yTrue, predictions, given);
  return ofWeights
    ? weightedByDraws(ofWeights, weights)
    : onDrawnRows(what, compute, yTrue, predictions, weights, given);
}

function weightedByDraws(metric: OfWeights, weights: Float64Array | undefined): ResampledMetric {
  let drawn = new Float64Array(0);
  return (counts) => {
    if (drawn.length !== counts.length) drawn = new Float64Array(counts.length);
    for (let i = 0; i < counts.length; i++) drawn[i] = weights ? counts[i] * weights[i] : counts[i];
    return metric(drawn);
  };
}

/** The metric as a function of weights alone, for metrics that are means over rows or areas of one ranking. */
function fastForm(
  { compute }: MetricDefinition,
  yTrue: Float64Array,
  predictions: PredictedScores,
  options: MetricOptions,
): OfWeights | undefined {
  if (compute === logLoss) return meanOf(logLosses(yTrue, predictions, options));
  if (compute === brierScore) return meanOf(brierScores(yTrue, predictions, options));
  if (compute === rocAuc) return areaForm(yTrue, predictions, options);
  const losses = ROW_LOSSES.get(compute);
  if (!losses || predictions instanceof Matrix) return undefined;
  const pair = pairedVectors('bootstrap', yTrue, predictions);
  const average = meanOf(pair.yTrue.map((y, i) => losses(y, pair.yPred[i])));
  return compute === rmse ? (weights) => Math.sqrt(average(weights)) : average;
}

const squared = (y: number, p: number) => (y - p) ** 2;
const ROW_LOSSES = new Map<MetricFunction, (y: number, prediction: number) => number>([
  [accuracy as MetricFunction, (y, p) => (y === p ? 1 : 0)],
  [mae as MetricFunction, (y, p) => Math.abs(y - p)],
  [mse as MetricFunction, squared],
  [rmse as MetricFunction, squared],
]);

function areaForm(yTrue: Float64Array, predictions: PredictedScores, options: MetricOptions): OfWeights | undefined {
  const input = labelledScores('rocAuc', yTrue, predictions, options);
  if (input.table.cols > 2 || input.classes.length !== 2 || (options as RocAucOptions).maxFpr !== undefined)
    return undefined;
  const { positive, scores } = positiveAgainstRest('rocAuc', input, options, largerPositive);
  return rankedArea(positive, scores);
}

function meanOf(values: Float64Array): OfWeights {
  return (weights) => {
    let total = 0;
    let weight = 0;
    for (let i = 0; i < values.length; i++) {
      total += weights[i] * values[i];
      weight += weights[i];
    }
    return total / weight;
  };
}

function onDrawnRows(
  what: string,
  compute: MetricFunction,
  yTrue: Float64Array,
  predictions: PredictedScores,
  weights: Float64Array | undefined,
  options: MetricOptions,
): ResampledMetric {
  const table = scoreTable(what, predictions, yTrue.length);
  return (counts) => {
    const rows = drawnRows(counts);
    const w = weights && gathered(weights, rows);
    if (w?.every((v) => v === 0)) return Number.NaN;
    const value = compute(gathered(yTrue, rows), takeRows(table, rows), w ? { ...options, sampleWeight: w } : options);
    if (typeof value === 'number') return value;
    throw new InvalidInputError(`${what}: the metric did not return one number`, {
      hint: "Choose an average other than 'none'.",
    });
  };
}

/** Row numbers of a draw, ascending, repeats together. */
function drawnRows(counts: Uint32Array): Uint32Array {
  const rows = new Uint32Array(counts.reduce((a, b) => a + b, 0));
  let at = 0;
  for (let i = 0; i < counts.length; i++) for (let c = counts[i]; c > 0; c--) rows[at++] = i;
  return rows;
}

function gathered(values: Float64Array | Float32Array, rows: Uint32Array): Float64Array {
  const out = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) out[i] = values[rows[i]];
  return out;
}

function takeRows({ data, cols }: ScoreTable, rows: Uint32Array): PredictedScores {
  if (cols === 1) return gathered(data, rows);
  if (!(data instanceof Float32Array)) return Array.from(rows, (row) => data.subarray(row * cols, (row + 1) * cols));
  const out = new Float32Array(rows.length * cols);
  for (let i = 0; i < rows.length; i++) out.set(data.subarray(rows[i] * cols, (rows[i] + 1) * cols), i * cols);
  return Matrix.wrap(out, cols);
}
