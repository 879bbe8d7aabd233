/** Platt scaling: a sigmoid of the score. */
import { sigmoid } from '../core/math.js';
import { calibrationRows, fittedOr, smoothedTargets } from './inputs.js';
import { fitSmallLogistic } from './small-logistic.js';

/** Log-odds x become the logistic function of slope x + offset. */
export interface PlattSigmoid {
  readonly slope: number;
  readonly offset: number;
}

/**
 * Probability of the positive class as 1 / (1 + e^-(slope * score + offset)), fitted by maximum likelihood on smoothed targets: Platt (1999),
 * by Newton's method as Lin, Lin and Weng (2007, "A note on Platt's probabilistic outputs for support vector machines").
 *
 * @example
 * new PlattCalibrator().fit(scores, labels).transform(newScores);
 */
export class PlattCalibrator {
  private fitted: PlattSigmoid | undefined;

  /** From a sigmoid fitted before. */
  static of(sigmoid: PlattSigmoid): PlattCalibrator {
    const calibrator = new PlattCalibrator();
    calibrator.fitted = sigmoid;
    return calibrator;
  }

  /**
   * @param scores - (n,) any finite numbers, larger for the positive class
   * @param labels - (n,) 1 for the positive class, else 0
   * @throws InvalidInputError - lengths that differ, values out of range, labels of one class only
   */
  fit(scores: ArrayLike<number>, labels: ArrayLike<number>, weights?: ArrayLike<number>): this {
    const rows = calibrationRows(scores, labels, weights, 'PlattCalibrator');
    const { slopes, offset } = fitSmallLogistic([rows.scores], smoothedTargets(rows), rows.weights);
    this.fitted = { slope: slopes[0], offset };
    return this;
  }

  /** @throws NotFittedError - before `fit` */
  get sigmoid(): PlattSigmoid {
    return fittedOr(this.fitted, 'PlattCalibrator');
  }

  /** (n,) probabilities of the positive class. */
  transform(scores: ArrayLike<number>): Float64Array {
    const { slope, offset } = this.sigmoid;
    return Float64Array.from(scores, (score) => sigmoid(slope * score + offset));
  }
}
