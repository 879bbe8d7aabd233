/** LightGBM's parameters of metrics: which are evaluated after each iteration; engine-metrics.ts knows what they mean. */
import { ConfigError } from '../../core/errors.js';
import type { ZodModule, ZodType } from '../../core/schema.js';
import { metricNamed } from '../engine/metrics/names.js';

/** None has a default in the parsed configuration, so that one given in vain can be told. */
export interface MetricParameters {
  /**
   * What to evaluate on every set after each iteration, by LightGBM's names: one, several, or several in a text with commas;
   * `'None'` for none. Default: the objective's own.
   */
  metric?: string | readonly string[];
  /** `'multi_error'` is right where the label is among so many largest. Default 1. */
  multiErrorTopK?: number;
  /** Evaluate on the training rows too, as a set named `'train'`. Default false. */
  isProvideTrainingMetric?: boolean;
  /**
   * False: early stopping ends the training as soon as any metric of its set has not improved for so many rounds; the model kept is
   * still the best by the metric it watches. Default true.
   */
  firstMetricOnly?: boolean;
}

export type MetricName = keyof MetricParameters;

export const METRIC_ALIASES = {
  metric: ['metrics', 'metric_types', 'eval_metric'],
  multiErrorTopK: ['multi_error_top_k'],
  isProvideTrainingMetric: ['is_provide_training_metric', 'training_metric', 'is_training_metric', 'train_metric'],
  firstMetricOnly: ['first_metric_only'],
} as const satisfies Record<MetricName, readonly string[]>;

export function metricSchemas(z: ZodModule): { [K in MetricName]: ZodType<MetricParameters[K]> } {
  return {
    metric: z.union([z.string(), z.array(z.string())]).optional(),
    multiErrorTopK: z.int().min(1).optional(),
    isProvideTrainingMetric: z.boolean().optional(),
    firstMetricOnly: z.boolean().optional(),
  };
}

/** What LightGBM calls having no metric. */
const NONE = ['none', 'null', 'na', 'custom'];

export const isNone = (name: string): boolean => NONE.includes(name.toLowerCase());

/** The names in a setting, those of no metric among them. */
export const namesOf = (metric: string | readonly string[]): string[] =>
  [metric]
    .flat()
    .flatMap((text) => text.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '');

/** What is wrong with the names, a sentence each. */
export function metricProblems({ metric = [] }: MetricParameters): string[] {
  return namesOf(metric).flatMap((name) => {
    try {
      if (!isNone(name)) metricNamed('lightgbm', name);
      return [];
    } catch (error) {
      if (error instanceof ConfigError) return [`has '${name}', which is no metric. ${error.hint}`];
      throw error;
    }
  });
}
