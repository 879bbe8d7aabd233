/**
 * Variance of the area under the ROC curve and the test of the difference of two of them (DeLong, DeLong and Clarke-Pearson, 1988), from
 * midranks in O(n log n) (Sun and Xu, 2014). Rows count as independent: for time series use a block bootstrap.
 */
import { InvalidInputError } from '../core/errors.js';
import { erfc } from '../core/math.js';
import { binaryScores } from './binary-scores.js';
import { checkSameRows, type PredictedScores } from './inputs.js';
import { largerPositive } from './labels.js';
import { checkOptions, type MetricOptions } from './options.js';
import { descendingOrder } from './ranking.js';
import { sum } from './sums.js';

/** An area under the ROC curve and its variance. */
export interface AucVariance {
  readonly auc: number;
  readonly variance: number;
}

/** The difference of two areas under the ROC curve. */
export interface DelongTest {
  /** Of the first and of the second scores. */
  readonly aucs: readonly [number, number];
  /** First minus second. */
  readonly difference: number;
  readonly variance: number;
  /** The difference in standard errors; NaN where both rank the rows alike. */
  readonly z: number;
  /** Two-sided, from the normal distribution; 1 where both rank the rows alike. */
  readonly pValue: number;
}

/** Which labels there are, and which of them is the positive one. */
export type DelongOptions = Pick<MetricOptions, 'classes' | 'positiveClass'>;

/**
 * The area and its variance.
 *
 * @param scores of the positive class (n,), or of both classes (n, 2)
 * @throws InvalidInputError when a class has fewer than two rows, or there are more than two classes
 */
export function aucVariance(
  yTrue: ArrayLike<number>,
  scores: PredictedScores,
  options: DelongOptions = {},
): AucVariance {
  const { auc, ofPositives, ofNegatives } = components('aucVariance', yTrue, scores, options);
  return {
    auc,
    variance:
      covariance(ofPositives, ofPositives, auc, auc) / ofPositives.length +
      covariance(ofNegatives, ofNegatives, auc, auc) / ofNegatives.length,
  };
}

/**
 * Do two models rank the same rows equally well?
 *
 * @throws InvalidInputError as {@link aucVariance}
 * @example
 * delongTest([0, 0, 1, 1, 1], [0.1, 0.4, 0.35, 0.8, 0.7], [0.2, 0.3, 0.1, 0.6, 0.4]).pValue;
 */
export function delongTest(
  yTrue: ArrayLike<number>,
  first: PredictedScores,
  second: PredictedScores,
  options: DelongOptions = {},
): DelongTest {
  const a = components('delongTest', yTrue, first, options);
  const b = components('delongTest', yTrue, second, options);
  const spread = (part: 'ofPositives' | 'ofNegatives') =>
    (covariance(a[part], a[part], a.auc, a.auc) +
      covariance(b[part], b[part], b.auc, b.auc) -
      2 * covariance(a[part], b[part], a.auc, b.auc)) /
    a[part].length;
  const alike = same(a.ofPositives, b.ofPositives) && same(a.ofNegatives, b.ofNegatives);
  // A difference of equal parts must not leave rounding behind.
  const variance = alike ? 0 : Math.max(0, spread('ofPositives') + spread('ofNegatives'));
  const difference = a.auc - b.auc;
  const z =
    variance > 0
      ? difference / Math.sqrt(variance)
      : difference === 0
        ? Number.NaN
        : difference * Number.POSITIVE_INFINITY;
  return {
    aucs: [a.auc, b.auc],
    difference,
    variance,
    z,
    pValue: Number.isNaN(z) ? 1 : erfc(Math.abs(z) / Math.SQRT2),
  };
}

/** Share of the rows of the other class that each row is ranked right against, ties counting half. */
interface Components {
  readonly auc: number;
  readonly ofPositives: Float64Array;
  readonly ofNegatives: Float64Array;
}

function components(
  metric: string,
  yTrue: ArrayLike<number>,
  scores: PredictedScores,
  options: DelongOptions,
): Components {
  checkOptions(metric, options);
  const input = binaryScores(metric, yTrue, scores, options, largerPositive);
  const { positive, scores: values } = input;
  checkSameRows(metric, ['yTrue', positive.length], ['scores', values.length]);
  let positives = 0;
  for (const one of positive) positives += one;
  const negatives = positive.length - positives;
  if (positives < 2 || negatives < 2)
    throw new InvalidInputError(`${metric}: ${positives} positive and ${negatives} negative rows`, {
      hint: 'A variance needs at least two rows of each class.',
      details: { positives, negatives },
    });
  const shares = new Float64Array(positive.length);
  const order = descendingOrder(values);
  let above = 0;
  let below = 0;
  for (let from = 0, to = 0; from < order.length; from = to) {
    let tied = 0;
    for (to = from; to < order.length && values[order[to]] === values[order[from]]; to++) tied += positive[order[to]];
    const tiedBelow = to - from - tied;
    const ofPositive = (negatives - below - tiedBelow / 2) / negatives;
    const ofNegative = (above + tied / 2) / positives;
    for (let i = from; i < to; i++) shares[order[i]] = positive[order[i]] === 1 ? ofPositive : ofNegative;
    above += tied;
    below += tiedBelow;
  }
  const ofPositives = shares.filter((_, row) => positive[row] === 1);
  const ofNegatives = shares.filter((_, row) => positive[row] === 0);
  return { auc: sum(ofPositives) / positives, ofPositives, ofNegatives };
}

function covariance(a: Float64Array, b: Float64Array, meanA: number, meanB: number): number {
  return sum(a.map((value, i) => (value - meanA) * (b[i] - meanB))) / (a.length - 1);
}

const same = (a: Float64Array, b: Float64Array): boolean => a.every((value, i) => value === b[i]);
