import { copyFileSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInputError, TrainingCancelledError } from '../../src/core/errors.js';
import { Table } from '../../src/core/table.js';
import { readParquet } from '../../src/data/parquet.js';
import { readParquetSplits } from '../../src/data/parquet-splits.js';
import { writeParquet } from '../../src/data/parquet-write.js';
import { typeKinds, typeRows } from './columnar-types.js';

const fixtures = fileURLToPath(new URL('../fixtures/columnar/', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'holdfast-parquet-'));

async function failure(promise: Promise<unknown>): Promise<InvalidInputError> {
  const error = await promise.then(
    () => new Error('did not throw'),
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(InvalidInputError);
  expect((error as InvalidInputError).hint).not.toBe('');
  return error as InvalidInputError;
}

describe('readParquet', () => {
  for (const name of readdirSync(fixtures).filter((file) => /^types.*\.parquet$/.test(file))) {
    it(`reads every type of ${name} as pyarrow wrote it`, async () => {
      const table = await readParquet(fixtures + name);
      expect(table.records()).toEqual(typeRows(table.columnNames));
      for (const column of table.columnNames)
        expect(table.column(column).kind, column).toBe(typeKinds[column] ?? 'numeric');
    });
  }

  it('reads the old 96-bit timestamps', async () => {
    expect((await readParquet(`${fixtures}int96.parquet`)).records()).toEqual(typeRows(['int8', 'millis']));
  });

  it('reads chosen columns in the chosen order, reporting progress', async () => {
    const steps: number[] = [];
    const table = await readParquet(`${fixtures}types-v1.parquet`, {
      columns: ['text', 'int8'],
      onProgress: (e) => steps.push(e.step / (e.total ?? 1)),
    });
    expect(table.columnNames).toEqual(['text', 'int8']);
    expect(steps).toEqual([0.25, 0.5, 0.75, 1]);
  });

  it('names the column of a type without a counterpart, and reads the others', async () => {
    const path = `${fixtures}unsupported.parquet`;
    expect((await failure(readParquet(path))).details).toMatchObject({ column: 'list' });
    for (const column of ['list', 'time', 'bytes'])
      expect((await failure(readParquet(path, { columns: [column] }))).message).toContain(`'${column}'`);
    expect([...(await readParquet(path, { columns: ['ok'] })).numeric('ok')]).toEqual([1, 2, 3]);
  });

  it('an unknown column is refused with the nearest name', async () => {
    expect((await failure(readParquet(`${fixtures}types-none.parquet`, { columns: ['txt'] }))).hint).toContain(
      "'text'",
    );
  });

  it('a missing file, a directory, a file of another format, an empty file', async () => {
    expect((await failure(readParquet(join(directory, 'none.parquet')))).message).toContain('none.parquet');
    await failure(readParquet(directory));
    const csv = join(directory, 'csv.parquet');
    writeFileSync(csv, 'a,b\n1,2\n3,4\n5,6\n');
    expect((await failure(readParquet(csv))).message).toContain('not a Parquet file');
    writeFileSync(csv, '');
    expect((await failure(readParquet(csv))).hint).toContain('empty');
  });

  it('a file cut at any place is refused, never read in part', async () => {
    const whole = readFileSync(`${fixtures}types-snappy.parquet`);
    const path = join(directory, 'cut.parquet');
    for (let length = 0; length < whole.length; length += 97) {
      writeFileSync(path, whole.subarray(0, length));
      expect((await failure(readParquet(path))).message).toContain('cut.parquet');
    }
  });

  it('damaged bytes give a typed error or a table, never another error', async () => {
    const whole = readFileSync(`${fixtures}types-zstd.parquet`);
    const path = join(directory, 'damaged.parquet');
    for (let at = 4; at < whole.length - 8; at += 131) {
      const bytes = Buffer.from(whole);
      bytes.fill(0xa5, at, at + 8);
      writeFileSync(path, bytes);
      const outcome = await readParquet(path).catch((error: unknown) => error);
      expect(outcome instanceof Table || outcome instanceof InvalidInputError, `${at}: ${outcome}`).toBe(true);
    }
  });

  it('stops when the signal is aborted', async () => {
    await expect(readParquet(`${fixtures}types-none.parquet`, { signal: AbortSignal.abort() })).rejects.toBeInstanceOf(
      TrainingCancelledError,
    );
  });
});

describe('writeParquet', () => {
  it('gives back every bit of numbers, text, times and missing cells', async () => {
    const path = join(directory, 'trip.parquet');
    const row = fc.record({
      n: fc.double(),
      s: fc.option(fc.string()),
      t: fc.option(fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') })),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 30 }), async (rows) => {
        const table = Table.fromColumns({
          n: rows.map((r) => r.n),
          s: { kind: 'categorical', ...codes(rows.map((r) => r.s)) },
          t: times(rows),
        });
        await writeParquet(path, table);
        const back = await readParquet(path);
        expect(back.records()).toEqual(table.records());
        expect(back.columnNames.map((name) => back.column(name).kind)).toEqual(['numeric', 'categorical', 'time']);
      }),
      { numRuns: 40 },
    );
  });

  it('refuses a table without rows', async () => {
    await failure(writeParquet(join(directory, 'empty.parquet'), Table.fromColumns({ a: [1] }).slice(0, 0)));
  });
});

function codes(values: (string | null)[]) {
  const categories = [...new Set(values.filter((v) => v !== null))];
  return { codes: Int32Array.from(values, (v) => (v === null ? -1 : categories.indexOf(v))), categories };
}

const times = (rows: { t: Date | null }[]) => ({
  kind: 'time' as const,
  values: Float64Array.from(rows, (r) => r.t?.getTime() ?? Number.NaN),
});

describe('readParquetSplits', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-splits-'));
  const table = (rows: number) =>
    Table.fromColumns({ close: Array.from({ length: rows }, (_, i) => i), y: new Array(rows).fill(1) });

  it('reads the splits of one symbol by role', async () => {
    await writeParquet(join(folder, 'ES_train.parquet'), table(6));
    await writeParquet(join(folder, 'ES_val.parquet'), table(3));
    await writeParquet(join(folder, 'ES_test.parquet'), table(2));
    await writeParquet(join(folder, 'NQ_train.parquet'), table(1));
    const splits = await readParquetSplits(folder, 'ES');
    expect([splits.train.rowCount, splits.validation?.rowCount, splits.test?.rowCount, splits.holdout]).toEqual([
      6,
      3,
      2,
      undefined,
    ]);
  });

  it('refuses a symbol that is not there, one that leaves the folder, a split given twice, other columns', async () => {
    expect((await failure(readParquetSplits(folder, 'YM'))).hint).toContain('ES, NQ');
    await failure(readParquetSplits(folder, '../ES'));
    await failure(readParquetSplits(join(folder, 'absent'), 'ES'));
    copyFileSync(join(folder, 'ES_val.parquet'), join(folder, 'ES_validation.parquet'));
    expect((await failure(readParquetSplits(folder, 'ES'))).message).toContain('twice');
    await writeParquet(join(folder, 'NQ_test.parquet'), table(1).drop(['y']).with('z', [1]));
    expect((await failure(readParquetSplits(folder, 'NQ'))).details).toMatchObject({ missing: ['y'], extra: ['z'] });
  });
});
