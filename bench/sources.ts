/**
 * What reading a query takes beside its table: peak memory of a process that reads 2,000,000 rows, from DuckDB and from PostgreSQL.
 * `node --import tsx bench/sources.ts duckdb | postgres [rows]`; PostgreSQL is started for it (test/interop/postgres.ts).
 */
import { readDuckDB, readPostgres, type Table } from '../src/data/index.js';

const [source = 'duckdb', count = '2000000'] = process.argv.slice(2);
const MB = 2 ** 20;
const peak = () => process.resourceUsage().maxRSS / 1024;
const doubles = Array.from({ length: 7 }, (_, j) => `i * ${j + 1} / 7.0::float8 AS x${j}`).join(', ');
const rows = (series: string) => `SELECT ${doubles}, CASE WHEN i % 3 = 0 THEN 'a' ELSE 'b' END AS side FROM ${series}`;

const readers: Record<string, () => Promise<{ read: (rows: number) => Promise<Table>; stop?: () => Promise<void> }>> = {
  duckdb: async () => ({ read: (n) => readDuckDB(rows('range($1) r(i)'), { params: [n] }) }),
  postgres: async () => {
    const { PostgresServer } = await import('../test/interop/postgres.js');
    const server = await PostgresServer.start();
    // A select list is given row by row; a function in FROM would be stored whole first.
    const query = rows('(SELECT generate_series(1, $1::int) AS i) r');
    return { read: (n) => readPostgres(query, { url: server.url(), params: [n] }), stop: () => server.stop() };
  },
};
const { read, stop } = await readers[source]();
// Packages and their buffers are there before anything is measured.
await read(10_000);
const before = peak();
const cpu = process.cpuUsage();
const table = await read(Number(count));
const { user, system } = process.cpuUsage(cpu);
const size = (table.rowCount * (7 * 8 + 4)) / MB;
console.log(
  `${source}: ${table.rowCount} rows, table ${size.toFixed(0)} MB, peak memory ${before.toFixed(0)} MB before and ${peak().toFixed(0)} MB after: ` +
    `${((peak() - before) / size).toFixed(2)} times the table; CPU ${((user + system) / 1e6).toFixed(1)} s`,
);
await stop?.();
