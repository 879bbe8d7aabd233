/** The configuration of `LogisticRegressionModel`: scikit-learn's parameters under our names, its own names accepted. */
import { type Report, withAliases } from '../../core/parameter-names.js';
import { lazySchema, type ZodModule, type ZodType } from '../../core/schema.js';

/** `'balanced'`: inversely proportional to the weight of each class; or a weight for each label, labels left out count 1. */
export type ClassWeight = 'balanced' | Readonly<Record<string | number, number>>;

/** What is added to the loss; the formulas are those of `LogisticRegressionParameters.penalty`. */
export type Penalty = 'l2' | 'l1' | 'elasticnet' | 'none';

/** Parameters of logistic regression, every one optional. */
export interface LogisticRegressionParameters {
  /** Logistic regression classifies. Default `'classification'`. */
  task?: 'classification';
  /**
   * What is added to C times the summed log-loss, the intercept left out: 0.5 |w|^2 (`'l2'`), |w|_1 (`'l1'`),
   * 0.5 (1 - l1Ratio) |w|^2 + l1Ratio |w|_1 (`'elasticnet'`), nothing (`'none'`). Default `'l2'`.
   */
  penalty?: Penalty | null;
  /** Inverse of the regularisation strength, > 0; without effect when the penalty is `'none'`. Default 1. */
  C?: number;
  /** Share of the L1 norm in the penalty `'elasticnet'`, 0 to 1. Default 0.5. */
  l1Ratio?: number;
  /**
   * Strengths to choose C from by cross-validated log-loss: a list of values > 0, or how many between 1e-4 and 1e4. Default: none, `C`
   * is used.
   */
  Cs?: readonly number[] | number;
  /** Parts of the rows for `Cs`, at least 2. Default 5. */
  folds?: number;
  /** How `folds` are cut: shuffled with each class shared out evenly, or contiguous blocks of rows (for rows in time). Default `'stratified'`. */
  foldKind?: 'stratified' | 'blocks';
  /** Three and more classes: one softmax over all, or a two-class model for each class against the rest. Default `'multinomial'`. */
  multiClass?: 'multinomial' | 'ovr';
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
  /**
   * `'lbfgs'` for smooth penalties; `'coordinate'`: proximal quasi-Newton steps by coordinate descent, for any penalty. Default `'auto'`: lbfgs
   * unless the penalty has an L1 part.
   */
  solver?: 'auto' | 'lbfgs' | 'coordinate';
  /** Compute standard errors of the coefficients after the fit; not for penalties with an L1 part. Default false. */
  standardErrors?: boolean;
  /** Shuffles the rows into `folds`; nothing else is random. */
  seed?: number;
}

/** scikit-learn's names (https://scikit-learn.org/stable/modules/generated/sklearn.linear_model.LogisticRegression.html). */
const ALIASES = {
  fit_intercept: 'fitIntercept',
  class_weight: 'classWeight',
  max_iter: 'maxIterations',
  tol: 'tolerance',
  l1_ratio: 'l1Ratio',
  multi_class: 'multiClass',
  cv: 'folds',
  warm_start: 'warmStart',
  random_state: 'seed',
} as const satisfies Record<string, keyof LogisticRegressionParameters>;

type Aliases = typeof ALIASES;

/** What `new LogisticRegressionModel(...)` takes. */
export type LogisticRegressionConfig = LogisticRegressionParameters & {
  [K in keyof Aliases]?: LogisticRegressionParameters[Aliases[K]];
};

/** The configuration after parsing: our names only, defaults filled in. */
export interface LogisticRegressionSettings {
  readonly task: 'classification';
  readonly penalty: Penalty;
  readonly C: number;
  readonly l1Ratio: number;
  readonly Cs?: readonly number[] | number;
  readonly folds: number;
  readonly foldKind: 'stratified' | 'blocks';
  readonly multiClass: 'multinomial' | 'ovr';
  readonly fitIntercept: boolean;
  readonly classWeight?: ClassWeight;
  readonly maxIterations: number;
  readonly tolerance: number;
  readonly warmStart: boolean;
  readonly solver: 'auto' | 'lbfgs' | 'coordinate';
  readonly standardErrors: boolean;
  readonly seed?: number;
}

export const LOGISTIC_DEFAULTS: LogisticRegressionSettings = Object.freeze({
  task: 'classification',
  penalty: 'l2',
  C: 1,
  l1Ratio: 0.5,
  folds: 5,
  foldKind: 'stratified',
  multiClass: 'multinomial',
  fitIntercept: true,
  maxIterations: 1000,
  tolerance: 1e-6,
  warmStart: false,
  solver: 'auto',
  standardErrors: false,
});

function parameterSchemas(z: ZodModule): { [K in keyof LogisticRegressionParameters]-?: ZodType } {
  return {
    task: z.literal('classification').optional(),
    penalty: z.enum(['l2', 'l1', 'elasticnet', 'none']).nullable().optional(),
    C: z.number().gt(0).optional(),
    l1Ratio: z.number().min(0).max(1).optional(),
    Cs: z.union([z.int().min(2).max(1000), z.array(z.number().gt(0)).min(1).max(1000)]).optional(),
    folds: z.int().min(2).max(1000).optional(),
    foldKind: z.enum(['stratified', 'blocks']).optional(),
    multiClass: z.enum(['multinomial', 'ovr']).optional(),
    fitIntercept: z.boolean().optional(),
    classWeight: z
      .union([z.literal('balanced'), z.record(z.string(), z.number().min(0))])
      .nullable()
      .optional(),
    maxIterations: z.int().min(1).optional(),
    tolerance: z.number().gt(0).max(1).optional(),
    warmStart: z.boolean().optional(),
    solver: z.enum(['auto', 'lbfgs', 'coordinate']).optional(),
    standardErrors: z.boolean().optional(),
    seed: z.int().min(0).optional(),
  };
}

export const logisticConfig = lazySchema((z) =>
  withAliases<LogisticRegressionSettings, LogisticRegressionConfig>(
    z,
    parameterSchemas(z),
    ALIASES,
    (given, _source, report) => {
      const settings: Record<string, unknown> = { ...LOGISTIC_DEFAULTS };
      // scikit-learn writes None where we leave a key out or say 'none'.
      for (const [name, value] of Object.entries(given)) {
        settings[name] = value ?? (name === 'penalty' ? 'none' : undefined);
      }
      checkKink(settings as unknown as LogisticRegressionSettings, report);
      return settings as unknown as LogisticRegressionSettings;
    },
  ),
);

/** Whether a penalty's objective has a kink at 0. */
export function hasKink({ penalty, l1Ratio }: Pick<LogisticRegressionSettings, 'penalty' | 'l1Ratio'>): boolean {
  return penalty === 'l1' || (penalty === 'elasticnet' && l1Ratio > 0);
}

function checkKink(settings: LogisticRegressionSettings, report: Report): void {
  if (!hasKink(settings)) return;
  if (settings.solver === 'lbfgs') {
    report('solver', "'lbfgs' needs a smooth penalty: use 'coordinate' (or 'auto') with an L1 part");
  } else if (settings.standardErrors) {
    report(
      'standardErrors',
      'are not defined for a penalty with an L1 part: the estimates have no normal limit; use bootstrap samples',
    );
  }
}
