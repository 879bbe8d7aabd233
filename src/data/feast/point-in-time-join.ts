/**
 * Features as they were: for each entity and time the latest values at or before that time, never later ones. What Feast's
 * `get_historical_features` means (https://docs.feast.dev/getting-started/concepts/point-in-time-joins), over typed arrays.
 */
import { throwIfAborted } from '../../core/abort.js';
import { rowsWhere } from '../../core/checks.js';
import { type Column, describeColumn, type TimeColumn } from '../../core/column.js';
import { InvalidInputError } from '../../core/errors.js';
import { Table } from '../../core/table.js';
import { listed } from '../../core/text.js';
import { inTurns } from '../../core/turns.js';
import { allRefs, outputNames, parseRefs } from './feature-refs.js';
import {
  type CheckedOptions,
  type CheckedView,
  checkedOptions,
  checkedViews,
  columnOf,
  type JoinedView,
  type JoinOptions,
} from './join-options.js';
import { type KeyColumn, KeyGroups } from './key-groups.js';
import { isAscending, sweep } from './time-sweep.js';
import { type HistoryRows, ViewHistory } from './view-history.js';

const STRETCH = 50_000;

/**
 * `entities` (its rows and their order are kept) with the features of `views` as columns at its end: for each row those of the view's latest
 * row with the same keys whose event time is at or before the row's own, and no older than the view's `ttl`. Where there is none, features are
 * missing (NaN, null). Of rows with one event time the one with the latest created time counts, then the later in the view. A missing key
 * meets nothing. Times are compared in microseconds.
 *
 * @throws InvalidInputError - a column, view or feature that is not there, a row without a time, keys or times of different kinds, integers
 * beyond 2^53 as keys, names that meet, or (with `duplicates: 'error'`) rows that nothing tells apart
 * @throws ConfigError - an unknown option, or one out of range
 *
 * @example
 * const labels = Table.fromColumns({ symbol: ['SPY'], event_timestamp: [new Date('2024-01-03')], label: [1] });
 * const prices = Table.fromColumns({
 *   symbol: ['SPY', 'SPY'],
 *   event_timestamp: [new Date('2024-01-02'), new Date('2024-01-04')],
 *   close: [472.7, 467.3],
 * });
 * await pointInTimeJoin(labels, [{ name: 'prices', table: prices, joinKeys: ['symbol'] }]); // close: 472.7
 */
export async function pointInTimeJoin(
  entities: Table,
  views: readonly JoinedView[],
  options: JoinOptions = {},
): Promise<Table> {
  const checked = checkedOptions(options);
  if (!(entities instanceof Table)) {
    throw new InvalidInputError('pointInTimeJoin: entities is no Table', {
      hint: 'Table.fromRecords and Table.fromColumns make one.',
    });
  }
  const all = checkedViews(views);
  const refs = checked.features ? parseRefs(checked.features, all, 'pointInTimeJoin') : allRefs(all);
  const used = all.filter(({ name }) => refs.some(({ view }) => view === name));
  const at = eventTimes(entities, checked.timestampField);
  for (const view of used) assertSameKinds(entities, view, at.kind);
  const names = outputNames(refs, checked.fullFeatureNames, entities.columnNames, 'pointInTimeJoin');
  const joined = new Map<string, Column>();
  for (const [step, view] of used.entries()) {
    throwIfAborted(checked.signal, 'The point-in-time join');
    const rows = await rowsOf(entities, view, at.values, checked);
    for (const [i, ref] of refs.entries())
      if (ref.view === view.name) joined.set(names[i], await takeOrMissing(view.table.column(ref.feature), rows));
    const found = rows.reduce((sum, row) => sum + Number(row >= 0), 0);
    checked.onProgress?.({
      phase: 'join',
      step: step + 1,
      total: used.length,
      message: view.name,
      metrics: { found, rows: rows.length },
    });
  }
  return Table.fromEntries([
    ...entities.columnNames.map((name) => [name, entities.column(name)] as const),
    ...names.map((name) => [name, joined.get(name) as Column] as const),
  ]);
}

/** (rows,) row of the view that each row of the entities sees, or -1. */
async function rowsOf(
  entities: Table,
  view: CheckedView,
  at: Float64Array,
  { filterByCreatedTimestamp, duplicates }: CheckedOptions,
): Promise<Int32Array> {
  const { table, joinKeys, joinKeyMap, timestampField, createdTimestampColumn } = view;
  const what = `Feature view '${view.name}'`;
  const own = joinKeys.map((name): KeyColumn => ({ name, column: table.column(name) }));
  const asked = joinKeys.map((key): KeyColumn => {
    const name = joinKeyMap[key] ?? key;
    return { name, column: entities.column(name) };
  });
  if (filterByCreatedTimestamp && createdTimestampColumn === undefined) {
    throw new InvalidInputError(`${what} has no createdTimestampColumn`, {
      hint: 'filterByCreatedTimestamp needs one in every view.',
      details: { view: view.name },
    });
  }
  const keys = await KeyGroups.of(own, table.rowCount, what);
  const rows: HistoryRows = {
    groups: keys.groups,
    count: keys.count,
    times: table.numeric(timestampField),
    ...(createdTimestampColumn !== undefined && { created: table.numeric(createdTimestampColumn) }),
  };
  const groups = await keys.find(asked, entities.rowCount, 'The entities');
  if (!filterByCreatedTimestamp && duplicates === 'last' && (await isAscending(rows.times)) && (await isAscending(at)))
    return sweep(rows, groups, at, view.ttl);
  const history = await ViewHistory.of(rows);
  const tie = duplicates === 'error' ? history.firstTie() : undefined;
  if (tie) {
    throw new InvalidInputError(`${what}: rows ${tie[0]} and ${tie[1]} have the same keys and times`, {
      hint: "Drop one of them, or leave out duplicates: 'error': the later in the table counts then.",
      details: { view: view.name, rows: tie },
    });
  }
  return history.latest(groups, at, view.ttl, filterByCreatedTimestamp);
}

function eventTimes(entities: Table, name: string): Exclude<Column, { kind: 'categorical' }> {
  const column = columnOf(entities, name, 'The entities');
  if (column.kind === 'categorical') throw noTime('The entities', name, column);
  const missing = rowsWhere(column.values.length, (i) => !Number.isFinite(column.values[i]));
  if (missing.count === 0) return column;
  throw new InvalidInputError(`The entities: ${missing.count} rows have no event time (rows ${listed(missing.rows)})`, {
    hint: `Every row needs a time in '${name}': what was known before no time is nothing.`,
    details: { column: name, ...missing },
  });
}

/** Keys and times that only look alike would meet nothing, or rows that they must not see. */
function assertSameKinds(entities: Table, view: CheckedView, timeKind: TimeColumn['kind'] | 'numeric'): void {
  const { table, joinKeys, joinKeyMap, timestampField, createdTimestampColumn } = view;
  const what = `Feature view '${view.name}'`;
  for (const name of [timestampField, createdTimestampColumn]) {
    if (name === undefined) continue;
    const column = table.column(name);
    if (column.kind === 'categorical') throw noTime(what, name, column);
    if (column.kind === timeKind) continue;
    throw new InvalidInputError(
      `${what}: '${name}' is ${describeColumn(column)}, the time of the entities is ${timeKind === 'time' ? 'a time' : 'numeric'}`,
      {
        hint: "Make both times: table.with(name, { kind: 'time', values }), values in milliseconds since 1970 (epochToMs converts).",
        details: { view: view.name, column: name },
      },
    );
  }
  for (const key of joinKeys) {
    const column = table.column(key);
    const name = joinKeyMap[key] ?? key;
    const other = columnOf(entities, name, 'The entities');
    if (column.kind === other.kind) continue;
    throw new InvalidInputError(
      `${what}: join key '${key}' is ${describeColumn(column)}, '${name}' of the entities is ${describeColumn(other)}`,
      { hint: 'Convert one of them: they could never be equal.', details: { view: view.name, column: key } },
    );
  }
}

const noTime = (what: string, name: string, column: Column): InvalidInputError =>
  new InvalidInputError(`${what}: '${name}' is ${describeColumn(column)}, not a time`, {
    hint: 'Times are Dates, or milliseconds since 1970; parseTimestamp reads text.',
    details: { column: name },
  });

/** Values of `rows`, missing where it is -1. */
async function takeOrMissing(column: Column, rows: Int32Array): Promise<Column> {
  if (column.kind === 'categorical') {
    const codes = new Int32Array(rows.length);
    await inTurns(rows.length, STRETCH, (from, to) => {
      for (let i = from; i < to; i++) codes[i] = rows[i] < 0 ? -1 : column.codes[rows[i]];
    });
    return { kind: 'categorical', codes, categories: column.categories };
  }
  const values = new Float64Array(rows.length);
  await inTurns(rows.length, STRETCH, (from, to) => {
    for (let i = from; i < to; i++) values[i] = rows[i] < 0 ? Number.NaN : column.values[rows[i]];
  });
  return { kind: column.kind, values };
}
