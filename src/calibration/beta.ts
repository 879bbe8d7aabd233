/** Beta calibration: a sigmoid of both logarithms of a probability, which holds the identity and bends at either end on its own. */
import { log, sigmoid } from '../core/math.js';
import { calibrationRows, fittedOr, smoothedTargets } from './inputs.js';
import { fitSmallLogistic } from './small-logistic.js';

/** p becomes the logistic function of a log(p) - b log(1 - p) + offset. */
export interface BetaMap {
  readonly a: number;
  readonly b: number;
  readonly offset: number;
}

/** Probabilities are kept this far from 0 and 1: float32 resolution. */
export const LEAST_PROBABILITY = 1e-7;

/**
 * Probability p becomes 1 / (1 + e^-(a log p - b log(1 - p) + offset)) with a, b >= 0, so that order is kept: Kull, Silva Filho and Flach
 * (2017). A parameter that would be negative is 0 and the rest fitted anew. Targets are smoothed as Platt's.
 */
export class BetaCalibrator {
  private fitted: BetaMap | undefined;

  /** From a map fitted before. */
  static of(map: BetaMap): BetaCalibrator {
    const calibrator = new BetaCalibrator();
    calibrator.fitted = map;
    return calibrator;
  }

  /** As `PlattCalibrator.fit`, with probabilities for scores. */
  fit(probabilities: ArrayLike<number>, labels: ArrayLike<number>, weights?: ArrayLike<number>): this {
    const rows = calibrationRows(probabilities, labels, weights, 'BetaCalibrator');
    const targets = smoothedTargets(rows);
    const first = rows.scores.map((p) => log(bounded(p)));
    const second = rows.scores.map((p) => -log(1 - bounded(p)));
    const fitOn = (columns: Float64Array[]) => fitSmallLogistic(columns, targets, rows.weights);
    const both = fitOn([first, second]);
    const [a, b] = both.slopes;
    if (a >= 0 && b >= 0) this.fitted = { a, b, offset: both.offset };
    else {
      const { slopes, offset } = fitOn([a < 0 ? second : first]);
      const slope = Math.max(0, slopes[0]);
      this.fitted = { a: a < 0 ? 0 : slope, b: a < 0 ? slope : 0, offset };
    }
    return this;
  }

  /** @throws NotFittedError - before `fit` */
  get map(): BetaMap {
    return fittedOr(this.fitted, 'BetaCalibrator');
  }

  /** (n,) probabilities of the positive class. */
  transform(probabilities: ArrayLike<number>): Float64Array {
    const { a, b, offset } = this.map;
    return Float64Array.from(probabilities, (p) => sigmoid(a * log(bounded(p)) - b * log(1 - bounded(p)) + offset));
  }
}

function bounded(p: number): number {
  return Math.min(Math.max(p, LEAST_PROBABILITY), 1 - LEAST_PROBABILITY);
}
