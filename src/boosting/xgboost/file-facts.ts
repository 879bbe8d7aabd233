/** What a file says beside its trees: names, classes, and the settings that can be known from it. */
import { type XGBoostConfig, xgboostConfig } from './config.js';
import { OWN_ATTRIBUTE, type XGBoostFile } from './format.js';
import { TRAINABLE, taskOfObjective } from './objective.js';

/** Classes that a file's model tells apart; 0 for regression. */
export function classCount({ objective, ensemble }: XGBoostFile): number {
  return taskOfObjective(objective) === 'regression' ? 0 : Math.max(2, ensemble.outputs);
}

/**
 * Names as XGBoost takes them: without `[`, `]` and `<` (they become `_`), none empty, none twice. Our default names are left
 * out, so that Python takes arrays without names.
 */
export function fileNames(names: readonly string[]): string[] {
  if (names.every((name, j) => name === `f${j}`)) return [];
  const used = new Set<string>();
  return names.map((name, j) => {
    const plain = name.replace(/[[\]<]/g, '_') || `f${j}`;
    let unique = plain;
    for (let n = 1; used.has(unique); n++) unique = `${plain}_${n}`;
    used.add(unique);
    return unique;
  });
}

interface Own {
  classes?: number[];
  featureNames?: string[];
}

/** Class labels and names that XGBoost's format has no place for; undefined when there are none. */
export function ownAttribute(
  classes: readonly number[],
  names: readonly string[],
  written: readonly string[],
): string | undefined {
  const plain = classes.every((label, i) => label === i);
  const same = written.length === 0 || written.every((name, j) => name === names[j]);
  if (plain && same) return undefined;
  return JSON.stringify({ ...(plain ? {} : { classes }), ...(same ? {} : { featureNames: names }) });
}

/** The same from a file; what does not fit the model is left out. */
export function readOwn(file: XGBoostFile): Own {
  let own: Record<string, unknown>;
  try {
    own = JSON.parse(file.attributes[OWN_ATTRIBUTE] ?? '{}') as Record<string, unknown>;
  } catch {
    return {};
  }
  const { classes, featureNames } = own ?? {};
  const ascending = (list: unknown[]) =>
    list.every((label, i) => Number.isFinite(label) && (i === 0 || (label as number) > (list[i - 1] as number)));
  return {
    ...(Array.isArray(classes) && classes.length === classCount(file) && ascending(classes) ? { classes } : {}),
    ...(Array.isArray(featureNames) &&
    featureNames.length === file.ensemble.features &&
    featureNames.every((name) => typeof name === 'string')
      ? { featureNames }
      : {}),
  };
}

/** The configuration that `fit` of an imported model uses: what the file says of it, defaults otherwise. */
export function configOfFile(file: XGBoostFile): XGBoostConfig {
  const { objective, booster, parallelTrees, multiOutput, ensemble, featureTypes } = file;
  const { params } = objective;
  const number = (group: string, key: string) => {
    const text = params[group]?.[key];
    return text === undefined ? undefined : Number(text);
  };
  const alphas = params.quantile_loss_param?.quantile_alpha?.match(/[\d.eE+-]+/g)?.map(Number);
  const candidates: Record<string, unknown> = {
    booster,
    quantileAlpha: alphas,
    objective: (TRAINABLE as readonly string[]).includes(objective.name) ? objective.name : undefined,
    scalePosWeight: number('reg_loss_param', 'scale_pos_weight'),
    huberSlope: number('pseudo_huber_param', 'huber_slope'),
    tweedieVariancePower: number('tweedie_regression_param', 'tweedie_variance_power'),
    maxDeltaStep: number('poisson_regression_param', 'max_delta_step'),
    numParallelTree: parallelTrees,
    multiStrategy: multiOutput ? 'multi_output_tree' : undefined,
    numIterations: Math.ceil(ensemble.trees.length / (ensemble.outputs * parallelTrees)) || undefined,
    featureTypes: featureTypes.includes('c') ? featureTypes : undefined,
  };
  const config: Record<string, unknown> = { task: taskOfObjective(objective) };
  for (const [key, value] of Object.entries(candidates)) {
    if (value !== undefined && xgboostConfig().safeParse({ ...config, [key]: value }).success) config[key] = value;
  }
  return config as XGBoostConfig;
}
