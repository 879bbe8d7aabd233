/** Log-loss of labels 0 and 1; the score is the log-odds of 1, divided by `sigmoid`. */
import { type ClassWeights, classWeights } from './balance.js';
import type { Objective, ObjectiveRows } from './objective.js';
import type { ClassBalance } from './spec.js';
import { logOdds, weightedMean } from './weighted-mean.js';

export interface BinaryOptions extends ClassBalance {
  sigmoid?: number;
}

/** `labels` of the training rows decide the weights of `isUnbalance`. */
export function binary(options: BinaryOptions = {}, labels?: Float64Array): Objective {
  const steepness = options.sigmoid ?? 1;
  const weights = classWeights(options, labels, (y) => y > 0);
  const plain = steepness === 1 && weights.positive === 1 && weights.negative === 1;
  return {
    outputs: 1,
    // Weights of the classes do not move the start: it is the log-odds of the data as they are.
    baseScores: (y, w) => [logOdds(weightedMean(y, w, (label) => (label > 0 ? 1 : 0))) / steepness],
    evaluate: plain
      ? ({ kernels, scores, labels, weights, gradients }, from, to) =>
          kernels.binaryGradients(scores, labels, weights, gradients, from, to)
      : (rows, from, to) => logistic(rows, 0, 1, steepness, weights, from, to),
  };
}

/** Of one output: label `positive` against all others, rows times the weights of their side. */
export function logistic(
  { kernels, rows, scores, labels, weights, gradients }: ObjectiveRows,
  output: number,
  positive: number,
  steepness: number,
  side: ClassWeights,
  from: number,
  to: number,
): number {
  const block = 8 * rows * output;
  return kernels.logisticGradients(
    scores + block,
    labels,
    weights,
    gradients && gradients + block,
    from,
    to,
    positive,
    side.positive,
    side.negative,
    steepness,
  );
}
