/** `holdfast/tracking`: where runs are logged, and where runs and models are kept. */

export { LocalTracker, type LocalTrackerOptions } from './local-tracker.js';
export type { MLflowOptions } from './mlflow/options.js';
export type { MLflowModelVersion } from './mlflow/registry.js';
export type { ReplayResult } from './mlflow/replay.js';
export type { MLflowRun } from './mlflow/run.js';
export type { LoggedModel } from './mlflow/run-writer.js';
export { MLflowTracker } from './mlflow/tracker.js';
export type { AliasChange } from './model-store/aliases.js';
export type { Lineage } from './model-store/manifest.js';
export {
  type CollectOptions,
  type LoadedVersion,
  ModelStore,
  type ModelVersion,
  type PromoteOptions,
  type RegisterOptions,
} from './model-store/model-store.js';
export type { VersionReference } from './model-store/names.js';
export type { ModelSource, PreprocessingSource } from './model-store/version-files.js';
export type { Document } from './repository/documents.js';
export type { RepositoryOptions } from './repository/options.js';
export type { ExperimentRecord, ModelVersionRecord, NewExperiment } from './repository/registry-rows.js';
export type { NewRun, RunChanges } from './repository/run-changes.js';
export type { BestOptions, ListOptions, RunFilter, RunPage } from './repository/run-queries.js';
export type { RunStatus, TrainingRunRecord } from './repository/run-record.js';
export { TrainingRunRepository } from './repository/training-run-repository.js';
export { type TrackTrialsOptions, trackTrials } from './track-trials.js';
export type { DatasetInput, LogModelOptions, RunDescription, TrackedRun, Tracker } from './tracker.js';
