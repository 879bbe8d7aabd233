/** Precision and recall at every threshold, and the two areas under that curve. */
import {
  type BinaryScores,
  binaryScores,
  type LabelledScores,
  labelledScores,
  positiveAgainstRest,
} from './binary-scores.js';
import type { PredictedScores } from './inputs.js';
import { presentPositive, standardPositive } from './labels.js';
import { averageOverClasses, flattened } from './one-vs-rest.js';
import { checkOptions, type MetricOptions } from './options.js';
import { thresholdCounts } from './ranking.js';

export interface PrecisionRecallCurveOptions extends MetricOptions {
  /** Leave out thresholds at which the true positives equal those of both neighbours. Default false. */
  dropIntermediate?: boolean;
}

/** Point i predicts positive where score >= thresholds[i]; one more point, precision 1 and recall 0, closes the curve. */
export interface PrecisionRecallCurve {
  /** Shape (thresholds + 1,). */
  precision: Float64Array;
  /** Descending, shape (thresholds + 1,). */
  recall: Float64Array;
  /** Ascending. */
  thresholds: Float64Array;
}

/**
 * Precision and recall at every distinct score. Without positive rows recall is 1 at every threshold.
 *
 * @throws InvalidInputError when the labels are neither of {0, 1} nor of {-1, 1} and no `positiveClass` is given
 */
export function precisionRecallCurve(
  yTrue: ArrayLike<number>,
  scores: PredictedScores,
  options: PrecisionRecallCurveOptions = {},
): PrecisionRecallCurve {
  checkOptions('precisionRecallCurve', options, ['dropIntermediate']);
  const input = binaryScores('precisionRecallCurve', yTrue, scores, options, standardPositive);
  return curveOf(input, options.dropIntermediate);
}

function curveOf({ positive, scores, weights }: BinaryScores, dropIntermediate = false): PrecisionRecallCurve {
  const counts = thresholdCounts(positive, scores, weights);
  const { truePositives: tp, falsePositives: fp, thresholds } = counts;
  const last = tp.length - 1;
  const kept: number[] = [];
  for (let i = last; i >= 0; i--) {
    const flat = i > 0 && i < last && tp[i] === tp[i - 1] && tp[i] === tp[i + 1];
    if (!(dropIntermediate && flat)) kept.push(i);
  }
  const positives = tp[last];
  const curve = {
    precision: new Float64Array(kept.length + 1),
    recall: new Float64Array(kept.length + 1),
    thresholds: Float64Array.from(kept, (i) => thresholds[i]),
  };
  kept.forEach((i, at) => {
    const predicted = tp[i] + fp[i];
    curve.precision[at] = predicted === 0 ? 0 : tp[i] / predicted;
    curve.recall[at] = positives === 0 ? 1 : tp[i] / positives;
  });
  curve.precision[kept.length] = 1;
  return curve;
}

/**
 * Average precision: the sum of precision times the rise in recall over the thresholds, without interpolation. 0 when no row
 * is positive. The positive class is 1 unless `positiveClass` says otherwise. More than two classes: a table of scores, one
 * column a class, averaged one against the rest by `average` `'macro'` (default), `'weighted'`, `'micro'` or `'none'`.
 */
export function averagePrecision(
  yTrue: ArrayLike<number>,
  scores: PredictedScores,
  options: MetricOptions & { average: 'none' },
): number[];
export function averagePrecision(yTrue: ArrayLike<number>, scores: PredictedScores, options?: MetricOptions): number;
export function averagePrecision(
  yTrue: ArrayLike<number>,
  scores: PredictedScores,
  options: MetricOptions = {},
): number | number[] {
  return areaOf('averagePrecision', yTrue, scores, options, stepArea);
}

/**
 * Area under the precision-recall curve by the trapezoidal rule, which interpolates between thresholds and is therefore more
 * optimistic than {@link averagePrecision}. Same parameters.
 */
export function prAuc(
  yTrue: ArrayLike<number>,
  scores: PredictedScores,
  options: MetricOptions & { average: 'none' },
): number[];
export function prAuc(yTrue: ArrayLike<number>, scores: PredictedScores, options?: MetricOptions): number;
export function prAuc(
  yTrue: ArrayLike<number>,
  scores: PredictedScores,
  options: MetricOptions = {},
): number | number[] {
  return areaOf('prAuc', yTrue, scores, options, trapezoidArea);
}

function areaOf(
  metric: string,
  yTrue: ArrayLike<number>,
  scores: PredictedScores,
  options: MetricOptions,
  area: (input: BinaryScores) => number,
): number | number[] {
  checkOptions(metric, options);
  const input: LabelledScores = labelledScores(metric, yTrue, scores, options);
  if (input.table.cols <= 2) return area(positiveAgainstRest(metric, input, options, presentPositive));
  if (options.average === 'micro') return area(flattened(input));
  return averageOverClasses(metric, input, options.average, (positive, values, weights) =>
    area({ positive, scores: values, weights }),
  );
}

function stepArea(input: BinaryScores): number {
  const { precision, recall } = curveOf(input);
  let area = 0;
  for (let i = 0; i + 1 < recall.length; i++) area += (recall[i] - recall[i + 1]) * precision[i];
  return Math.max(0, area);
}

function trapezoidArea(input: BinaryScores): number {
  const { precision, recall } = curveOf(input);
  let area = 0;
  for (let i = 0; i + 1 < recall.length; i++)
    area += ((recall[i] - recall[i + 1]) * (precision[i] + precision[i + 1])) / 2;
  return area;
}
