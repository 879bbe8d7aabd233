/** What a metric of the boosting loop is: predictions, labels and weights of rows in, a number out, whatever the threads. */

/** Rows of a set, all or a block of them. */
export interface MetricRows {
  count: number;
  /** Values a row. */
  outputs: number;
  /** After the link (probabilities, means), row by row: (count * outputs). */
  predictions: Float64Array;
  labels: Float64Array;
  weights: Float32Array | undefined;
}

interface Named {
  readonly name: string;
  readonly direction: 'minimize' | 'maximize';
}

/** A mean of a value of each row, weighted; `finish` turns the mean into the metric (a square root, 1 - x). */
export interface MeanMetric extends Named {
  readonly kind: 'mean';
  sum(rows: MetricRows): number;
  finish(mean: number, totalWeight: number): number;
}

/** A value of all rows together, such as a ranking. */
export interface WholeMetric extends Named {
  readonly kind: 'whole';
  evaluate(rows: MetricRows): number;
}

/** The caller's own function of raw scores (../questions.ts). */
export interface AskedMetric extends Named {
  readonly kind: 'asked';
}

export type Metric = MeanMetric | WholeMetric | AskedMetric;

/** Whether `a` is better than `b` by more than `delta`; NaN is never better. */
export function isImprovement(direction: Named['direction'], a: number, b: number, delta = 0): boolean {
  return direction === 'maximize' ? a > b + delta : a < b - delta;
}
