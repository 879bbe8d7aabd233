/**
 * A DuckDB query to `Table`: over a database file, Parquet, CSV or JSON files. The result is streamed: memory holds the table and a chunk of
 * some thousand rows. DuckDB (@duckdb/node-api) is an optional package, loaded on first use.
 */
import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as DuckDB from '@duckdb/node-api';
import { ConfigError, DatabaseError, HoldfastError, InvalidInputError } from '../../core/errors.js';
import { loadOptional } from '../../core/optional.js';
import type { Table } from '../../core/table.js';
import { messageOf } from '../../core/text.js';
import { Turns } from '../../core/turns.js';
import { filePath, unreadable } from '../byte-source.js';
import { type DuckDBCell, readerOf } from './duckdb-cells.js';
import { openFault, queryFault } from './duckdb-faults.js';
import { bindParameters, type DuckDBParameters } from './duckdb-parameters.js';
import { checkQuery, type QueryOptions } from './options.js';
import { QueryResult, unsupportedType } from './result.js';
import { Stop } from './stop.js';

/** What a DuckDB query reads, and how. */
export interface DuckDBOptions extends QueryOptions {
  /** A database file, opened for reading only. Default: none; the query names the files that it reads. */
  readonly database?: string | URL;
  /** Values of `?` and `$1` in their order, or of `$name` by name. */
  readonly params?: DuckDBParameters;
  /** Where relative paths in the query start. Default: the working directory. */
  readonly directory?: string;
  /** Threads of DuckDB. Default: DuckDB's own, the cores of the machine. */
  readonly threads?: number;
  /** Memory that DuckDB may use beside the table, such as '2GB'. Default: DuckDB's own, 80% of the machine's. */
  readonly memoryLimit?: string;
}

const OWN = ['database', 'directory', 'threads', 'memoryLimit'];

/**
 * Reads the result of one SELECT. Integers, floats, decimals and booleans become numeric columns, text, enums and UUIDs categorical, dates and
 * timestamps time (ms, UTC); NULL is missing. Without ORDER BY, and with sums of floats, what DuckDB gives may differ from run to run:
 * `threads: 1` makes it repeatable. Nothing is written, no extension is downloaded, the session's time zone is UTC.
 *
 * @throws MissingDependencyError - `@duckdb/node-api` is not installed
 * @throws ConfigError - wrong options or parameters
 * @throws InvalidInputError - SQL that DuckDB refuses, files that it cannot read, no rows, too many, two columns of one name, a type
 *   without a counterpart, a whole number beyond 2^53; row and column are named
 * @throws LockedError - another process writes to the database file
 * @throws DatabaseError - not done within `timeout`, no memory left
 *
 * @example
 * const bars = await readDuckDB("SELECT * FROM 'bars/*.parquet' WHERE symbol = $1 ORDER BY time", { params: ['ES'] });
 */
export async function readDuckDB(query: string, options: DuckDBOptions = {}): Promise<Table> {
  checkOptions(query, options);
  const database = options.database === undefined ? undefined : filePath(options.database);
  const source = database === undefined ? 'DuckDB query' : `DuckDB query (${database})`;
  let interrupt = (): void => {};
  const stop = new Stop(source, options, () => interrupt());
  let again: NodeJS.Timeout | undefined;
  try {
    const duckdb = await loaded();
    const instance = await opened(duckdb, database, options);
    try {
      stop.throwIfStopped();
      const connection = await instance.connect();
      interrupt = () => {
        connection.interrupt();
        // A statement that only just begins forgets that it was interrupted.
        again = setInterval(() => connection.interrupt(), 20);
      };
      try {
        stop.throwIfStopped();
        return await run(duckdb, connection, { query, source, options, stop });
      } catch (error) {
        throw stop.reason ?? queryFault(error, source);
      } finally {
        clearInterval(again);
        interrupt = () => {};
        connection.closeSync();
      }
    } finally {
      instance.closeSync();
    }
  } finally {
    stop.release();
  }
}

interface Reading {
  readonly query: string;
  readonly source: string;
  readonly options: DuckDBOptions;
  readonly stop: Stop;
}

async function run(
  duckdb: typeof DuckDB,
  connection: DuckDB.DuckDBConnection,
  { query, source, options, stop }: Reading,
): Promise<Table> {
  // What a query gives must not depend on where its machine stands.
  await connection.run("SET TimeZone = 'UTC'");
  if (options.directory !== undefined) await connection.run('SET file_search_path = $1', [options.directory]);
  const prepared = await onlySelect(duckdb, connection, query, source);
  bindParameters(duckdb, prepared, options.params);
  stop.throwIfStopped();
  const result = await prepared.stream();
  const names = result.columnNames();
  const into = new QueryResult<DuckDBCell>(
    source,
    names,
    (column) => {
      const type = result.columnType(column);
      const reader = readerOf(duckdb, type);
      if (reader) return reader;
      throw unsupportedType(source, names[column] ?? '', type.alias ?? String(type));
    },
    options,
  );
  const turns = new Turns();
  for (;;) {
    stop.throwIfStopped();
    const chunk = await result.fetchChunk();
    if (!chunk || chunk.rowCount === 0) break;
    into.expect(chunk.rowCount);
    copy(chunk, into);
    into.done(chunk.rowCount);
    await turns.pause();
  }
  stop.throwIfStopped();
  return into.table();
}

function copy(chunk: DuckDB.DuckDBDataChunk, into: QueryResult<DuckDBCell>): void {
  for (const [c, { name, push }] of into.columns.entries()) {
    const vector = chunk.getColumnVector(c);
    let row = 0;
    try {
      for (; row < chunk.rowCount; row++) push(vector.getItem(row) as DuckDBCell | null);
    } catch (error) {
      throw into.unfit(error, name, row);
    }
  }
}

/** @throws InvalidInputError - several statements, or one that is no SELECT */
async function onlySelect(
  duckdb: typeof DuckDB,
  connection: DuckDB.DuckDBConnection,
  query: string,
  source: string,
): Promise<DuckDB.DuckDBPreparedStatement> {
  const hint =
    'Pass one SELECT (or FROM ..., VALUES ..., WITH ... SELECT); PIVOT needs its values: ON column IN (...).';
  const statements = await connection.extractStatements(query);
  if (statements.count !== 1) {
    throw new InvalidInputError(`${source} is ${statements.count} statements, not one SELECT`, { hint });
  }
  const prepared = await statements.prepare(0);
  if (prepared.statementType === duckdb.StatementType.SELECT) return prepared;
  throw new InvalidInputError(`${source} is ${duckdb.StatementType[prepared.statementType]}, not SELECT`, { hint });
}

async function loaded(): Promise<typeof DuckDB> {
  try {
    return await loadOptional('@duckdb/node-api', 'readDuckDB', () => import('@duckdb/node-api'));
  } catch (error) {
    if (error instanceof HoldfastError) throw error;
    throw new DatabaseError(`@duckdb/node-api is installed but does not load: ${messageOf(error)}`, {
      hint: 'Install it anew on this machine: npm install @duckdb/node-api',
      cause: error,
    });
  }
}

async function opened(
  duckdb: typeof DuckDB,
  database: string | undefined,
  { threads, memoryLimit }: DuckDBOptions,
): Promise<DuckDB.DuckDBInstance> {
  const settings = {
    // Code from another host, unasked, is nothing that a query may bring about.
    autoinstall_known_extensions: 'false',
    // What does not fit into memory; the default lies in the working directory, or beside the database.
    temp_directory: join(tmpdir(), `holdfast-duckdb-${process.pid}`),
    ...(database !== undefined && { access_mode: 'READ_ONLY' }),
    ...(threads !== undefined && { threads: String(threads) }),
    ...(memoryLimit !== undefined && { memory_limit: memoryLimit }),
  };
  if (database !== undefined) {
    const info = await stat(database).catch((error) => {
      throw unreadable(database, error);
    });
    if (info.isDirectory()) throw unreadable(database, Object.assign(new Error(), { code: 'EISDIR' }));
  }
  try {
    return await duckdb.DuckDBInstance.create(database ?? ':memory:', settings);
  } catch (error) {
    throw openFault(error, database ?? 'memory');
  }
}

function checkOptions(query: string, options: DuckDBOptions): void {
  checkQuery('readDuckDB', query, options, OWN);
  const { threads, memoryLimit, directory } = options;
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1 && threads <= 1024)) {
    throw new ConfigError(`readDuckDB: threads must be an integer from 1 to 1024, got ${String(threads)}`, {
      hint: 'Leave it out to use every core.',
    });
  }
  if (
    memoryLimit !== undefined &&
    !(typeof memoryLimit === 'string' && /^\d+(\.\d+)? ?[KMGT]i?B$/i.test(memoryLimit))
  ) {
    throw new ConfigError(`readDuckDB: memoryLimit '${String(memoryLimit)}' is no size`, { hint: "Such as '2GB'." });
  }
  if (directory !== undefined && (typeof directory !== 'string' || directory === '')) {
    throw new ConfigError('readDuckDB: directory is no path', { hint: 'Relative paths in the query start there.' });
  }
}
