/** A configuration and the data's labels and columns, in the terms of the engine and of the model file; what is given in vain. */
import { ConfigError } from '../../core/errors.js';
import type { FitData } from '../../model/types.js';
import { type BoostingParams, defaultBoostingParams } from '../engine/params.js';
import { categoricalParams } from './categorical-parameters.js';
import type { LightGBMSettings } from './config.js';
import { loopParams, loopWarnings } from './engine-loop.js';
import { engineMetrics, metricWarnings } from './engine-metrics.js';
import { engineObjective, objectiveWarnings } from './engine-objective.js';
import { limitsFor } from './limits.js';
import type { FileObjective } from './objective.js';
import { otherWarnings } from './other-parameters.js';

export interface TrainingPlan {
  objective: FileObjective;
  params: BoostingParams;
  /** The settings as a file lists them: columns by number. */
  settings: LightGBMSettings;
  /** One direction a column, where any is constrained. */
  monotone?: number[];
  /** Whoever trains. */
  warnings: string[];
  /** Where the engine here trains. */
  engineWarnings: string[];
}

/** @throws ConfigError - an objective that cannot learn these labels, a column that does not exist */
export function trainingPlan(config: LightGBMSettings, { classes, featureNames }: FitData): TrainingPlan {
  const objective = chooseObjective(config, classes);
  const limits = limitsFor(config, featureNames);
  const categorical = categoricalParams(config, featureNames);
  const { metrics, ...watched } = engineMetrics(config, objective);
  return {
    objective,
    params: {
      ...defaultBoostingParams,
      ...config,
      ...limits.params,
      ...loopParams(config),
      ...watched,
      metrics,
      categorical,
      objective: engineObjective(config, objective),
    },
    settings: { ...config, ...limits.listed, categoricalFeatures: categorical.columns },
    ...(limits.monotone ? { monotone: limits.monotone } : {}),
    warnings: [...objectiveWarnings(config, objective, metrics), ...loopWarnings(config), ...metricWarnings(config)],
    engineWarnings: [...limits.warnings, ...otherWarnings(config)],
  };
}

/** The objective for these classes; throws `ConfigError` when the configured one cannot learn them. */
function chooseObjective(config: LightGBMSettings, classes: readonly number[]): FileObjective {
  const k = classes.length;
  const name = config.objective ?? (k === 0 ? 'regression' : k === 2 ? 'binary' : 'multiclass');
  const numClass = name.startsWith('multiclass') ? k : 1;
  if (name === 'binary' && k !== 2) {
    throw new ConfigError(`lightgbm: objective 'binary' needs two classes, the labels have ${k}`, {
      hint: "Use objective 'multiclass', or leave the objective out.",
      details: { classes },
    });
  }
  if (config.numClass !== undefined && k > 0 && config.numClass !== k && !(config.numClass === 1 && k === 2)) {
    throw new ConfigError(`lightgbm: numClass is ${config.numClass}, the labels have ${k} classes`, {
      hint: 'Leave numClass out: the classes are found in the labels.',
      details: { classes },
    });
  }
  const sqrt = name === 'regression' && config.regSqrt === true;
  return { name, sigmoid: name === 'multiclass' ? 1 : (config.sigmoid ?? 1), sqrt, numClass };
}
