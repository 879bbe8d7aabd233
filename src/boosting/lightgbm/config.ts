/**
 * The configuration of `LightGBMModel`: LightGBM's parameters, ranges and defaults under our names, its own names accepted.
 * A parameter given under two names, an unknown one, or one out of range is a `ConfigError`.
 */

import { byMainName, type Report } from '../../core/parameter-names.js';
import type { ZodModule, ZodType } from '../../core/schema.js';
import { lazySchema } from '../../core/schema.js';
import type { Task } from '../../model/types.js';
import { type EngineName, type NativeEngineParameters, nativeSchemas, settleEngine } from '../native/config.js';
import { ALIASES, type AliasOf, CANONICAL, type ParameterName, type TRAINER_ONLY } from './aliases.js';
import { CATEGORICAL_DEFAULTS, type CategoricalParameters, categoricalSchemas } from './categorical-parameters.js';
import { LIMIT_DEFAULTS, type LimitParameters, limitSchemas, type OptionalLimit } from './limits.js';
import { type LoopName, type LoopParameters, loopSchemas } from './loop-parameters.js';
import { type MetricName, type MetricParameters, metricProblems, metricSchemas } from './metrics.js';
import {
  canonicalObjective,
  type LightGBMObjective,
  type LightGBMObjectiveName,
  OBJECTIVE_NAMES,
  taskOf,
} from './objective.js';
import { type OtherName, type OtherParameters, otherSchemas } from './other-parameters.js';

/** LightGBM's parameters, every one optional; see https://lightgbm.readthedocs.io/en/latest/Parameters.html. */
export interface LightGBMParameters
  extends NativeEngineParameters,
    LimitParameters,
    CategoricalParameters,
    LoopParameters,
    MetricParameters,
    OtherParameters {
  /** What to learn; implied by `objective`. Default `'classification'`. */
  task?: Task;
  /**
   * Loss: `'binary'`, `'multiclass'`, `'multiclassova'`; `'regression'` (squared error), `'regression_l1'`, `'huber'`, `'fair'`,
   * `'quantile'`, `'mape'`, `'poisson'`, `'gamma'`, `'tweedie'`; `'cross_entropy'` and `'cross_entropy_lambda'` of labels in
   * [0, 1]. Default: from the task and the number of classes.
   */
  objective?: LightGBMObjectiveName;
  /** Number of classes, as LightGBM wants it for `'multiclass'`; checked against the labels, which decide. */
  numClass?: number;
  /** Steepness of the logistic function of `'binary'` and `'multiclassova'`, > 0. Default 1. */
  sigmoid?: number;
  /** Weight of rows of the larger class label (`'binary'`), or of each class against the rest. Default 1. */
  scalePosWeight?: number;
  /** Weigh the rarer class up to the other one's number of rows; not together with `scalePosWeight`. Default false. */
  isUnbalance?: boolean;
  /** Where `'huber'` turns linear (> 0), and the share of `'quantile'` (in (0, 1)). Default 0.9. */
  alpha?: number;
  /** Where `'fair'` turns linear, > 0. Default 1. */
  fairC?: number;
  /** Enlarges the hessians of `'poisson'` by a factor e to this power, > 0. Default 0.7. */
  poissonMaxDeltaStep?: number;
  /** Variance power of `'tweedie'`, from 1 (Poisson) to below 2 (gamma). Default 1.5. */
  tweedieVariancePower?: number;
  /** Fit `'regression'` to sign(y) sqrt(|y|), and square what is predicted. Default false. */
  regSqrt?: boolean;
  /** Start from the best constant score instead of 0. Default true. */
  boostFromAverage?: boolean;
  /** Boosting rounds. Default 100. */
  numIterations?: number;
  /** Shrinkage of each tree, > 0. Default 0.1. */
  learningRate?: number;
  /** Most leaves of a tree, 2 to 131072. Default 31. */
  numLeaves?: number;
  /** Deepest a tree may grow; 0 or less for no limit. Default -1. */
  maxDepth?: number;
  /** Fewest rows of a leaf. Default 20. */
  minDataInLeaf?: number;
  /** Smallest sum of hessians of a leaf. Default 1e-3. */
  minSumHessianInLeaf?: number;
  /** Share of the rows drawn for a tree, in (0, 1]; needs `baggingFreq` > 0. Default 1. */
  baggingFraction?: number;
  /** Draw rows anew every so many rounds; 0 turns bagging off. Default 0. */
  baggingFreq?: number;
  /** Share of the features drawn for a tree, in (0, 1]. Default 1. */
  featureFraction?: number;
  /** L1 penalty of leaf values. Default 0. */
  lambdaL1?: number;
  /** L2 penalty of leaf values. Default 0. */
  lambdaL2?: number;
  /** Smallest gain that makes a split. Default 0. */
  minGainToSplit?: number;
  /** Most bins of a feature, 2 to 255 (a bin is one byte; LightGBM's own default is also the most). Default 255. */
  maxBin?: number;
  /** Fewest rows of a bin. Default 3. */
  minDataInBin?: number;
  /** Build the histograms of columns that exclude each other (one-hot and other sparse ones) together; never changes the model. Default true. */
  enableBundle?: boolean;
  /** Rows that bin bounds are found from. Default 200000. */
  binSampleCount?: number;
  /** Stop after so many rounds without a better validation loss; 0 never stops early. Default 0. */
  earlyStoppingRounds?: number;
  /** Least improvement that counts for early stopping. Default 0. */
  earlyStoppingMinDelta?: number;
  /** The evaluation set that early stopping watches. Default `'validation'`. */
  earlyStoppingSet?: string;
  /** The metric that early stopping watches. Default: the first. */
  earlyStoppingMetric?: string;
  /** Iterations from one checkpoint to the next, where `fit` is given a `checkpointDirectory`. Default 10. */
  checkpointInterval?: number;
  /** Where LightGBM's own library trains (`engine`): `'auto'` takes a GPU where there is one. Default `'cpu'`. */
  deviceType?: 'cpu' | 'gpu' | 'cuda' | 'auto';
  /** How a cluster shares the work, with `machines`. Default `'data'`: each machine has rows of its own. */
  treeLearner?: 'serial' | 'feature' | 'data' | 'voting';
  /** The machines of a cluster, this one among them: `'10.0.0.1:12400,10.0.0.2:12400'`. */
  machines?: string;
  /** Default: as many as `machines` lists. */
  numMachines?: number;
  /** Port that this machine listens on, the one it has in `machines`. Default 12400. */
  localListenPort?: number;
  /** Minutes to wait for the other machines. Default 120. */
  timeOut?: number;
  /** Seed of everything random, where `fit` is given none. */
  seed?: number;
  /** Threads, where `fit` is given none; 0 or less for the default. Never changes the model. */
  threads?: number;
}

/** What `new LightGBMModel(...)` takes: `LightGBMParameters`, each also under LightGBM's names (`num_leaves`, `eta`, ...). */
export type LightGBMConfig = LightGBMParameters & {
  [K in ParameterName as AliasOf<K>]?: LightGBMParameters[K];
};

/** Parameters without a default of their own, so that one given in vain can be told. */
type Optional =
  | 'sigmoid'
  | 'scalePosWeight'
  | 'isUnbalance'
  | 'alpha'
  | 'fairC'
  | 'poissonMaxDeltaStep'
  | 'tweedieVariancePower'
  | 'regSqrt'
  | 'earlyStoppingMetric'
  | LoopName
  | MetricName
  | OtherName;

type TrainerOnly = (typeof TRAINER_ONLY)[number];
type Filled = Exclude<
  ParameterName,
  Optional | OptionalLimit | TrainerOnly | 'objective' | 'numClass' | 'seed' | 'threads'
>;

/** The configuration after parsing: our names only, defaults filled in, `objective` by its main name. */
export type LightGBMSettings = Required<Pick<LightGBMParameters, Filled>> &
  Pick<LightGBMParameters, Optional | OptionalLimit | TrainerOnly> & {
    engine: EngineName;
    objective?: LightGBMObjective;
    numClass?: number;
    seed?: number;
    threads?: number;
  };

const DEFAULTS = {
  task: 'classification',
  boostFromAverage: true,
  numIterations: 100,
  learningRate: 0.1,
  numLeaves: 31,
  maxDepth: -1,
  minDataInLeaf: 20,
  minSumHessianInLeaf: 1e-3,
  baggingFraction: 1,
  baggingFreq: 0,
  featureFraction: 1,
  ...LIMIT_DEFAULTS,
  lambdaL1: 0,
  lambdaL2: 0,
  minGainToSplit: 0,
  maxBin: 255,
  minDataInBin: 3,
  enableBundle: true,
  binSampleCount: 200_000,
  earlyStoppingRounds: 0,
  earlyStoppingMinDelta: 0,
  earlyStoppingSet: 'validation',
  checkpointInterval: 10,
  ...CATEGORICAL_DEFAULTS,
} as const satisfies Required<Pick<LightGBMParameters, Filled>>;

function parameterSchemas(z: ZodModule): { [K in ParameterName]: ZodType<LightGBMParameters[K]> } {
  const count = (min: number, max = 2 ** 31 - 1) => z.int().min(min).max(max).optional();
  const atLeastZero = () => z.number().min(0).optional();
  const aboveZero = () => z.number().gt(0).optional();
  const fraction = () => z.number().gt(0).max(1).optional();
  return {
    task: z.enum(['classification', 'regression']).optional(),
    objective: z.enum(OBJECTIVE_NAMES).optional(),
    numClass: count(1),
    sigmoid: aboveZero(),
    scalePosWeight: aboveZero(),
    isUnbalance: z.boolean().optional(),
    alpha: aboveZero(),
    fairC: aboveZero(),
    poissonMaxDeltaStep: aboveZero(),
    tweedieVariancePower: z.number().min(1).lt(2).optional(),
    regSqrt: z.boolean().optional(),
    boostFromAverage: z.boolean().optional(),
    numIterations: count(1),
    learningRate: z.number().gt(0).optional(),
    numLeaves: count(2, 131_072),
    maxDepth: count(-(2 ** 31)),
    minDataInLeaf: count(0),
    minSumHessianInLeaf: atLeastZero(),
    baggingFraction: fraction(),
    baggingFreq: count(0),
    featureFraction: fraction(),
    ...limitSchemas(z),
    lambdaL1: atLeastZero(),
    lambdaL2: atLeastZero(),
    minGainToSplit: atLeastZero(),
    maxBin: count(2, 255),
    minDataInBin: count(1),
    enableBundle: z.boolean().optional(),
    binSampleCount: count(1),
    earlyStoppingRounds: count(0),
    earlyStoppingMinDelta: atLeastZero(),
    earlyStoppingSet: z.string().min(1).optional(),
    earlyStoppingMetric: z.string().min(1).optional(),
    checkpointInterval: count(1),
    seed: z.int().min(0).optional(),
    threads: count(-1, 1024),
    ...categoricalSchemas(z),
    ...loopSchemas(z),
    ...metricSchemas(z),
    ...otherSchemas(z),
    ...nativeSchemas(z),
    deviceType: z.enum(['cpu', 'gpu', 'cuda', 'auto']).optional(),
    treeLearner: z.enum(['serial', 'feature', 'data', 'voting']).optional(),
    machines: z
      .string()
      .regex(/^[^\s,]+:\d{1,5}(,[^\s,]+:\d{1,5})*$/, 'is no list such as 10.0.0.1:12400,10.0.0.2:12400')
      .optional(),
    numMachines: count(1, 65_536),
    localListenPort: count(1, 65_535),
    timeOut: count(1),
  };
}

/** Parses a configuration; aliases are keys of the schema, so that a typing error is compared with them too. */
export const lightgbmConfig = lazySchema((z): ZodType<LightGBMSettings, LightGBMConfig> => {
  const schemas = parameterSchemas(z);
  const shape: Record<string, ZodType> = {};
  for (const [name, aliases] of Object.entries(ALIASES)) {
    for (const key of [name, ...aliases]) shape[key] = schemas[name as ParameterName];
  }
  return z.strictObject(shape).transform((given, context) => {
    const report = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message });
    return settle(byMainName(given, CANONICAL, report), report);
  }) as unknown as ZodType<LightGBMSettings, LightGBMConfig>;
});

function settle(given: LightGBMParameters, report: Report): LightGBMSettings {
  const objective = given.objective && canonicalObjective(given.objective);
  const implied = objective && taskOf(objective);
  if (given.task !== undefined && implied !== undefined && given.task !== implied) {
    report('task', `is '${given.task}' but objective '${given.objective}' is for ${implied}`);
  }
  if (objective === 'quantile' && given.alpha !== undefined && given.alpha >= 1) {
    report('alpha', `is ${given.alpha}: a quantile lies between 0 and 1`);
  }
  for (const problem of metricProblems(given)) report('metric', problem);
  if (given.isUnbalance && given.scalePosWeight !== undefined && given.scalePosWeight !== 1) {
    report('isUnbalance', 'and scalePosWeight both weigh the classes: give one of them');
  }
  const { threads, ...rest } = given;
  return {
    ...DEFAULTS,
    ...rest,
    task: implied ?? given.task ?? DEFAULTS.task,
    objective,
    engine: settleEngine(given, given.deviceType, given.machines && 'machines', report),
    ...(threads !== undefined && threads > 0 ? { threads } : {}),
  };
}
