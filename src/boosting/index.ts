/** `holdfast/boosting`: gradient-boosted trees. */
export { BoostingModel, type BoostingSettings } from './boosting-model.js';
export type { CatBoostConfig, CatBoostParameters, CatBoostSettings } from './catboost/config.js';
export { CatBoostModel } from './catboost/model.js';
export type { LightGBMConfig, LightGBMParameters, LightGBMSettings } from './lightgbm/config.js';
export type { InteractionConstraints, MonotoneConstraints } from './lightgbm/limits.js';
export { LightGBMModel } from './lightgbm/model.js';
export type { LightGBMObjective, LightGBMObjectiveName } from './lightgbm/objective.js';
export type { EngineName } from './native/config.js';
export { startXGBoostTracker, type TrackerOptions, type XGBoostTracker } from './native/tracker.js';
export type {
  BoostingFitContext,
  BoostingFitOptions,
  BoostingPredictOptions,
  CustomMetric,
  CustomObjective,
  Derivatives,
  IterationRange,
  LearningRates,
  StartingModel,
} from './options.js';
export type { XGBoostConfig, XGBoostParameters, XGBoostSettings } from './xgboost/config.js';
export { XGBoostModel } from './xgboost/model.js';
