/** `holdfast/testing`: the model contract suite, synthetic data and fakes for downstream unit tests. */

export type { ModelContract } from '../model/types.js';
export {
  type CheckOptions,
  type CheckResult,
  checkModel,
  checkModelIn,
  type ModelCheck,
  modelChecks,
  type TestRunner,
} from './check-model.js';
export { type FakeAnswer, type FakeCall, type FakeConfig, FakeModel, registerFake } from './fake-model.js';
export { type MakeContainerOptions, makeContainer } from './make-container.js';
export {
  type MakeClassificationOptions,
  type MakeOptions,
  type MakeRegressionOptions,
  makeClassification,
  makeRegression,
} from './make-data.js';
export {
  type MakeBarsOptions,
  type MakeTimeSeriesOptions,
  makeBars,
  makeTimeSeries,
  type SeriesTimes,
} from './make-series.js';
export { type MemoryRun, MemoryTracker } from './memory-tracker.js';
export {
  type SyntheticData,
  type SyntheticOptions,
  syntheticClassification,
  syntheticRegression,
} from './synthetic.js';
