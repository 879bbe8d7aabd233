/**
 * The names CatBoost knows a parameter by: https://catboost.ai/docs/en/references/training-parameters/. A configuration copied
 * from Python works unchanged.
 */

/** Our name of a parameter and every other name it may be given under. */
export const ALIASES = {
  task: [],
  lossFunction: ['loss_function', 'objective'],
  metric: ['evalMetric', 'eval_metric'],
  customMetric: ['custom_metric', 'custom_loss'],
  iterations: ['num_iterations', 'numIterations', 'num_boost_round', 'n_estimators', 'num_trees'],
  learningRate: ['learning_rate', 'eta'],
  depth: ['max_depth', 'maxDepth'],
  growPolicy: ['grow_policy'],
  maxLeaves: ['max_leaves', 'num_leaves', 'numLeaves'],
  minDataInLeaf: ['min_data_in_leaf', 'min_child_samples'],
  l2LeafReg: ['l2_leaf_reg', 'reg_lambda'],
  scoreFunction: ['score_function'],
  randomStrength: ['random_strength'],
  randomScoreType: ['random_score_type'],
  bootstrapType: ['bootstrap_type'],
  baggingTemperature: ['bagging_temperature'],
  subsample: [],
  mvsReg: ['mvs_reg'],
  samplingFrequency: ['sampling_frequency'],
  rsm: ['colsample_bylevel'],
  boostingType: ['boosting_type'],
  leafEstimationMethod: ['leaf_estimation_method'],
  leafEstimationIterations: ['leaf_estimation_iterations'],
  leafEstimationBacktracking: ['leaf_estimation_backtracking'],
  boostFromAverage: ['boost_from_average'],
  borderCount: ['border_count', 'max_bin'],
  featureBorderType: ['feature_border_type'],
  nanMode: ['nan_mode'],
  categoricalFeatures: ['categorical_features', 'categorical_feature', 'cat_features', 'catFeatures'],
  categoryNames: [],
  oneHotMaxSize: ['one_hot_max_size'],
  maxCtrComplexity: ['max_ctr_complexity'],
  simpleCtr: ['simple_ctr'],
  combinationsCtr: ['combinations_ctr'],
  counterCalcMethod: ['counter_calc_method'],
  modelSizeReg: ['model_size_reg'],
  permutationCount: ['permutation_count'],
  hasTime: ['has_time'],
  classWeights: ['class_weights'],
  autoClassWeights: ['auto_class_weights'],
  scalePosWeight: ['scale_pos_weight'],
  odType: ['od_type'],
  odPval: ['od_pval'],
  odWait: ['od_wait'],
  earlyStoppingRounds: ['early_stopping_rounds'],
  earlyStoppingSet: [],
  earlyStoppingMetric: [],
  useBestModel: ['use_best_model'],
  ctrTargetBorderCount: ['ctr_target_border_count'],
  checkpointInterval: [],
  seed: ['random_seed', 'random_state'],
  threads: ['thread_count', 'n_jobs', 'nthread'],
} as const satisfies Record<string, readonly string[]>;

export type ParameterName = keyof typeof ALIASES;
export type AliasOf<K extends ParameterName> = (typeof ALIASES)[K][number];

/** Alias to our name. */
export const CANONICAL: ReadonlyMap<string, ParameterName> = new Map(
  Object.entries(ALIASES).flatMap(([name, aliases]) =>
    [name, ...aliases].map((alias): [string, ParameterName] => [alias, name as ParameterName]),
  ),
);
