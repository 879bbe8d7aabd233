/**
 * From raw price bars to a table that `TimeSeriesDataContainer.fromTable` can split: causal features, labels that look ahead with the
 * time they are known, and weights for their overlap. What the demo and the command line use; each step is public on its own.
 */
import { InvalidInputError } from '../core/errors.js';
import type { Table } from '../core/table.js';
import { engineerFeatures } from '../preprocessing/engineer.js';
import type { FeatureOptions } from '../preprocessing/options.js';
import { fixedHorizonLabels, type Labels, tripleBarrierLabels } from './labels.js';
import { uniquenessWeights } from './weights.js';

/** What is predicted of a bar: which barrier is touched first, the direction of the next bars, or their return. */
export type BarLabel = 'triple-barrier' | 'direction' | 'return';

export const BAR_LABELS: readonly BarLabel[] = ['triple-barrier', 'direction', 'return'];

/** How `barDataset` labels bars and which features it makes. */
export interface BarDatasetOptions {
  /** 'triple-barrier' (-1, 0, 1), 'direction' of the next `horizon` bars (-1, 0, 1), or their 'return' (regression). */
  label: BarLabel;
  /** Bars ahead. */
  horizon: number;
  /** Time column; default 'timestamp'. */
  time?: string;
  /** Entity column (contract, instrument): nothing reaches over its changes. Not a feature. */
  group?: string;
  /** A pause longer than this many ms separates sessions: nothing reaches over it. */
  sessionGap?: number;
  /** Distance of the barriers in multiples of one bar's volatility; default sqrt(horizon), one standard deviation of the horizon. */
  barriers?: number;
  /** Causal features; default `defaultBarFeatures`. */
  features?: FeatureOptions;
}

/** Names of the columns that are not features. */
export const BAR_COLUMNS = { label: 'label', labelEnd: 'label_end', weight: 'weight' } as const;

/** What `barDataset` makes of bars: a table to split, and the names in it. */
export interface BarDataset {
  /** Features, the time column, and the three of `BAR_COLUMNS`; rows whose label is unknown are left out. */
  readonly table: Table;
  readonly features: string[];
  readonly time: string;
  /** Rows left out because their label is not known yet. */
  readonly unlabelled: number;
}

/** Features of open, high, low, close (and volume, where there is one): returns, ranges, volatility, momentum, their lags. */
export function defaultBarFeatures(bars: Table): FeatureOptions {
  const volume = bars.has('volume');
  return {
    expressions: {
      bar_return: 'log(close / open)',
      bar_range: '(high - low) / close',
      bar_position: '(close - low) / (high - low)',
      ...(volume ? { log_volume: 'log1p(volume)' } : {}),
    },
    lags: [{ column: 'bar_return', periods: [1, 2, 3] }],
    differences: [{ column: 'close', periods: [1, 2, 5, 10, 20], relative: true }],
    rolling: [
      { column: 'bar_return', window: [5, 20, 60], statistics: ['mean', 'std'], minPeriods: 5 },
      { column: 'bar_return', window: 60, statistics: 'skew', minPeriods: 20 },
      { column: 'bar_range', window: [5, 20], statistics: 'mean', minPeriods: 5 },
      { column: 'close', window: [20, 60], statistics: 'zscore', minPeriods: 10 },
      ...(volume ? [{ column: 'log_volume', window: [20, 60], statistics: 'zscore' as const, minPeriods: 10 }] : []),
    ],
    ewm: [{ column: 'bar_return', span: 20, statistics: 'std', minPeriods: 5 }],
  };
}

/**
 * The features of `barDataset` for every bar, labelled or not: what a model predicts new bars from.
 *
 * @throws InvalidInputError - a missing column or times out of order
 */
export function barFeatures(
  bars: Table,
  { time = 'timestamp', group, sessionGap, features: given }: Omit<BarDatasetOptions, 'label' | 'horizon'> = {},
): { readonly table: Table; readonly features: string[]; readonly time: string } {
  const plan = given ?? defaultBarFeatures(bars);
  const table = engineerFeatures(bars, { sessionGap, ...plan }, { time, group });
  return { table, features: table.columnNames.filter((name) => !bars.has(name)), time };
}

/**
 * Features, labels and weights of one series of bars (columns open, high, low, close, optionally volume).
 *
 * @throws InvalidInputError - a missing column, times out of order, or no row with a known label
 */
export function barDataset(bars: Table, options: BarDatasetOptions): BarDataset {
  const time = options.time ?? 'timestamp';
  for (const name of ['open', 'high', 'low', 'close', time]) bars.column(name);
  if (!BAR_LABELS.includes(options.label)) {
    throw new InvalidInputError(`label '${String(options.label)}' is not one of ${BAR_LABELS.join(', ')}`, {
      hint: 'Choose one of these, or add a label column of your own and use fromTable.',
    });
  }
  const { table: engineered, features } = barFeatures(bars, options);
  const { target, labelEnds } = labelled(bars, options, time);
  const known = rowsWhere(target, (value) => !Number.isNaN(value));
  if (known.length === 0) {
    throw new InvalidInputError(`No bar has a known label: ${bars.rowCount} bars, horizon ${options.horizon}`, {
      hint: 'Use a shorter horizon or a longer series; sessions and groups shorter than the horizon have no labels.',
    });
  }
  const times = bars.numeric(time);
  const table = engineered
    .select([time, ...features])
    .with(BAR_COLUMNS.label, target)
    .with(BAR_COLUMNS.labelEnd, { kind: 'time', values: labelEnds })
    .with(BAR_COLUMNS.weight, uniquenessWeights(times, labelEnds, { groups: groupsOf(bars, options.group) }))
    .take(known);
  return { table, features, time, unlabelled: bars.rowCount - known.length };
}

function labelled(
  bars: Table,
  options: BarDatasetOptions,
  time: string,
): { target: Float64Array; labelEnds: Float64Array } {
  const context = { times: bars.numeric(time), groups: groupsOf(bars, options.group), sessionGap: options.sessionGap };
  const { horizon } = options;
  const close = bars.numeric('close');
  const barriers = options.barriers ?? Math.sqrt(horizon);
  const result: Labels =
    options.label === 'triple-barrier'
      ? tripleBarrierLabels({
          ...context,
          close,
          high: bars.numeric('high'),
          low: bars.numeric('low'),
          horizon,
          upper: barriers,
          lower: barriers,
        })
      : fixedHorizonLabels({ ...context, close, horizon });
  return { target: options.label === 'return' ? result.returns : result.labels, labelEnds: result.labelEnds };
}

function groupsOf(bars: Table, group: string | undefined): ArrayLike<number> | undefined {
  if (group === undefined) return undefined;
  const column = bars.column(group);
  return column.kind === 'categorical' ? column.codes : column.values;
}

function rowsWhere(values: Float64Array, keep: (value: number) => boolean): Uint32Array {
  const rows: number[] = [];
  for (let i = 0; i < values.length; i++) if (keep(values[i])) rows.push(i);
  return Uint32Array.from(rows);
}
