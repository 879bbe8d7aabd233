/** Where rows come from: a file, or a query of DuckDB or PostgreSQL. No password is taken from a command line or a file, so none is written down. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { ConfigError } from '../core/errors.js';
import type { Table } from '../core/table.js';
import type { ReadOptions } from '../data/byte-source.js';
import { readDuckDB } from '../data/query/duckdb.js';
import type { DuckDBParameters } from '../data/query/duckdb-parameters.js';
import type { QueryValue } from '../data/query/options.js';
import { readPostgres } from '../data/query/postgres.js';
import { readTable } from '../data/read-table.js';
import { scalar } from './parsers.js';

/** Plain data: an interrupted run reads it again. */
export interface DataSource {
  /** A file; with a query: a DuckDB database, the address of a PostgreSQL server, or env:NAME of a variable that holds one. */
  readonly path?: string;
  readonly query?: string;
  readonly params?: DuckDBParameters;
  /** Where relative paths in the query start. */
  readonly directory?: string;
}

export interface SourceFlags {
  data?: string;
  query?: string;
  param?: QueryValue[];
}

const SERVER = /^(postgres(ql)?:\/\/|env:)/;

/** Options for `--data` beside it. */
export function sourceFlags(command: Command): Command {
  return command
    .option(
      '--query <sql>',
      'read by this query: of the DuckDB database in --data, of the PostgreSQL server in --data (its address, or env:NAME), or, without --data, of the files that it names',
    )
    .option('--param <value>', 'value of $1, $2, ... in the query; may be repeated', scalar);
}

/** The source that is meant; undefined for none. @throws ConfigError - parts that do not belong together, a password */
export function sourceOf({ path, query, params }: Omit<DataSource, 'directory'>): DataSource | undefined {
  if (query === undefined) {
    if (params !== undefined) {
      throw new ConfigError('There are parameters, and no query', { hint: 'Give --query, or data.query in the file.' });
    }
    if (path === undefined) return undefined;
    if (!SERVER.test(path)) return { path: resolve(path) };
    throw new ConfigError('Which rows of the database? --query is missing', {
      hint: "Such as --query 'SELECT * FROM bars ORDER BY time'.",
    });
  }
  const asked = { query, ...(params !== undefined && { params }) };
  if (path === undefined) return { ...asked, directory: process.cwd() };
  if (!SERVER.test(path)) return { path: resolve(path), ...asked, directory: process.cwd() };
  if (hasPassword(path)) {
    throw new ConfigError('The address of the database holds a password, which would be written down', {
      hint: 'Leave it out and set PGPASSWORD, or put the whole address into a variable: --data env:DATABASE_URL.',
    });
  }
  return { path, ...asked };
}

function hasPassword(address: string): boolean {
  if (!URL.canParse(address)) return address.includes('@');
  const { password, searchParams } = new URL(address);
  return password !== '' || searchParams.has('password') || searchParams.has('sslpassword');
}

/** @throws ConfigError - an environment variable that is not set; else as the readers do */
export async function readSource(source: DataSource, options: ReadOptions): Promise<Table> {
  const { path, query, params, directory } = source;
  if (query === undefined) return readTable(path ?? '', options);
  if (path === undefined || !SERVER.test(path)) {
    return readDuckDB(query, {
      ...options,
      ...(path !== undefined && { database: path }),
      ...(params !== undefined && { params }),
      ...(directory !== undefined && { directory }),
    });
  }
  if (params !== undefined && !Array.isArray(params)) {
    throw new ConfigError('PostgreSQL has no named parameters', { hint: 'Give params as a list, for $1, $2, ...' });
  }
  const values = params as readonly QueryValue[] | undefined;
  return readPostgres(query, { ...options, url: addressOf(path), ...(values && { params: values }) });
}

function addressOf(path: string): string {
  if (!path.startsWith('env:')) return path;
  const name = path.slice('env:'.length);
  const url = process.env[name];
  if (url !== undefined && url !== '') return url;
  throw new ConfigError(`The environment variable ${name.slice(0, 100)} is not set`, {
    hint: 'It holds the address of the database: postgresql://user:password@host:5432/database.',
  });
}
