/** Metrics of all rows together: rankings and the share of variance explained. */
import { log } from '../../../core/math.js';
import { balancedAccuracy } from '../../../metrics/balanced-accuracy.js';
import { matthewsCorrelation } from '../../../metrics/matthews-correlation.js';
import { f1, precision, recall } from '../../../metrics/precision-recall.js';
import { averagePrecision as rankedPrecision } from '../../../metrics/precision-recall-curve.js';
import { thresholdCounts } from '../../../metrics/ranking.js';
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

/**
 * Area under the precision-recall curve of label 1 where true and false positives grow in proportion between thresholds (Davis
 * and Goadrich, 2006; in closed form as Keilwagen et al., 2014): XGBoost's aucpr. 0 without positive rows.
 */
export function prAuc({ labels, predictions, weights }: MetricRows): number {
  const truth = positives(labels, (y) => y > 0);
  const { truePositives, falsePositives } = thresholdCounts(truth, predictions, doubles(weights));
  const total = truePositives[truePositives.length - 1];
  if (!(total > 0)) return 0;
  let area = 0;
  let tp = 0;
  let fp = 0;
  for (let i = 0; i < truePositives.length; i++) {
    const gained = truePositives[i] - tp;
    if (gained > 0) {
      // Precision at recall x is x / (a x + b).
      const slope = (falsePositives[i] - fp) / gained;
      const a = 1 + slope;
      const b = (fp - slope * tp) / total;
      const to = truePositives[i] / total;
      const from = tp / total;
      // b is 0, up to rounding, where precision does not change.
      const bend = Math.abs(b) < 1e-12 ? 0 : (b / a) * (log(a * to + b) - log(a * from + b));
      area += (to - from - bend) / a;
    }
    tp = truePositives[i];
    fp = falsePositives[i];
  }
  return area;
}

/** Metrics of predicted classes: above a half, or the largest of several. */
export const OF_LABELS = { f1, precision, recall, balancedAccuracy, matthewsCorrelation } as const;

export function ofLabels(metric: (typeof OF_LABELS)[keyof typeof OF_LABELS]): (rows: MetricRows) => number {
  return ({ labels, predictions, weights, outputs, count }) => {
    const predicted = Float64Array.from({ length: count }, (_, i) => {
      if (outputs === 1) return predictions[i] > 0.5 ? 1 : 0;
      let best = 0;
      for (let k = 1; k < outputs; k++) if (predictions[i * outputs + k] > predictions[i * outputs + best]) best = k;
      return best;
    });
    const averaged = metric === f1 || metric === precision || metric === recall;
    return metric(labels, predicted, {
      ...(weights ? { sampleWeight: weights } : {}),
      ...(averaged && outputs > 1 ? { average: 'weighted' as const } : {}),
    }) as number;
  };
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
