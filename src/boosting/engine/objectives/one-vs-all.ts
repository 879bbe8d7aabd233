/** One log-loss a class, the class against all others; the loss of a row is their sum. */
import { classWeights } from './balance.js';
import { type BinaryOptions, logistic } from './binary.js';
import type { Objective } from './objective.js';
import { logOdds, weightedMean } from './weighted-mean.js';

export function oneVsAll(options: BinaryOptions & { classes: number }, labels?: Float64Array): Objective {
  const { classes, sigmoid = 1 } = options;
  const weights = Array.from({ length: classes }, (_, k) => classWeights(options, labels, (y) => y === k));
  return {
    outputs: classes,
    baseScores: (y, w) =>
      weights.map((_, k) => logOdds(weightedMean(y, w, (label) => (label === k ? 1 : 0))) / sigmoid),
    evaluate: (rows, from, to) =>
      weights.reduce((sum, side, k) => sum + logistic(rows, k, k, sigmoid, side, from, to), 0),
  };
}
