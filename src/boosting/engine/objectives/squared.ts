/** Squared error; the loss reported is its mean, without the half. */
import type { Objective } from './objective.js';
import { pointwise } from './pointwise.js';
import { weightedMean } from './weighted-mean.js';

/** sign(y) sqrt(|y|): what `sqrt` regresses on instead of y. */
export const signedRoot = (y: number): number => Math.sign(y) * Math.sqrt(Math.abs(y));

/** With `sqrt`, labels are square-rooted first, and predictions squared (LightGBM's reg_sqrt). */
export function regression(sqrt = false): Objective {
  return {
    outputs: 1,
    baseScores: (labels, weights) => [weightedMean(labels, weights, sqrt ? signedRoot : undefined)],
    evaluate: sqrt
      ? pointwise((score, label, out) => {
          const d = score - signedRoot(label);
          out[0] = d;
          out[1] = 1;
          out[2] = d * d;
        })
      : ({ kernels, scores, labels, weights, gradients }, from, to) =>
          kernels.squaredGradients(scores, labels, weights, gradients, from, to),
  };
}
