/** Resampled metrics of two classes: one walk down the ranking adds up all that is needed. */
import { indicator } from '../../metrics/labels.js';
import { LABEL_METRICS, writeLabelMetrics } from './label-outcomes.js';
import { probabilityTerms } from './probability-terms.js';
import { RankedCurve } from './ranked-curve.js';
import { RankedSums } from './ranked-sums.js';
import type { Replicate, ReplicateInput, StatisticName } from './replicate-input.js';

export function binaryReplicate(input: ReplicateInput): Replicate {
  const { y, weights, predictions, classes, threshold, precisionAt } = input;
  const positive = indicator(y, classes[1]);
  const predicted = indicator(predictions, classes[1]);
  const terms = probabilityTerms(input);
  if (!terms) return ofLabels(positive, predicted, weights);
  const curve = new RankedCurve(positive, terms.scores, weights);
  const reached = terms.scores.map((score) => (threshold !== undefined && score >= threshold ? 1 : 0));
  const sums = new RankedSums(curve, terms, predicted, reached, weights);
  const atThreshold = threshold === undefined ? [] : LABEL_METRICS.map((name): StatisticName => `threshold.${name}`);
  const names: StatisticName[] = [
    ...LABEL_METRICS,
    ...(['logLoss', 'brierScore', 'expectedCalibrationError', 'rocAuc', 'prAuc'] as const),
    ...precisionAt.map((_, i): StatisticName => `precisionAt.${i}`),
    ...atThreshold,
  ];
  return {
    names,
    compute(counts, out, at) {
      sums.walk(counts);
      writeLabelMetrics(sums.outcomes(1), out, at);
      let place = at + LABEL_METRICS.length;
      out[place++] = sums.loss / sums.weight;
      out[place++] = sums.square / sums.weight;
      out[place++] = sums.calibrationError();
      out[place++] = sums.rocArea;
      out[place++] = sums.prArea;
      for (const k of precisionAt) out[place++] = curve.precisionAt(rowsAt(k, sums.rows), counts);
      if (atThreshold.length > 0) writeLabelMetrics(sums.outcomes(2), out, place);
    },
  };
}

/** Rows that k, a number or a share, stands for in a sample, which blocks of times may make shorter than k. */
const rowsAt = (k: number, rows: number): number => Math.min(rows, k < 1 ? Math.max(1, Math.round(k * rows)) : k);

function ofLabels(positive: Uint8Array, predicted: Uint8Array, weights: Float64Array | undefined): Replicate {
  const kind = positive.map((p, i) => 2 * p + predicted[i]);
  const sums = new Float64Array(4);
  return {
    names: LABEL_METRICS,
    compute(counts, out, at) {
      sums.fill(0);
      for (let i = 0; i < kind.length; i++) sums[kind[i]] += weights ? counts[i] * weights[i] : counts[i];
      const [trueNegatives, falsePositives, falseNegatives, truePositives] = sums;
      writeLabelMetrics({ trueNegatives, falsePositives, falseNegatives, truePositives }, out, at);
    },
  };
}
