/** What a resampled metric is made from, and its form. */
import type { Matrix } from '../../core/matrix.js';
import type { MetricName } from '../evaluate.js';

/** Rows and what a model said about them, checked. */
export interface ReplicateInput {
  readonly task: 'classification' | 'regression';
  /** (n,) */
  readonly y: Float64Array;
  /** (n,) */
  readonly weights?: Float64Array;
  /** (n,) labels or values. */
  readonly predictions: Float64Array;
  /** (n, classes) */
  readonly probabilities?: Matrix;
  readonly classes: readonly number[];
  /** Two classes: where predicting positive begins. */
  readonly threshold?: number;
  /** Two classes: numbers of rows, or shares of them below 1. */
  readonly precisionAt: readonly number[];
  /** Without areas under curves, where they would take too long. */
  readonly areas: boolean;
}

export type StatisticName = MetricName | `threshold.${MetricName}` | `precisionAt.${number}`;

export interface Replicate {
  readonly names: readonly StatisticName[];
  /** Writes one value a name from `out[at]` on; NaN where it is undefined. */
  compute(counts: Uint32Array, out: Float64Array, at: number): void;
}
