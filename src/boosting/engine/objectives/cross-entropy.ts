/** Log-losses of labels that are probabilities, 0 to 1. */
import { exp, expm1, log, log1p, softplus } from '../../../core/math.js';
import type { Objective } from './objective.js';
import { pointwise } from './pointwise.js';
import { LEAST_PROBABILITY, logOdds, weightedMean } from './weighted-mean.js';

/** -y log p - (1 - y) log(1 - p), p = 1 / (1 + e^-s). Rows of label 1 weigh `scalePosWeight` (XGBoost's reg:logistic). */
export function crossEntropy(scalePosWeight = 1): Objective {
  return {
    outputs: 1,
    baseScores: (labels, weights) => [logOdds(weightedMean(labels, weights))],
    evaluate: pointwise((score, label, out) => {
      const e = exp(-Math.abs(score));
      const p = (score >= 0 ? 1 : e) / (1 + e);
      const w = label === 1 ? scalePosWeight : 1;
      out[0] = w * (p - label);
      out[1] = (w * e) / ((1 + e) * (1 + e));
      out[2] = w * (log1p(e) + Math.max(score, 0) - label * score);
    }),
  };
}

/** Probabilities are kept this far from 0 and 1. */
const EPSILON = 1e-12;

/**
 * The same with weights as exposures: p = 1 - (1 - q)^w with q = 1 / (1 + e^-s), so that log(1 - p) = -w log(1 + e^s).
 * With all weights 1 it is the cross-entropy. Predictions are log(1 + e^s).
 */
export function crossEntropyLambda(): Objective {
  return {
    outputs: 1,
    baseScores: (labels, weights) => [log(Math.max(LEAST_PROBABILITY, expm1(weightedMean(labels, weights))))],
    evaluate: pointwise((score, label, out, w) => {
      // In terms of t = w log(1 + e^s): loss = -y log(1 - e^-t) + (1 - y) t. Row sums multiply by w, so these divide by it.
      const exposure = Math.max(w, LEAST_PROBABILITY);
      const t = exposure * softplus(score);
      const rest = exp(-t);
      const p = Math.min(Math.max(-expm1(-t), EPSILON), 1 - EPSILON);
      const q = 1 / (1 + exp(-score));
      const slope = exposure * q;
      const curve = slope * (1 - q);
      const byT = 1 - label / p;
      out[0] = (slope * byT) / exposure;
      out[1] = (curve * byT + (slope * slope * label * rest) / (p * p)) / exposure;
      out[2] = ((1 - label) * t - label * log(p)) / exposure;
    }),
  };
}
