/** The configuration of `LogisticRegressionModel`: scikit-learn's parameters under our names, its own names accepted. */
import { lazySchema, type ZodModule, type ZodType } from '../../core/schema.js';

/** `'balanced'`: inversely proportional to the weight of each class; or a weight for each label, labels left out count 1. */
export type ClassWeight = 'balanced' | Readonly<Record<string | number, number>>;

/** Parameters of logistic regression, every one optional. */
export interface LogisticParameters {
  /** Logistic regression classifies. Default `'classification'`. */
  task?: 'classification';
  /** `'l2'`: 0.5 |w|^2 is added to C times the summed log-loss; the intercept is not penalised. Default `'l2'`. */
  penalty?: 'l2' | 'none' | null;
  /** Inverse of the regularisation strength, > 0; without effect when the penalty is `'none'`. Default 1. */
  C?: number;
  /** Learn an intercept. Default true. */
  fitIntercept?: boolean;
  /** Multiplies sample weights by class. Default: all classes 1. */
  classWeight?: ClassWeight | null;
  /** Most iterations of the optimiser. Default 1000. */
  maxIterations?: number;
  /**
   * Stops when no entry of the gradient of the mean objective, and no entry of the estimated step that is left, is larger, both for
   * columns scaled to unit variance. Default 1e-6.
   */
  tolerance?: number;
  /** Start a second `fit` of the same object from the coefficients of the first. Default false. */
  warmStart?: boolean;
  /** The optimiser. Default `'lbfgs'`. */
  solver?: 'lbfgs';
  /** Kept with the model; nothing in this solver is random. */
  seed?: number;
}

/** scikit-learn's names (https://scikit-learn.org/stable/modules/generated/sklearn.linear_model.LogisticRegression.html). */
const ALIASES = {
  fit_intercept: 'fitIntercept',
  class_weight: 'classWeight',
  max_iter: 'maxIterations',
  tol: 'tolerance',
  warm_start: 'warmStart',
  random_state: 'seed',
} as const satisfies Record<string, keyof LogisticParameters>;

type Aliases = typeof ALIASES;

/** What `new LogisticRegressionModel(...)` takes. */
export type LogisticRegressionConfig = LogisticParameters & { [K in keyof Aliases]?: LogisticParameters[Aliases[K]] };

/** The configuration after parsing: our names only, defaults filled in. */
export interface LogisticSettings {
  readonly task: 'classification';
  readonly penalty: 'l2' | 'none';
  readonly C: number;
  readonly fitIntercept: boolean;
  readonly classWeight?: ClassWeight;
  readonly maxIterations: number;
  readonly tolerance: number;
  readonly warmStart: boolean;
  readonly solver: 'lbfgs';
  readonly seed?: number;
}

export const LOGISTIC_DEFAULTS: LogisticSettings = Object.freeze({
  task: 'classification',
  penalty: 'l2',
  C: 1,
  fitIntercept: true,
  maxIterations: 1000,
  tolerance: 1e-6,
  warmStart: false,
  solver: 'lbfgs',
});

function parameterSchemas(z: ZodModule): { [K in keyof LogisticParameters]-?: ZodType } {
  return {
    task: z.literal('classification').optional(),
    penalty: z.enum(['l2', 'none']).nullable().optional(),
    C: z.number().gt(0).optional(),
    fitIntercept: z.boolean().optional(),
    classWeight: z
      .union([z.literal('balanced'), z.record(z.string(), z.number().min(0))])
      .nullable()
      .optional(),
    maxIterations: z.int().min(1).optional(),
    tolerance: z.number().gt(0).max(1).optional(),
    warmStart: z.boolean().optional(),
    solver: z.literal('lbfgs').optional(),
    seed: z.int().min(0).optional(),
  };
}

/** Parses a configuration; aliases are keys of the schema, so that a typing error is compared with them too. */
export const logisticConfig = lazySchema((z): ZodType<LogisticSettings, LogisticRegressionConfig> => {
  const schemas = parameterSchemas(z);
  const shape: Record<string, ZodType> = { ...schemas };
  for (const [alias, name] of Object.entries(ALIASES)) shape[alias] = schemas[name];
  return z.strictObject(shape).transform((given, context) => {
    const settings: Record<string, unknown> = { ...LOGISTIC_DEFAULTS };
    const source = new Map<string, string>();
    for (const [key, value] of Object.entries(given)) {
      const name: string = key in ALIASES ? ALIASES[key as keyof Aliases] : key;
      if (value === undefined) continue;
      const earlier = source.get(name);
      if (earlier !== undefined) {
        const message = `is the same parameter as '${earlier}': give one of them`;
        context.addIssue({ code: 'custom', path: [key], message });
      }
      source.set(name, key);
      // scikit-learn writes None where we leave a key out or say 'none'.
      settings[name] = value ?? (name === 'penalty' ? 'none' : undefined);
    }
    return settings;
  }) as unknown as ZodType<LogisticSettings, LogisticRegressionConfig>;
});
