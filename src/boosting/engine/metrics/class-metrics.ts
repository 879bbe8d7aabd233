/** Metrics of several classes as sums over rows: labels are class numbers, predictions one column a class. */
import { log } from '../../../core/math.js';
import type { MetricRows } from './metric.js';

/** A row's value from the predictions starting at `at`. */
type RowOf = (predictions: Float64Array, at: number, outputs: number, label: number) => number;

function overRows(of: RowOf): (rows: MetricRows) => number {
  return ({ count, outputs, predictions, labels, weights }) => {
    let sum = 0;
    for (let i = 0; i < count; i++) {
      sum += (weights ? weights[i] : 1) * of(predictions, i * outputs, outputs, labels[i]);
    }
    return sum;
  };
}

/** -log p of the label's class; probabilities below `epsilon` count as that. */
export const multiLogLoss = (epsilon: number): ((rows: MetricRows) => number) =>
  overRows((p, at, _outputs, label) => -log(Math.max(p[at + label], epsilon)));

/** 1 where at least `k` other classes score as high as the label's own, as LightGBM's multi_error_top_k has it. */
export const topError = (k: number): ((rows: MetricRows) => number) =>
  overRows((p, at, outputs, label) => {
    const own = p[at + label];
    let asHigh = 0;
    for (let j = 0; j < outputs; j++) if (p[at + j] >= own) asHigh++;
    return asHigh > k ? 1 : 0;
  });

/** 1 where the class of the largest prediction (the first of equal ones) is not the label's. One output: 1 above a half. */
export const classError: (rows: MetricRows) => number = overRows((p, at, outputs, label) => {
  if (outputs === 1) return p[at] > 0.5 === label > 0 ? 0 : 1;
  let best = 0;
  for (let j = 1; j < outputs; j++) if (p[at + j] > p[at + best]) best = j;
  return best === label ? 0 : 1;
});

/** Mean log-loss of each class against the rest. */
export const oneVsAllLogLoss: (rows: MetricRows) => number = overRows((p, at, outputs, label) => {
  let sum = 0;
  for (let k = 0; k < outputs; k++) sum -= log(Math.max(k === label ? p[at + k] : 1 - p[at + k], 1e-15));
  return sum / outputs;
});
