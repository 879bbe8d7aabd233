/** A metric under the names that one library knows it by. */
import type { MetricSpec } from './spec.js';

/** What a metric takes from the objective's settings where its name does not say it. */
export interface MetricDefaults {
  /** LightGBM's alpha of huber and quantile. */
  alpha?: number;
  /** Several quantiles, one an output. */
  alphas?: readonly number[];
  fairC?: number;
  /** Variance power of Tweedie. */
  power?: number;
  huberSlope?: number;
  topK?: number;
  /** Several classes, one output each. */
  multiclass?: boolean;
}

/** A metric under a library's names; `spec` is told what stands behind the name's separator (`error@0.7`: 0.7). */
export interface NamedMetric {
  aliases?: readonly string[];
  spec(defaults: MetricDefaults, given: number | undefined): Omit<MetricSpec, 'name'> & { name?: string };
  /** Whether a number may follow the name. */
  takesNumber?: boolean;
}

/** Names are matched as written, but for CatBoost's, whose case does not matter here. */
export type NamedMetrics = Readonly<Record<string, NamedMetric>>;
