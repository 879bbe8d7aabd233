/** Metrics that are means over rows: the value of one row, as a function of prediction and label. */
import { exp, log, log1p } from '../../../core/math.js';
import { logGamma } from './log-gamma.js';
import type { MetricRows } from './metric.js';

/** The value of one row of a set with one output. */
export type RowValue = (prediction: number, label: number, parameter: number) => number;

const log0 = (x: number, least: number): number => log(Math.max(x, least));
const clip = (p: number, epsilon: number): number => Math.min(Math.max(p, epsilon), 1 - epsilon);

const squared = (p: number, y: number): number => (p - y) * (p - y);

function logLoss(p: number, y: number, epsilon: number): number {
  const clipped = clip(p, epsilon);
  return -(y === 0 ? 0 : y * log(clipped)) - (y === 1 ? 0 : (1 - y) * log(1 - clipped));
}

const entropyTerm = (p: number): number => (p > 0 ? p * log(p) : 0);

function huber(p: number, y: number, alpha: number): number {
  const size = Math.abs(p - y);
  return size <= alpha ? 0.5 * size * size : alpha * (size - 0.5 * alpha);
}

function fair(p: number, y: number, c: number): number {
  const size = Math.abs(p - y);
  return c * size - c * c * log1p(size / c);
}

function tweedie(p: number, y: number, power: number): number {
  const l = log0(p, 1e-10);
  const below = power === 1 ? y * l : (y * exp((1 - power) * l)) / (1 - power);
  return exp((2 - power) * l) / (2 - power) - below;
}

function gammaDeviance(p: number, y: number): number {
  const ratio = (y + 1e-9) / (p + 1e-9);
  return 2 * (ratio - log0(ratio, 1e-300) - 1);
}

/** Row values with one output; labels as given, predictions after the link. */
export const ROW_VALUES = {
  l1: (p, y) => Math.abs(p - y),
  l2: squared,
  rmse: squared,
  mape: (p, y) => Math.abs(p - y) / Math.max(1, Math.abs(y)),
  relativeError: (p, y) => Math.abs((p - y) / y),
  huber,
  pseudoHuber: (p, y, slope) => slope * slope * (Math.sqrt(1 + ((p - y) / slope) ** 2) - 1),
  fair,
  logCosh: (p, y) => Math.abs(p - y) + log1p(exp(-2 * Math.abs(p - y))) - Math.LN2,
  quantile: (p, y, alpha) => (p >= y ? (1 - alpha) * (p - y) : alpha * (y - p)),
  squaredLog: (p, y) => squared(log1p(p), log1p(y)),
  rmsle: (p, y) => squared(log1p(p), log1p(y)),
  poisson: (p, y) => p - y * log0(p, 1e-10),
  poissonLikelihood: (p, y) => p - y * log0(p, 1e-16) + logGamma(y + 1),
  gamma: (p, y) => y / Math.max(p, 1e-10) + log0(p, 1e-10),
  gammaDeviance,
  gammaDevianceSum: gammaDeviance,
  tweedie,
  logLoss: (p, y, epsilon) => logLoss(p, y, epsilon),
  binaryError: (p, y, threshold) => (p > threshold === y > 0 ? 0 : 1),
  /** Of predictions log(1 + e^s): the chance of an event is 1 - e^-prediction. */
  crossEntropyLambda: (p, y) => logLoss(1 - exp(-p), y, 1e-12),
  kullbackLeibler: (p, y) => logLoss(p, y, 1e-12) + entropyTerm(y) + entropyTerm(1 - y),
} as const satisfies Record<string, RowValue>;

/** Weighted sum of a row value, in row order. */
export function sumOfRows(of: RowValue, parameter: number): (rows: MetricRows) => number {
  return ({ count, predictions, labels, weights }) => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += (weights ? weights[i] : 1) * of(predictions[i], labels[i], parameter);
    return sum;
  };
}

/** Mean pinball loss over several alphas, one output each. */
export function sumOfQuantiles(alphas: readonly number[]): (rows: MetricRows) => number {
  return ({ count, outputs, predictions, labels, weights }) => {
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const w = (weights ? weights[i] : 1) / outputs;
      for (let k = 0; k < outputs; k++) {
        sum += w * ROW_VALUES.quantile(predictions[i * outputs + k], labels[i], alphas[k] ?? alphas[0]);
      }
    }
    return sum;
  };
}
