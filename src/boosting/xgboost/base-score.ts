/**
 * Where boosting starts, as XGBoost 3 finds it from the labels: their mean, median or quantiles, class shares, or one Newton
 * step from 0.
 */
import { exp, log, sigmoid } from '../../core/math.js';
import { percentile } from '../engine/objectives/percentile.js';
import type { XGBoostSettings } from './config.js';
import type { TrainableObjective } from './objective.js';

interface Labels {
  /** Class numbers or values. */
  readonly y: Float64Array;
  readonly weights?: Float32Array;
}

/** Keeps logarithms and log-odds finite. */
const LEAST = 1e-6;

/** In the units of predictions, one an output. */
export function estimateBaseScore(
  objective: TrainableObjective,
  { y, weights }: Labels,
  outputs: number,
  settings: XGBoostSettings,
): Float32Array {
  const mean = (of: (label: number) => number) => weightedMean(y, weights, of);
  switch (objective) {
    case 'multi:softprob':
    case 'multi:softmax': {
      const logs = Array.from({ length: outputs }, (_, k) =>
        log(
          Math.max(
            LEAST,
            mean((label) => (label === k ? 1 : 0)),
          ),
        ),
      );
      const middle = logs.reduce((sum, value) => sum + value, 0) / outputs;
      return Float32Array.from(logs, (value) => value - middle);
    }
    case 'reg:absoluteerror':
      return Float32Array.of(percentile('xgboost', y.slice(), weights, 0.5));
    case 'reg:quantileerror':
      return Float32Array.from(quantilesOf(settings), (alpha) => percentile('xgboost', y.slice(), weights, alpha));
    case 'binary:hinge':
      return Float32Array.of(mean((label) => (label > 0 ? 1 : -1)) > 0 ? 1 : 0);
    case 'reg:squaredlogerror': {
      const slope = (label: number) => -log(1 + label);
      return Float32Array.of(-mean(slope) / mean((label) => Math.max(LEAST, 1 - slope(label))));
    }
    case 'reg:pseudohubererror': {
      const square = settings.huberSlope * settings.huberSlope;
      const root = (label: number) => Math.sqrt(1 + (label * label) / square);
      const curve = (label: number) => square / ((square + label * label) * root(label));
      return Float32Array.of(mean((label) => label / root(label)) / mean(curve));
    }
    case 'binary:logistic':
    case 'binary:logitraw':
    case 'reg:logistic': {
      const { scalePosWeight } = settings;
      const clip = (p: number) => Math.min(1 - LEAST, Math.max(LEAST, p));
      if (scalePosWeight === 1) return Float32Array.of(clip(mean((label) => label)));
      const weight = (label: number) => (label === 1 ? scalePosWeight : 1);
      return Float32Array.of(sigmoid(mean((label) => weight(label) * (label - 0.5)) / (0.25 * mean(weight))));
    }
    case 'reg:squarederror':
      return Float32Array.of(mean((label) => label));
    default:
      return Float32Array.of(
        Math.max(
          exp(-30),
          mean((label) => label),
        ),
      );
  }
}

/** The quantiles to learn. */
export function quantilesOf({ quantileAlpha = 0.5 }: Pick<XGBoostSettings, 'quantileAlpha'>): readonly number[] {
  return typeof quantileAlpha === 'number' ? [quantileAlpha] : quantileAlpha;
}

function weightedMean(y: Float64Array, weights: Float32Array | undefined, of: (label: number) => number): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < y.length; i++) {
    const weight = weights ? weights[i] : 1;
    sum += weight * of(y[i]);
    total += weight;
  }
  return sum / total;
}
