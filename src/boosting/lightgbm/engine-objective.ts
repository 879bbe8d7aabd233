/** LightGBM's objectives in the engine's terms, the metrics that go with them, and parameters that an objective does not use. */
import type { MetricDefaults } from '../engine/metrics/named-metric.js';
import type { MetricSpec, ObjectiveSpec } from '../engine/params.js';
import type { LightGBMParameters, LightGBMSettings } from './config.js';
import type { FileObjective, LightGBMObjective } from './objective.js';

/** LightGBM's defaults of parameters that belong to objectives. */
const DEFAULTS = {
  sigmoid: 1,
  scalePosWeight: 1,
  isUnbalance: false,
  alpha: 0.9,
  fairC: 1,
  poissonMaxDeltaStep: 0.7,
  tweedieVariancePower: 1.5,
  regSqrt: false,
} as const satisfies LightGBMParameters;

const TWO_CLASSES = ['sigmoid', 'scalePosWeight', 'isUnbalance'] as const;

/** Which of them an objective looks at, or the metric of that name. */
const USED: Partial<Record<LightGBMObjective, readonly (keyof typeof DEFAULTS)[]>> = {
  binary: TWO_CLASSES,
  multiclassova: TWO_CLASSES,
  regression: ['regSqrt'],
  huber: ['alpha'],
  quantile: ['alpha'],
  fair: ['fairC'],
  poisson: ['poissonMaxDeltaStep'],
  tweedie: ['tweedieVariancePower'],
};

/** The loss to boost on. */
export function engineObjective(config: LightGBMSettings, objective: FileObjective): ObjectiveSpec {
  const given = filled(config);
  const { sigmoid, scalePosWeight, isUnbalance, alpha } = given;
  const classes = objective.numClass;
  switch (objective.name as LightGBMObjective) {
    case 'binary':
      return { kind: 'binary', sigmoid, scalePosWeight, isUnbalance };
    case 'multiclass':
      return { kind: 'multiclass', classes };
    case 'multiclassova':
      return { kind: 'multiclassova', classes, sigmoid, scalePosWeight, isUnbalance };
    case 'regression':
      return { kind: 'regression', sqrt: given.regSqrt };
    case 'regression_l1':
      return { kind: 'l1' };
    case 'huber':
      return { kind: 'huber', alpha };
    case 'fair':
      return { kind: 'fair', c: given.fairC };
    case 'quantile':
      return { kind: 'quantile', alphas: [alpha] };
    case 'mape':
      return { kind: 'mape' };
    case 'poisson':
      return { kind: 'poisson', maxDeltaStep: given.poissonMaxDeltaStep };
    case 'gamma':
      return { kind: 'gamma' };
    case 'tweedie':
      return { kind: 'tweedie', power: given.tweedieVariancePower };
    case 'cross_entropy':
      return { kind: 'crossEntropy' };
    case 'cross_entropy_lambda':
      return { kind: 'crossEntropyLambda' };
  }
}

/** What LightGBM's metrics take from the configuration (engine/metrics/names.ts). */
export function metricDefaults(config: LightGBMSettings): MetricDefaults {
  const { alpha, fairC, tweedieVariancePower } = filled(config);
  return { alpha, fairC, power: tweedieVariancePower, topK: config.multiErrorTopK };
}

/** One sentence a parameter that is given, is not its default, and does nothing with this objective and these metrics. */
export function objectiveWarnings(
  config: LightGBMSettings,
  objective: FileObjective,
  metrics: readonly MetricSpec[],
): string[] {
  const all = [objective, ...metrics].map(({ name }) => name as LightGBMObjective);
  const used = all.flatMap((name) => USED[name] ?? []);
  const names = Object.keys(DEFAULTS) as (keyof typeof DEFAULTS)[];
  return names
    .filter((name) => !used.includes(name) && config[name] !== undefined && config[name] !== DEFAULTS[name])
    .map((name) => `lightgbm: ${name} has no effect with objective '${objective.name}'`);
}

/** The configuration's value, or LightGBM's default. */
function filled(config: LightGBMSettings): Required<Pick<LightGBMSettings, keyof typeof DEFAULTS>> {
  const names = Object.keys(DEFAULTS) as (keyof typeof DEFAULTS)[];
  const given = names.filter((name) => config[name] !== undefined).map((name) => [name, config[name]]);
  return { ...DEFAULTS, ...Object.fromEntries(given) };
}
