/**
 * The names XGBoost knows a parameter by: https://xgboost.readthedocs.io/en/stable/parameter.html, and those of its scikit-learn
 * wrapper. A configuration copied from Python works unchanged.
 */

import { NATIVE_ALIASES } from '../native/config.js';

/** Our name of a parameter and every other name it may be given under. */
export const ALIASES = {
  task: [],
  objective: [],
  booster: [],
  numClass: ['num_class'],
  numIterations: [
    'num_boost_round',
    'n_estimators',
    'num_round',
    'num_rounds',
    'nrounds',
    'nEstimators',
    'num_iterations',
  ],
  learningRate: ['eta', 'learning_rate'],
  maxDepth: ['max_depth'],
  maxLeaves: ['max_leaves'],
  growPolicy: ['grow_policy'],
  treeMethod: ['tree_method'],
  minChildWeight: ['min_child_weight'],
  gamma: ['min_split_loss', 'minSplitLoss'],
  regLambda: ['reg_lambda', 'lambda'],
  regAlpha: ['reg_alpha', 'alpha'],
  maxDeltaStep: ['max_delta_step'],
  subsample: [],
  samplingMethod: ['sampling_method'],
  colsampleBytree: ['colsample_bytree'],
  colsampleBylevel: ['colsample_bylevel'],
  colsampleBynode: ['colsample_bynode'],
  maxBin: ['max_bin'],
  scalePosWeight: ['scale_pos_weight'],
  baseScore: ['base_score'],
  numParallelTree: ['num_parallel_tree'],
  multiStrategy: ['multi_strategy'],
  monotoneConstraints: ['monotone_constraints'],
  interactionConstraints: ['interaction_constraints'],
  categoricalFeatures: ['categorical_features', 'categorical_feature', 'cat_features'],
  featureTypes: ['feature_types'],
  enableCategorical: ['enable_categorical'],
  maxCatToOnehot: ['max_cat_to_onehot'],
  maxCatThreshold: ['max_cat_threshold'],
  rateDrop: ['rate_drop'],
  skipDrop: ['skip_drop'],
  oneDrop: ['one_drop'],
  sampleType: ['sample_type'],
  normalizeType: ['normalize_type'],
  updater: [],
  featureSelector: ['feature_selector'],
  topK: ['top_k'],
  quantileAlpha: ['quantile_alpha'],
  huberSlope: ['huber_slope'],
  tweedieVariancePower: ['tweedie_variance_power'],
  metric: ['eval_metric', 'evalMetric', 'metrics'],
  earlyStoppingRounds: ['early_stopping_rounds'],
  earlyStoppingSet: [],
  earlyStoppingMetric: [],
  earlyStoppingMinDelta: ['min_delta'],
  checkpointInterval: ['checkpoint_interval'],
  ...NATIVE_ALIASES,
  device: [],
  communicator: [],
  verbosity: ['verbose', 'silent'],
  seed: ['random_state', 'random_seed'],
  threads: ['nthread', 'n_jobs', 'nThread'],
} as const satisfies Record<string, readonly string[]>;

export type ParameterName = keyof typeof ALIASES;
export type AliasOf<K extends ParameterName> = (typeof ALIASES)[K][number];

/** Alias to our name. */
export const CANONICAL: ReadonlyMap<string, ParameterName> = new Map(
  (Object.keys(ALIASES) as ParameterName[]).flatMap((name) =>
    [name, ...ALIASES[name]].map((alias): [string, ParameterName] => [alias, name]),
  ),
);
