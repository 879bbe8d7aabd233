/** Log-loss of labels 0 and 1; the score is the log-odds of 1, divided by `sigmoid`. */
import { exp, log1p } from '../../../core/math.js';
import type { Objective } from '../objectives.js';
import { type ClassWeights, classWeights } from './balance.js';
import { type Derivatives, pointwise } from './pointwise.js';
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
      : pointwise(logisticDerivatives(steepness, weights, (y) => y > 0)),
  };
}

/** Derivatives of -log p(label) with p = 1 / (1 + e^(-steepness s)), times the weight of the label's class. */
export function logisticDerivatives(
  steepness: number,
  { positive, negative }: ClassWeights,
  isPositive: (label: number) => boolean,
): Derivatives {
  return (score, label, out) => {
    const one = isPositive(label);
    const s = steepness * score;
    const e = exp(-Math.abs(s));
    const p = (s >= 0 ? 1 : e) / (1 + e);
    const w = one ? positive : negative;
    out[0] = w * steepness * (p - (one ? 1 : 0));
    out[1] = w * steepness * steepness * (e / ((1 + e) * (1 + e)));
    out[2] = w * (log1p(e) + Math.max(s, 0) - (one ? s : 0));
  };
}
