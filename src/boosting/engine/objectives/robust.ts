/** Losses of values that grow slower than the square, and the hinge loss: no link, no renewal of leaves. */
import { log1p } from '../../../core/math.js';
import type { Objective } from './objective.js';
import { pointwise } from './pointwise.js';
import { weightedMean } from './weighted-mean.js';

const startFromMean: Objective['baseScores'] = (labels, weights) => [weightedMean(labels, weights)];

/** Half the squared error up to `alpha`, linear beyond (Huber, 1964); hessians are 1. */
export function huber(alpha: number): Objective {
  return {
    outputs: 1,
    baseScores: startFromMean,
    evaluate: pointwise((score, label, out) => {
      const d = score - label;
      const size = Math.abs(d);
      out[0] = size <= alpha ? d : Math.sign(d) * alpha;
      out[1] = 1;
      out[2] = size <= alpha ? 0.5 * d * d : alpha * (size - 0.5 * alpha);
    }),
  };
}

/** c^2 (|d| / c - log(1 + |d| / c)) (Fair, 1974). */
export function fair(c: number): Objective {
  return {
    outputs: 1,
    baseScores: startFromMean,
    evaluate: pointwise((score, label, out) => {
      const d = score - label;
      const sum = Math.abs(d) + c;
      out[0] = (c * d) / sum;
      out[1] = (c * c) / (sum * sum);
      out[2] = c * (Math.abs(d) - c * log1p(Math.abs(d) / c));
    }),
  };
}

/** slope^2 (sqrt(1 + (d / slope)^2) - 1): quadratic near 0, linear far away (Charbonnier et al., 1997). */
export function pseudoHuber(slope: number): Objective {
  const square = slope * slope;
  return {
    outputs: 1,
    baseScores: startFromMean,
    evaluate: pointwise((score, label, out) => {
      const d = score - label;
      const root = Math.sqrt(1 + (d * d) / square);
      out[0] = d / root;
      out[1] = square / ((square + d * d) * root);
      out[2] = square * (root - 1);
    }),
  };
}

/** Scores at or below -1 have no logarithm: they count as this. */
const LEAST_SCORE = -1 + 1e-6;
const LEAST_HESSIAN = 1e-6;

/** Half of (log(1 + s) - log(1 + y))^2, labels above -1. Its second derivative may be negative: it is kept above 0. */
export function squaredLog(): Objective {
  return {
    outputs: 1,
    baseScores: startFromMean,
    evaluate: pointwise((score, label, out) => {
      const s = Math.max(score, LEAST_SCORE);
      const d = log1p(s) - log1p(label);
      out[0] = d / (s + 1);
      out[1] = Math.max((1 - d) / ((s + 1) * (s + 1)), LEAST_HESSIAN);
      out[2] = 0.5 * d * d;
    }),
  };
}

/** What XGBoost gives rows beyond the margin, so that a node of them still has a hessian: the least normal float32. */
const TINY = 1.1754943508222875e-38;

/** max(0, 1 - t s) for t = -1 or 1, labels 0 and 1. */
export function hinge(): Objective {
  return {
    outputs: 1,
    baseScores: () => [0],
    evaluate: pointwise((score, label, out) => {
      const t = label > 0 ? 1 : -1;
      const inside = t * score < 1;
      out[0] = inside ? -t : 0;
      out[1] = inside ? 1 : TINY;
      out[2] = Math.max(0, 1 - t * score);
    }),
  };
}
