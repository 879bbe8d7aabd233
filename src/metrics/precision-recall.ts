/** Precision, recall and F scores, of one class or averaged over classes, with one rule for 0 / 0. */
import { InvalidInputError } from '../core/errors.js';
import { pairedVectors, weightVector } from './inputs.js';
import { classesOption, encodeLabels, presentPositive, uniqueLabels } from './labels.js';
import { checkNumber, checkOptions, type MetricOptions } from './options.js';
import { meanOfDefined } from './sums.js';

/** Options of `fBeta`. */
export interface FBetaOptions extends MetricOptions {
  /** Weight of recall against precision. Default 1. */
  beta?: number;
}

/** Options that ask for the score of each class. */
export type PerClassOptions<O> = O & { average: 'none' };

/** Scores of each of `classes`, one entry a class; `support` is the weight of the rows that truly are of that class. */
export interface ClassScores {
  classes: number[];
  precision: Float64Array;
  recall: Float64Array;
  fScore: Float64Array;
  support: Float64Array;
}

/** Weights of rows right in a class, predicted as it, and truly of it. */
interface ClassCounts {
  right: Float64Array;
  predicted: Float64Array;
  actual: Float64Array;
}

/**
 * Share of the rows predicted positive that are positive: tp / (tp + fp).
 *
 * @param yTrue labels, shape (n,)
 * @param yPred predicted labels, shape (n,)
 * @param options `average: 'binary'` (default) scores `positiveClass` (1 unless said) and needs at most two labels
 * @returns a number, or one a class in the order of the classes with `average: 'none'`
 * @throws InvalidInputError when more than two labels occur and no other average is chosen
 * @example
 * precision([0, 1, 1, 0], [0, 1, 1, 1]); // 2 / 3
 * precision([-1, 0, 1], [-1, 0, 0], { average: 'macro' }); // 0.5
 */
export function precision(
  yTrue: ArrayLike<number>,
  yPred: ArrayLike<number>,
  options: PerClassOptions<MetricOptions>,
): number[];
export function precision(yTrue: ArrayLike<number>, yPred: ArrayLike<number>, options?: MetricOptions): number;
export function precision(
  yTrue: ArrayLike<number>,
  yPred: ArrayLike<number>,
  options: MetricOptions = {},
): number | number[] {
  checkOptions('precision', options);
  return averaged('precision', 'precision', yTrue, yPred, options, 1);
}

/** Share of the positive rows predicted positive: tp / (tp + fn). Parameters as of {@link precision}. */
export function recall(
  yTrue: ArrayLike<number>,
  yPred: ArrayLike<number>,
  options: PerClassOptions<MetricOptions>,
): number[];
export function recall(yTrue: ArrayLike<number>, yPred: ArrayLike<number>, options?: MetricOptions): number;
export function recall(
  yTrue: ArrayLike<number>,
  yPred: ArrayLike<number>,
  options: MetricOptions = {},
): number | number[] {
  checkOptions('recall', options);
  return averaged('recall', 'recall', yTrue, yPred, options, 1);
}

/** Harmonic mean of precision and recall: 2 tp / (2 tp + fp + fn). Parameters as of {@link precision}. */
export function f1(
  yTrue: ArrayLike<number>,
  yPred: ArrayLike<number>,
  options: PerClassOptions<MetricOptions>,
): number[];
export function f1(yTrue: ArrayLike<number>, yPred: ArrayLike<number>, options?: MetricOptions): number;
export function f1(yTrue: ArrayLike<number>, yPred: ArrayLike<number>, options: MetricOptions = {}): number | number[] {
  checkOptions('f1', options);
  return averaged('f1', 'fScore', yTrue, yPred, options, 1);
}

/**
 * Weighted harmonic mean of precision and recall, recall counting `beta` times as much:
 * (1 + beta^2) tp / ((1 + beta^2) tp + beta^2 fn + fp) (van Rijsbergen, 1979). Other parameters as of {@link precision}.
 */
export function fBeta(
  yTrue: ArrayLike<number>,
  yPred: ArrayLike<number>,
  options: PerClassOptions<FBetaOptions>,
): number[];
export function fBeta(yTrue: ArrayLike<number>, yPred: ArrayLike<number>, options?: FBetaOptions): number;
export function fBeta(
  yTrue: ArrayLike<number>,
  yPred: ArrayLike<number>,
  options: FBetaOptions = {},
): number | number[] {
  checkOptions('fBeta', options, ['beta']);
  const beta = checkNumber('fBeta', 'beta', options.beta ?? 1, (b) => b >= 0, 'a number of 0 or more');
  return averaged('fBeta', 'fScore', yTrue, yPred, options, beta);
}

function averaged(
  metric: string,
  score: 'precision' | 'recall' | 'fScore',
  yTrue: ArrayLike<number>,
  yPred: ArrayLike<number>,
  options: MetricOptions,
  beta: number,
): number | number[] {
  const average = options.average ?? 'binary';
  const { counts } = countsFor(metric, average, yTrue, yPred, options);
  const scores = scoresOf(counts, options.zeroDivision ?? 0, beta);
  if (average === 'none') return Array.from(scores[score]);
  if (average === 'macro') return meanOfDefined(scores[score]);
  if (average === 'weighted') return meanOfDefined(scores[score], counts.actual);
  return scores[score][0];
}

/** Precision, recall, F1 and support of every class (the sorted labels of both arrays, or `options.classes`). */
export function classScores(
  metric: string,
  yTrue: ArrayLike<number>,
  yPred: ArrayLike<number>,
  options: MetricOptions = {},
): ClassScores {
  const { classes, counts } = countsFor(metric, 'none', yTrue, yPred, options);
  return { classes, ...scoresOf(counts, options.zeroDivision ?? 0, 1), support: counts.actual };
}

/** Counts of each class; of the positive class alone for `'binary'`; of all classes together for `'micro'`. */
function countsFor(
  metric: string,
  average: NonNullable<MetricOptions['average']>,
  yTrueInput: ArrayLike<number>,
  yPredInput: ArrayLike<number>,
  options: MetricOptions,
): { classes: number[]; counts: ClassCounts } {
  const { yTrue, yPred } = pairedVectors(metric, yTrueInput, yPredInput);
  const weights = weightVector(metric, options.sampleWeight, yTrue.length);
  const classes = classesToCount(metric, average, yTrue, yPred, options);
  const counts = countClasses(encodeLabels(yTrue, classes), encodeLabels(yPred, classes), classes.length, weights);
  return { classes, counts: average === 'micro' ? together(counts) : counts };
}

function classesToCount(
  metric: string,
  average: NonNullable<MetricOptions['average']>,
  yTrue: Float64Array,
  yPred: Float64Array,
  options: MetricOptions,
): number[] {
  const given = classesOption(metric, options);
  if (average !== 'binary') return given ?? uniqueLabels(yTrue, yPred);
  const present = uniqueLabels(yTrue, yPred);
  if (present.length > 2)
    throw new InvalidInputError(`${metric}: there are ${present.length} labels and average is 'binary'`, {
      hint: "Choose average: 'macro', 'micro', 'weighted' or 'none' for more than two classes.",
      details: { labels: present },
    });
  return [presentPositive(metric, present, options)];
}

function countClasses(
  yTrue: Int32Array,
  yPred: Int32Array,
  size: number,
  weights: Float64Array | undefined,
): ClassCounts {
  const counts = {
    right: new Float64Array(size),
    predicted: new Float64Array(size),
    actual: new Float64Array(size),
  };
  for (let i = 0; i < yTrue.length; i++) {
    const w = weights ? weights[i] : 1;
    const t = yTrue[i];
    const p = yPred[i];
    if (t >= 0) counts.actual[t] += w;
    if (p >= 0) counts.predicted[p] += w;
    if (t >= 0 && t === p) counts.right[t] += w;
  }
  return counts;
}

function together(counts: ClassCounts): ClassCounts {
  const total = (values: Float64Array) => Float64Array.of(values.reduce((a, b) => a + b, 0));
  return { right: total(counts.right), predicted: total(counts.predicted), actual: total(counts.actual) };
}

function scoresOf(counts: ClassCounts, zeroDivision: number, beta: number): Omit<ClassScores, 'classes' | 'support'> {
  const { right, predicted, actual } = counts;
  const ratio = (a: number, b: number) => (b === 0 ? zeroDivision : a / b);
  const precisions = right.map((r, k) => ratio(r, predicted[k]));
  const recalls = right.map((r, k) => ratio(r, actual[k]));
  // beta = Infinity is recall alone; its formula would be Infinity / Infinity.
  if (beta === Number.POSITIVE_INFINITY) return { precision: precisions, recall: recalls, fScore: recalls };
  const b2 = beta * beta;
  const fScores = right.map((r, k) => ratio((1 + b2) * r, b2 * actual[k] + predicted[k]));
  return { precision: precisions, recall: recalls, fScore: fScores };
}
