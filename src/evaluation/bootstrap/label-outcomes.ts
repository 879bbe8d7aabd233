/** Metrics of predicted labels of two classes, from the weights of the four outcomes. */
import type { MetricName } from '../evaluate.js';

/** Metrics of predicted labels, in this order. */
export const LABEL_METRICS = [
  'accuracy',
  'balancedAccuracy',
  'precision',
  'recall',
  'f1',
  'matthewsCorrelation',
] as const satisfies readonly MetricName[];

/** Weights of the four outcomes. */
export interface Outcomes {
  readonly trueNegatives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  readonly truePositives: number;
}

/** Writes one value a metric from `out[at]` on; NaN where it is undefined. */
export function writeLabelMetrics(outcomes: Outcomes, out: Float64Array, at: number): void {
  const { trueNegatives: tn, falsePositives: fp, falseNegatives: fn, truePositives: tp } = outcomes;
  const positives = tp + fn;
  const negatives = tn + fp;
  const guessed = tp + fp;
  const undefinedValue = Number.NaN;
  out[at] = (tp + tn) / (positives + negatives);
  out[at + 1] =
    positives === 0 ? tn / negatives : negatives === 0 ? tp / positives : (tp / positives + tn / negatives) / 2;
  out[at + 2] = guessed === 0 ? undefinedValue : tp / guessed;
  out[at + 3] = positives === 0 ? undefinedValue : tp / positives;
  out[at + 4] = positives === 0 ? undefinedValue : (2 * tp) / (positives + guessed);
  const spread = Math.sqrt(positives) * Math.sqrt(negatives) * Math.sqrt(guessed) * Math.sqrt(tn + fn);
  out[at + 5] = spread === 0 ? undefinedValue : (tp * tn - fp * fn) / spread;
}
