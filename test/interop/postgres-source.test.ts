/** Tables read from a real PostgreSQL: values, limits, faults of the query, of the server and of the way to it. */
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ConfigError,
  DatabaseError,
  type HoldfastError,
  InvalidInputError,
  TrainingCancelledError,
} from '../../src/core/errors.js';
import type { Table } from '../../src/core/table.js';
import { TimeSeriesDataContainer } from '../../src/data/container.js';
import { readCsv } from '../../src/data/csv.js';
import { type PostgresQueryOptions, readPostgres } from '../../src/data/query/postgres.js';
import { holdfast } from '../cli/command.js';
import { PostgresServer } from './postgres.js';

let server: PostgresServer;
beforeAll(async () => {
  server = await PostgresServer.start();
  await server.query("CREATE TYPE side AS ENUM ('buy', 'sell')");
  await server.query('CREATE DOMAIN price AS numeric(10, 2)');
  await server.query('CREATE TYPE pair AS (a int, b int)');
});
afterAll(() => server?.stop());

const read = (query: string, options: PostgresQueryOptions = {}): Promise<Table> =>
  readPostgres(query, { url: server.url(), ...options });

async function failure(query: string, options?: PostgresQueryOptions): Promise<HoldfastError> {
  const error = await read(query, options).catch((thrown: HoldfastError) => thrown);
  expect(error).toBeInstanceOf(Error);
  const told = inspect(error, { depth: 20, showHidden: true });
  for (const secret of [server.password, encodeURIComponent(server.password), 'geheim'])
    expect(told).not.toContain(secret);
  return error as HoldfastError;
}

/** So many rows squared, which the server makes while they are read. */
const pairs = (rows: number) =>
  `SELECT a.i, b.i AS j FROM generate_series(1, ${rows}) a(i), generate_series(1, ${rows}) b(i)`;

describe('values', () => {
  it('of every type that is read are numbers, times in ms, or text; NULL is missing', async () => {
    const table =
      await read(`SELECT true AS bool, 3::smallint AS small, -7 AS int, 9007199254740991 AS big, sum(3) AS sum,
      1.1::real AS real, 0.1::float8 AS double, 12.345::numeric(10, 3) AS decimal, 12.5::price AS domain, 'NaN'::numeric AS nan,
      DATE '1969-12-31' AS day, TIMESTAMP '2020-02-29 09:30:00.5' AS plain, TIMESTAMPTZ '2020-01-01 02:00:00+02' AS zoned,
      'x'::text AS text, 'y'::varchar(3) AS varchar, 'buy'::side AS enum, '00000000-0000-0000-0000-00000000002a'::uuid AS uuid,
      NULL::int AS none, NULL::text AS nothing, NULL::timestamptz AS never`);
    expect(table.records()).toEqual([
      {
        ...{ bool: 1, small: 3, int: -7, big: Number.MAX_SAFE_INTEGER, sum: 3, real: Math.fround(1.1), double: 0.1 },
        ...{ decimal: 12.345, domain: 12.5, nan: null, day: new Date(-86_400_000) },
        ...{ plain: new Date(Date.UTC(2020, 1, 29, 9, 30, 0, 500)), zoned: new Date(Date.UTC(2020, 0, 1)) },
        ...{ text: 'x', varchar: 'y', enum: 'buy', uuid: '00000000-0000-0000-0000-00000000002a' },
        ...{ none: null, nothing: null, never: null },
      },
    ]);
    expect(['none', 'nothing', 'never'].map((name) => table.column(name).kind)).toEqual([
      'numeric',
      'categorical',
      'time',
    ]);
  });

  it('of real bars are those that readCsv reads, and split in time alike', async () => {
    const bars = await readCsv(new URL('../../examples/data/es-fut-1min-sample.csv.gz', import.meta.url));
    const types = { numeric: 'float8', time: 'timestamptz', categorical: 'text' };
    const columns = bars.columnNames.map((name) => `${name} ${types[bars.column(name).kind]}`).join(', ');
    const database = 'bars';
    await server.createDatabase(database);
    await server.query(`CREATE TABLE bars (${columns})`, [], database);
    const rows = JSON.stringify(bars.records());
    await server.query(`INSERT INTO bars SELECT * FROM json_to_recordset($1) AS r(${columns})`, [rows], database);
    const table = await readPostgres(`SELECT ${bars.columnNames.join(', ')} FROM bars ORDER BY contract, timestamp`, {
      url: server.url(database),
    });
    const split = (of: Table) =>
      TimeSeriesDataContainer.fromTable(of, { label: 'close', time: 'timestamp', embargo: 0.01 });
    expect(table.columnNames).toEqual(bars.columnNames);
    const [own, other] = [split(bars), split(table)];
    for (const role of ['train', 'validation', 'test'] as const) {
      expect(
        Buffer.from(Float64Array.from(other[role].y).buffer).equals(Buffer.from(Float64Array.from(own[role].y).buffer)),
      ).toBe(true);
      expect(other[role].times).toEqual(own[role].times);
      for (const name of own.featureNames) expect(other[role].X.numeric(name)).toEqual(own[role].X.numeric(name));
    }
  });

  it('take parameters, which are values and nothing else', async () => {
    const hostile = "'; DROP TABLE x; --";
    const table = await read(
      'SELECT $1::text AS a, $2::int + 1 AS b, $3::timestamp AS c, $4::timestamptz AS d, $5::bool AS e, $6::int AS f',
      {
        params: [hostile, 41n, new Date(5), new Date(5), true, null],
      },
    );
    expect(table.records()).toEqual([{ a: hostile, b: 42, c: new Date(5), d: new Date(5), e: 1, f: null }]);
    for (const params of [[], [1, 2], ['text']]) {
      expect(await failure('SELECT $1::int AS a', { params })).toBeInstanceOf(InvalidInputError);
    }
    expect(await failure('SELECT $1 AS a', { params: [[1] as unknown as number] })).toBeInstanceOf(ConfigError);
  });
});

describe('what cannot be read', () => {
  it.each([
    ['SELEC 1', 'SELEC'],
    ['SELECT * FROM nowhere', 'nowhere'],
    ['SELECT 1 AS a; SELECT 2', 'multiple commands'],
    ['COMMIT', 'no columns'],
    ['COPY (SELECT 1) TO STDOUT', 'no columns'],
    ['CREATE TABLE made (a int)', 'read-only'],
    ['INSERT INTO pg_catalog.pg_enum SELECT * FROM pg_enum RETURNING oid', 'read-only'],
    ['SELECT 1 AS a, 2 AS a', "'a' occurs twice"],
    ['SELECT 1 AS a WHERE false', 'no rows'],
    ["SELECT 1 AS a, '{}'::jsonb AS document", "'document' is jsonb"],
    ['SELECT (1, 2)::pair AS both', "'both' is pair"],
    ["SELECT 'infinity'::timestamp AS until", "row 1, column 'until'"],
    ["SELECT DATE '0044-03-15 BC' AS ides", "row 1, column 'ides'"],
    [
      'SELECT CASE WHEN i > 13000 THEN 9007199254740993 ELSE i END AS id FROM generate_series(1, 20000) i',
      "row 13001, column 'id'",
    ],
    ['SELECT 1 / (15000 - i) AS x FROM generate_series(1, 20000) i', 'division by zero'],
  ])('%s is refused, with what is wrong and what to do', async (query, named) => {
    const error = await failure(query);
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error.message).toContain(named);
    expect(error.hint).not.toBe('');
  });

  it('has more rows than were allowed: the rest is not waited for', async () => {
    const error = await failure(pairs(10_000), { maxRows: 25_000, timeout: 30 });
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error.message).toContain('maxRows');
  });

  it('is no address, or an option that does not exist; what was given is not repeated', async () => {
    for (const url of ['mysql://u:geheim@h/d', 'geheim', ''])
      expect(await failure('SELECT 1 AS a', { url })).toBeInstanceOf(ConfigError);
    expect((await failure('SELECT 1 AS a', { timout: 1 } as PostgresQueryOptions)).hint).toContain("'timeout'");
  });
});

describe('the command line', () => {
  it('trains on a query of a server whose address is in the environment, and writes no password down', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'holdfast-postgres-source-'));
    process.env.HOLDFAST_SOURCE = server.url();
    try {
      const query =
        'SELECT i AS time, i % 2 AS label, i % 2 + random() / 2 AS x FROM generate_series(1, $1::int) i ORDER BY i';
      const args = ['--data', 'env:HOLDFAST_SOURCE', '--query', query, '--param', '500', '--label', 'label'];
      const { code, stdout, stderr } = await holdfast(
        directory,
        'train',
        '--model',
        'logistic',
        '--time',
        'time',
        ...args,
      );
      expect([stderr, code]).toEqual(['', 0]);
      const files = await readdir(directory, { recursive: true, withFileTypes: true });
      const texts = files
        .filter((file) => file.isFile())
        .map((file) => readFileSync(join(file.parentPath, file.name), 'latin1'));
      expect(texts.some((text) => text.includes('env:HOLDFAST_SOURCE'))).toBe(true);
      for (const secret of [server.password, encodeURIComponent(server.password)]) {
        for (const text of [stdout, ...texts]) expect(text).not.toContain(secret);
      }
    } finally {
      delete process.env.HOLDFAST_SOURCE;
      await rm(directory, { recursive: true });
    }
  });
});

describe('a server', () => {
  it('that refuses, is not there or never answers is a DatabaseError that says what to do', async () => {
    const at = (user: string, port = server.port, database = 'postgres') =>
      `postgresql://${user}@${server.host}:${port}/${database}`;
    const silent = createServer();
    const sockets: Socket[] = [];
    silent.on('connection', (socket) => sockets.push(socket));
    const port = await new Promise<number>((resolve) =>
      silent.listen(0, '127.0.0.1', () => resolve((silent.address() as { port: number }).port)),
    );
    const cases: [string, PostgresQueryOptions][] = [
      ['password authentication failed', { url: at('holdfast:geheim') }],
      ['asks for a password', { url: at('holdfast') }],
      ['does not exist', { url: server.url('nowhere') }],
      ['cannot be reached', { url: at('holdfast:geheim', 1) }],
      ['not read within 0.3 s', { url: at('holdfast:geheim', port), timeout: 0.3 }],
    ];
    for (const [said, options] of cases) {
      const error = await failure('SELECT 1 AS a', options);
      expect(error).toBeInstanceOf(DatabaseError);
      expect(error.message).toContain(said);
      expect(error.hint).not.toBe('');
    }
    for (const socket of sockets) socket.destroy();
    silent.close();
  });

  it('is told the password apart from the address, by an option or by PGPASSWORD', async () => {
    const url = `postgresql://${server.user}@${server.host}:${server.port}/postgres`;
    expect((await readPostgres('SELECT 1 AS a', { url, password: server.password })).rowCount).toBe(1);
    process.env.PGPASSWORD = server.password;
    try {
      expect((await readPostgres('SELECT 1 AS a', { url })).rowCount).toBe(1);
    } finally {
      delete process.env.PGPASSWORD;
    }
  });

  it('gives its rows in batches of 10,000, in the time zone UTC', async () => {
    const steps: number[] = [];
    const table = await read("SELECT i, current_setting('TimeZone') AS zone FROM generate_series(1, 25000) i", {
      onProgress: ({ step }) => steps.push(step),
    });
    expect(steps).toEqual([10_000, 20_000, 25_000]);
    expect([table.rowCount, table.strings('zone')[0]]).toEqual([25_000, 'UTC']);
  });

  it('stops computing what nobody waits for any more: cancelled, or too late', async () => {
    const endless = 'SELECT count(*) AS n FROM generate_series(1, 10000000000)';
    const reading = pairs(100_000);
    for (const query of [endless, reading]) {
      expect(await failure(query, { signal: AbortSignal.timeout(200) })).toBeInstanceOf(TrainingCancelledError);
      expect(await failure(query, { timeout: 0.2 })).toBeInstanceOf(DatabaseError);
    }
    expect(await failure(endless, { signal: AbortSignal.abort() })).toBeInstanceOf(TrainingCancelledError);
    const running = () =>
      server.query("SELECT query FROM pg_stat_activity WHERE application_name = 'holdfast' AND state = 'active'");
    await expect.poll(running, { timeout: 20_000, interval: 100 }).toEqual([]);
  });

  it('that dies while it is read leaves nothing half: an error says after how many rows, the next read is whole', async () => {
    const query = pairs(600);
    let dying: Promise<void> | undefined;
    const error = await failure(query, { onProgress: () => void (dying ??= server.pause('immediate')) });
    expect(error).toBeInstanceOf(DatabaseError);
    expect(Number(error.details.rows)).toBeGreaterThanOrEqual(10_000);
    expect(Number(error.details.rows)).toBeLessThan(360_000);
    await dying;
    await server.resume();
    expect((await read(query)).rowCount).toBe(360_000);
  });
});
