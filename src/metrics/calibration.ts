/** How far predicted probabilities are from observed frequencies: the reliability curve and its expected error. */
import {
  type BinaryScores,
  binaryScores,
  type LabelledScores,
  labelledScores,
  positiveAgainstRest,
} from './binary-scores.js';
import { checkProbabilities, type PredictedScores } from './inputs.js';
import { clearOrLargerPositive, standardPositive } from './labels.js';
import { checkChoice, checkNumber, checkOptions, type MetricOptions } from './options.js';
import { quantileOfSorted } from './sums.js';

export interface CalibrationOptions extends MetricOptions {
  /** Number of bins. Default 5 for the curve, 10 for the expected error. */
  bins?: number;
  /** Bins of equal width over 0..1 (default), or holding equally many rows. */
  strategy?: 'uniform' | 'quantile';
}

/** One entry for each bin that holds rows, in ascending order of the probability. */
export interface CalibrationCurve {
  /** Share of positive rows. */
  probTrue: Float64Array;
  /** Mean predicted probability. */
  probPred: Float64Array;
  /** Weight of the rows in the bin. */
  counts: Float64Array;
}

/**
 * Observed share of positives against mean predicted probability, bin by bin. A probability on the edge of two bins belongs to
 * the lower one.
 *
 * @param scores probabilities of the positive class, shape (n,), or of both classes, shape (n, 2)
 * @throws InvalidInputError when a score lies outside 0..1, or which label is positive is not clear
 */
export function calibrationCurve(
  yTrue: ArrayLike<number>,
  scores: PredictedScores,
  options: CalibrationOptions = {},
): CalibrationCurve {
  checkCalibrationOptions('calibrationCurve', options);
  const input = binaryScores('calibrationCurve', yTrue, scores, options, standardPositive);
  checkProbabilities('calibrationCurve', { data: input.scores, rows: input.scores.length, cols: 1 });
  return reliability(input.positive, input.scores, input.weights, options.bins ?? 5, options.strategy);
}

/**
 * Mean distance of predicted probability and observed frequency over the bins, by the weight of each bin (Naeini et al., 2015).
 * Two classes: of the positive class's probability. More: of the largest probability against being right (Guo et al., 2017).
 * Parameters as of {@link calibrationCurve}; 10 bins by default.
 */
export function expectedCalibrationError(
  yTrue: ArrayLike<number>,
  scores: PredictedScores,
  options: CalibrationOptions = {},
): number {
  const metric = 'expectedCalibrationError';
  checkCalibrationOptions(metric, options);
  const labelled = labelledScores(metric, yTrue, scores, options);
  const input =
    labelled.table.cols > 2
      ? topLabel(labelled)
      : positiveAgainstRest(metric, labelled, options, clearOrLargerPositive);
  checkProbabilities(metric, { data: input.scores, rows: input.scores.length, cols: 1 });
  const curve = reliability(input.positive, input.scores, input.weights, options.bins ?? 10, options.strategy);
  let error = 0;
  let total = 0;
  for (let b = 0; b < curve.counts.length; b++) {
    error += curve.counts[b] * Math.abs(curve.probTrue[b] - curve.probPred[b]);
    total += curve.counts[b];
  }
  return error / total;
}

function checkCalibrationOptions(metric: string, options: CalibrationOptions): void {
  checkOptions(metric, options, ['bins', 'strategy']);
  checkChoice(metric, 'strategy', options.strategy, ['uniform', 'quantile']);
  const whole = (v: number) => Number.isInteger(v) && v >= 1 && v <= 1e6;
  checkNumber(metric, 'bins', options.bins ?? 5, whole, 'a whole number from 1 to 1,000,000');
}

/** The largest probability of each row, and whether its class (the first of equals) is the true one. */
export function topLabel({ yTrue, table, weights, classes }: LabelledScores): BinaryScores {
  const { data, rows, cols } = table;
  const positive = new Uint8Array(rows);
  const scores = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    let best = 0;
    for (let k = 1; k < cols; k++) if (data[i * cols + k] > data[i * cols + best]) best = k;
    positive[i] = classes[best] === yTrue[i] ? 1 : 0;
    scores[i] = data[i * cols + best];
  }
  return { positive, scores, weights };
}

function reliability(
  positive: Uint8Array,
  scores: Float64Array,
  weights: Float64Array | undefined,
  bins: number,
  strategy: 'uniform' | 'quantile' = 'uniform',
): CalibrationCurve {
  const inner = innerEdges(scores, bins, strategy);
  const counts = new Float64Array(bins);
  const outcomes = new Float64Array(bins);
  const predicted = new Float64Array(bins);
  for (let i = 0; i < scores.length; i++) {
    const b = edgesBelow(inner, scores[i]);
    const w = weights ? weights[i] : 1;
    counts[b] += w;
    predicted[b] += w * scores[i];
    if (positive[i] === 1) outcomes[b] += w;
  }
  const filled = Array.from(counts.keys()).filter((b) => counts[b] > 0);
  return {
    probTrue: Float64Array.from(filled, (b) => outcomes[b] / counts[b]),
    probPred: Float64Array.from(filled, (b) => predicted[b] / counts[b]),
    counts: Float64Array.from(filled, (b) => counts[b]),
  };
}

/** Edges between bins, ascending, shape (bins - 1,). Quantiles are of the rows, whatever their weights. */
export function innerEdges(scores: Float64Array, bins: number, strategy: 'uniform' | 'quantile'): Float64Array {
  const sorted = strategy === 'quantile' ? scores.slice().sort() : undefined;
  // k * (1 / bins), not k / bins: the rounding decides to which bin a probability such as 0.3 belongs.
  // For the same reason quantiles are percentages over 100, as numpy's are.
  const step = 1 / bins;
  return Float64Array.from({ length: bins - 1 }, (_, k) =>
    sorted ? quantileOfSorted(sorted, ((k + 1) * step * 100) / 100) : (k + 1) * step,
  );
}

/** How many of the ascending edges are below `value`. */
export function edgesBelow(edges: Float64Array, value: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (edges[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
