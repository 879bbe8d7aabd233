/** `holdfast`: data, splits, preprocessing, metrics, the model contract and the trainer. Models have entry points of their own. */
import { registerBuiltins } from './builtin.js';

registerBuiltins();

export * from './core/errors.js';
export { Matrix } from './core/matrix.js';
export type { ProgressEvent, ProgressListener } from './core/progress.js';
export type { Split, SplitRatios, SplitRole } from './core/split.js';
export { Table } from './core/table.js';
export { type FeatureInput, type HybridInput, type SequenceInput, Windows } from './core/windows.js';
export { TimeSeriesDataContainer } from './data/container.js';
export { BaseModel, type ModelClass } from './model/base-model.js';
export type { TrainingConfig } from './model/config-files.js';
export {
  type ConfigOf,
  loadModel,
  type ModelConfigs,
  type ModelDefinition,
  ModelRegistry,
  registerModel,
} from './model/registry.js';
export type {
  FeatureImportance,
  FitContext,
  FitData,
  FitOptions,
  FitResult,
  ModelInfo,
  ModelPayload,
  PredictionOutput,
  Task,
  TrainingData,
  TrainingMetrics,
} from './model/types.js';
export { PreprocessingPipeline } from './preprocessing/pipeline.js';
export type { RunDescription, TrackedRun, Tracker } from './training/tracker.js';
export {
  ModelTrainer,
  type ModelTrainerOptions,
  type TrainingResult,
  type TrainModelOptions,
} from './training/trainer.js';
