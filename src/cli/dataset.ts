/** From a data file and a few options to a container ready for training. */
import { ConfigError } from '../core/errors.js';
import type { ProgressListener } from '../core/progress.js';
import type { SplitRatios } from '../core/split.js';
import type { Table } from '../core/table.js';
import { BAR_COLUMNS, BAR_LABELS, type BarLabel, barDataset, barFeatures } from '../data/bar-dataset.js';
import { TimeSeriesDataContainer } from '../data/container.js';
import { readTable } from '../data/read-table.js';
import { PreprocessingPipeline } from '../preprocessing/pipeline.js';

export interface DataRequest {
  readonly path: string;
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
}

export const isBarLabel = (label: string): label is BarLabel => (BAR_LABELS as readonly string[]).includes(label);

/** Reads, labels (where the label is made from bars), splits in time, and fits preprocessing on the training rows. */
export async function loadDataset(request: DataRequest, onProgress: ProgressListener): Promise<Dataset> {
  const table = await readTable(request.path, { onProgress });
  const time = request.time ?? onlyTimeColumn(table);
  const raw =
    !table.has(request.label) && isBarLabel(request.label)
      ? fromBars(table, request, request.label, time)
      : fromColumns(table, request, time);
  const pipeline = new PreprocessingPipeline(request.preprocessing ?? { imputation: 'median', scaling: 'standard' });
  return { container: pipeline.fitTransform(raw), pipeline };
}

function fromBars(table: Table, request: DataRequest, label: BarLabel, time: string | undefined) {
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
  return TimeSeriesDataContainer.fromTable(dataset.table, {
    label: BAR_COLUMNS.label,
    labelEnd: BAR_COLUMNS.labelEnd,
    weight: BAR_COLUMNS.weight,
    time: dataset.time,
    features: request.features ?? dataset.features,
    symbol: request.symbol,
    horizon: request.horizon,
    embargo: request.embargo,
    ratios: request.ratios,
  });
}

function fromColumns(table: Table, request: DataRequest, time: string | undefined) {
  const { label, labelEnd, weight, group, features, symbol, horizon, embargo, ratios } = request;
  return TimeSeriesDataContainer.fromTable(table, {
    label,
    time,
    labelEnd,
    weight,
    group,
    features,
    symbol,
    horizon,
    embargo,
    ratios,
  });
}

/** Rows to predict, with the columns that the run's preprocessing needs; the label may be missing. */
export async function loadRows(
  path: string,
  request: Omit<DataRequest, 'path'> | undefined,
  onProgress?: ProgressListener,
): Promise<{ readonly table: Table; readonly time?: string }> {
  const table = await readTable(path, { onProgress });
  const time = request?.time ?? onlyTimeColumn(table);
  if (!request || table.has(request.label) || !isBarLabel(request.label)) return { table, time };
  return barFeatures(table, { time, group: request.group, sessionGap: request.sessionGap });
}

export function onlyTimeColumn(table: Table): string | undefined {
  const times = table.columnNames.filter((name) => table.column(name).kind === 'time');
  return times.length === 1 ? times[0] : undefined;
}
