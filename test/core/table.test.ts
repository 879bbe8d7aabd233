import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../src/core/errors.js';
import { Table } from '../../src/core/table.js';

const refuses = (run: () => unknown, text: string) => {
  let error: unknown;
  try {
    run();
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(InvalidInputError);
  expect((error as InvalidInputError).message).toContain(text);
  return error as InvalidInputError;
};

const sample = () =>
  Table.fromRecords([
    { close: 10, side: 'buy', at: new Date(0), big: true },
    { close: 11, side: null, at: new Date(60_000) },
    { close: undefined, side: 'sell', at: null, big: false, late: 5n },
  ]);

describe('Table.fromRecords', () => {
  it('makes numeric, categorical and time columns, absent and null cells missing', () => {
    const table = sample();
    expect(table.rowCount).toBe(3);
    expect(table.columnNames).toEqual(['close', 'side', 'at', 'big', 'late']);
    expect([...table.numeric('close')]).toEqual([10, 11, Number.NaN]);
    expect(table.strings('side')).toEqual(['buy', null, 'sell']);
    expect(table.column('at').kind).toBe('time');
    expect([...table.numeric('at')]).toEqual([0, 60_000, Number.NaN]);
    expect([...table.numeric('big')]).toEqual([1, Number.NaN, 0]);
    expect([...table.numeric('late')]).toEqual([Number.NaN, Number.NaN, 5]);
  });

  it('names row and column of mixed types, invalid dates and values that are no cells', () => {
    expect(refuses(() => Table.fromRecords([{ a: 1 }, { a: null }, { a: 'x' }]), "'a'").details).toMatchObject({
      row: 2,
      column: 'a',
    });
    expect(refuses(() => Table.fromRecords([{ a: new Date(0) }, { a: 5 }]), "'a'").details).toMatchObject({ row: 1 });
    expect(refuses(() => Table.fromRecords([{ a: 1 }, { a: { b: 1 } }]), "'a'").details).toMatchObject({ row: 1 });
    expect(refuses(() => Table.fromRecords([{ a: new Date('nonsense') }]), 'invalid Date').details).toMatchObject({
      row: 0,
      column: 'a',
    });
    expect(refuses(() => Table.fromRecords([{ a: 1 }, 7 as never]), 'row 1').details).toMatchObject({ row: 1 });
  });

  it('refuses what is no rows at all', () => {
    refuses(() => Table.fromRecords([]), 'empty');
    refuses(() => Table.fromRecords(null as never), 'fromRecords');
    refuses(() => Table.fromRecords({} as never), 'fromRecords');
  });

  it('keeps a column named __proto__ as data', () => {
    const table = Table.fromRecords([JSON.parse('{"__proto__": 3, "a": 1}')]);
    expect(table.columnNames).toEqual(['__proto__', 'a']);
    expect(Object.entries(table.records()[0])).toEqual([
      ['__proto__', 3],
      ['a', 1],
    ]);
  });

  it('records of a table make the same table again', () => {
    const row = fc.record({
      n: fc.option(fc.double({ noNaN: true })),
      s: fc.option(fc.string()),
      t: fc.option(fc.date({ noInvalidDate: true })),
    });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 20 }), (rows) => {
        expect(Table.fromRecords(Table.fromRecords(rows).records()).records()).toEqual(rows);
      }),
    );
  });
});

describe('Table.fromColumns', () => {
  it('uses a Float64Array without a copy and converts other arrays', () => {
    const values = Float64Array.of(1, 2);
    const table = Table.fromColumns({
      values,
      single: Float32Array.of(0.5, 1),
      big: BigInt64Array.of(1n, 2n),
      text: ['x', null],
      dates: [new Date(5), null],
    });
    expect(table.numeric('values')).toBe(values);
    expect([...table.numeric('big')]).toEqual([1, 2]);
    expect(table.records()[1]).toEqual({ values: 2, single: 1, big: 2, text: null, dates: null });
  });

  it('refuses lengths that differ, no columns, no rows, and columns that are none', () => {
    expect(refuses(() => Table.fromColumns({ a: [1, 2], b: [1] }), "'b'").details).toMatchObject({
      length: 1,
      expected: 2,
    });
    refuses(() => Table.fromColumns({}), 'no columns');
    refuses(() => Table.fromColumns({ a: [] }), 'no rows');
    refuses(() => Table.fromColumns({ a: 5 as never }), "'a'");
    refuses(() => Table.fromColumns({ a: null as never }), "'a'");
    refuses(
      () => Table.fromColumns({ a: { kind: 'categorical', codes: Int32Array.of(2), categories: ['x'] } }),
      'row 0',
    );
    refuses(() => Table.fromColumns({ a: { kind: 'odd' } as never }), "'a'");
    refuses(
      () =>
        Table.fromEntries([
          ['a', { kind: 'numeric', values: Float64Array.of(1) }],
          ['a', { kind: 'numeric', values: Float64Array.of(1) }],
        ]),
      'Duplicate',
    );
  });
});

describe('Table', () => {
  it('names the nearest column for an unknown one', () => {
    expect(refuses(() => sample().column('clsoe'), "'clsoe'").hint).toContain("'close'");
    expect(refuses(() => sample().numeric('zzzzzz'), "'zzzzzz'").hint).toContain('close, side');
    refuses(() => sample().numeric('side'), 'not numeric');
    refuses(() => sample().select(['close', 'x1']), "'x1'");
    refuses(() => sample().drop(['x1']), "'x1'");
  });

  it('takes, slices, selects, drops and replaces without changing the original', () => {
    const table = sample();
    const before = JSON.stringify(table.records());
    expect(
      table
        .take([2, 0, 0])
        .records()
        .map((r) => r.side),
    ).toEqual(['sell', 'buy', 'buy']);
    expect(
      table
        .slice(1)
        .records()
        .map((r) => r.close),
    ).toEqual([11, null]);
    expect(table.slice(-1).rowCount).toBe(1);
    expect(table.slice(2, 1).rowCount).toBe(0);
    expect(table.select(['side', 'close']).columnNames).toEqual(['side', 'close']);
    expect(table.drop(['at', 'late']).columnNames).toEqual(['close', 'side', 'big']);
    expect([...table.with('close', [1, 2, 3]).numeric('close')]).toEqual([1, 2, 3]);
    expect(table.with('new', ['a', 'b', 'c']).columnNames.at(-1)).toBe('new');
    expect(JSON.stringify(table.records())).toBe(before);
    refuses(() => table.take([3]), 'row 3');
    refuses(() => table.take([0.5]), 'row 0.5');
    refuses(() => table.with('new', [1]), "'new'");
  });

  it('gives every column as text', () => {
    expect(sample().strings('close')).toEqual(['10', '11', null]);
    expect(sample().strings('at')).toEqual(['1970-01-01T00:00:00.000Z', '1970-01-01T00:01:00.000Z', null]);
    const far = Table.fromColumns({ at: { kind: 'time', values: Float64Array.of(1e18, Number.POSITIVE_INFINITY) } });
    expect(far.strings('at')).toEqual(['1000000000000000000', 'Infinity']);
  });
});
