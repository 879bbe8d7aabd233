/**
 * The names LightGBM knows a parameter by: https://lightgbm.readthedocs.io/en/latest/Parameters.html, and those of its
 * scikit-learn wrapper. A configuration copied from Python works unchanged.
 */

import { NATIVE_ALIASES } from '../native/config.js';
import { CATEGORICAL_ALIASES } from './categorical-parameters.js';
import { LIMIT_ALIASES } from './limits.js';
import { LOOP_ALIASES } from './loop-parameters.js';
import { METRIC_ALIASES } from './metrics.js';
import { OTHER_ALIASES } from './other-parameters.js';

/** Our name of a parameter and every other name it may be given under. */
export const ALIASES = {
  task: [],
  objective: ['objective_type', 'app', 'application', 'loss'],
  numClass: ['num_class', 'num_classes'],
  sigmoid: [],
  scalePosWeight: ['scale_pos_weight'],
  isUnbalance: ['is_unbalance', 'unbalance', 'unbalanced_sets'],
  alpha: [],
  fairC: ['fair_c'],
  poissonMaxDeltaStep: ['poisson_max_delta_step'],
  tweedieVariancePower: ['tweedie_variance_power'],
  regSqrt: ['reg_sqrt'],
  boostFromAverage: ['boost_from_average'],
  numIterations: [
    'num_iterations',
    'num_iteration',
    'n_iter',
    'num_tree',
    'num_trees',
    'num_round',
    'num_rounds',
    'nrounds',
    'num_boost_round',
    'n_estimators',
    'max_iter',
  ],
  learningRate: ['learning_rate', 'shrinkage_rate', 'eta'],
  numLeaves: ['num_leaves', 'num_leaf', 'max_leaves', 'max_leaf', 'max_leaf_nodes'],
  maxDepth: ['max_depth'],
  minDataInLeaf: ['min_data_in_leaf', 'min_data_per_leaf', 'min_data', 'min_child_samples', 'min_samples_leaf'],
  minSumHessianInLeaf: [
    'min_sum_hessian_in_leaf',
    'min_sum_hessian_per_leaf',
    'min_sum_hessian',
    'min_hessian',
    'min_child_weight',
  ],
  baggingFraction: ['bagging_fraction', 'sub_row', 'subsample', 'bagging'],
  baggingFreq: ['bagging_freq', 'subsample_freq'],
  featureFraction: ['feature_fraction', 'sub_feature', 'colsample_bytree'],
  ...LIMIT_ALIASES,
  lambdaL1: ['lambda_l1', 'reg_alpha', 'l1_regularization'],
  lambdaL2: ['lambda_l2', 'reg_lambda', 'lambda', 'l2_regularization'],
  minGainToSplit: ['min_gain_to_split', 'min_split_gain'],
  maxBin: ['max_bin', 'max_bins'],
  minDataInBin: ['min_data_in_bin'],
  enableBundle: ['enable_bundle', 'is_enable_bundle', 'bundle'],
  binSampleCount: ['bin_construct_sample_cnt', 'subsample_for_bin'],
  earlyStoppingRounds: ['early_stopping_rounds', 'early_stopping_round', 'early_stopping', 'n_iter_no_change'],
  earlyStoppingMinDelta: ['early_stopping_min_delta'],
  earlyStoppingSet: [],
  earlyStoppingMetric: [],
  checkpointInterval: [],
  seed: ['random_seed', 'random_state'],
  threads: ['num_threads', 'num_thread', 'nthread', 'nthreads', 'n_jobs'],
  ...CATEGORICAL_ALIASES,
  ...LOOP_ALIASES,
  ...METRIC_ALIASES,
  ...OTHER_ALIASES,
  ...NATIVE_ALIASES,
  deviceType: ['device_type', 'device'],
  treeLearner: ['tree_learner', 'tree', 'tree_type', 'tree_learner_type'],
  machines: ['workers', 'nodes'],
  numMachines: ['num_machines', 'num_machine'],
  localListenPort: ['local_listen_port', 'local_port', 'port'],
  timeOut: ['time_out'],
} as const satisfies Record<string, readonly string[]>;

export type ParameterName = keyof typeof ALIASES;
export type AliasOf<K extends ParameterName> = (typeof ALIASES)[K][number];

/** Parameters that say who trains and where: no part of a model. */
export const TRAINER_ONLY = [
  'engine',
  'nativeLibrary',
  'nativeParameters',
  'deviceType',
  'treeLearner',
  'machines',
  'numMachines',
  'localListenPort',
  'timeOut',
] as const satisfies readonly ParameterName[];

/** Names that are not ours in snake case. */
const NATIVE_NAMES: Partial<Record<ParameterName, string>> = {
  binSampleCount: 'bin_construct_sample_cnt',
  categoricalFeatures: 'categorical_feature',
  earlyStoppingRounds: 'early_stopping_round',
  threads: 'num_threads',
};

/** LightGBM's own name of a parameter, as its model file lists it. */
export function nativeName(name: ParameterName): string {
  return (
    NATIVE_NAMES[name] ?? name.replace(/L([12])$/, '_l$1').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  );
}

/** Alias to our name. */
export const CANONICAL: ReadonlyMap<string, ParameterName> = new Map(
  (Object.keys(ALIASES) as ParameterName[]).flatMap((name) =>
    [name, ...ALIASES[name]].map((alias): [string, ParameterName] => [alias, name]),
  ),
);
