/**
 * A PostgreSQL query to `Table`, through the package `pg`: an optional package, loaded on first use. The server gives its rows in batches and
 * waits between them, in a transaction that only reads: memory holds the table and a batch.
 */
import { Socket } from 'node:net';
import type pg from 'pg';
import type { Address } from '../../core/database-address.js';
import { ConfigError, type InvalidInputError } from '../../core/errors.js';
import { loadOptional } from '../../core/optional.js';
import type { Table } from '../../core/table.js';
import { checkParameter, checkQuery, type QueryOptions, type QueryValue } from './options.js';
import { serverAddress } from './postgres-address.js';
import { postgresFault } from './postgres-faults.js';
import { PostgresRows, streamRows, UnknownType } from './postgres-rows.js';
import { unsupportedType } from './result.js';
import { Stop } from './stop.js';

/** What a PostgreSQL query reads from, and how. */
export interface PostgresQueryOptions extends QueryOptions {
  /**
   * 'postgresql://user:password@host:5432/database', with `?sslmode=...` and the like. Default, as in libpq: the environment variables PGHOST,
   * PGPORT, PGDATABASE, PGUSER.
   */
  readonly url?: string;
  /** Default: the one of `url`, else PGPASSWORD, else ~/.pgpass. */
  readonly password?: string;
  /** Values of `$1`, `$2`, ... */
  readonly params?: readonly QueryValue[];
}

const CONNECT_MS = 10_000;
/** What is left to do when the caller does not wait any more. */
const GOODBYE_MS = 2000;

/** The session says the same wherever server and client stand, and floats in full. */
const BEGIN = `BEGIN TRANSACTION READ ONLY; SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO'; SET LOCAL extra_float_digits = 3`;
/** Types of text that are not PostgreSQL's own: enums, citext. */
const SESSION = `SELECT pg_backend_pid() AS pid, ARRAY(SELECT oid::int8::text FROM pg_type WHERE typcategory IN ('E', 'S')) AS texts`;

/**
 * Reads the result of one query. Integers, floats, numeric and booleans become numeric columns, text, enums and UUIDs categorical, dates and
 * timestamps time (ms, UTC); NULL is missing. One statement, in a transaction that only reads, in the time zone UTC. Rows come in the order of
 * the query's ORDER BY, without one in any. No message has the password.
 *
 * @throws MissingDependencyError - `pg` is not installed
 * @throws ConfigError - wrong options or parameters
 * @throws InvalidInputError - SQL that the server refuses, writing, no rows, too many, two columns of one name, a type without a
 *   counterpart, a whole number beyond 2^53; row and column are named
 * @throws DatabaseError - no connection, refused, lost while reading (nothing is kept), not done within `timeout`
 *
 * @example
 * const bars = await readPostgres('SELECT * FROM bars WHERE symbol = $1 ORDER BY time', {
 *   url: process.env.DATABASE_URL,
 *   params: ['ES'],
 * });
 */
export async function readPostgres(query: string, options: PostgresQueryOptions = {}): Promise<Table> {
  checkOptions(query, options);
  const address = serverAddress(options.url, options.password);
  const source = `PostgreSQL query (${address.description})`;
  const socket = new Socket();
  const stop = new Stop(source, options, () => socket.destroy());
  const connect = (): pg.Client => connection(loaded, address, new Socket());
  const values = (options.params ?? []).map(written);
  let loaded: typeof pg;
  let pid: number | undefined;
  let rows: PostgresRows | undefined;
  try {
    ({ default: loaded } = await loadOptional('pg', 'readPostgres', () => import('pg')));
    stop.throwIfStopped();
    const client = connection(loaded, address, socket);
    const unlessStopped = <T>(work: Promise<T>): Promise<T> => Promise.race([work, stop.happened]);
    await unlessStopped(client.connect());
    await unlessStopped(client.query(BEGIN));
    const [session] = (await unlessStopped(client.query<Session>(SESSION))).rows;
    pid = session?.pid;
    rows = new PostgresRows(source, new Set(session?.texts.map(Number)), options);
    const result = await unlessStopped(streamRows(loaded, client, { text: query, values }, rows));
    await unlessStopped(client.query('COMMIT'));
    await client.end();
    return await result.table();
  } catch (error) {
    socket.destroy();
    if (stop.reason) {
      if (pid !== undefined) await farewell(connect(), 'SELECT pg_cancel_backend($1)', [pid]);
      throw stop.reason;
    }
    if (error instanceof UnknownType) throw await named(error, source, connect());
    throw postgresFault(error, { source, scrub: address.scrub, rows: rows?.count ?? 0 });
  } finally {
    stop.release();
    socket.destroy();
  }
}

interface Session {
  readonly pid: number;
  readonly texts: readonly string[];
}

function connection({ Client }: typeof pg, address: Address, socket: Socket): pg.Client {
  const client = new Client({
    connectionString: address.url,
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    application_name: 'holdfast',
    stream: () => socket,
  });
  // What happens to a connection its queries tell too; an event without a listener would end the process.
  client.on('error', () => {});
  return client;
}

/** One more statement on a connection of its own, for which nobody waits long; undefined where it did not succeed. */
async function farewell(client: pg.Client, text: string, values: readonly unknown[]): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, GOODBYE_MS, undefined);
  });
  const asked = async (): Promise<unknown> => {
    await client.connect();
    const { rows } = await client.query<unknown[]>({ text, values: [...values], rowMode: 'array' });
    return rows[0]?.[0];
  };
  try {
    return await Promise.race([asked().catch(() => undefined), late]);
  } finally {
    clearTimeout(timer);
    client.connection.stream.destroy();
  }
}

async function named({ field }: UnknownType, source: string, client: pg.Client): Promise<InvalidInputError> {
  const type = await farewell(client, 'SELECT format_type($1, $2)', [field.dataTypeID, field.dataTypeModifier]);
  return unsupportedType(source, field.name, typeof type === 'string' ? type : `of type ${field.dataTypeID}`);
}

/** A parameter as the server reads it. A `Date` says UTC itself: pg would write it in the zone of this machine. */
function written(value: QueryValue): string | null {
  if (value === null) return null;
  return value instanceof Date ? value.toISOString() : String(value);
}

function checkOptions(query: string, options: PostgresQueryOptions): void {
  checkQuery('readPostgres', query, options, ['url', 'password']);
  const { params = [] } = options;
  if (!Array.isArray(params)) {
    throw new ConfigError('readPostgres: params are not an array', { hint: 'One value each for $1, $2, ...' });
  }
  for (const [i, value] of params.entries()) checkParameter('readPostgres', `$${i + 1}`, value);
}
