/** From raw columns to all columns steps can read: checked against what the pipeline was fitted on, with engineered and calendar features. */
import type { Column } from '../core/column.js';
import { ConfigError, InvalidInputError } from '../core/errors.js';
import type { Matrix } from '../core/matrix.js';
import { Table } from '../core/table.js';
import { type ColumnSource, columnAs, defaultNames, sourceOf, unknownColumn, withColumns } from './column-source.js';
import { computeFeatures, type Engineered } from './engineer.js';
import type { FeaturePlan } from './feature-plan.js';
import type { InputColumn } from './input-column.js';
import type { ResolvedOptions } from './options.js';
import type { EarlierRows } from './raw-splits.js';
import type { RowContext } from './segments.js';
import { timeFeatures } from './time-features.js';

export interface PreparedColumns {
  readonly source: ColumnSource;
  readonly undefinedRows: Readonly<Record<string, number>>;
}

/** The source with engineered columns and calendar features added. Names that would appear twice are a `ConfigError`. */
export function prepare(
  source: ColumnSource,
  plan: FeaturePlan,
  timeColumns: readonly string[],
  options: ResolvedOptions,
  context: RowContext,
  history?: EarlierRows,
): PreparedColumns {
  const { columns, undefinedRows } = engineered(source, plan, options, context, history);
  const added = new Map(columns);
  for (const [name, column] of calendar(source, timeColumns, options, context)) {
    if (source.has(name) || added.has(name)) {
      throw new ConfigError(`The calendar feature '${name}' has the name of another column`, {
        hint: 'Rename that column.',
      });
    }
    added.set(name, column);
  }
  return { source: withColumns(source, added), undefinedRows };
}

function calendar(
  source: ColumnSource,
  timeColumns: readonly string[],
  options: ResolvedOptions,
  context: RowContext,
): [string, Column][] {
  const settings = options.timeFeatures;
  if (!settings) return [];
  if (timeColumns.length > 0) {
    return timeColumns.flatMap((name) => {
      const column = source.column(name);
      return column.kind === 'categorical' ? [] : timeFeatures(name, column.values, settings);
    });
  }
  if (!context.times) {
    throw new InvalidInputError('timeFeatures: the data have no time column and the rows no times', {
      hint: 'Keep the time column in the table, or give the split `times`.',
    });
  }
  return timeFeatures('time', context.times, settings);
}

function engineered(
  source: ColumnSource,
  plan: FeaturePlan,
  options: ResolvedOptions,
  context: RowContext,
  history: EarlierRows | undefined,
): Engineered {
  const settings = { sessionGap: options.sessionGap, infinite: options.infinite };
  const past = history && plan.lookback > 0 ? tail(history, plan.lookback) : undefined;
  if (!past || past.X.rowCount === 0) return computeFeatures(source, plan, { context, ...settings });
  const joined = joinRows(past, source, plan.inputs);
  const joinedContext = joinContext(past, source, context);
  const merged = mergedOrder(past, source.rowCount);
  const { columns, undefinedRows } = computeFeatures(sourceOf(merged ? joined.take(merged.order) : joined), plan, {
    context: merged ? reordered(joinedContext, merged.order) : joinedContext,
    counted: merged?.own ?? Uint32Array.from({ length: source.rowCount }, (_, i) => past.X.rowCount + i),
    ...settings,
  });
  const ownRows = (values: Float64Array) =>
    merged ? Float64Array.from(merged.own, (at) => values[at]) : values.subarray(past.X.rowCount);
  const own = [...columns].map(([name, column]): [string, Column] => [
    name,
    column.kind === 'categorical' ? column : { kind: column.kind, values: ownRows(column.values) },
  ]);
  return { columns: new Map(own), undefinedRows };
}

/** The last rows features can reach back to; all of them where groups take turns or a feature remembers everything. */
function tail(history: EarlierRows, lookback: number): EarlierRows {
  const { X, times, groups, after } = history;
  if (groups || !Number.isFinite(lookback)) return history;
  const between = after ? after.findIndex((rows) => rows > 0) : -1;
  const from = Math.max(0, (between < 0 ? X.rowCount : between) - lookback);
  return from === 0 ? history : { X: X.slice(from), times: times?.subarray(from), after: after?.subarray(from) };
}

/** Where history rows lie between the rows: all of them in time order (history rows first, then rows, as joined), and where the rows went. */
function mergedOrder({ after }: EarlierRows, rows: number): { order: Uint32Array; own: Uint32Array } | undefined {
  if (!after || after.length === 0 || after[after.length - 1] === 0) return undefined;
  const order = new Uint32Array(after.length + rows);
  const own = new Uint32Array(rows);
  for (let h = 0, row = 0, at = 0; at < order.length; at++) {
    if (h < after.length && after[h] <= row) {
      order[at] = h++;
    } else {
      own[row] = at;
      order[at] = after.length + row++;
    }
  }
  return { order, own };
}

const reordered = ({ times, groups }: RowContext, order: Uint32Array): RowContext => ({
  times: times && Float64Array.from(order, (row) => times[row]),
  groups: groups && Array.from(order, (row) => groups[row]),
});

function joinRows(past: EarlierRows, source: ColumnSource, inputs: readonly string[]): Table {
  const before = sourceOf(past.X);
  return Table.fromEntries(
    inputs.map((name): [string, Column] => {
      if (!before.has(name)) throw unknownColumn(name, before.names, 'The history rows');
      const wanted = source.kind(name);
      const earlier = columnAs(before, name, wanted);
      const later = source.column(name);
      if (earlier.kind === 'categorical' || later.kind === 'categorical') return [name, joinText(earlier, later)];
      const values = new Float64Array(earlier.values.length + later.values.length);
      values.set(earlier.values);
      values.set(later.values, earlier.values.length);
      return [name, { kind: later.kind, values }];
    }),
  );
}

/** Features refuse text columns by name; only their kind and whether they hold anything matters here. */
function joinText(earlier: Column, later: Column): Column {
  const codesOf = (column: Column) => (column.kind === 'categorical' ? [...column.codes] : []);
  const categories = [earlier, later].flatMap((column) => (column.kind === 'categorical' ? column.categories : []));
  const offset = earlier.kind === 'categorical' ? earlier.categories.length : 0;
  const shifted = codesOf(later).map((code) => (code < 0 ? code : code + offset));
  return { kind: 'categorical', codes: Int32Array.from([...codesOf(earlier), ...shifted]), categories };
}

function joinContext(past: EarlierRows, source: ColumnSource, context: RowContext): RowContext {
  const both = (what: 'times' | 'groups') => {
    if ((past[what] === undefined) === (context[what] === undefined)) return context[what] !== undefined;
    throw new InvalidInputError(`The history and the rows must both have ${what}, or neither`, {
      hint: `Pass ${what} with the history rows as with the rows themselves.`,
    });
  };
  const join = <T>(a: ArrayLike<T> | undefined, b: ArrayLike<T> | undefined): T[] => [
    ...Array.from(a ?? []),
    ...Array.from(b ?? []),
  ];
  const rows = past.X.rowCount + source.rowCount;
  const joined: RowContext = {
    times: both('times') ? Float64Array.from(join(past.times, context.times)) : undefined,
    groups: both('groups') ? join(past.groups, context.groups) : undefined,
  };
  const bad = (['times', 'groups'] as const).find((key) => joined[key] && joined[key].length !== rows);
  if (bad) throw new InvalidInputError(`${bad} of the history or the rows do not have one value a row`);
  return joined;
}

/**
 * Raw input of a fitted pipeline: every column it reads must be there, of the kind it was fitted on (`InvalidInputError` names the one that
 * is not). Further columns are ignored. A matrix must have as many columns as the training data, all of them numeric.
 */
export function matchInput(
  X: Table | Matrix,
  inputs: readonly InputColumn[],
  required: readonly string[],
): ColumnSource {
  const names = inputs.map(({ name }) => name);
  if (!(X instanceof Table) && inputs.some(({ kind }) => kind === 'categorical')) {
    throw new InvalidInputError('The pipeline was fitted on a table with text columns and cannot transform a matrix', {
      hint: 'Pass a Table with the same columns.',
      details: { columns: names },
    });
  }
  const source = sourceOf(X, names.length > 0 ? names : defaultNames(0));
  const changed = new Map<string, Column>();
  for (const { name, kind } of inputs) {
    if (!required.includes(name)) continue;
    if (!source.has(name)) throw unknownColumn(name, source.names, 'The data lack a column the pipeline was fitted on');
    // A matrix has numbers only; for it a time is a number too.
    if (source.kind(name) !== kind && X instanceof Table) changed.set(name, columnAs(source, name, kind));
  }
  return changed.size === 0 ? source : replaced(source, changed);
}

const replaced = (source: ColumnSource, changed: ReadonlyMap<string, Column>): ColumnSource => ({
  ...withColumns(source, changed),
  names: source.names,
});
