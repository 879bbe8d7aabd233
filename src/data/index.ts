/** `holdfast/data`: readers, labels, sample weights, data quality. */

export type { ColumnInput } from '../core/column.js';
export type { LazySchema } from '../core/schema.js';
export { Table } from '../core/table.js';
export { type EpochUnit, epochToMs, parseTimestamp } from '../core/time.js';
export { type EngineerContext, engineerFeatures } from '../preprocessing/engineer.js';
export type { FeatureOptions } from '../preprocessing/options.js';
export { readArrow } from './arrow.js';
export {
  BAR_COLUMNS,
  type BarDataset,
  type BarDatasetOptions,
  type BarLabel,
  barDataset,
  barFeatures,
  defaultBarFeatures,
} from './bar-dataset.js';
export type { ByteSource, ReadOptions } from './byte-source.js';
export {
  type ContractName,
  type ContractValue,
  type Handoff,
  handoffContract,
  type ModelCandidate,
  metricsContract,
  modelCandidateContract,
  parseContract,
  predictionsContract,
  qcReportContract,
  type TrainedModel,
  trainedModelContract,
  trainingDataContract,
  trainingMetricsContract,
} from './contracts.js';
export { type CsvOptions, type CsvType, readCsv } from './csv.js';
export {
  FeastFeatureServer,
  type OnlineRequest,
} from './feast/feature-server.js';
export { FeastFeatureStore, type FeastStoreOptions, type HistoricalRequest } from './feast/feature-store.js';
export type { FeastFeatureService, FeastFeatureView, FeastProjection } from './feast/feature-view.js';
export type { JoinedView, JoinOptions } from './feast/join-options.js';
export type { FeatureStatus, FeatureVector, OnlineValue } from './feast/online-answer.js';
export { OnlineFeatures } from './feast/online-features.js';
export { pointInTimeJoin } from './feast/point-in-time-join.js';
export type { FeastServerOptions } from './feast/server-options.js';
export {
  type FixedHorizonOptions,
  fixedHorizonLabels,
  type Labels,
  type TripleBarrierLabels,
  type TripleBarrierOptions,
  tripleBarrierLabels,
} from './labels.js';
export { type ParquetOptions, readParquet } from './parquet.js';
export { readParquetSplits, type SplitTables } from './parquet-splits.js';
export { writeParquet } from './parquet-write.js';
export { type QualityOptions, qualityReport } from './qc.js';
export type { SplitRows } from './qc-drift.js';
export type { QCCode, QCFinding, QCReport, QCSeverity, QCStatus } from './qc-finding.js';
export { assertQuality, type QCDecision, type QCOptions, type QCOverride } from './qc-gate.js';
export { type DuckDBOptions, readDuckDB } from './query/duckdb.js';
export type { DuckDBParameters } from './query/duckdb-parameters.js';
export type { QueryOptions, QueryValue } from './query/options.js';
export { type PostgresQueryOptions, readPostgres } from './query/postgres.js';
export { readTable } from './read-table.js';
export { ewmVolatility, type VolatilityOptions } from './volatility.js';
export {
  classBalanceWeights,
  combineWeights,
  normalizeWeights,
  timeDecayWeights,
  uniquenessWeights,
} from './weights.js';
