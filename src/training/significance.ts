/**
 * Is the best model better than the others, or is it chance? All are scored on the same resampled rows (paired bootstrap), and the p-values of
 * several comparisons are corrected, so that one of many does not pass by luck.
 */
import { throwIfAborted } from '../core/abort.js';
import { Turns } from '../core/turns.js';
import { argumentsFor, type Predicted, type Truth } from '../evaluation/score.js';
import { percentileInterval } from '../metrics/bootstrap-interval.js';
import type { MetricDefinition } from '../metrics/registry.js';
import { rowResampler } from '../metrics/resample.js';
import { type ResampledMetric, resampledMetric } from '../metrics/resampled-metric.js';
import type { Correction, Difference } from '../report/model-comparison.js';

const WHAT = 'compareModels';

export interface PairedOptions {
  readonly resamples: number;
  readonly seed: number;
  /** Rows drawn together; 1: single rows. */
  readonly blockLength: number;
  readonly confidence: number;
  readonly correction: Correction;
  readonly signal?: AbortSignal;
}

/**
 * The difference of each of `others` to `best`, by `metric` on the rows of `truth`. The two-sided p-value is twice the share of resamples on the
 * rarer side of 0, each share with one added above and below (Davison and Hinkley, 1997, 4.2.4): it is below 1 - `confidence` where 0 lies
 * outside the interval. The caller sees to it that the metric is defined for all of them.
 */
export async function pairedDifferences(
  metric: MetricDefinition,
  truth: Truth,
  best: Predicted,
  others: readonly Predicted[],
  options: PairedOptions,
): Promise<Difference[]> {
  const { resamples, seed, blockLength, confidence, correction, signal } = options;
  const bestOf = bound(metric, truth, best);
  const otherOf = others.map((other) => bound(metric, truth, other));
  const draw = rowResampler(WHAT, truth.y, { seed, ...(blockLength > 1 && { blockLength }) });
  const counts = new Uint32Array(truth.y.length);
  const all = counts.slice().fill(1);
  const estimates = otherOf.map((statistic) => statistic(all) - bestOf(all));
  const values = others.map(() => new Float64Array(resamples));
  const turns = new Turns();
  for (let r = 0; r < resamples; r++) {
    draw(counts);
    const reference = bestOf(counts);
    for (const [k, statistic] of otherOf.entries()) {
      values[k][r] = statistic(counts) - reference;
      await turns.pause();
    }
    throwIfAborted(signal, 'The comparison');
  }
  const pValues = values.map(twoSided);
  const adjusted = corrected(pValues, correction);
  return values.map((own, k) => {
    const { lower, upper } = percentileInterval(WHAT, own, confidence);
    return {
      value: estimates[k],
      interval: { lower, upper, confidence },
      pValue: pValues[k],
      adjustedPValue: adjusted[k],
      significant: adjusted[k] < 1 - confidence,
    };
  });
}

function bound(metric: MetricDefinition, truth: Truth, predicted: Predicted): ResampledMetric {
  const call = argumentsFor(metric, truth, predicted);
  if ('undefined' in call) return () => Number.NaN;
  return resampledMetric(WHAT, metric.name, truth.y, call.predictions, { ...call.options });
}

function twoSided(values: Float64Array): number {
  let [below, above, defined] = [0, 0, 0];
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    defined++;
    if (value <= 0) below++;
    if (value >= 0) above++;
  }
  return Math.min(1, (2 * (Math.min(below, above) + 1)) / (defined + 1));
}

/** p-values as if each were the only one: Holm's step-down (Holm, 1979), Bonferroni's, or as they are. */
export function corrected(pValues: readonly number[], correction: Correction): number[] {
  const count = pValues.length;
  if (correction === 'none') return [...pValues];
  if (correction === 'bonferroni') return pValues.map((p) => Math.min(1, p * count));
  const out = new Array<number>(count);
  let largest = 0;
  const order = [...pValues.keys()].sort((a, b) => pValues[a] - pValues[b] || a - b);
  for (const [rank, k] of order.entries()) {
    largest = Math.max(largest, Math.min(1, pValues[k] * (count - rank)));
    out[k] = largest;
  }
  return out;
}
