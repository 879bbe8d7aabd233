/** Mean squared error of probabilities. */
import { InvalidInputError } from '../core/errors.js';
import { labelledScores, positiveAgainstRest } from './binary-scores.js';
import { checkProbabilities, type PredictedScores, weightVector } from './inputs.js';
import { clearOrLargerPositive, encodeLabels } from './labels.js';
import { PROBABILITY_SUM_TOLERANCE } from './log-loss.js';
import { checkOptions, type MetricOptions } from './options.js';
import { mean } from './sums.js';

export interface BrierScoreOptions extends MetricOptions {
  /** Halve the sum over classes, so that the worst score is 1, not 2. Default: only for two classes. */
  scaleByHalf?: boolean;
}

const METRIC = 'brierScore';

/**
 * Mean squared difference of predicted probability and outcome (Brier, 1950): 0 is best. Two classes: of the positive class alone,
 * worst 1. More: summed over the classes, worst 2 (`scaleByHalf` halves it).
 *
 * @param scores probabilities of the positive class (1 of {0, 1} or {-1, 1}, else the larger label), shape (n,), or of all classes
 * @throws InvalidInputError when a probability lies outside 0..1, rows do not add up to 1, or a table's classes are not known
 */
export function brierScore(yTrue: ArrayLike<number>, scores: PredictedScores, options: BrierScoreOptions = {}): number {
  const squares = brierScores(yTrue, scores, options);
  return mean(squares, weightVector(METRIC, options.sampleWeight, squares.length));
}

/** The score of each row, shape (n,): their weighted mean is {@link brierScore}. */
export function brierScores(
  yTrue: ArrayLike<number>,
  scores: PredictedScores,
  options: BrierScoreOptions = {},
): Float64Array {
  checkOptions(METRIC, options, ['scaleByHalf']);
  const input = labelledScores(METRIC, yTrue, scores, options);
  const { yTrue: labels, table, classes } = input;
  checkProbabilities(METRIC, table, PROBABILITY_SUM_TOLERANCE);
  const { data, cols } = table;
  const squares = new Float64Array(labels.length);
  const half = options.scaleByHalf ?? cols < 3;
  if (cols === 1) {
    const { positive } = positiveAgainstRest(METRIC, input, options, clearOrLargerPositive);
    for (let i = 0; i < squares.length; i++) squares[i] = (half ? 1 : 2) * (data[i] - positive[i]) ** 2;
    return squares;
  }
  if (classes.length < 2)
    throw new InvalidInputError(`${METRIC}: only one class is known`, { hint: 'Pass classes, in ascending order.' });
  const known = encodeLabels(labels, classes);
  for (let i = 0; i < squares.length; i++) {
    let total = 0;
    for (let k = 0; k < cols; k++) total += (data[i * cols + k] - (known[i] === k ? 1 : 0)) ** 2;
    squares[i] = half ? total / 2 : total;
  }
  return squares;
}
