/**
 * Parameters of CatBoost that are not ours. A configuration copied from Python may hold them: those that shape no model
 * are named in the warnings; others are refused unless they say what is done anyway.
 */

/** Taken and reported as without effect. */
export const WITHOUT_EFFECT = [
  'verbose',
  'verbose_eval',
  'silent',
  'logging_level',
  'metric_period',
  'allow_writing_files',
  'train_dir',
  'name',
  'metadata',
  'save_snapshot',
  'snapshot_file',
  'snapshot_interval',
  'used_ram_limit',
  'gpu_ram_part',
  'gpu_cat_features_storage',
  'pinned_memory_size',
  'task_type',
  'devices',
  'device_config',
  'data_partition',
  'dev_score_calc_obj_block_size',
  'dev_efb_max_buckets',
  'sparse_features_conflict_fraction',
  'fold_permutation_block',
  'store_all_simple_ctr',
  'allow_const_label',
] as const;

export type WithoutEffect = (typeof WITHOUT_EFFECT)[number];

interface Refused {
  /** What is done anyway: a value that may be given. */
  readonly is?: unknown;
  readonly instead: string;
}

const encode = 'encode such columns as numbers before (PreprocessingPipeline)';
const oneLabel = 'labels are numbers, in ascending order: map them before';
const none = 'leave it out';

export const REFUSED: Readonly<Record<string, Refused>> = {
  ignored_features: { instead: 'leave these columns out of X' },
  text_features: { instead: encode },
  embedding_features: { instead: encode },
  tokenizers: { instead: encode },
  dictionaries: { instead: encode },
  feature_calcers: { instead: encode },
  text_processing: { instead: encode },
  class_names: { instead: oneLabel },
  classes_count: { is: 0, instead: 'leave it out: it is found in the labels' },
  target_border: { instead: oneLabel },
  eval_fraction: { is: 0, instead: 'pass validation rows to fit (splitTrainTest)' },
  callback: { instead: 'pass onProgress to fit' },
  best_model_min_trees: { is: 1, instead: none },
  monotone_constraints: { instead: 'LightGBMModel and XGBoostModel take them' },
  feature_weights: { instead: none },
  first_feature_use_penalties: { instead: none },
  per_object_feature_penalties: { instead: none },
  penalties_coefficient: { is: 1, instead: none },
  langevin: { is: false, instead: none },
  diffusion_temperature: { instead: none },
  posterior_sampling: { is: false, instead: none },
  model_shrink_rate: { is: 0, instead: 'use l2LeafReg' },
  model_shrink_mode: { is: 'Constant', instead: none },
  approx_on_full_history: { is: false, instead: none },
  fold_len_multiplier: { is: 2, instead: none },
  sampling_unit: { is: 'Object', instead: none },
  input_borders: { instead: 'use borderCount and featureBorderType' },
  output_borders: { instead: none },
  fixed_binary_splits: { instead: none },
  per_float_feature_quantization: { instead: 'use borderCount for all columns' },
  per_feature_ctr: { instead: 'use simpleCtr for all columns' },
  ctr_description: { instead: 'use simpleCtr and combinationsCtr' },
  ctr_target_border_count: { instead: "use simpleCtr, as in 'Borders:TargetBorderCount=2'" },
  ctr_leaf_count_limit: { instead: none },
  ctr_history_unit: { is: 'Sample', instead: none },
  final_ctr_computation_mode: { is: 'Default', instead: none },
};

/** What is wrong with a value of a refused parameter; undefined for the value that is nothing special. */
export function refusal(name: string, value: unknown): string | undefined {
  const { is, instead } = REFUSED[name];
  if (value === null || (is !== undefined && value === is)) return undefined;
  return `of CatBoost cannot be used here; ${instead}`;
}
