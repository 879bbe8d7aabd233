/** `holdfast/classical`: linear and other classical models. */

export type { LogisticCoefficients } from './logistic/coefficients.js';
export type { LogisticRegressionParameters, LogisticRegressionSettings } from './logistic/config.js';
export {
  type ClassWeight,
  type CoefficientRow,
  type LogisticRegressionConfig,
  LogisticRegressionModel,
  type Penalty,
  type RegularizationPath,
} from './logistic/model.js';
export type {
  ClassificationCriterion,
  ForestCriterion,
  RandomForestParameters,
  RandomForestSettings,
  RegressionCriterion,
} from './random-forest/config.js';
export {
  type ForestClassWeight,
  type PermutationImportance,
  type PermutationOptions,
  type RandomForestConfig,
  RandomForestModel,
} from './random-forest/model.js';
export type { RidgeParameters, RidgeSettings } from './ridge/config.js';
export { type RidgeConfig, RidgeModel } from './ridge/model.js';
export type { SVMParameters, SVMSettings } from './svm/config.js';
export type { KernelName } from './svm/kernel.js';
export type { KernelDeviation } from './svm/linear/approximation.js';
export { type SVMConfig, SVMModel, type SvmTraining } from './svm/model.js';
