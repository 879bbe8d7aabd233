/** `holdfast/tracking`: where runs are kept. */
export type { Document } from './repository/documents.js';
export type { RepositoryOptions } from './repository/options.js';
export type { ExperimentRecord, ModelVersionRecord, NewExperiment } from './repository/registry-rows.js';
export type { NewRun, RunChanges } from './repository/run-changes.js';
export type { BestOptions, ListOptions, RunFilter, RunPage } from './repository/run-queries.js';
export type { RunStatus, TrainingRunRecord } from './repository/run-record.js';
export { TrainingRunRepository } from './repository/training-run-repository.js';
