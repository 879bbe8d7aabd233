import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError, DatabaseError, InvalidInputError, TrainingCancelledError } from '../../src/core/errors.js';
import type { Table } from '../../src/core/table.js';
import { TimeSeriesDataContainer } from '../../src/data/container.js';
import { readCsv } from '../../src/data/csv.js';
import { writeParquet } from '../../src/data/parquet-write.js';
import { type DuckDBOptions, readDuckDB } from '../../src/data/query/duckdb.js';
import { withoutSecrets } from '../../src/data/query/secrets.js';
import { itWithData } from '../shared-data.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const barFile = join(root, 'examples/data/es-fut-1min-sample.csv.gz');

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-duckdb-test-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function failure(query: string, options?: DuckDBOptions): Promise<Error & { hint?: string; details?: unknown }> {
  try {
    await readDuckDB(query, options);
  } catch (error) {
    return error as Error;
  }
  throw new Error(`no failure of: ${query}`);
}

/** Kinds, and every number bit by bit. */
const contents = (table: Table) =>
  table.columnNames.map((name) => {
    const column = table.column(name);
    const text =
      column.kind === 'categorical'
        ? table.strings(name).join('\n')
        : Buffer.from(Float64Array.from(column.values).buffer);
    return [name, column.kind, createHash('sha256').update(text).digest('hex')];
  });

describe('values', () => {
  it('of every type that is read are numbers, times in ms, or text, as the same values in a CSV file would be', async () => {
    const table =
      await readDuckDB(`SELECT true AS bool, 200::UTINYINT AS tiny, -7::INTEGER AS int, 9007199254740991 AS big,
      sum(3) AS huge, 1.5::FLOAT AS float, 0.1::DOUBLE AS double, 12.345::DECIMAL(10, 3) AS decimal,
      0.000000000000000000000000000123::DECIMAL(38, 30) AS small, -123456789012345678901234567890.12::DECIMAL(38, 2) AS wide,
      DATE '1969-12-31' AS day, TIMESTAMP '2020-02-29 09:30:00.5' AS micros, '2020-01-01'::TIMESTAMP_S AS seconds,
      '2020-01-01 00:00:00.123'::TIMESTAMP_MS AS millis, '2020-01-01 00:00:00.000001500'::TIMESTAMP_NS AS nanos,
      TIMESTAMPTZ '2020-01-01 02:00:00+02' AS zoned, 'x' AS text, 'b'::ENUM('a', 'b') AS enum,
      '00000000-0000-0000-0000-00000000002a'::UUID AS uuid`);
    const day = Date.UTC(2020, 0, 1);
    const cell = (name: string) =>
      (table.column(name).kind === 'categorical' ? table.strings(name) : table.numeric(name))[0];
    expect(table.columnNames.map((name) => [name, table.column(name).kind, cell(name)])).toEqual([
      ['bool', 'numeric', 1],
      ['tiny', 'numeric', 200],
      ['int', 'numeric', -7],
      ['big', 'numeric', Number.MAX_SAFE_INTEGER],
      ['huge', 'numeric', 3],
      ['float', 'numeric', 1.5],
      ['double', 'numeric', 0.1],
      ['decimal', 'numeric', 12.345],
      ['small', 'numeric', 1.23e-28],
      ['wide', 'numeric', -1.2345678901234568e29],
      ['day', 'time', -86_400_000],
      ['micros', 'time', Date.UTC(2020, 1, 29, 9, 30, 0, 500)],
      ['seconds', 'time', day],
      ['millis', 'time', day + 123],
      ['nanos', 'time', day + 0.001],
      ['zoned', 'time', day],
      ['text', 'categorical', 'x'],
      ['enum', 'categorical', 'b'],
      ['uuid', 'categorical', '00000000-0000-0000-0000-00000000002a'],
    ]);
  });

  it('that are NULL are missing, in columns of every kind and over the border of a chunk', async () => {
    const odd = (type: string) => `CASE WHEN i % 2 = 1 THEN i::${type} END`;
    const table = await readDuckDB(
      `SELECT ${odd('INTEGER')} AS n, ${odd('DECIMAL(9, 1)')} AS d, to_timestamp(${odd('BIGINT')}) AS t, ${odd('VARCHAR')} AS s
       FROM range(5000) r(i)`,
    );
    const expected = Array.from({ length: 5000 }, (_, i) => (i % 2 === 1 ? i : Number.NaN));
    expect([...table.numeric('n')]).toEqual(expected);
    expect([...table.numeric('d')]).toEqual(expected);
    expect([...table.numeric('t')]).toEqual(expected.map((i) => i * 1000));
    expect(table.strings('s')).toEqual(expected.map((i) => (Number.isNaN(i) ? null : String(i))));
  });

  it('of real bars are those that readCsv reads, from CSV and from Parquet, and split in time alike', async () => {
    const bars = await readCsv(barFile);
    const parquet = join(directory, 'bars.parquet');
    await writeParquet(parquet, bars);
    const [fromCsv, fromParquet] = [
      await readDuckDB(`SELECT * FROM '${barFile}'`),
      await readDuckDB("SELECT * FROM 'bars.parquet'", { directory }),
    ];
    expect(contents(fromCsv)).toEqual(contents(bars));
    expect(contents(fromParquet)).toEqual(contents(bars));
    const [own, read] = [bars, fromParquet].map((table) =>
      TimeSeriesDataContainer.fromTable(table, {
        label: 'close',
        time: 'timestamp',
        features: ['volume'],
        embargo: 0.01,
      }),
    );
    expect(read.train.rowIds).toEqual(own.train.rowIds);
    expect(read.test.times).toEqual(own.test.times);
    expect(read.test.y).toEqual(own.test.y);
  });

  itWithData(
    'california-housing.csv.gz',
    'of real data with missing cells and text are those that readCsv reads',
    async (path) => {
      const [own, read] = [
        await readCsv(path),
        await readDuckDB('SELECT * FROM read_csv($path)', { params: { path } }),
      ];
      expect(contents(read)).toEqual(contents(own));
    },
  );

  it('come from a database file, which may be read many times at once', async () => {
    const database = join(directory, 'rows.duckdb');
    await made(database, 'CREATE TABLE rows AS SELECT i, i * 0.5 AS half FROM range(10) r(i)');
    const reads = Array.from({ length: 4 }, () => readDuckDB('FROM rows ORDER BY i DESC', { database }));
    for (const table of await Promise.all(reads)) expect([...table.numeric('half')].at(-1)).toBe(0);
  });
});

async function made(database: string, ...statements: string[]): Promise<void> {
  const instance = await DuckDBInstance.create(database);
  const connection = await instance.connect();
  for (const statement of statements) await connection.run(statement);
  connection.closeSync();
  instance.closeSync();
}

describe('parameters', () => {
  it('are bound by place and by name, never written into the SQL', async () => {
    const hostile = "'; DROP TABLE x; --";
    const byPlace = await readDuckDB('SELECT ? AS a, ?::DOUBLE AS b, ?::TIMESTAMP AS c, ? AS d, ?::INTEGER AS e', {
      params: [hostile, 2 ** 70, new Date(5), true, null],
    });
    expect(byPlace.records()).toEqual([{ a: hostile, b: 2 ** 70, c: new Date(5), d: 1, e: null }]);
    const byName = await readDuckDB('SELECT $low + $high AS sum', { params: { high: 10n, low: 0.5 } });
    expect(byName.records()).toEqual([{ sum: 10.5 }]);
  });

  it('that are missing, left over or no values are named', async () => {
    expect((await failure('SELECT ? AS a, ? AS b', { params: [1] })).message).toContain('no value for $2');
    expect((await failure('SELECT 1 AS a', { params: [1] })).message).toContain('no placeholder for $1');
    const close = await failure('SELECT $symbol AS s', { params: { simbol: 'ES' } });
    expect(close.hint).toContain("'symbol'");
    const wrong = await failure('SELECT ? AS a', { params: [{} as string] });
    expect(wrong).toBeInstanceOf(ConfigError);
    expect(wrong.message).toContain('$1');
  });
});

describe('what cannot be read', () => {
  it.each([
    ['SELEC 1', 'SELEC'],
    ['SELECT * FROM nowhere', 'nowhere'],
    ['SELECT nothing FROM range(3)', 'nothing'],
    ["SELECT * FROM 'nofile.parquet'", 'nofile.parquet'],
    ["SELECT CASE WHEN i = 5000 THEN 'odd' ELSE '1' END::INTEGER AS n FROM range(9000) r(i)", 'odd'],
    ["SELECT * FROM 's3://bucket/bars.parquet'", 'httpfs'],
    ['-- nothing', 'no statement'],
    ['SELECT 1 AS a, 2 AS a', "'a' occurs twice"],
    ['SELECT 1 AS " "', 'column 1 has no name'],
    ['SELECT 1 AS a WHERE false', 'no rows'],
    ["SELECT 1 AS a, TIME '10:00' AS clock", "'clock' is TIME"],
    ['SELECT [1, 2] AS pair', "'pair' is INTEGER[]"],
    ["SELECT '{}'::JSON AS document", "'document' is JSON"],
    ["SELECT 'infinity'::TIMESTAMP AS until", "row 1, column 'until'"],
    ['SELECT CASE WHEN i = 3000 THEN 9007199254740993 ELSE i END AS id FROM range(4000) r(i)', "row 3001, column 'id'"],
  ])('%s is refused, with what is wrong and what to do', async (query, named) => {
    const error = await failure(query);
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error.message).toContain(named);
    expect(error.hint).not.toBe('');
  });

  it('has more rows than were allowed: it is refused before the rest is read', async () => {
    let seen = 0;
    const error = await failure('SELECT i FROM range(1000000000) r(i)', {
      maxRows: 10_000,
      onProgress: ({ step }) => (seen = step),
    });
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error.message).toContain('maxRows');
    expect(seen).toBeLessThanOrEqual(10_000);
    expect((await readDuckDB('SELECT i FROM range(10000) r(i)', { maxRows: 10_000 })).rowCount).toBe(10_000);
  });

  it('is no database: a file of another kind, a directory, one that is not there', async () => {
    const query = 'SELECT 1 AS a';
    expect((await failure(query, { database: barFile })).hint).toContain(`FROM '${barFile}'`);
    for (const database of [directory, join(directory, 'none.duckdb'), join(root, 'package.json')]) {
      const error = await failure(query, { database });
      expect(error).toBeInstanceOf(InvalidInputError);
      expect(error.message).toContain(database);
    }
  });

  it('is an option that does not exist or is out of range', async () => {
    const wrong = [
      { treads: 1 },
      { threads: 0 },
      { timeout: -1 },
      { maxRows: 0.5 },
      { memoryLimit: 'much' },
      { directory: '' },
    ];
    for (const options of wrong) expect(await failure('SELECT 1 AS a', options)).toBeInstanceOf(ConfigError);
    expect((await failure('SELECT 1 AS a', { treads: 1 } as DuckDBOptions)).hint).toContain("'threads'");
    for (const query of ['', '  ', 7 as unknown as string]) expect(await failure(query)).toBeInstanceOf(ConfigError);
  });
});

describe('a source', () => {
  it('is only read: other statements than one SELECT are refused before anything runs, a file stays as it was', async () => {
    const database = join(directory, 'kept.duckdb');
    await made(database, 'CREATE SEQUENCE s', 'CREATE TABLE kept AS SELECT 1 AS a');
    const written = join(directory, 'written.csv');
    for (const query of [
      `COPY (SELECT 1) TO '${written}'`,
      'INSERT INTO kept VALUES (2) RETURNING a',
      'DROP TABLE kept; SELECT 1 AS a',
      'SELECT 1 AS a; DROP TABLE kept',
      "ATTACH 'other.duckdb'",
      "SET memory_limit = '1TB'",
      "SELECT nextval('s') AS a",
    ]) {
      expect(await failure(query, { database })).toBeInstanceOf(InvalidInputError);
    }
    expect((await readDuckDB('FROM kept', { database })).numeric('a')).toEqual(Float64Array.of(1));
    await expect(readCsv(written)).rejects.toThrow('no such file');
  });

  it('is read in chunks of at most 2048 rows, told one by one', async () => {
    const steps: number[] = [];
    const table = await readDuckDB('SELECT i FROM range(100000) r(i)', {
      onProgress: ({ phase, step, total }) => {
        expect([phase, total]).toEqual(['read', undefined]);
        steps.push(step);
      },
    });
    expect(steps.at(-1)).toBe(table.rowCount);
    expect(Math.max(...steps.map((step, i) => step - (steps[i - 1] ?? 0)))).toBeLessThanOrEqual(2048);
  });

  it('gives the same whatever the time zone of the machine', async () => {
    const before = process.env.TZ;
    process.env.TZ = 'Pacific/Auckland';
    try {
      const table = await readDuckDB(
        "SELECT current_setting('TimeZone') AS zone, TIMESTAMPTZ '2020-01-01 00:00:00' AS t",
      );
      expect(table.records()).toEqual([{ zone: 'UTC', t: new Date(Date.UTC(2020, 0, 1)) }]);
    } finally {
      if (before === undefined) delete process.env.TZ;
      else process.env.TZ = before;
    }
  });

  it('that takes too long is given up, while it computes and while it is read', async () => {
    for (const query of ['SELECT count(*) AS n FROM range(1000000000000)', 'SELECT i FROM range(1000000000000) r(i)']) {
      const error = await failure(query, { timeout: 0.2 });
      expect(error).toBeInstanceOf(DatabaseError);
      expect(error.message).toContain('0.2 s');
    }
  });

  it('is cancelled by its signal: before it begins, while it computes, while it is read', async () => {
    const done = AbortSignal.abort();
    expect(await failure('SELECT 1 AS a', { signal: done })).toBeInstanceOf(TrainingCancelledError);
    for (const query of ['SELECT count(*) AS n FROM range(1000000000000)', 'SELECT i FROM range(1000000000000) r(i)']) {
      expect(await failure(query, { signal: AbortSignal.timeout(150) })).toBeInstanceOf(TrainingCancelledError);
    }
  });

  it('tells what its listener throws, and is closed', async () => {
    const onProgress = (): void => {
      throw new Error('enough');
    };
    expect((await failure('SELECT 1 AS a', { onProgress })).message).toContain('enough');
  });

  it('without the package is an error with the line that installs it; pg too', async () => {
    const home = await mkdtemp(join(tmpdir(), 'holdfast-bare-'));
    try {
      // The built library alone, as it is without its optional peers.
      const bare = join(home, 'node_modules/holdfast');
      await cp(join(root, 'dist'), join(bare, 'dist'), { recursive: true });
      await cp(join(root, 'package.json'), join(bare, 'package.json'));
      await writeFile(
        join(home, 'try.mjs'),
        `import { readDuckDB, readPostgres } from 'holdfast/data';
        for (const read of [readDuckDB, readPostgres]) {
          const error = await read('SELECT 1 AS a').catch((e) => e);
          console.log(error.name + ' | ' + error.hint);
        }`,
      );
      const output = execFileSync(process.execPath, ['try.mjs'], { cwd: home, encoding: 'utf8' });
      expect(output.trim().split('\n')).toEqual([
        'MissingDependencyError | npm install @duckdb/node-api',
        'MissingDependencyError | npm install pg',
      ]);
    } finally {
      await rm(home, { recursive: true });
    }
  });
});

describe('messages', () => {
  it('that quote a query show no password and no token', () => {
    const quoted = [
      "LINE 1: FROM postgres_scan('host=h password=geheim user=u', 's', 't')",
      'connect postgresql://user:geheim@host/db and s3://key:geheim@bucket',
      "CREATE SECRET (TYPE s3, KEY_ID 'k', SECRET 'geheim')",
      "token = 'geheim' and api_key=geheim",
    ];
    for (const text of quoted) expect(withoutSecrets(text)).not.toContain('geheim');
    const plain = 'column "token" does not exist in table password_resets, secret word';
    expect(withoutSecrets(plain)).toBe(plain);
  });
});
