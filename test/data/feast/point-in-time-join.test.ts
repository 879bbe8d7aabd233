import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Column } from '../../../src/core/column.js';
import { Random } from '../../../src/core/random.js';
import { type JoinedView, pointInTimeJoin, Table } from '../../../src/data/index.js';
import { type PlainRow, seenRows } from '../../oracles/point-in-time.js';

const time = (values: ArrayLike<number>): Column => ({ kind: 'time', values: Float64Array.from(values) });
const HOUR = 3_600_000;
const T0 = Date.UTC(2024, 0, 1);

const stats = Table.fromColumns({
  driver: [1, 1, 2, 1],
  event_timestamp: time([T0 + 2 * HOUR, T0, T0 + HOUR, T0 + HOUR]),
  created: time([T0 + 2 * HOUR, T0, T0 + HOUR, T0 + 3 * HOUR]),
  trips: [30, 10, 99, 20],
  city: ['c', 'a', 'x', 'b'],
});
const view: JoinedView = {
  name: 'stats',
  table: stats,
  joinKeys: ['driver'],
  createdTimestampColumn: 'created',
};
const asked = (hours: readonly number[], driver: readonly number[] = hours.map(() => 1)): Table =>
  Table.fromColumns({ driver, event_timestamp: time(hours.map((hour) => T0 + hour * HOUR)) });

const key = fc.record({ a: fc.integer({ min: 0, max: 2 }), b: fc.constantFrom('x', 'y', null) });
const moment = fc.integer({ min: 0, max: 12 });
const history = fc.array(fc.record({ key, time: moment, created: fc.option(moment, { nil: Number.NaN }) }), {
  minLength: 1,
  maxLength: 60,
});
const questions = fc.array(fc.record({ key, time: moment }), { minLength: 1, maxLength: 40 });
const plain = <T extends { key: { a: number; b: string | null } }>(row: T) => ({ ...row, key: [row.key.a, row.key.b] });

const byTime = <T extends { time: number }>(rows: readonly T[]): T[] => [...rows].sort((a, b) => a.time - b.time);

describe('pointInTimeJoin', () => {
  it('gives every row the latest values at or before its time, in the order of the rows', async () => {
    const joined = await pointInTimeJoin(asked([2.5, 1, 0.5, -1]), [view]);
    expect(joined.columnNames).toEqual(['driver', 'event_timestamp', 'trips', 'city']);
    expect(Array.from(joined.numeric('trips'))).toEqual([30, 20, 10, Number.NaN]);
    expect(joined.strings('city')).toEqual(['c', 'b', 'a', null]);
  });

  it('equals the definition for any rows, keys, times, ttl and created times', async () => {
    await fc.assert(
      fc.asyncProperty(
        history,
        questions,
        fc.integer({ min: 0, max: 6 }),
        fc.boolean(),
        async (unsortedRows, unsortedAsk, ttl, created) => {
          // Half of the cases take the walk over rows in order.
          const inOrder = ttl % 2 === 0;
          const rows = inOrder ? byTime(unsortedRows) : unsortedRows;
          const ask = inOrder ? byTime(unsortedAsk) : unsortedAsk;
          const table = Table.fromColumns({
            a: rows.map((row) => row.key.a),
            event_timestamp: time(rows.map((row) => row.time)),
            created: time(rows.map((row) => row.created)),
            place: rows.map((_, i) => i),
          }).with('b', textColumn(rows.map((row) => row.key.b)));
          const entities = Table.fromColumns({
            a: ask.map((row) => row.key.a),
            event_timestamp: time(ask.map((row) => row.time)),
          }).with('other', textColumn(ask.map((row) => row.key.b)));
          const joined = await pointInTimeJoin(
            entities,
            [
              {
                name: 'v',
                table,
                joinKeys: ['a', 'b'],
                joinKeyMap: { b: 'other' },
                createdTimestampColumn: 'created',
                ttl,
                features: ['place'],
              },
            ],
            { filterByCreatedTimestamp: created },
          );
          const expected = seenRows(ask.map(plain), rows.map(plain) as PlainRow[], {
            ttl,
            filterByCreatedTimestamp: created,
          });
          expect(Array.from(joined.numeric('place'), (row) => (Number.isNaN(row) ? -1 : row))).toEqual(expected);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('equals the definition where both sides lie in the order of time, in one walk over long stretches', async () => {
    const random = new Random(3);
    const draw = (n: number, from: number, to: number) =>
      Array.from({ length: n }, () => ({
        key: [random.int(3)],
        time: from + random.int(to - from),
        created: random.int(3) === 0 ? Number.NaN : random.int(4),
      })).sort((a, b) => a.time - b.time);
    // 60,000 rows before the first asked time, then some between.
    const rows = [...draw(60_000, 0, 10), ...draw(300, 10, 90)];
    const ask = draw(400, 10, 100);
    const joined = await pointInTimeJoin(
      Table.fromColumns({ id: ask.map((row) => row.key[0]), event_timestamp: time(ask.map((row) => row.time)) }),
      [
        {
          name: 'v',
          table: Table.fromColumns({
            id: rows.map((row) => row.key[0]),
            event_timestamp: time(rows.map((row) => row.time)),
            created: time(rows.map((row) => row.created)),
            place: rows.map((_, i) => i),
          }),
          joinKeys: ['id'],
          createdTimestampColumn: 'created',
          ttl: 4,
        },
      ],
    );
    const found = Array.from(joined.numeric('place'), (row) => (Number.isNaN(row) ? -1 : row));
    // The oracle looks at every row: those that are too old are left out for it.
    const young = rows.slice(59_000);
    const expected = seenRows(ask, young, { ttl: 4, filterByCreatedTimestamp: false });
    expect(found).toEqual(expected.map((row) => (row < 0 ? -1 : row + 59_000)));
    expect(found.filter((row) => row >= 0).length).toBeGreaterThan(300);
    expect(found.filter((row) => row < 0).length).toBeGreaterThan(10);
  });

  it('equals the definition for thousands of entities whose rows are in no order', async () => {
    const random = new Random(7);
    const draw = (n: number, entities: number) =>
      Array.from({ length: n }, () => ({
        key: [Math.floor(random.float() * entities) * 1e9 - 3],
        time: Math.floor(random.float() * 50),
        created: Math.floor(random.float() * 3),
      }));
    const rows = draw(2000, 800);
    const ask = draw(600, 850);
    const columns = (from: typeof rows) => ({
      id: from.map((row) => row.key[0]),
      event_timestamp: time(from.map((row) => row.time)),
    });
    const table = Table.fromColumns({
      ...columns(rows),
      created: rows.map((row) => row.created),
      place: rows.map((_, i) => i),
    });
    const joined = await pointInTimeJoin(Table.fromColumns(columns(ask)), [
      {
        name: 'v',
        table: table.with('created', time(rows.map((row) => row.created))),
        joinKeys: ['id'],
        createdTimestampColumn: 'created',
        ttl: 9,
      },
    ]);
    const found = Array.from(joined.numeric('place'), (row) => (Number.isNaN(row) ? -1 : row));
    expect(found).toEqual(seenRows(ask, rows, { ttl: 9, filterByCreatedTimestamp: false }));
    expect(found.filter((row) => row >= 0).length).toBeGreaterThan(50);
  });

  it('never sees a later row: values after the asked times may be anything', async () => {
    await fc.assert(
      fc.asyncProperty(history, questions, async (rows, ask) => {
        const last = Math.max(...ask.map((row) => row.time));
        const joinWith = (value: (i: number) => number) =>
          pointInTimeJoin(
            Table.fromColumns({ a: ask.map((row) => row.key.a), event_timestamp: time(ask.map((row) => row.time)) }),
            [
              {
                name: 'v',
                table: Table.fromColumns({
                  a: rows.map((row) => row.key.a),
                  event_timestamp: time(rows.map((row) => row.time)),
                  x: rows.map((_, i) => value(i)),
                }),
                joinKeys: ['a'],
              },
            ],
          );
        const [one, other] = [
          await joinWith((i) => i),
          await joinWith((i) => (rows[i].time > last ? Number.POSITIVE_INFINITY : i)),
        ];
        expect(Array.from(other.numeric('x'))).toEqual(Array.from(one.numeric('x')));
      }),
      { numRuns: 100 },
    );
  });

  it('takes of one event time the row written last, then the later in the table', async () => {
    const table = Table.fromColumns({
      driver: [1, 1, 1],
      event_timestamp: time([T0, T0, T0]),
      created: time([T0 + 2, T0 + 5, T0 + 5]),
      x: [1, 2, 3],
    });
    const joined = await pointInTimeJoin(asked([0]), [{ ...view, name: 'v', table }]);
    expect(joined.numeric('x')[0]).toBe(3);
    await expect(
      pointInTimeJoin(asked([0]), [{ ...view, name: 'v', table }], { duplicates: 'error' }),
    ).rejects.toMatchObject({ code: 'INVALID_INPUT', details: { rows: [1, 2] } });
  });

  it('passes over what was written after the event when asked to', async () => {
    const late = await pointInTimeJoin(asked([1.5, 3]), [view], { filterByCreatedTimestamp: true });
    expect(Array.from(late.numeric('trips'))).toEqual([10, 30]);
    const { createdTimestampColumn: _, ...without } = view;
    await expect(
      pointInTimeJoin(asked([1]), [{ ...without, features: ['trips'] }], { filterByCreatedTimestamp: true }),
    ).rejects.toThrow(/createdTimestampColumn/);
  });

  it('keeps a value for exactly its ttl, microseconds included', async () => {
    const early = Date.UTC(1999, 0, 1);
    const table = Table.fromColumns({ driver: [1, 2], event_timestamp: time([early + 0.123, T0 + 0.001]), x: [1, 2] });
    const entities = Table.fromColumns({
      driver: [1, 1, 2, 2],
      event_timestamp: time([early + HOUR + 0.123, early + HOUR + 0.124, T0 + HOUR + 0.001, T0 + HOUR + 0.002]),
    });
    const joined = await pointInTimeJoin(entities, [{ name: 'v', table, joinKeys: ['driver'], ttl: HOUR }]);
    expect(Array.from(joined.numeric('x'))).toEqual([1, Number.NaN, 2, Number.NaN]);
  });

  it('gives features of no entity to every row, and nothing to a row whose key is missing', async () => {
    const rate = Table.fromColumns({ event_timestamp: time([T0, T0 + HOUR]), rate: [5, 6] });
    const entities = asked([0.5, 1.5, 1.5], [1, Number.NaN, 1]);
    const joined = await pointInTimeJoin(entities, [view, { name: 'fed', table: rate, joinKeys: [] }]);
    expect(Array.from(joined.numeric('rate'))).toEqual([5, 6, 6]);
    expect(Array.from(joined.numeric('trips'))).toEqual([10, Number.NaN, 20]);
  });

  it('takes the asked features in the asked order, under full names where wanted', async () => {
    const views = [view, { ...view, name: 'again' }];
    const features = ['again:trips', 'stats:city', 'stats:trips'];
    const joined = await pointInTimeJoin(asked([0]), views, { features, fullFeatureNames: true });
    expect(joined.columnNames.slice(2)).toEqual(['again__trips', 'stats__city', 'stats__trips']);
    await expect(pointInTimeJoin(asked([0]), views, { features })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      hint: expect.stringContaining('fullFeatureNames'),
    });
  });

  it('refuses what it cannot mean, with the nearest name where one is near', async () => {
    const refused = async (
      entities: unknown,
      views: unknown,
      options: unknown,
      expected: { code?: string; message?: RegExp; hint?: RegExp },
    ) => {
      const error = await pointInTimeJoin(entities as Table, views as JoinedView[], options as object).then(
        () => undefined,
        (reason: unknown) => reason as { code: string; message: string; hint: string },
      );
      expect(error?.code).toBe(expected.code ?? 'INVALID_INPUT');
      if (expected.message) expect(error?.message).toMatch(expected.message);
      if (expected.hint) expect(error?.hint).toMatch(expected.hint);
    };
    const rows = asked([0]);
    await refused([{ driver: 1 }], [view], {}, { message: /entities is no Table/ });
    await refused(rows, [], {}, { message: /no feature views/ });
    await refused(rows, [view, view], {}, { message: /two feature views/ });
    await refused(rows, [{ ...view, table: {} }], {}, { message: /no Table/ });
    await refused(rows, [{ ...view, joinKeys: ['drivr'] }], {}, { hint: /'driver'/ });
    await refused(rows, [{ ...view, joinKeys: ['driver', 'driver'] }], {}, { message: /twice/ });
    await refused(rows, [{ ...view, features: ['tripz'] }], {}, { hint: /'trips'/ });
    await refused(rows, [{ ...view, joinKeyMap: { drive: 'x' } }], {}, { message: /no join key/ });
    await refused(rows, [{ ...view, joinKeyMap: { driver: 'rider' } }], {}, { message: /entities.*'rider'/ });
    await refused(rows, [{ ...view, timestampField: 'city' }], {}, { message: /not a time/ });
    await refused(rows, [{ ...view, ttl: -1 }], {}, { code: 'CONFIG', message: /ttl/ });
    await refused(rows, [{ ...view, tll: 1 }], {}, { code: 'CONFIG', hint: /'ttl'/ });
    await refused(rows, [view], { fullFeatureName: true }, { code: 'CONFIG', hint: /fullFeatureNames/ });
    await refused(rows, [view], { features: ['trips'] }, { hint: /view:feature/ });
    await refused(rows, [view], { features: ['stat:trips'] }, { hint: /'stats'/ });
    await refused(rows, [view], { features: ['stats:trip'] }, { hint: /'trips'/ });
    await refused(rows, [view], { features: ['stats:trips', 'stats:trips'] }, { message: /twice/ });
    await refused(rows.with('trips', [0]), [view], {}, { message: /column of the entities/ });
    await refused(rows, [view], { timestampField: 'time' }, { message: /no column 'time'/ });
    await refused(asked([0, Number.NaN, 1]), [view], {}, { message: /1 rows have no event time \(rows 1\)/ });
    await refused(rows.with('driver', ['1']), [view], {}, { message: /is numeric.*is text/ });
    await refused(
      rows.with('event_timestamp', [T0]),
      [view],
      {},
      { message: /is a time, the time of the entities is numeric/ },
    );
    await refused(rows.with('driver', [2 ** 53]), [view], {}, { message: /join key 'driver' holds 9007199254740992/ });
    await refused(rows, [{ ...view, table: stats.with('driver', [1, 2 ** 60, 1, 1]) }], {}, { hint: /text/ });
  });

  it('tells how many rows found something, and stops when it is cancelled', async () => {
    const events: unknown[] = [];
    await pointInTimeJoin(asked([1, -1]), [view], { onProgress: (event) => events.push(event) });
    expect(events).toEqual([{ phase: 'join', step: 1, total: 1, message: 'stats', metrics: { found: 1, rows: 2 } }]);
    await expect(pointInTimeJoin(asked([1]), [view], { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'TRAINING_CANCELLED',
    });
  });
});

function textColumn(values: readonly (string | null)[]): Column {
  const categories = ['x', 'y'];
  return {
    kind: 'categorical',
    codes: Int32Array.from(values, (value) => (value === null ? -1 : categories.indexOf(value))),
    categories,
  };
}
