/** The score from which on to predict positive, chosen exactly among all that change a prediction. */
import { InvalidInputError } from '../core/errors.js';
import { binaryScores } from './binary-scores.js';
import type { PredictedScores } from './inputs.js';
import { clearOrLargerPositive } from './labels.js';
import { checkChoice, checkNumber, checkOptions, type MetricOptions } from './options.js';
import { thresholdCounts } from './ranking.js';

/** Weights of the four outcomes at one threshold. */
export interface BinaryCounts {
  truePositives: number;
  falsePositives: number;
  trueNegatives: number;
  falseNegatives: number;
}

const CRITERIA = ['f1', 'fBeta', 'youden', 'accuracy', 'balancedAccuracy', 'matthewsCorrelation'] as const;

/** What a threshold is chosen to maximise. */
export type ThresholdCriterion = (typeof CRITERIA)[number];

/** Options of `optimalThreshold`. */
export interface OptimalThresholdOptions extends MetricOptions {
  /** What to maximise: a name (default `'f1'`), or any function of the four counts, such as a profit. */
  metric?: ThresholdCriterion | ((counts: BinaryCounts) => number);
  /** For `'fBeta'`. Default 1. */
  beta?: number;
}

/**
 * The threshold at which predicting positive where `score >= threshold` maximises the metric. Candidates are all distinct scores and
 * one value above them (predict nothing positive); of equal maxima the highest threshold is taken.
 * Find it on validation rows: on test rows it flatters the model.
 *
 * @throws InvalidInputError when only one class occurs
 * @example
 * optimalThreshold([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], { metric: 'youden' }); // 0.8
 */
export function optimalThreshold(
  yTrue: ArrayLike<number>,
  scores: PredictedScores,
  options: OptimalThresholdOptions = {},
): number {
  return bestThreshold(yTrue, scores, options).threshold;
}

/** As {@link optimalThreshold}, with the value reached there. */
export function bestThreshold(
  yTrue: ArrayLike<number>,
  scores: PredictedScores,
  options: OptimalThresholdOptions = {},
): { threshold: number; value: number } {
  checkOptions('optimalThreshold', options, ['metric', 'beta']);
  const value = criterion(options);
  const input = binaryScores('optimalThreshold', yTrue, scores, options, clearOrLargerPositive);
  const { thresholds, truePositives, falsePositives } = thresholdCounts(input.positive, input.scores, input.weights);
  const positives = truePositives[truePositives.length - 1];
  const negatives = falsePositives[falsePositives.length - 1];
  if (positives === 0 || negatives === 0)
    throw new InvalidInputError('optimalThreshold: only one class occurs (with weight)', {
      hint: 'A threshold can only be chosen on rows of both classes.',
    });
  const at = (tp: number, fp: number) =>
    value({
      truePositives: tp,
      falsePositives: fp,
      trueNegatives: negatives - fp,
      falseNegatives: positives - tp,
    });
  const best = { threshold: nextAbove(thresholds[0]), value: at(0, 0) };
  for (let i = 0; i < thresholds.length; i++) {
    const reached = at(truePositives[i], falsePositives[i]);
    if (reached > best.value || (Number.isNaN(best.value) && !Number.isNaN(reached))) {
      best.value = reached;
      best.threshold = thresholds[i];
    }
  }
  return best;
}

function criterion(options: OptimalThresholdOptions): (counts: BinaryCounts) => number {
  const { metric = 'f1' } = options;
  if (typeof metric === 'function') return metric;
  checkChoice('optimalThreshold', 'metric', metric, CRITERIA);
  const beta = checkNumber('optimalThreshold', 'beta', options.beta ?? 1, (b) => b >= 0 && b < 1e100, '0 or more');
  return {
    f1: fScore(1),
    fBeta: fScore(beta),
    youden: informedness,
    accuracy: ({ truePositives: tp, trueNegatives: tn, falsePositives: fp, falseNegatives: fn }: BinaryCounts) =>
      (tp + tn) / (tp + tn + fp + fn),
    balancedAccuracy: (counts: BinaryCounts) => (informedness(counts) + 1) / 2,
    matthewsCorrelation: correlation,
  }[metric];
}

function fScore(beta: number) {
  const b2 = beta * beta;
  return ({ truePositives: tp, falsePositives: fp, falseNegatives: fn }: BinaryCounts): number =>
    ((1 + b2) * tp) / ((1 + b2) * tp + b2 * fn + fp);
}

/** Youden's J: true positive rate less false positive rate, over a common denominator so that equal values compare equal. */
function informedness({ truePositives, falsePositives, trueNegatives, falseNegatives }: BinaryCounts): number {
  const positives = truePositives + falseNegatives;
  const negatives = falsePositives + trueNegatives;
  return (truePositives * negatives - falsePositives * positives) / (positives * negatives);
}

function correlation({
  truePositives: tp,
  falsePositives: fp,
  trueNegatives: tn,
  falseNegatives: fn,
}: BinaryCounts): number {
  const spread = Math.sqrt(tp + fp) * Math.sqrt(tn + fn) * Math.sqrt(tp + fn) * Math.sqrt(tn + fp);
  return spread === 0 ? 0 : (tp * tn - fp * fn) / spread;
}

/** The smallest float64 above `x`. */
function nextAbove(x: number): number {
  if (x === 0) return Number.MIN_VALUE;
  const bits = new BigInt64Array(1);
  const value = new Float64Array(bits.buffer);
  value[0] = x;
  bits[0] += x > 0 ? 1n : -1n;
  return value[0];
}
