/** Losses of values that are not negative whose score is the logarithm of the mean: Poisson, gamma and Tweedie. */
import { exp } from '../../../core/math.js';
import type { Objective } from './objective.js';
import { type Derivatives, pointwise } from './pointwise.js';
import { logMean } from './weighted-mean.js';

const withLogLink = (derive: Derivatives): Objective => ({
  outputs: 1,
  baseScores: (labels, weights) => [logMean(labels, weights)],
  evaluate: pointwise(derive),
});

/** e^s - y s. Hessians are e^(s + maxDeltaStep), which keeps steps of rare large counts small. */
export function poisson(maxDeltaStep: number): Objective {
  const caution = exp(maxDeltaStep);
  return withLogLink((score, label, out) => {
    const mean = exp(score);
    out[0] = mean - label;
    out[1] = mean * caution;
    out[2] = mean - label * score;
  });
}

/** s + y e^-s. */
export function gamma(): Objective {
  return withLogLink((score, label, out) => {
    const ratio = label * exp(-score);
    out[0] = 1 - ratio;
    out[1] = ratio;
    out[2] = score + ratio;
  });
}

/** e^((2 - power) s) / (2 - power) - y e^((1 - power) s) / (1 - power) (Yang et al., 2018); power 1 is Poisson's. */
export function tweedie(power: number): Objective {
  const a = 1 - power;
  const b = 2 - power;
  return withLogLink((score, label, out) => {
    const below = label * exp(a * score);
    const above = exp(b * score);
    out[0] = above - below;
    out[1] = b * above - a * below;
    out[2] = above / b - (a === 0 ? label * score : below / a);
  });
}
