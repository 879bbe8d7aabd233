/** The configuration of `RidgeModel`: scikit-learn's parameters under our names, its own names accepted. */
import { withAliases } from '../../core/parameter-names.js';
import { lazySchema } from '../../core/schema.js';
import type { ClassWeight } from '../logistic/config.js';

/** Parameters of `RidgeModel`, every one optional. */
export interface RidgeParameters {
  /** Default `'classification'`: least squares on +1 for a class and -1 for the rest. */
  task?: 'classification' | 'regression';
  /** Strength of |w|^2 beside the weighted sum of squared errors, >= 0. Default 1. */
  alpha?: number;
  /** Strengths to choose from by the squared error of leaving one row out; all > 0. Default: none, `alpha` is used. */
  alphas?: readonly number[];
  /** Learn an intercept, which is not penalised. Default true. */
  fitIntercept?: boolean;
  /** Multiplies sample weights by class; classification only. Default: all classes 1. */
  classWeight?: ClassWeight | null;
  /** Kept with the model; nothing here is random. */
  seed?: number;
}

/** What `new RidgeModel(...)` takes; the last three are scikit-learn's names. */
export type RidgeConfig = RidgeParameters & {
  fit_intercept?: boolean;
  class_weight?: ClassWeight | null;
  random_state?: number;
};

/** After parsing: our names only, defaults filled in. */
export interface RidgeSettings {
  readonly task: 'classification' | 'regression';
  readonly alpha: number;
  readonly alphas?: readonly number[];
  readonly fitIntercept: boolean;
  readonly classWeight?: ClassWeight;
  readonly seed?: number;
}

export const RIDGE_DEFAULTS: RidgeSettings = Object.freeze({ task: 'classification', alpha: 1, fitIntercept: true });

const ALIASES: Readonly<Record<string, string>> = {
  fit_intercept: 'fitIntercept',
  class_weight: 'classWeight',
  random_state: 'seed',
};

export const ridgeConfig = lazySchema((z) => {
  const parameters = {
    task: z.enum(['classification', 'regression']).optional(),
    alpha: z.number().min(0).max(Number.MAX_VALUE).optional(),
    alphas: z.array(z.number().gt(0).max(Number.MAX_VALUE)).min(1).max(1000).optional(),
    fitIntercept: z.boolean().optional(),
    classWeight: z
      .union([z.literal('balanced'), z.record(z.string(), z.number().min(0))])
      .nullable()
      .optional(),
    seed: z.int().min(0).optional(),
  };
  return withAliases<RidgeSettings, RidgeConfig>(z, parameters, ALIASES, (given, source, report) => {
    const settings: Record<string, unknown> = { ...RIDGE_DEFAULTS };
    for (const [name, value] of Object.entries(given)) settings[name] = value ?? undefined;
    if (settings.classWeight !== undefined && settings.task === 'regression') {
      report(source.get('classWeight') ?? 'classWeight', 'is for classification: a regression has no classes');
    }
    return settings as unknown as RidgeSettings;
  });
});
