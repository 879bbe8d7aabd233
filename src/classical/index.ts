/** `holdfast/classical`: linear and other classical models. */
export {
  type ClassWeight,
  type LogisticRegressionConfig,
  LogisticRegressionModel,
} from './logistic/model.js';
