/** `holdfast/classical`: linear and other classical models. */
export {
  type ClassWeight,
  type CoefficientRow,
  type LogisticRegressionConfig,
  LogisticRegressionModel,
  type Penalty,
  type RegularizationPath,
} from './logistic/model.js';
export {
  type ForestClassWeight,
  type PermutationImportance,
  type PermutationOptions,
  type RandomForestConfig,
  RandomForestModel,
} from './random-forest/model.js';
export { type RidgeConfig, RidgeModel } from './ridge/model.js';
export { type SVMConfig, SVMModel, type SvmTraining } from './svm/model.js';
