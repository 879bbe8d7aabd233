/**
 * The configuration of `CatBoostModel`: CatBoost's parameters, ranges and defaults under our names, its own names accepted.
 * A parameter given under two names, an unknown one, or one out of range is a `ConfigError`.
 */

import { byMainName, type Report } from '../../core/parameter-names.js';
import type { ZodModule, ZodType } from '../../core/schema.js';
import { lazySchema } from '../../core/schema.js';
import type { Task } from '../../model/types.js';
import { ALIASES, type AliasOf, CANONICAL, type ParameterName } from './aliases.js';
import { parseCtr } from './ctr-description.js';
import { taskOfLoss } from './loss.js';
import { REFUSED, refusal, WITHOUT_EFFECT, type WithoutEffect } from './other-parameters.js';
import { lossProblem } from './trainable-loss.js';

/** CatBoost's parameters, every one optional; see https://catboost.ai/docs/en/references/training-parameters/. */
export interface CatBoostParameters {
  /** What to learn; implied by `lossFunction`. Default `'classification'`. */
  task?: Task;
  /** `'Logloss'`, `'RMSE'`, `'Quantile:alpha=0.9'`, ... Default: Logloss, MultiClass or RMSE, from the task and the labels. */
  lossFunction?: string;
  /** Metrics to evaluate, the first one watched for the best iteration. Default: the loss. */
  metric?: string | string[];
  /** More metrics to evaluate. */
  customMetric?: string | string[];
  /** Most trees. Default 1000. */
  iterations?: number;
  /** Shrinkage of each tree, > 0. Default: from the number of rows and iterations (CatBoost's formula), else 0.03. */
  learningRate?: number;
  /** Levels of a tree, 1 to 16. Default 6. */
  depth?: number;
  /** One test a level, or one a leaf: level by level, or the leaf of the largest gain first. Default `'SymmetricTree'`. */
  growPolicy?: 'SymmetricTree' | 'Depthwise' | 'Lossguide';
  /** Leaves of a tree, with `growPolicy: 'Lossguide'`. Default 31. */
  maxLeaves?: number;
  /** Leaves of fewer rows are not split; not of symmetric trees. Default 1. */
  minDataInLeaf?: number;
  /** L2 penalty of leaf values. Default 3. */
  l2LeafReg?: number;
  /** How splits are compared. Default `'Cosine'`. */
  scoreFunction?: 'Cosine' | 'L2';
  /** Noise in the scores of splits. Default 1. */
  randomStrength?: number;
  randomScoreType?: 'NormalWithModelSizeDecrease' | 'Gumbel';
  /** How rows are weighted or drawn for a tree. Default: Bayesian with `baggingTemperature` or for several classes, else MVS. */
  bootstrapType?: 'Bayesian' | 'Bernoulli' | 'MVS' | 'No';
  /** Spread of the weights of a Bayesian bootstrap. Default 1. */
  baggingTemperature?: number;
  /** Share of the rows of a Bernoulli or MVS bootstrap, in (0, 1]. Default 0.8 (MVS), 0.66. */
  subsample?: number;
  /** Lambda of MVS. Default: from the last tree. */
  mvsReg?: number;
  samplingFrequency?: 'PerTree' | 'PerTreeLevel';
  /** Share of the features looked at for a level, in (0, 1]. Default 1. */
  rsm?: number;
  /** Default `'Plain'`. */
  boostingType?: 'Plain' | 'Ordered';
  /** Default: by the loss. */
  leafEstimationMethod?: 'Newton' | 'Gradient' | 'Exact' | 'Simple';
  /** Steps for the values of a tree's leaves. Default: by the loss. */
  leafEstimationIterations?: number;
  /** Default `'AnyImprovement'`. */
  leafEstimationBacktracking?: 'No' | 'AnyImprovement' | 'Armijo';
  /** Start from the best constant. Default: by the loss. */
  boostFromAverage?: boolean;
  /** Borders of a numeric feature, 1 to 255. Default 254. */
  borderCount?: number;
  /** Default `'GreedyLogSum'`. */
  featureBorderType?:
    | 'GreedyLogSum'
    | 'MaxLogSum'
    | 'Median'
    | 'Uniform'
    | 'UniformAndQuantiles'
    | 'MinEntropy'
    | 'GreedyMinEntropy';
  /** NaN is below ('Min'), above ('Max') all values, or an error. Default `'Min'`. */
  nanMode?: 'Min' | 'Max' | 'Forbidden';
  /** Columns (numbers or names) that hold category codes: integers >= 0, anything else is missing. */
  categoricalFeatures?: (number | string)[];
  /** Texts of categories by column (number or name): code i is `names[i]`. Without, a category's text is its code. */
  categoryNames?: Record<string, string[]>;
  /** Categorical columns of at most so many categories are split one against the rest. Default 2. */
  oneHotMaxSize?: number;
  /** Most features a combination is made of, 1 to 8. Default 4; 1 below 200 iterations. */
  maxCtrComplexity?: number;
  /** Target statistics of one column: `'Borders:TargetBorderCount=2:Prior=0.5/1'`, ... */
  simpleCtr?: string | string[];
  /** Target statistics of combinations. */
  combinationsCtr?: string | string[];
  /** Borders between the values of a regression that statistics without a TargetBorderCount of their own count by, 1 to 255. Default 1. */
  ctrTargetBorderCount?: number;
  /** Default `'SkipTest'`. */
  counterCalcMethod?: 'SkipTest' | 'Full';
  /** Pull towards combinations of few values. Default 0.5. */
  modelSizeReg?: number;
  /** Orders of the rows for target statistics, one more than structures are chosen on. Default 4. */
  permutationCount?: number;
  /** Rows are in the order of time: no permutations. Default false. */
  hasTime?: boolean;
  /** Weights of the classes in ascending order of the labels, or by label. */
  classWeights?: number[] | Record<string, number>;
  autoClassWeights?: 'None' | 'Balanced' | 'SqrtBalanced';
  /** Weight of the second class. Default 1. */
  scalePosWeight?: number;
  /** Overfitting detector. Default `'IncToDec'`, which `odPval` 0 turns off; `'Iter'` if `earlyStoppingRounds` are given. */
  odType?: 'IncToDec' | 'Iter' | 'None';
  /** Threshold of IncToDec, 0 to 1. Default 0 (off). */
  odPval?: number;
  /** Iterations to go on after the best one. Default 20. */
  odWait?: number;
  /** `odType: 'Iter'` with this `odWait`; 0 never stops early. */
  earlyStoppingRounds?: number;
  /** Evaluation set to watch. Default `'validation'`. */
  earlyStoppingSet?: string;
  /** Metric to watch. Default: the first. */
  earlyStoppingMetric?: string;
  /** Keep the trees up to the best iteration, where there are validation rows. Default true. */
  useBestModel?: boolean;
  /** Iterations from one checkpoint to the next, where `fit` is given a checkpointDirectory. Default 10. */
  checkpointInterval?: number;
  /** Seed of everything random, where `fit` is given none. */
  seed?: number;
  /** Threads, where `fit` is given none; 0 or less for the default. Never changes the model. */
  threads?: number;
}

/** What `new CatBoostModel(...)` takes: `CatBoostParameters`, each also under CatBoost's names (`l2_leaf_reg`, `eta`, ...). */
export type CatBoostConfig = CatBoostParameters & {
  [K in ParameterName as AliasOf<K>]?: CatBoostParameters[K];
} & { [K in WithoutEffect]?: unknown };

/** The configuration after parsing: our names only. What depends on the data stays open. */
export type CatBoostSettings = Omit<CatBoostParameters, 'metric' | 'customMetric' | 'simpleCtr' | 'combinationsCtr'> &
  Required<Pick<CatBoostParameters, 'task' | 'earlyStoppingRounds' | 'earlyStoppingSet' | 'checkpointInterval'>> & {
    metric?: string[];
    customMetric?: string[];
    simpleCtr?: string[];
    combinationsCtr?: string[];
    /** Given parameters that shape no model. */
    withoutEffect?: string[];
  };

function parameterSchemas(z: ZodModule): { [K in ParameterName]: ZodType<CatBoostParameters[K]> } {
  const count = (min: number, max = 2 ** 31 - 1) => z.int().min(min).max(max).optional();
  const atLeastZero = () => z.number().min(0).optional();
  const fraction = () => z.number().gt(0).max(1).optional();
  const texts = () => z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).optional();
  const column = z.union([z.int().min(0), z.string().min(1)]);
  return {
    task: z.enum(['classification', 'regression']).optional(),
    lossFunction: z.string().min(1).optional(),
    metric: texts(),
    customMetric: texts(),
    iterations: count(1),
    learningRate: z.number().gt(0).optional(),
    depth: count(1, 16),
    growPolicy: z.enum(['SymmetricTree', 'Depthwise', 'Lossguide']).optional(),
    maxLeaves: count(1, 65_536),
    minDataInLeaf: count(0),
    l2LeafReg: atLeastZero(),
    scoreFunction: z.enum(['Cosine', 'L2']).optional(),
    randomStrength: atLeastZero(),
    randomScoreType: z.enum(['NormalWithModelSizeDecrease', 'Gumbel']).optional(),
    bootstrapType: z.enum(['Bayesian', 'Bernoulli', 'MVS', 'No']).optional(),
    baggingTemperature: atLeastZero(),
    subsample: fraction(),
    mvsReg: atLeastZero(),
    samplingFrequency: z.enum(['PerTree', 'PerTreeLevel']).optional(),
    rsm: fraction(),
    boostingType: z.enum(['Plain', 'Ordered']).optional(),
    leafEstimationMethod: z.enum(['Newton', 'Gradient', 'Exact', 'Simple']).optional(),
    leafEstimationIterations: count(1, 1000),
    leafEstimationBacktracking: z.enum(['No', 'AnyImprovement', 'Armijo']).optional(),
    boostFromAverage: z.boolean().optional(),
    borderCount: count(1, 255),
    featureBorderType: z
      .enum(['GreedyLogSum', 'MaxLogSum', 'Median', 'Uniform', 'UniformAndQuantiles', 'MinEntropy', 'GreedyMinEntropy'])
      .optional(),
    nanMode: z.enum(['Min', 'Max', 'Forbidden']).optional(),
    categoricalFeatures: z.array(column).optional(),
    categoryNames: z.record(z.string(), z.array(z.string())).optional(),
    oneHotMaxSize: count(0),
    maxCtrComplexity: count(0, 8),
    simpleCtr: texts(),
    combinationsCtr: texts(),
    ctrTargetBorderCount: count(1, 255),
    counterCalcMethod: z.enum(['SkipTest', 'Full']).optional(),
    modelSizeReg: atLeastZero(),
    permutationCount: count(1, 100),
    hasTime: z.boolean().optional(),
    classWeights: z.union([z.array(z.number().min(0)).min(1), z.record(z.string(), z.number().min(0))]).optional(),
    autoClassWeights: z.enum(['None', 'Balanced', 'SqrtBalanced']).optional(),
    scalePosWeight: z.number().gt(0).optional(),
    odType: z.enum(['IncToDec', 'Iter', 'None']).optional(),
    odPval: z.number().min(0).max(1).optional(),
    odWait: count(1),
    earlyStoppingRounds: count(0),
    earlyStoppingSet: z.string().min(1).optional(),
    earlyStoppingMetric: z.string().min(1).optional(),
    useBestModel: z.boolean().optional(),
    checkpointInterval: count(1),
    seed: z.int().min(0).optional(),
    threads: count(-1, 1024),
  };
}

/** Parses a configuration; aliases are keys of the schema, so that a typing error is compared with them too. */
export const catboostConfig = lazySchema((z): ZodType<CatBoostSettings, CatBoostConfig> => {
  const schemas = parameterSchemas(z);
  const shape: Record<string, ZodType> = { withoutEffect: z.array(z.string()).optional() };
  for (const [name, aliases] of Object.entries(ALIASES)) {
    for (const key of [name, ...aliases]) shape[key] = schemas[name as ParameterName];
  }
  for (const key of [...WITHOUT_EFFECT, ...Object.keys(REFUSED)]) shape[key] = z.unknown().optional();
  return z.strictObject(shape).transform((given, context) => {
    const report = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message });
    for (const key of Object.keys(REFUSED)) {
      const problem = given[key] === undefined ? undefined : refusal(key, given[key]);
      if (problem) report(key, problem);
    }
    const known = WITHOUT_EFFECT.filter((key) => given[key] !== undefined);
    // A saved model's configuration has the list already.
    const withoutEffect = [...((given.withoutEffect as string[] | undefined) ?? []), ...known];
    return settle(byMainName(given, CANONICAL, report) as CatBoostParameters, withoutEffect, report);
  }) as unknown as ZodType<CatBoostSettings, CatBoostConfig>;
});

const ONE_OF = (value: string | string[] | undefined) => (typeof value === 'string' ? [value] : value);

function settle(given: CatBoostParameters, withoutEffect: string[], report: Report): CatBoostSettings {
  const { threads, metric, customMetric, simpleCtr, combinationsCtr, ...rest } = given;
  const problem = given.lossFunction === undefined ? undefined : lossProblem(given.lossFunction);
  if (problem) report('lossFunction', problem);
  const implied = given.lossFunction === undefined || problem ? undefined : taskOfLoss(given.lossFunction);
  if (given.task !== undefined && implied !== undefined && given.task !== implied) {
    report('task', `is '${given.task}' but lossFunction '${given.lossFunction}' is for ${implied}`);
  }
  for (const [key, texts] of Object.entries({
    simpleCtr: ONE_OF(simpleCtr),
    combinationsCtr: ONE_OF(combinationsCtr),
  })) {
    for (const text of texts ?? []) {
      const parsed = parseCtr(text);
      if (typeof parsed === 'string') report(key, parsed);
    }
  }
  checkWeights(given, report);
  checkGrowth(given, report);
  return {
    ...rest,
    task: implied ?? given.task ?? 'classification',
    ...listed('metric', ONE_OF(metric)),
    ...listed('customMetric', ONE_OF(customMetric)),
    ...listed('simpleCtr', ONE_OF(simpleCtr)),
    ...listed('combinationsCtr', ONE_OF(combinationsCtr)),
    ...detector(given, report),
    earlyStoppingSet: given.earlyStoppingSet ?? 'validation',
    checkpointInterval: given.checkpointInterval ?? 10,
    ...(withoutEffect.length > 0 ? { withoutEffect } : {}),
    ...(threads !== undefined && threads > 0 ? { threads } : {}),
  };
}

const listed = (key: string, value: string[] | undefined) => (value ? { [key]: value } : {});

function checkWeights({ classWeights, autoClassWeights, scalePosWeight }: CatBoostParameters, report: Report): void {
  const given = [classWeights, autoClassWeights === 'None' ? undefined : autoClassWeights, scalePosWeight];
  if (given.filter((value) => value !== undefined).length > 1) {
    report('classWeights', 'classWeights, autoClassWeights and scalePosWeight exclude each other: give one');
  }
}

/** Combinations that CatBoost refuses as well. */
function checkGrowth(given: CatBoostParameters, report: Report): void {
  const { growPolicy = 'SymmetricTree', maxLeaves, boostingType, samplingFrequency } = given;
  if (maxLeaves !== undefined && growPolicy !== 'Lossguide') {
    report('maxLeaves', `is for growPolicy 'Lossguide', which is '${growPolicy}': use depth`);
  }
  if (boostingType === 'Ordered' && growPolicy !== 'SymmetricTree') {
    report('boostingType', `'Ordered' is for symmetric trees, growPolicy is '${growPolicy}'`);
  }
  if (samplingFrequency === 'PerTreeLevel' && growPolicy === 'Lossguide') {
    report('samplingFrequency', "'PerTreeLevel' needs levels, growPolicy 'Lossguide' has none");
  }
}

/** `earlyStoppingRounds` is another word for the detector Iter; 0 of it means that nothing stops early. */
function detector(
  { odType, odWait, odPval = 0, earlyStoppingRounds }: CatBoostParameters,
  report: Report,
): DetectorSettings {
  if (earlyStoppingRounds === undefined) {
    const type = odType ?? 'IncToDec';
    const stops = type === 'Iter' || (type === 'IncToDec' && odPval > 0);
    return { earlyStoppingRounds: stops ? (odWait ?? DEFAULT_WAIT) : 0 };
  }
  // Also what a detector that is off is saved as, whatever its odWait.
  if (earlyStoppingRounds === 0) return { earlyStoppingRounds };
  if (odWait !== undefined && odWait !== earlyStoppingRounds) {
    report('earlyStoppingRounds', `is ${earlyStoppingRounds} but odWait is ${odWait}: give one of them`);
  }
  // With IncToDec and its threshold the number is only how long to wait.
  const type = odType === 'IncToDec' && odPval > 0 ? odType : 'Iter';
  return { odType: type, odWait: earlyStoppingRounds, earlyStoppingRounds };
}

type DetectorSettings = Pick<CatBoostSettings, 'odType' | 'odWait' | 'earlyStoppingRounds'>;

const DEFAULT_WAIT = 20;
