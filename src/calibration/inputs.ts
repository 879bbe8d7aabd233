/** What calibrators are fitted on, checked: scores, labels 0 and 1, weights. */
import { InvalidInputError, NotFittedError } from '../core/errors.js';

export interface CalibrationRows {
  readonly scores: Float64Array;
  /** 0 or 1. */
  readonly labels: Float64Array;
  readonly weights: Float64Array;
}

/**
 * Rows of weight 0 are left out.
 * @throws InvalidInputError - lengths that differ, a score that is not finite, a label other than 0 and 1, a negative weight, one class
 */
export function calibrationRows(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  weights: ArrayLike<number> | undefined,
  what: string,
): CalibrationRows {
  const n = scores.length;
  const fail = (problem: string, hint: string): never => {
    throw new InvalidInputError(`${what}: ${problem}`, { hint });
  };
  if (labels.length !== n) fail(`${labels.length} labels for ${n} scores`, 'Pass one label for each score.');
  if (weights && weights.length !== n)
    fail(`${weights.length} weights for ${n} scores`, 'Pass one weight for each score.');
  const kept: number[] = [];
  const totals = [0, 0];
  for (let i = 0; i < n; i++) {
    const weight = weights ? weights[i] : 1;
    if (!Number.isFinite(scores[i])) fail(`the score of row ${i} is ${scores[i]}`, 'Scores must be finite numbers.');
    if (labels[i] !== 0 && labels[i] !== 1) {
      fail(
        `the label of row ${i} is ${labels[i]}`,
        'Labels are 1 for the class whose scores are calibrated, 0 for the rest.',
      );
    }
    if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY)) {
      fail(`the weight of row ${i} is ${weight}`, 'Weights must be finite and not negative.');
    }
    if (weight === 0) continue;
    kept.push(i);
    totals[labels[i]] += weight;
  }
  if (!(totals[0] > 0 && totals[1] > 0)) {
    fail(
      `the rows to calibrate on have ${totals[1] > 0 ? 'only' : 'no'} positive labels`,
      'Calibration needs rows of the class and rows without it: use more rows.',
    );
  }
  const pick = (values: ArrayLike<number>) => Float64Array.from(kept, (i) => values[i]);
  return {
    scores: pick(scores),
    labels: pick(labels),
    weights: weights ? pick(weights) : new Float64Array(kept.length).fill(1),
  };
}

/**
 * Platt's targets: instead of 0 and 1, what a uniform prior on each side makes of so many rows. They keep a sigmoid finite on separable
 * scores.
 */
export function smoothedTargets({ labels, weights }: CalibrationRows): Float64Array {
  let positive = 0;
  let negative = 0;
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] === 1) positive += weights[i];
    else negative += weights[i];
  }
  return labels.map((label) => (label === 1 ? (positive + 1) / (positive + 2) : 1 / (negative + 2)));
}

/** `value`, or `NotFittedError` when `fit` has not set it. */
export function fittedOr<T>(value: T | undefined, what: string): T {
  if (value !== undefined) return value;
  throw new NotFittedError(`${what} is not fitted`, { hint: 'Call fit(scores, labels) first.' });
}
