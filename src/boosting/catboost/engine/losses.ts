/**
 * CatBoost's losses, row by row: the loss, its derivative in the direction of descent (der = -dL/ds) and its curvature, as CatBoost's
 * documentation of objectives states them (https://catboost.ai/docs/en/concepts/loss-functions).
 */
import { exp, log, log1p, pow, sigmoid } from '../../../core/math.js';
import type { Link } from '../../engine/objectives/link.js';
import { logOdds, weightedMean } from '../../engine/objectives/weighted-mean.js';
import type { CatBoostLoss } from './params.js';
import { weightedQuantile } from './weighted-quantile.js';

export interface Loss {
  /** Scores a row. */
  readonly outputs: number;
  /** Curvatures a row: one a score, or the lower triangle of the matrix, row by row. */
  readonly curvature: 'diagonal' | 'triangle';
  readonly link: Link;
  /** There is a WebAssembly kernel of it. */
  readonly kernel?: 'loglossSums' | 'squaredSums';
  /** The caller gives derivatives and curvatures, of all rows at once. */
  readonly asked?: boolean;
  /** Writes derivatives and curvatures at scores `s`, and returns the loss. */
  derive(s: Float64Array, y: number, der: Float64Array, curvature: Float64Array): number;
  /** What the mean loss is reported as. */
  finish(mean: number): number;
  /** The best constant scores. */
  start(labels: Float64Array, weights: Float32Array | undefined): number[];
  /** Of losses of the residual: the quantile of the residuals that makes the best leaf, and each row's weight in it. */
  readonly exact?: { alpha: number; weight(y: number): number };
}

/** Numbers of a triangle of this side. */
export function curvatures(loss: Loss): number {
  const { outputs } = loss;
  return loss.curvature === 'diagonal' ? outputs : (outputs * (outputs + 1)) / 2;
}

const identity: Link = { kind: 'identity' };
const same = (mean: number): number => mean;
const zero = (): number[] => [0];
const one = (): number => 1;

/** A loss of one score: value, derivative and curvature at s for label y. */
function scalar(
  link: Link,
  value: (s: number, y: number) => number,
  derivative: (s: number, y: number) => number,
  curvature: (s: number, y: number) => number,
  more: Partial<Loss> = {},
): Loss {
  return {
    outputs: 1,
    curvature: 'diagonal',
    link,
    derive(s, y, der, curvatureOut) {
      der[0] = derivative(s[0], y);
      curvatureOut[0] = curvature(s[0], y);
      return value(s[0], y);
    },
    finish: same,
    start: zero,
    ...more,
  };
}

const logloss = scalar(
  { kind: 'logistic', steepness: 1 },
  (s, y) => Math.max(s, 0) - y * s + log1p(exp(-Math.abs(s))),
  (s, y) => y - sigmoid(s),
  (s) => sigmoid(s) * (1 - sigmoid(s)),
  { kernel: 'loglossSums', start: (labels, weights) => [logOdds(weightedMean(labels, weights))] },
);

const rmse = scalar(
  identity,
  (s, y) => (y - s) * (y - s),
  (s, y) => y - s,
  one,
  { kernel: 'squaredSums', finish: Math.sqrt, start: (labels, weights) => [weightedMean(labels, weights)] },
);

function quantile(alpha: number, scale: number, weight: (y: number) => number = one): Loss {
  return scalar(
    identity,
    (s, y) => scale * weight(y) * (y > s ? alpha * (y - s) : (1 - alpha) * (s - y)),
    (s, y) => scale * weight(y) * (y > s ? alpha : alpha - 1),
    () => 0,
    {
      exact: { alpha, weight },
      start: (labels, weights) => {
        const w = Float64Array.from(labels, (y, i) => weight(y) * (weights ? weights[i] : 1));
        return [weightedQuantile(Float64Array.from(labels), w, alpha)];
      },
    },
  );
}

const huber = (delta: number): Loss =>
  scalar(
    identity,
    (s, y) => (Math.abs(y - s) <= delta ? 0.5 * (y - s) * (y - s) : delta * (Math.abs(y - s) - 0.5 * delta)),
    (s, y) => Math.max(-delta, Math.min(delta, y - s)),
    (s, y) => (Math.abs(y - s) <= delta ? 1 : 0),
  );

const expectile = (alpha: number): Loss =>
  scalar(
    identity,
    (s, y) => (y > s ? alpha : 1 - alpha) * (y - s) * (y - s),
    (s, y) => 2 * (y > s ? alpha : 1 - alpha) * (y - s),
    (s, y) => 2 * (y > s ? alpha : 1 - alpha),
  );

const logCosh = scalar(
  identity,
  (s, y) => Math.abs(y - s) + log1p(exp(-2 * Math.abs(y - s))) - Math.LN2,
  (s, y) => 1 - 2 / (exp(2 * (y - s)) + 1),
  (s, y) => 4 * sigmoid(2 * (y - s)) * sigmoid(2 * (s - y)),
);

const lq = (q: number): Loss =>
  scalar(
    identity,
    (s, y) => pow(Math.abs(y - s), q),
    (s, y) => q * Math.sign(y - s) * pow(Math.abs(y - s), q - 1),
    (s, y) => q * (q - 1) * pow(Math.abs(y - s), q - 2),
  );

const poisson = scalar(
  { kind: 'exp' },
  (s, y) => exp(s) - y * s,
  (s, y) => y - exp(s),
  (s) => exp(s),
);

const tweedie = (p: number): Loss =>
  scalar(
    { kind: 'exp' },
    (s, y) => exp((2 - p) * s) / (2 - p) - (y * exp((1 - p) * s)) / (1 - p),
    (s, y) => y * exp((1 - p) * s) - exp((2 - p) * s),
    (s, y) => (2 - p) * exp((2 - p) * s) - (1 - p) * y * exp((1 - p) * s),
  );

/** Softmax cross-entropy; its curvature is a full matrix. */
function multiClass(classes: number): Loss {
  return {
    outputs: classes,
    curvature: 'triangle',
    link: { kind: 'softmax' },
    finish: same,
    start: () => new Array<number>(classes).fill(0),
    derive(s, y, der, curvature) {
      let top = s[0];
      for (let k = 1; k < classes; k++) if (s[k] > top) top = s[k];
      let sum = 0;
      for (let k = 0; k < classes; k++) sum += der[k] = exp(s[k] - top);
      const loss = log(sum) - (s[y] - top);
      for (let k = 0, at = 0; k < classes; k++) {
        const p = (der[k] /= sum);
        for (let j = 0; j < k; j++) curvature[at++] = -p * der[j];
        curvature[at++] = p * (1 - p);
      }
      for (let k = 0; k < classes; k++) der[k] = (k === y ? 1 : 0) - der[k];
      return loss;
    },
  };
}

/** A log-loss a class against the rest; the mean of them is reported. */
function oneVsAll(classes: number): Loss {
  return {
    outputs: classes,
    curvature: 'diagonal',
    link: { kind: 'logistic', steepness: 1 },
    finish: same,
    start: () => new Array<number>(classes).fill(0),
    derive(s, y, der, curvature) {
      let loss = 0;
      for (let k = 0; k < classes; k++) {
        const p = sigmoid(s[k]);
        const t = k === y ? 1 : 0;
        der[k] = t - p;
        curvature[k] = p * (1 - p);
        loss += Math.max(s[k], 0) - t * s[k] + log1p(exp(-Math.abs(s[k])));
      }
      return loss / classes;
    },
  };
}

/** The caller's own: its value is unknown, its derivatives are asked for. */
function custom(outputs: number, link: Link): Loss {
  return {
    outputs,
    curvature: 'diagonal',
    link,
    asked: true,
    finish: same,
    start: () => new Array<number>(outputs).fill(0),
    derive() {
      throw new TypeError('Derivatives of a loss of the caller are asked for');
    },
  };
}

export function createLoss(spec: CatBoostLoss): Loss {
  switch (spec.kind) {
    case 'custom': {
      const { outputs, link } = createLoss(spec.instead);
      return custom(outputs, link);
    }
    case 'Logloss':
    case 'CrossEntropy':
      return logloss;
    case 'RMSE':
      return rmse;
    case 'MAE':
      // CatBoost's MAE is twice the pinball loss of one half.
      return quantile(0.5, 2);
    case 'Quantile':
      return quantile(spec.alpha, 1);
    case 'MAPE':
      return quantile(0.5, 2, (y) => 1 / Math.max(1, Math.abs(y)));
    case 'Huber':
      return huber(spec.delta);
    case 'Expectile':
      return expectile(spec.alpha);
    case 'LogCosh':
      return logCosh;
    case 'Lq':
      return lq(spec.q);
    case 'Poisson':
      return poisson;
    case 'Tweedie':
      return tweedie(spec.variancePower);
    case 'MultiClass':
      return multiClass(spec.classes);
    case 'MultiClassOneVsAll':
      return oneVsAll(spec.classes);
  }
}
