/** `holdfast/data`: readers, labels, sample weights, data quality. */

export { Table } from '../core/table.js';
export { type EpochUnit, epochToMs, parseTimestamp } from '../core/time.js';
export { readArrow } from './arrow.js';
export type { ByteSource, ReadOptions } from './byte-source.js';
export { type CsvOptions, type CsvType, readCsv } from './csv.js';
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
export { readTable } from './read-table.js';
export { ewmVolatility, type VolatilityOptions } from './volatility.js';
export {
  classBalanceWeights,
  combineWeights,
  normalizeWeights,
  timeDecayWeights,
  uniquenessWeights,
} from './weights.js';
