/** LightGBM's parameters of metrics in the engine's terms, and which of them are given in vain. */
import { metricNamed } from '../engine/metrics/names.js';
import type { BoostingParams, MetricSpec } from '../engine/params.js';
import type { LightGBMSettings } from './config.js';
import { metricDefaults } from './engine-objective.js';
import { isNone, metricProblems, namesOf } from './metrics.js';
import type { FileObjective } from './objective.js';

/** Each metric once, in the order given; the one to watch by the name that histories have it under. */
export function engineMetrics(
  config: LightGBMSettings,
  objective: FileObjective,
): Pick<BoostingParams, 'metrics' | 'trainingMetrics' | 'earlyStoppingMetric' | 'earlyStoppingOnAny'> {
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
    earlyStoppingOnAny: config.firstMetricOnly === false,
    earlyStoppingMetric: known ? metricNamed('lightgbm', watched, defaults).name : watched,
  };
}

/** One sentence a parameter that is given and does nothing. */
export function metricWarnings(config: LightGBMSettings): string[] {
  const { metric = [], multiErrorTopK = 1, firstMetricOnly, earlyStoppingRounds } = config;
  const warnings: string[] = [];
  if (firstMetricOnly === false && earlyStoppingRounds === 0) {
    warnings.push('lightgbm: firstMetricOnly has no effect without earlyStoppingRounds');
  }
  if (multiErrorTopK > 1 && !namesOf(metric).includes('multi_error')) {
    warnings.push("lightgbm: multiErrorTopK has no effect without the metric 'multi_error'");
  }
  return warnings;
}
