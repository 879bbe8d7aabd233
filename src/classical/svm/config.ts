/** The configuration of `SVMModel`: scikit-learn's and libsvm's parameters under our names, their own names accepted. */
import { withAliases } from '../../core/parameter-names.js';
import { lazySchema, type ZodModule, type ZodType } from '../../core/schema.js';
import type { ClassWeight } from '../logistic/config.js';
import type { KernelName } from './kernel.js';

/** Parameters of a support vector machine, every one optional. */
export interface SVMParameters {
  /** Default `'classification'`. */
  task?: 'classification' | 'regression';
  /** `'c'`: C-SVC, or epsilon-SVR for regression; `'nu'`: nu-SVC or nu-SVR. Default `'c'`. */
  svmType?: 'c' | 'nu';
  /**
   * linear x.y; rbf exp(-gamma |x - y|^2); poly (gamma x.y + coef0)^degree; sigmoid tanh(gamma x.y + coef0); precomputed: X is the
   * kernel matrix, (n, n) in training and (m, n) in prediction. Default `'rbf'`.
   */
  kernel?: KernelName;
  /** Cost of a violated margin, > 0; of no meaning to nu-SVC. Default 1. */
  C?: number;
  /** Share of margin errors and of support vectors, above 0 up to 1; for `svmType: 'nu'`. Default 0.5. */
  nu?: number;
  /** Half the width of the tube without cost in epsilon-SVR, >= 0. Default 0.1. */
  epsilon?: number;
  /** `'scale'`: 1 / (columns * variance of all values of X); `'auto'`: 1 / columns; or a number >= 0. Default `'scale'`. */
  gamma?: 'scale' | 'auto' | number;
  /** Of the polynomial kernel, 0 .. 100. Default 3. */
  degree?: number;
  /** Of the polynomial and sigmoid kernels. Default 0. */
  coef0?: number;
  /** Stops when no pair of variables violates the optimality conditions by more. Default 1e-3. */
  tolerance?: number;
  /** Most steps of two variables; -1 or null for libsvm's 10 million, or 100 a row if that is more. Default null. */
  maxIterations?: number | null;
  /** Mebibytes for kernel rows, > 0; without effect on the model. Default 200. */
  cacheSize?: number;
  /** Leave variables out that will stay at their bounds. Default true. */
  shrinking?: boolean;
  /**
   * Calibrate probabilities by Platt's sigmoid on five folds (classification), which costs about four times the training without.
   * Without it `predict` gives labels by votes and no probabilities. Default true.
   */
  probability?: boolean;
  /** Multiplies C by class: `'balanced'` by rows / (classes * rows of the class), or a weight for each label. Default: all classes 1. */
  classWeight?: ClassWeight | null;
  /**
   * `'smo'`: libsvm's machines. `'dcd'`: dual coordinate descent on one linear function (LIBLINEAR's), for `kernel: 'linear'` or an
   * approximation; several classes one-vs-rest, the intercept shrunk with the weights. Default `'smo'`, `'dcd'` with an approximation.
   */
  solver?: 'smo' | 'dcd';
  /** Of `'dcd'`: `'hinge'` or `'squaredHinge'` (the default), `'epsilonInsensitive'` (the default) or `'squaredEpsilonInsensitive'`. */
  loss?:
    | 'hinge'
    | 'squaredHinge'
    | 'epsilonInsensitive'
    | 'squaredEpsilonInsensitive'
    | 'squared_hinge'
    | 'epsilon_insensitive'
    | 'squared_epsilon_insensitive';
  /** Of `'dcd'`. Default true. */
  fitIntercept?: boolean;
  /** Of `'dcd'`: the value of the intercept's column; the larger, the less the intercept is shrunk. Default 1. */
  interceptScaling?: number;
  /**
   * `'nystroem'`: a kernel is replaced by its best approximation from `components` training rows. `'fourier'`: the radial kernel by
   * products of `components` random waves, the cosines and sines of half as many frequencies. Default `'none'`.
   */
  approximation?: 'none' | 'nystroem' | 'fourier';
  /** Rows or waves of the approximation, 1 .. 10,000; an odd number of waves is one more. Default 500. */
  components?: number;
  /** Columns of `decisionFunction` for three classes and more: one a class, or one a pair. Default `'ovr'`. */
  decisionFunctionShape?: 'ovr' | 'ovo';
  /** Of the folds that probabilities are calibrated on, the order of `'dcd'` and the rows or waves of an approximation. */
  seed?: number;
}

/** scikit-learn's names (sklearn.svm.SVC) and libsvm's. */
const ALIASES = {
  svm_type: 'svmType',
  kernel_type: 'kernel',
  cost: 'C',
  p: 'epsilon',
  tol: 'tolerance',
  eps: 'tolerance',
  max_iter: 'maxIterations',
  cache_size: 'cacheSize',
  class_weight: 'classWeight',
  decision_function_shape: 'decisionFunctionShape',
  random_state: 'seed',
  fit_intercept: 'fitIntercept',
  intercept_scaling: 'interceptScaling',
  n_components: 'components',
} as const satisfies Record<string, keyof SVMParameters>;

type Aliases = typeof ALIASES;

/** What `new SVMModel(...)` takes. */
export type SVMConfig = SVMParameters & { [K in keyof Aliases]?: SVMParameters[Aliases[K]] };

/** The configuration after parsing: our names only, defaults filled in. */
export interface SVMSettings {
  readonly task: 'classification' | 'regression';
  readonly svmType: 'c' | 'nu';
  readonly kernel: KernelName;
  readonly C: number;
  readonly nu: number;
  readonly epsilon: number;
  readonly gamma: 'scale' | 'auto' | number;
  readonly degree: number;
  readonly coef0: number;
  readonly tolerance: number;
  readonly maxIterations?: number;
  readonly cacheSize: number;
  readonly shrinking: boolean;
  readonly probability: boolean;
  readonly classWeight?: ClassWeight;
  readonly decisionFunctionShape: 'ovr' | 'ovo';
  readonly solver: 'smo' | 'dcd';
  /** The loss of `'dcd'` is squared. */
  readonly loss: 'hinge' | 'squaredHinge' | 'epsilonInsensitive' | 'squaredEpsilonInsensitive';
  readonly fitIntercept: boolean;
  readonly interceptScaling: number;
  readonly approximation: 'none' | 'nystroem' | 'fourier';
  readonly components: number;
  readonly seed?: number;
}

export const SVM_DEFAULTS: SVMSettings = Object.freeze({
  task: 'classification',
  svmType: 'c',
  kernel: 'rbf',
  C: 1,
  nu: 0.5,
  epsilon: 0.1,
  gamma: 'scale',
  degree: 3,
  coef0: 0,
  tolerance: 1e-3,
  cacheSize: 200,
  shrinking: true,
  probability: true,
  decisionFunctionShape: 'ovr',
  solver: 'smo',
  loss: 'squaredHinge',
  fitIntercept: true,
  interceptScaling: 1,
  approximation: 'none',
  components: 500,
});

function parameterSchemas(z: ZodModule): { [K in keyof SVMParameters]-?: ZodType } {
  return {
    task: z.enum(['classification', 'regression']).optional(),
    svmType: z.enum(['c', 'nu']).optional(),
    kernel: z.enum(['linear', 'rbf', 'poly', 'sigmoid', 'precomputed']).optional(),
    C: z.number().gt(0).optional(),
    nu: z.number().gt(0).max(1).optional(),
    epsilon: z.number().min(0).optional(),
    gamma: z.union([z.enum(['scale', 'auto']), z.number().min(0)]).optional(),
    degree: z.int().min(0).max(100).optional(),
    coef0: z.number().optional(),
    tolerance: z.number().gt(0).optional(),
    maxIterations: z
      .union([z.int().min(1), z.literal(-1)])
      .nullable()
      .optional(),
    cacheSize: z.number().gt(0).optional(),
    shrinking: z.boolean().optional(),
    probability: z.boolean().optional(),
    classWeight: z
      .union([z.literal('balanced'), z.record(z.string(), z.number().min(0))])
      .nullable()
      .optional(),
    decisionFunctionShape: z.enum(['ovr', 'ovo']).optional(),
    solver: z.enum(['smo', 'dcd']).optional(),
    loss: z
      .enum([
        'hinge',
        'squaredHinge',
        'epsilonInsensitive',
        'squaredEpsilonInsensitive',
        'squared_hinge',
        'epsilon_insensitive',
        'squared_epsilon_insensitive',
      ])
      .optional(),
    fitIntercept: z.boolean().optional(),
    interceptScaling: z.number().gt(0).optional(),
    approximation: z.enum(['none', 'nystroem', 'fourier']).optional(),
    components: z.int().min(1).max(10_000).optional(),
    seed: z.int().min(0).optional(),
  };
}

export const svmConfig = lazySchema((z) =>
  withAliases<SVMSettings, SVMConfig>(z, parameterSchemas(z), ALIASES, (given, source, report) => {
    const settings: Record<string, unknown> = { ...SVM_DEFAULTS };
    for (const [name, value] of Object.entries(given)) {
      settings[name] = value === null || (name === 'maxIterations' && value === -1) ? undefined : value;
    }
    settle(settings, source, report);
    return settings as unknown as SVMSettings;
  }),
);

/** Defaults that depend on other parameters, and combinations that mean nothing. */
function settle(
  settings: Record<string, unknown>,
  source: ReadonlyMap<string, string>,
  fail: (path: string, message: string) => void,
): void {
  const { kernel, svmType, task, approximation } = settings;
  const name = (parameter: string) => source.get(parameter) ?? parameter;
  if (approximation !== 'none') {
    if (settings.solver === 'smo' && source.has('solver')) fail(name('solver'), "an approximation is solved by 'dcd'");
    settings.solver = 'dcd';
    if (kernel === 'linear' || kernel === 'precomputed') {
      fail(name('approximation'), `a ${String(kernel)} kernel needs no approximation`);
    } else if (approximation === 'fourier' && kernel !== 'rbf') {
      fail(name('approximation'), `'fourier' is for kernel 'rbf'; 'nystroem' takes a ${String(kernel)} kernel`);
    }
  } else if (settings.solver === 'dcd' && kernel !== 'linear') {
    fail(name('solver'), "'dcd' is for kernel 'linear', or with an approximation");
  }
  if (settings.solver === 'dcd') {
    if (svmType === 'nu') fail(name('svmType'), "'dcd' solves no nu formulation");
    if (!source.has('tolerance')) settings.tolerance = 1e-4;
  }
  const losses = task === 'regression' ? REGRESSION_LOSSES : CLASSIFICATION_LOSSES;
  const given = source.has('loss') ? camelCase(String(settings.loss)) : losses[0];
  if (!losses.includes(given)) fail('loss', `is not a loss of ${String(task)}: ${losses.join(', ')}`);
  settings.loss = given;
}

const CLASSIFICATION_LOSSES = ['squaredHinge', 'hinge'];
const REGRESSION_LOSSES = ['epsilonInsensitive', 'squaredEpsilonInsensitive'];

const camelCase = (name: string): string => name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
