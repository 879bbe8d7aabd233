/** One table to raw splits: columns resolved, unlabelled rows dropped, rows put in time order, cut, purged and embargoed. */
import { finiteLabels, finiteTimes, presentGroups, sampleWeights } from '../core/checks.js';
import { DataLeakageError, InvalidInputError } from '../core/errors.js';
import type { Split, SplitRatios, SplitRole } from '../core/split.js';
import { Table } from '../core/table.js';
import { listed, nearest } from '../core/text.js';
import { LockedHoldout } from '../splits/holdout.js';
import { labelEndsFromHorizon, timeOrder } from '../splits/label-spans.js';
import { checkedRatios, countsOf, DEFAULT_RATIOS } from '../splits/ratios.js';
import type { SplitRecord, StoredDroppedRows } from '../splits/registry.js';
import { timeOrderedSplit } from '../splits/time-split.js';
import { labelColumn } from './label-column.js';
import type { FromTableSettings, RawParts } from './raw-parts.js';
import { RowHistory } from './row-history.js';
import type { SplitFacts } from './split-facts.js';

/** How `TimeSeriesDataContainer.fromTable` reads a table and cuts it in time. */
export interface FromTableOptions {
  /** Column of labels: numbers, or text (mapped to 0..k-1 in sorted order, see `classNames`). Rows without a label are dropped and counted. */
  label: string;
  /** Raw feature columns; default all that no other option names. Naming the label or label-end column is a `DataLeakageError`. */
  features?: string[];
  /** Column of times (or numbers that order the rows); rows are put in its order. Default: the rows' own order. */
  time?: string;
  /** Column with the time at which each row's label is known: what purging uses. */
  labelEnd?: string;
  /** Column of non-negative sample weights. */
  weight?: string;
  /** Column of entities; all rows of an entity go to one split, in order of the entities' first times. */
  group?: string;
  symbol?: string;
  /** Bars that the label looks ahead; without `labelEnd`, what purging uses. */
  horizon?: number;
  /** Rows dropped after every boundary: milliseconds, or a share of the rows when below 1. Default 0. */
  embargo?: number;
  /** Default 60/20/15/5. */
  ratios?: SplitRatios;
}

const OPTIONS = [
  'label',
  'features',
  'time',
  'labelEnd',
  'weight',
  'group',
  'symbol',
  'horizon',
  'embargo',
  'ratios',
] as const satisfies readonly (keyof FromTableOptions)[];

/** `TimeSeriesDataContainer.fromTable`. */
export function splitTable(table: Table, options: FromTableOptions): RawParts {
  const rows = prepare(table, settingsOf(table, options));
  const { settings, labelled } = rows;
  const at = <T>(values: ArrayLike<T>): T[] => Array.from(labelled, (position) => values[position]);
  const split = timeOrderedSplit({
    rows: labelled.length,
    times: rows.times && Float64Array.from(at(rows.times)),
    labelEnds: Float64Array.from(at(rows.labelEnds)),
    groups: rows.groups && at(rows.groups),
    ratios: settings.ratios,
    embargo: settings.embargo,
  });
  const positions = forEachRole((role) => split.parts[role].map((row) => labelled[row]));
  const inSource = (dropped: typeof split.purged) =>
    dropped.map((drop) => ({ ...drop, rows: drop.rows.map((row) => rows.order[labelled[row]]) }));
  const facts: SplitFacts = {
    ratios: settings.ratios,
    assigned: split.assigned,
    purged: inSource(split.purged),
    embargoed: inSource(split.embargoed),
    unlabelled: rows.unlabelled,
    concurrent: split.concurrent,
    labelEnds: rows.labelEndSource,
  };
  return build(rows, positions, facts);
}

/** `TimeSeriesDataContainer.restoreSplit`. */
export function restoreTable(table: Table, record: SplitRecord): RawParts {
  const rows = prepare(table, settingsOf(table, record.settings as unknown as FromTableOptions));
  const positionOf = new Uint32Array(rows.order.length);
  rows.order.forEach((row, position) => {
    positionOf[row] = position;
  });
  const labelled = new Set(rows.labelled);
  const positions = forEachRole((role) =>
    Uint32Array.from(record.rows[role], (row) => {
      if (!labelled.has(positionOf[row] ?? -1)) {
        throw new InvalidInputError(
          `The stored ${role} split names row ${row}, which this table does not have with a label`,
          {
            hint: 'Restore a split with the table it was made of; SplitRegistry.load checks that.',
          },
        );
      }
      return positionOf[row];
    }),
  );
  const typed = (dropped: readonly StoredDroppedRows[]) =>
    dropped.map((drop) => ({ ...drop, rows: Uint32Array.from(drop.rows) }));
  const facts: SplitFacts = {
    ratios: rows.settings.ratios,
    assigned: record.assigned ?? countsOf((role) => record.rows[role].length),
    purged: typed(record.purged),
    embargoed: typed(record.embargoed),
    unlabelled: rows.unlabelled,
    concurrent: record.concurrent ?? [],
    labelEnds: rows.labelEndSource,
  };
  return build(rows, positions, facts);
}

const forEachRole = (rowsOf: (role: SplitRole) => Uint32Array): Record<SplitRole, Uint32Array> => ({
  train: rowsOf('train'),
  validation: rowsOf('validation'),
  test: rowsOf('test'),
  holdout: rowsOf('holdout'),
});

function settingsOf(table: Table, options: FromTableOptions): FromTableSettings {
  if (!(table instanceof Table)) {
    throw new InvalidInputError('fromTable: the first argument is not a Table', {
      hint: 'Use Table.fromRecords, Table.fromColumns, or a reader of holdfast/data.',
    });
  }
  if (options === null || typeof options !== 'object' || typeof options.label !== 'string') {
    throw new InvalidInputError('fromTable: options.label is missing', {
      hint: 'Name the label column: { label: "label" }.',
    });
  }
  for (const key of Object.keys(options)) {
    if ((OPTIONS as readonly string[]).includes(key)) continue;
    const close = nearest(key, OPTIONS);
    throw new InvalidInputError(`fromTable: unknown option '${key}'`, {
      hint: close ? `Did you mean '${close}'?` : `Options are ${OPTIONS.join(', ')}.`,
      details: { key, nearest: close },
    });
  }
  const { label, time, labelEnd, weight, group, symbol, horizon, embargo = 0, ratios = DEFAULT_RATIOS } = options;
  if (horizon !== undefined && (!Number.isInteger(horizon) || horizon < 0)) {
    throw new InvalidInputError(`fromTable: horizon must be a whole number of bars, got ${String(horizon)}`, {
      hint: 'It is the number of bars that the label looks ahead.',
    });
  }
  const special = { label, time, labelEnd, weight, group };
  const named = Object.values(special).filter((name) => name !== undefined);
  for (const name of named) table.column(name);
  if (labelEnd !== undefined && time === undefined) {
    throw new InvalidInputError(`fromTable: labelEnd '${labelEnd}' needs the time column too`, {
      hint: 'A label span runs from a row’s time to its label end: give `time`.',
    });
  }
  const features = options.features ?? table.columnNames.filter((name) => !named.includes(name));
  for (const name of features) table.column(name);
  const leaking = features.filter((name) => name === label || name === labelEnd);
  if (leaking.length > 0) {
    throw new DataLeakageError(
      `fromTable: ${listed(leaking)} cannot be a feature: it holds the label or tells when it was known`,
      {
        hint: 'Take it out of `features`.',
        details: { columns: leaking },
      },
    );
  }
  if (features.length === 0 || new Set(features).size < features.length) {
    throw new InvalidInputError(
      `fromTable: ${features.length === 0 ? 'there are no feature columns' : 'a feature is named twice'}`,
      {
        hint: 'Name each feature once, or leave `features` out to use every other column.',
      },
    );
  }
  return { ...special, features: [...features], symbol, horizon, embargo, ratios: checkedRatios(ratios) };
}

/** All rows of the table in time order, with everything but the decision about their roles. */
interface PreparedRows {
  readonly settings: FromTableSettings;
  readonly source: Table;
  /** Feature columns in time order. */
  readonly features: Table;
  /** Source row at each position. */
  readonly order: Uint32Array;
  readonly y: Float64Array;
  readonly classNames?: readonly string[];
  readonly times?: Float64Array;
  /** Times, or positions where there is no time column. */
  readonly labelEnds: Float64Array;
  readonly labelEndSource: SplitFacts['labelEnds'];
  readonly weights?: Float64Array;
  readonly groups?: readonly (string | number)[];
  /** Positions of rows with a label. */
  readonly labelled: Uint32Array;
  readonly unlabelled: number;
}

function prepare(table: Table, settings: FromTableSettings): PreparedRows {
  if (table.rowCount === 0)
    throw new InvalidInputError('fromTable: the table has no rows', { hint: 'Check the file or query.' });
  const { label, time, labelEnd, weight, group, horizon } = settings;
  const unordered =
    time === undefined ? undefined : finiteTimes(table.numeric(time), table.rowCount, `Column '${time}'`);
  const order = unordered ? timeOrder(unordered) : Uint32Array.from({ length: table.rowCount }, (_, i) => i);
  const sorted = order.every((row, i) => row === i) ? table : table.take(order);
  const times = unordered && order.length > 0 ? Float64Array.from(order, (row) => unordered[row]) : undefined;
  const { y, classNames } = labelColumn(sorted, label);
  const groups =
    group === undefined ? undefined : presentGroups(groupValues(sorted, group), table.rowCount, `Column '${group}'`);
  const clock = times ?? Float64Array.from(order, (_, i) => i);
  const labelEnds =
    labelEnd === undefined
      ? labelEndsFromHorizon(
          clock,
          Uint32Array.from(order, (_, i) => i),
          horizon ?? 0,
          groups,
        )
      : sorted.numeric(labelEnd);
  const labelled = Uint32Array.from(order, (_, i) => i).filter((i) => !Number.isNaN(y[i]));
  if (labelled.length === 0) {
    throw new InvalidInputError(`fromTable: no row has a label in column '${label}'`, {
      hint: 'Check the label column.',
    });
  }
  if (labelEnd !== undefined) assertLabelEnds(labelEnd, labelled, clock, labelEnds, order);
  return {
    settings,
    source: table,
    features: sorted.select(settings.features),
    order,
    y,
    classNames,
    times,
    labelEnds,
    labelEndSource: labelEnd !== undefined ? 'column' : horizon ? 'horizon' : 'none',
    weights: weight === undefined ? undefined : sorted.numeric(weight),
    groups,
    labelled,
    unlabelled: order.length - labelled.length,
  };
}

/** Every labelled row needs a label end that is not before its own time. */
function assertLabelEnds(
  name: string,
  labelled: Uint32Array,
  times: Float64Array,
  ends: Float64Array,
  order: Uint32Array,
): void {
  const bad = labelled.filter((i) => !(ends[i] >= times[i] && Number.isFinite(ends[i]))).map((i) => order[i]);
  if (bad.length === 0) return;
  throw new InvalidInputError(
    `Column '${name}' is missing, infinite or before the row's own time in ${bad.length} rows with a label (${listed(bad)})`,
    {
      hint: 'It holds when each label was known; drop the label of rows for which it is not known yet.',
      details: { column: name, rows: Array.from(bad.subarray(0, 20)), count: bad.length },
    },
  );
}

/** Text, or numbers where the column is numeric. */
function groupValues(table: Table, name: string): ArrayLike<string | number> {
  return table.column(name).kind === 'numeric' ? table.numeric(name) : (table.strings(name) as string[]);
}

function build(rows: PreparedRows, positions: Record<SplitRole, Uint32Array>, facts: SplitFacts): RawParts {
  const { settings, features, order, y, times, labelEnds, weights, groups, classNames } = rows;
  const part = <R extends SplitRole>(role: R): Split<R, Table> => {
    const at = positions[role];
    const take = (values: ArrayLike<number>) => Float64Array.from(at, (position) => values[position]);
    return {
      role,
      X: features.take(at),
      y: finiteLabels(take(y), at.length, `Column '${settings.label}'`),
      ...(weights && {
        weights: sampleWeights(take(weights), at.length, `Column '${settings.weight}' of the ${role} split`),
      }),
      ...(times && { times: take(times) }),
      ...(times && rows.labelEndSource !== 'none' && { labelEnds: take(labelEnds) }),
      ...(groups && { groups: Array.from(at, (position) => groups[position]) }),
      rowIds: Uint32Array.from(at, (position) => order[position]),
    };
  };
  return {
    train: part('train'),
    validation: part('validation'),
    test: part('test'),
    holdout: new LockedHoldout(positions.holdout.length > 0 ? part('holdout') : undefined),
    featureNames: [...settings.features],
    settings,
    facts,
    ...(classNames && { classNames }),
    history: new RowHistory(
      features,
      { times, groups },
      positions,
      Uint32Array.from(positions.holdout, (p) => order[p]),
    ),
    source: rows.source,
  };
}
