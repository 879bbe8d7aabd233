/** One log-loss a class, the class against all others; the loss of a row is their sum. */
import type { Objective } from '../objectives.js';
import { classWeights } from './balance.js';
import { type BinaryOptions, logisticDerivatives } from './binary.js';
import { sumOver, viewsOf } from './pointwise.js';
import { logOdds, weightedMean } from './weighted-mean.js';

export function oneVsAll(options: BinaryOptions & { classes: number }, labels?: Float64Array): Objective {
  const { classes, sigmoid = 1 } = options;
  const losses = Array.from({ length: classes }, (_, k) => {
    const isClass = (y: number) => y === k;
    return logisticDerivatives(sigmoid, classWeights(options, labels, isClass), isClass);
  });
  return {
    outputs: classes,
    baseScores: (y, w) => losses.map((_, k) => logOdds(weightedMean(y, w, (label) => (label === k ? 1 : 0))) / sigmoid),
    evaluate: (rows, from, to) =>
      losses.reduce((sum, derive, k) => sum + sumOver(viewsOf(rows, k), derive, from, to), 0),
  };
}
