/**
 * The configuration of `XGBoostModel`: XGBoost's parameters, ranges and defaults under our names, its own names accepted.
 * A parameter given under two names, an unknown one, or one out of range is a `ConfigError`.
 */

import { byMainName, type Report } from '../../core/parameter-names.js';
import type { ZodModule, ZodType } from '../../core/schema.js';
import { lazySchema } from '../../core/schema.js';
import { type EngineName, type NativeEngineParameters, nativeSchemas, settleEngine } from '../native/config.js';
import { ALIASES, type AliasOf, CANONICAL, type ParameterName } from './aliases.js';
import { TRAINABLE, type TrainableObjective, taskOfObjective } from './objective.js';

/** XGBoost's parameters, every one optional; see https://xgboost.readthedocs.io/en/stable/parameter.html. */
export interface XGBoostParameters extends NativeEngineParameters {
  /** What to learn; implied by `objective`. Default `'classification'`. */
  task?: 'classification' | 'regression';
  /** Loss, by XGBoost's name. Default: from the task and the number of classes. */
  objective?: TrainableObjective;
  /** Trees, trees with dropout (Vinayak and Gilad-Bachrach, 2015), or a linear model. Default `'gbtree'`. */
  booster?: 'gbtree' | 'dart' | 'gblinear';
  /** Number of classes, as XGBoost wants it for `multi:`; checked against the labels, which decide. */
  numClass?: number;
  /** Boosting rounds. Default 100. */
  numIterations?: number;
  /** Shrinkage of each tree, in (0, 1]; for gblinear of each step. Default 0.3 (gblinear 0.5). */
  learningRate?: number;
  /** Deepest a tree may grow; 0: no limit (then `maxLeaves` is needed). Default 6. */
  maxDepth?: number;
  /** Most leaves of a tree; 0: no limit. Default 0. */
  maxLeaves?: number;
  /** Level by level, or the largest gain first. Default `'depthwise'`. */
  growPolicy?: 'depthwise' | 'lossguide';
  /** How splits are found: on histograms of at most 255 bins, or `'exact'` between any two values. Default `'auto'`: histograms. */
  treeMethod?: 'auto' | 'hist' | 'approx' | 'exact';
  /** Smallest sum of hessians of a leaf. Default 1. */
  minChildWeight?: number;
  /** Smallest gain that makes a split. Default 0. */
  gamma?: number;
  /** L2 penalty of leaf values (or weights). Default 1, gblinear 0. */
  regLambda?: number;
  /** L1 penalty of leaf values (or weights). Default 0. */
  regAlpha?: number;
  /** Largest absolute leaf value before the learning rate; 0: no limit. Default 0, Poisson 0.7. */
  maxDeltaStep?: number;
  /** Share of the rows drawn for each iteration, in (0, 1]. Default 1. */
  subsample?: number;
  /** How rows are drawn. Default `'uniform'`. */
  samplingMethod?: 'uniform';
  /** Share of the features drawn for a tree; of those, for each depth; of those, for each node; in (0, 1]. Default 1. */
  colsampleBytree?: number;
  colsampleBylevel?: number;
  colsampleBynode?: number;
  /** Most bins of a feature, at least 2; 255 are used at most (a bin is one byte). Default 256. */
  maxBin?: number;
  /** Weight of rows of the second class. Default 1. */
  scalePosWeight?: number;
  /** Prediction that boosting starts from, in the units of predictions. Default: found from the labels. */
  baseScore?: number;
  /** Trees an output and iteration. Default 1. */
  numParallelTree?: number;
  /** One tree an output, or one tree with a vector in each leaf. Default `'one_output_per_tree'`. */
  multiStrategy?: 'one_output_per_tree' | 'multi_output_tree';
  /** -1, 0 or 1 a feature; or by feature name; or XGBoost's text `'(1,0,-1)'`. */
  monotoneConstraints?: readonly number[] | string | Readonly<Record<string, number>>;
  /** Sets of features (numbers or names) that may meet on a path; or XGBoost's text `'[[0, 1], [2]]'`. */
  interactionConstraints?: readonly (readonly (number | string)[])[] | string;
  /** Features (numbers or names) whose values are category codes: integers >= 0. */
  categoricalFeatures?: readonly (number | string)[];
  /** The same as XGBoost's list of types, one a feature: 'c' is categorical. */
  featureTypes?: readonly ('c' | 'q' | 'float' | 'int' | 'i')[];
  /** Without effect: categorical features are those named. */
  enableCategorical?: boolean;
  /** Fewer categories than this are split one against the rest. Default 4. */
  maxCatToOnehot?: number;
  /** Most categories on one side of a split. Default 64. */
  maxCatThreshold?: number;
  /** DART: share of the trees dropped, probability of dropping none, drop at least one. Default 0, 0, false. */
  rateDrop?: number;
  skipDrop?: number;
  oneDrop?: boolean | 0 | 1;
  /** DART: how dropped trees are drawn, and how new ones are weighted. Default `'uniform'`, `'tree'`. */
  sampleType?: 'uniform' | 'weighted';
  normalizeType?: 'tree' | 'forest';
  /** gblinear: both are coordinate descent in a fixed order here. Default `'shotgun'`. */
  updater?: 'shotgun' | 'coord_descent';
  /** gblinear: order in which features are updated. Default `'cyclic'`. */
  featureSelector?: 'cyclic' | 'shuffle' | 'random' | 'greedy' | 'thrifty';
  /** gblinear: features that greedy and thrifty update; 0: all. Default 0. */
  topK?: number;
  /** `reg:quantileerror`: one or several quantiles in (0, 1). */
  quantileAlpha?: number | readonly number[];
  /** `reg:pseudohubererror`: where the loss turns linear. Default 1. */
  huberSlope?: number;
  /** `reg:tweedie`: in [1, 2). Default 1.5. */
  tweedieVariancePower?: number;
  /** Metrics to evaluate, by XGBoost's names (`'auc'`, `'error@0.3'`, ...). */
  metric?: string | readonly string[];
  /** Stop after so many rounds without a better value; 0 never stops early. Default 0. */
  earlyStoppingRounds?: number;
  /** The evaluation set that early stopping watches. Default `'validation'`. */
  earlyStoppingSet?: string;
  /** The metric that early stopping watches. Default: the first. */
  earlyStoppingMetric?: string;
  /** Least improvement that counts for early stopping. Default 0. */
  earlyStoppingMinDelta?: number;
  /** Iterations from one checkpoint to the next, where `fit` is given a `checkpointDirectory`. Default 10. */
  checkpointInterval?: number;
  /** Where XGBoost's own library trains (`engine`): `'auto'` takes a GPU where there is one. Default `'cpu'`. */
  device?: string;
  /**
   * How this process finds the others of a cluster: what `startXGBoostTracker`, or Python's RabitTracker, says of itself
   * (`dmlc_tracker_uri`, `dmlc_tracker_port`), and a `dmlc_task_id` of its own.
   */
  communicator?: Readonly<Record<string, string | number>>;
  /** Without effect: nothing is printed. */
  verbosity?: number | boolean;
  /** Seed of everything random, where `fit` is given none. */
  seed?: number;
  /** Threads, where `fit` is given none; 0 or less for the default. Never changes the model. */
  threads?: number;
}

/** What `new XGBoostModel(...)` takes: `XGBoostParameters`, each also under XGBoost's names (`max_depth`, `eta`, ...). */
export type XGBoostConfig = XGBoostParameters & {
  [K in ParameterName as AliasOf<K>]?: XGBoostParameters[K];
};

/** The configuration after parsing: our names only, defaults filled in. */
export type XGBoostSettings = Omit<XGBoostParameters, keyof typeof DEFAULTS | 'metric' | 'oneDrop' | 'engine'> &
  Required<Pick<XGBoostParameters, keyof typeof DEFAULTS>> & {
    metric: readonly string[];
    oneDrop: boolean;
    engine: EngineName;
  };

export const DEFAULTS = {
  task: 'classification',
  booster: 'gbtree',
  numIterations: 100,
  learningRate: 0.3,
  maxDepth: 6,
  maxLeaves: 0,
  growPolicy: 'depthwise',
  treeMethod: 'auto',
  minChildWeight: 1,
  gamma: 0,
  regLambda: 1,
  regAlpha: 0,
  subsample: 1,
  samplingMethod: 'uniform',
  colsampleBytree: 1,
  colsampleBylevel: 1,
  colsampleBynode: 1,
  maxBin: 256,
  scalePosWeight: 1,
  numParallelTree: 1,
  multiStrategy: 'one_output_per_tree',
  maxCatToOnehot: 4,
  maxCatThreshold: 64,
  rateDrop: 0,
  skipDrop: 0,
  sampleType: 'uniform',
  normalizeType: 'tree',
  updater: 'shotgun',
  featureSelector: 'cyclic',
  topK: 0,
  huberSlope: 1,
  tweedieVariancePower: 1.5,
  earlyStoppingRounds: 0,
  earlyStoppingSet: 'validation',
  earlyStoppingMinDelta: 0,
  checkpointInterval: 10,
} as const satisfies XGBoostParameters;

export const LINEAR_DEFAULTS = { learningRate: 0.5, regLambda: 0 } as const;

function parameterSchemas(z: ZodModule): { [K in ParameterName]: ZodType<XGBoostParameters[K]> } {
  const count = (min: number, max = 2 ** 31 - 1) => z.int().min(min).max(max).optional();
  const atLeastZero = () => z.number().min(0).optional();
  const fraction = () => z.number().gt(0).max(1).optional();
  const share = () => z.number().min(0).max(1).optional();
  const alpha = z.number().gt(0).lt(1);
  const columns = z.array(z.union([z.int().min(0), z.string()]));
  const sign = z.literal([-1, 0, 1]);
  return {
    task: z.enum(['classification', 'regression']).optional(),
    objective: z.enum(TRAINABLE).optional(),
    booster: z.enum(['gbtree', 'dart', 'gblinear']).optional(),
    numClass: count(1),
    numIterations: count(1),
    learningRate: z.number().gt(0).max(1).optional(),
    maxDepth: count(0),
    maxLeaves: z.union([z.literal(0), z.int().min(2).max(131_072)]).optional(),
    growPolicy: z.enum(['depthwise', 'lossguide']).optional(),
    treeMethod: z.enum(['auto', 'hist', 'approx', 'exact']).optional(),
    minChildWeight: atLeastZero(),
    gamma: atLeastZero(),
    regLambda: atLeastZero(),
    regAlpha: atLeastZero(),
    maxDeltaStep: atLeastZero(),
    subsample: fraction(),
    samplingMethod: z.literal('uniform', { error: "is 'uniform' here: 'gradient_based' needs a GPU" }).optional(),
    colsampleBytree: fraction(),
    colsampleBylevel: fraction(),
    colsampleBynode: fraction(),
    maxBin: count(2, 65_536),
    scalePosWeight: z.number().gt(0).optional(),
    baseScore: z.number().optional(),
    numParallelTree: count(1, 10_000),
    multiStrategy: z.enum(['one_output_per_tree', 'multi_output_tree']).optional(),
    monotoneConstraints: z.union([z.array(sign), z.string(), z.record(z.string(), sign)]).optional(),
    interactionConstraints: z.union([z.array(columns), z.string()]).optional(),
    categoricalFeatures: columns.optional(),
    featureTypes: z.array(z.enum(['c', 'q', 'float', 'int', 'i'])).optional(),
    enableCategorical: z.boolean().optional(),
    maxCatToOnehot: count(1),
    maxCatThreshold: count(1),
    rateDrop: share(),
    skipDrop: share(),
    oneDrop: z.union([z.boolean(), z.literal([0, 1])]).optional(),
    sampleType: z.enum(['uniform', 'weighted']).optional(),
    normalizeType: z.enum(['tree', 'forest']).optional(),
    updater: z.enum(['shotgun', 'coord_descent']).optional(),
    featureSelector: z.enum(['cyclic', 'shuffle', 'random', 'greedy', 'thrifty']).optional(),
    topK: count(0),
    quantileAlpha: z.union([alpha, z.array(alpha).min(1)]).optional(),
    huberSlope: z.number().gt(0).optional(),
    tweedieVariancePower: z.number().min(1).lt(2).optional(),
    metric: z.union([z.string().min(1), z.array(z.string().min(1))]).optional(),
    earlyStoppingRounds: count(0),
    earlyStoppingSet: z.string().min(1).optional(),
    earlyStoppingMetric: z.string().min(1).optional(),
    earlyStoppingMinDelta: atLeastZero(),
    checkpointInterval: count(1),
    ...nativeSchemas(z),
    device: z
      .string()
      .regex(/^(cpu|auto|(cuda|gpu)(:\d+)?)$/, "is 'cpu', 'cuda', 'cuda:0', 'gpu' or 'auto'")
      .optional(),
    communicator: z.record(z.string().regex(/^\w+$/), z.union([z.string(), z.number()])).optional(),
    verbosity: z.union([z.boolean(), z.int().min(0).max(3)]).optional(),
    seed: z.int().min(0).optional(),
    threads: count(-1, 1024),
  };
}

/** Parses a configuration; aliases are keys of the schema, so that a typing error is compared with them too. */
export const xgboostConfig = lazySchema((z): ZodType<XGBoostSettings, XGBoostConfig> => {
  const schemas = parameterSchemas(z);
  const shape: Record<string, ZodType> = {};
  for (const [name, aliases] of Object.entries(ALIASES)) {
    for (const key of [name, ...aliases]) shape[key] = schemas[name as ParameterName];
  }
  return z.strictObject(shape).transform((given, context) => {
    const report = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message });
    return settle(byMainName(given, CANONICAL, report), report);
  }) as unknown as ZodType<XGBoostSettings, XGBoostConfig>;
});

function settle(given: XGBoostParameters, report: Report): XGBoostSettings {
  const { objective, quantileAlpha, featureTypes, categoricalFeatures } = given;
  const implied = objective && taskOfObjective({ name: objective, params: {} });
  if (given.task !== undefined && implied !== undefined && given.task !== implied) {
    report('task', `is '${given.task}' but objective '${objective}' is for ${implied}`);
  }
  if (objective === 'reg:quantileerror' && quantileAlpha === undefined) {
    report('quantileAlpha', "is needed by objective 'reg:quantileerror': one quantile or several");
  }
  if (featureTypes && categoricalFeatures) {
    report('featureTypes', 'and categoricalFeatures say the same: give one of them');
  }
  // Those settled below have their place in the order of keys, which saved files show.
  const { threads, metric = [], oneDrop = false, engine: _, ...rest } = given;
  return {
    ...DEFAULTS,
    ...(given.booster === 'gblinear' ? LINEAR_DEFAULTS : {}),
    ...rest,
    oneDrop: Boolean(oneDrop),
    metric: typeof metric === 'string' ? [metric] : metric,
    task: implied ?? given.task ?? DEFAULTS.task,
    engine: settleEngine(given, given.device, given.communicator && 'communicator', report),
    ...(threads !== undefined && threads > 0 ? { threads } : {}),
  };
}
