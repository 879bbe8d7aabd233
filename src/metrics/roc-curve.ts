/** Receiver operating characteristic. */
import { binaryScores } from './binary-scores.js';
import type { PredictedScores } from './inputs.js';
import { standardPositive } from './labels.js';
import { checkOptions, type MetricOptions } from './options.js';
import { type ThresholdCounts, thresholdCounts } from './ranking.js';

export interface RocCurveOptions extends MetricOptions {
  /** Leave out points on a straight line between their neighbours. Default true. */
  dropIntermediate?: boolean;
}

/** Points of the curve from (0, 0) to (1, 1); point i predicts positive where score >= thresholds[i]. */
export interface RocCurve {
  fpr: Float64Array;
  tpr: Float64Array;
  /** Descending; the first is Infinity: nothing is predicted positive. */
  thresholds: Float64Array;
}

/**
 * False and true positive rates at every distinct score. A rate without rows to count (one class only) is NaN.
 *
 * @throws InvalidInputError when the labels are neither of {0, 1} nor of {-1, 1} and no `positiveClass` is given
 */
export function rocCurve(yTrue: ArrayLike<number>, scores: PredictedScores, options: RocCurveOptions = {}): RocCurve {
  checkOptions('rocCurve', options, ['dropIntermediate']);
  const input = binaryScores('rocCurve', yTrue, scores, options, standardPositive);
  const counts = thresholdCounts(input.positive, input.scores, input.weights);
  return ratesOf(options.dropIntermediate === false ? counts : cornersOf(counts));
}

/** Keeps the ends and the points where the step to either count changes from the one before. */
function cornersOf({ thresholds, truePositives: tp, falsePositives: fp }: ThresholdCounts): ThresholdCounts {
  const last = thresholds.length - 1;
  const bends = (counts: Float64Array, i: number) => counts[i + 1] - counts[i] !== counts[i] - counts[i - 1];
  const keep = (_: number, i: number) => i === 0 || i === last || bends(tp, i) || bends(fp, i);
  return {
    thresholds: thresholds.filter(keep),
    truePositives: tp.filter(keep),
    falsePositives: fp.filter(keep),
  };
}

function ratesOf({ thresholds, truePositives, falsePositives }: ThresholdCounts): RocCurve {
  const n = thresholds.length + 1;
  const curve = { fpr: new Float64Array(n), tpr: new Float64Array(n), thresholds: new Float64Array(n) };
  const positives = truePositives[n - 2];
  const negatives = falsePositives[n - 2];
  curve.thresholds[0] = Number.POSITIVE_INFINITY;
  curve.thresholds.set(thresholds, 1);
  // 0 / 0 is NaN here, on purpose: a rate of nothing.
  curve.tpr[0] = 0 / positives;
  curve.fpr[0] = 0 / negatives;
  for (let i = 1; i < n; i++) {
    curve.tpr[i] = truePositives[i - 1] / positives;
    curve.fpr[i] = falsePositives[i - 1] / negatives;
  }
  return curve;
}
