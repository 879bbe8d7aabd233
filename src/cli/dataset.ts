/** From a file or a query and a few options to a container ready for training. */
import { ConfigError } from '../core/errors.js';
import type { ProgressListener } from '../core/progress.js';
import type { SplitRatios } from '../core/split.js';
import type { Table } from '../core/table.js';
import { BAR_COLUMNS, BAR_LABELS, type BarLabel, barDataset, barFeatures } from '../data/bar-dataset.js';
import type { ReadOptions } from '../data/byte-source.js';
import { TimeSeriesDataContainer } from '../data/container.js';
import type { QCOptions } from '../data/qc-gate.js';
import { PreprocessingPipeline } from '../preprocessing/pipeline.js';
import { gateOfRows, type JudgedColumns, type QualitySettings } from './quality.js';
import { type DataSource, readSource } from './source.js';

export interface DataRequest extends DataSource {
  readonly label: string;
  readonly time?: string;
  readonly labelEnd?: string;
  readonly weight?: string;
  readonly group?: string;
  readonly features?: string[];
  readonly symbol?: string;
  readonly horizon?: number;
  readonly embargo?: number;
  /** ms. */
  readonly sessionGap?: number;
  readonly ratios?: SplitRatios;
  readonly preprocessing?: Record<string, unknown>;
}

export interface Dataset {
  readonly container: TimeSeriesDataContainer;
  readonly pipeline: PreprocessingPipeline;
  /** Texts of the labels 0, 1, ..., where the label column holds text. */
  readonly classNames?: readonly string[];
  /** For what trains on it, which records them. */
  readonly qc: QCOptions;
}

export const isBarLabel = (label: string): label is BarLabel => (BAR_LABELS as readonly string[]).includes(label);

/**
 * Reads, labels (where the label is made from bars), splits in time, lets through the gate of quality, and fits preprocessing on the training rows.
 *
 * @throws QCGateBlockedError - the rows FAILED their quality report
 */
export async function loadDataset(
  { request, qc }: { readonly request: DataRequest; readonly qc?: QualitySettings },
  onProgress: ProgressListener,
  signal?: AbortSignal,
): Promise<Dataset> {
  const table = await readSource(request, { onProgress, signal });
  const time = request.time ?? onlyTimeColumn(table);
  const rows =
    !table.has(request.label) && isBarLabel(request.label)
      ? fromBars(table, request, request.label, time)
      : { table, columns: columnsOf(request, time) };
  const { symbol, horizon, embargo, ratios } = request;
  const raw = TimeSeriesDataContainer.fromTable(rows.table, { ...rows.columns, symbol, horizon, embargo, ratios });
  const gate = await gateOfRows(rows.table, rows.columns, qc);
  const pipeline = new PreprocessingPipeline(request.preprocessing ?? { imputation: 'median', scaling: 'standard' });
  const { classNames } = raw;
  return { container: pipeline.fitTransform(raw), pipeline, qc: gate, ...(classNames && { classNames }) };
}

/** Rows, and which of their columns are what. */
interface Rows {
  readonly table: Table;
  readonly columns: JudgedColumns;
}

function fromBars(table: Table, request: DataRequest, label: BarLabel, time: string | undefined): Rows {
  if (request.horizon === undefined) {
    throw new ConfigError(`--label ${label} needs --horizon`, {
      hint: 'Such as --horizon 20: the label looks 20 bars ahead.',
    });
  }
  const dataset = barDataset(table, {
    label,
    horizon: request.horizon,
    time,
    group: request.group,
    sessionGap: request.sessionGap,
  });
  const { label: target, labelEnd, weight } = BAR_COLUMNS;
  const features = request.features ?? dataset.features;
  return { table: dataset.table, columns: { label: target, labelEnd, weight, time: dataset.time, features } };
}

function columnsOf(request: DataRequest, time: string | undefined): JudgedColumns {
  const { label, labelEnd, weight, group, features } = request;
  return { label, time, labelEnd, weight, group, features };
}

/** Rows to predict, with the columns that the run's preprocessing needs; the label may be missing. */
export async function loadRows(
  source: DataSource,
  request: Omit<DataRequest, keyof DataSource> | undefined,
  options: ReadOptions = {},
): Promise<{ readonly table: Table; readonly time?: string }> {
  const table = await readSource(source, options);
  const time = request?.time ?? onlyTimeColumn(table);
  if (!request || table.has(request.label) || !isBarLabel(request.label)) return { table, time };
  return barFeatures(table, { time, group: request.group, sessionGap: request.sessionGap });
}

export function onlyTimeColumn(table: Table): string | undefined {
  const times = table.columnNames.filter((name) => table.column(name).kind === 'time');
  return times.length === 1 ? times[0] : undefined;
}
