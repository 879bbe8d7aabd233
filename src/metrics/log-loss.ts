/** Negative log-likelihood of the true labels. */
import { InvalidInputError } from '../core/errors.js';
import { log } from '../core/math.js';
import { labelledScores } from './binary-scores.js';
import { checkProbabilities, type PredictedScores, weightVector } from './inputs.js';
import { encodeLabels, largerPositive } from './labels.js';
import { checkOptions, type MetricOptions } from './options.js';
import { mean } from './sums.js';

const METRIC = 'logLoss';

/** Rows of float32 probabilities add up to 1 within this (the square root of float32's epsilon). */
export const PROBABILITY_SUM_TOLERANCE = 3.4526698300124393e-4;

/**
 * Mean of -ln p(true class), in nats. Probabilities are clipped to [2^-52, 1 - 2^-52], so that a certain error costs 36, not
 * infinity.
 *
 * @param scores probabilities of the larger label (or `positiveClass`), shape (n,), or of all classes, shape (n, classes)
 * @throws InvalidInputError when a probability lies outside 0..1, rows do not add up to 1, or only one class is known (pass `classes`)
 */
export function logLoss(yTrue: ArrayLike<number>, scores: PredictedScores, options: MetricOptions = {}): number {
  const losses = logLosses(yTrue, scores, options);
  return mean(losses, weightVector(METRIC, options.sampleWeight, losses.length));
}

/** The loss of each row, shape (n,): their weighted mean is {@link logLoss}. */
export function logLosses(
  yTrue: ArrayLike<number>,
  scores: PredictedScores,
  options: MetricOptions = {},
): Float64Array {
  checkOptions(METRIC, options);
  const { yTrue: labels, table, classes } = labelledScores(METRIC, yTrue, scores, options);
  if (classes.length < 2 || (table.cols === 1 && classes.length > 2))
    throw new InvalidInputError(`${METRIC}: ${classes.length} classes and scores with ${table.cols} column`, {
      hint:
        classes.length < 2
          ? 'Only one label occurs in yTrue: pass classes, all of them in ascending order.'
          : 'Pass the probabilities of all classes as a Matrix.',
      details: { classes },
    });
  checkProbabilities(METRIC, table, PROBABILITY_SUM_TOLERANCE);
  const { data, cols } = table;
  const known = encodeLabels(labels, classes);
  const positive = cols === 1 ? classes.indexOf(largerPositive(METRIC, classes, options)) : -1;
  const losses = new Float64Array(labels.length);
  for (let i = 0; i < losses.length; i++) {
    const p = cols > 1 ? data[i * cols + known[i]] : known[i] === positive ? data[i] : 1 - data[i];
    losses[i] = -log(Math.min(Math.max(p, Number.EPSILON), 1 - Number.EPSILON));
  }
  return losses;
}
