/** Cross-entropy of labels 0 .. classes-1 under softmax (Friedman, 2001). */
import { log } from '../../../core/math.js';
import type { Objective } from './objective.js';
import { LEAST_PROBABILITY, weightedMean } from './weighted-mean.js';

/** Hessians are `hessianFactor` p (1 - p): K / (K - 1) as in Friedman's paper and LightGBM; XGBoost has 2. */
export function multiclass(classes: number, hessianFactor = classes / Math.max(classes - 1, 1)): Objective {
  return {
    outputs: classes,
    baseScores: (labels, weights) =>
      Array.from({ length: classes }, (_, k) => {
        const share = weightedMean(labels, weights, (y) => (y === k ? 1 : 0));
        return log(Math.max(LEAST_PROBABILITY, share));
      }),
    evaluate: ({ kernels, rows, scores, labels, weights, gradients, scratch }, from, to) =>
      kernels.softmaxGradients(scores, labels, weights, gradients, from, to, rows, classes, scratch, hessianFactor),
  };
}
