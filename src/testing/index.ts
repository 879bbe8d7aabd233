/** `holdfast/testing`: the model contract suite and synthetic data for downstream unit tests. */
export {
  type CheckOptions,
  type CheckResult,
  checkModel,
  checkModelIn,
  type ModelCheck,
  modelChecks,
  type TestRunner,
} from './check-model.js';
export {
  type SyntheticData,
  type SyntheticOptions,
  syntheticClassification,
  syntheticRegression,
} from './synthetic.js';
