/** Metrics of all rows together: rankings and the share of variance explained. */
import { averagePrecision as rankedPrecision } from '../../../metrics/precision-recall-curve.js';
import { areaUnderRoc } from '../../../metrics/roc-auc.js';
import type { MetricRows } from './metric.js';

const positives = (labels: Float64Array, of: (label: number) => boolean): Uint8Array =>
  Uint8Array.from(labels, (label) => (of(label) ? 1 : 0));

const doubles = (weights: Float32Array | undefined): Float64Array | undefined => weights && Float64Array.from(weights);

const columnOf = ({ predictions, outputs, count }: MetricRows, k: number): Float64Array =>
  outputs === 1 ? predictions : Float64Array.from({ length: count }, (_, i) => predictions[i * outputs + k]);

/**
 * Area under the ROC curve; 1 where a class does not occur (LightGBM's convention: a metric that is never NaN can be watched).
 * Several outputs: each class against the rest, averaged by the classes' weights (XGBoost).
 */
export function auc(rows: MetricRows): number {
  const { labels, outputs } = rows;
  const weights = doubles(rows.weights);
  if (outputs === 1)
    return known(
      areaUnderRoc(
        positives(labels, (y) => y > 0),
        rows.predictions,
        weights,
      ),
    );
  let sum = 0;
  let total = 0;
  for (let k = 0; k < outputs; k++) {
    const positive = positives(labels, (y) => y === k);
    const share = positive.reduce((w, one, i) => w + (one ? (weights ? weights[i] : 1) : 0), 0);
    if (share === 0) continue;
    sum += share * known(areaUnderRoc(positive, columnOf(rows, k), weights));
    total += share;
  }
  return sum / total;
}

const known = (area: number): number => (Number.isNaN(area) ? 1 : area);

/** Average precision of label 1. */
export function averagePrecision({ labels, predictions, weights, count }: MetricRows): number {
  const truth = positives(labels.subarray(0, count), (y) => y > 0);
  if (!truth.includes(0)) return 1;
  if (!truth.includes(1)) return 0;
  return rankedPrecision(truth, predictions, { positiveClass: 1, ...(weights ? { sampleWeight: weights } : {}) });
}

/** 1 - squared error / variance of the labels, both weighted. */
export function r2({ labels, predictions, weights, count }: MetricRows): number {
  let total = 0;
  let mean = 0;
  for (let i = 0; i < count; i++) {
    const w = weights ? weights[i] : 1;
    total += w;
    mean += w * labels[i];
  }
  mean /= total;
  let error = 0;
  let variance = 0;
  for (let i = 0; i < count; i++) {
    const w = weights ? weights[i] : 1;
    error += w * (predictions[i] - labels[i]) ** 2;
    variance += w * (labels[i] - mean) ** 2;
  }
  return 1 - error / variance;
}
