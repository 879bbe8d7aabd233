/** `holdfast/tuning`: studies, samplers, pruners, storages. */

export type { Random } from '../core/random.js';
export { createStudy, deleteStudy, listStudies, loadStudy, type StudyOptions } from './create-study.js';
export { defaultSpace } from './default-spaces.js';
export {
  type CategoricalDistribution,
  type Choice,
  categorical,
  type Distribution,
  type FloatDistribution,
  float,
  type IntDistribution,
  int,
  type NumericDistribution,
  type ParamValue,
  type RangeOptions,
} from './distribution.js';
export type { HistoryView, OpenTrial, TrialHistory } from './history.js';
export type { Objective, OptimizeOptions, TunedStudy } from './optimize.js';
export type { Pruner, PrunerContext } from './pruner.js';
export { type HyperbandOptions, HyperbandPruner } from './pruners/hyperband.js';
export { NopPruner } from './pruners/nop.js';
export { PatientPruner } from './pruners/patient.js';
export { MedianPruner, type PercentileOptions, PercentilePruner } from './pruners/percentile.js';
export { type SuccessiveHalvingOptions, SuccessiveHalvingPruner } from './pruners/successive-halving.js';
export { type ThresholdOptions, ThresholdPruner } from './pruners/threshold.js';
export type { RelativeSample, Sampler, SamplerContext } from './sampler.js';
export { type CmaEsOptions, CmaEsSampler } from './samplers/cma-es.js';
export { type GPOptions, GPSampler } from './samplers/gp.js';
export { type Grid, type GridOptions, GridSampler } from './samplers/grid.js';
export { type NsgaIIOptions, NsgaIISampler } from './samplers/nsga2.js';
export { type QmcOptions, QmcSampler } from './samplers/qmc.js';
export { RandomSampler } from './samplers/random.js';
export { type TPEOptions, TPESampler } from './samplers/tpe/sampler.js';
export { GridSearch, RandomizedSearch, type SearchOptions, type SearchResult } from './search.js';
export type { SearchSpace, SpaceEntry } from './space.js';
export type { NewTrial, Storage, TrialChange } from './storage.js';
export { JournalFileStorage, type JournalOptions } from './storages/journal/storage.js';
export { InMemoryStorage } from './storages/memory.js';
export { type PostgresOptions, PostgresStorage } from './storages/rdb/postgres.js';
export { type SqliteOptions, SqliteStorage } from './storages/rdb/sqlite.js';
export type { RdbOptions } from './storages/rdb/storage.js';
export { Study, type StudyParts, type TellOptions } from './study.js';
export { Trial, TrialPruned } from './trial.js';
export {
  type Attributes,
  type Direction,
  failReason,
  type StudyRecord,
  type TrialRecord,
  type TrialState,
} from './trial-record.js';
export { type TuneModelOptions, type TuningResult, tuneModel } from './tune-model.js';
