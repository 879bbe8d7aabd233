/** LightGBM's parameters of metrics: which are evaluated after each iteration, and which of them early stopping watches. */
import { ConfigError } from '../../core/errors.js';
import type { ZodModule, ZodType } from '../../core/schema.js';
import { metricNamed } from '../engine/metrics/names.js';
import type { BoostingParams, MetricSpec } from '../engine/params.js';
import type { LightGBMSettings } from './config.js';
import { metricDefaults } from './engine-objective.js';
import type { FileObjective } from './objective.js';

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
  /** Early stopping watches one metric, as if this were true; false has no effect. */
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

const isNone = (name: string): boolean => NONE.includes(name.toLowerCase());

/** The names in a setting, those of no metric among them. */
const namesOf = (metric: string | readonly string[]): string[] =>
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

/** Each metric once, in the order given; the one to watch by the name that histories have it under. */
export function engineMetrics(
  config: LightGBMSettings,
  objective: FileObjective,
): Pick<BoostingParams, 'metrics' | 'trainingMetrics' | 'earlyStoppingMetric'> {
  const defaults = { ...metricDefaults(config), multiclass: objective.numClass > 1 };
  const asked = namesOf(config.metric ?? []);
  const specs = new Map<string, MetricSpec>();
  for (const name of asked.length > 0 ? asked : [objective.name]) {
    if (isNone(name)) continue;
    const spec = metricNamed('lightgbm', name, defaults);
    specs.set(spec.name, spec);
  }
  const { earlyStoppingMetric: watched } = config;
  // An alias is watched under the metric's main name, a metric of the caller's own under the name it has.
  const known = watched !== undefined && !isNone(watched) && metricProblems({ metric: [watched] }).length === 0;
  return {
    metrics: [...specs.values()],
    trainingMetrics: config.isProvideTrainingMetric ?? false,
    earlyStoppingMetric: known ? metricNamed('lightgbm', watched, defaults).name : watched,
  };
}

/** One sentence a parameter that is given and does nothing. */
export function metricWarnings({ metric = [], multiErrorTopK = 1, firstMetricOnly }: LightGBMSettings): string[] {
  const warnings: string[] = [];
  if (firstMetricOnly === false) {
    warnings.push('lightgbm: firstMetricOnly has no effect as false: early stopping watches one metric');
  }
  if (multiErrorTopK > 1 && !namesOf(metric).includes('multi_error')) {
    warnings.push("lightgbm: multiErrorTopK has no effect without the metric 'multi_error'");
  }
  return warnings;
}
