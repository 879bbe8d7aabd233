/** Values for the placeholders of a DuckDB statement. */
import type * as DuckDB from '@duckdb/node-api';
import { ConfigError } from '../../core/errors.js';
import { listed, nearest } from '../../core/text.js';
import { checkParameter, type QueryValue } from './options.js';

/** By position, or by name. */
export type DuckDBParameters = readonly QueryValue[] | Readonly<Record<string, QueryValue>>;

const READER = 'readDuckDB';

/** @throws ConfigError - placeholders without a value, values without a placeholder, values that are none */
export function bindParameters(
  duckdb: typeof DuckDB,
  prepared: DuckDB.DuckDBPreparedStatement,
  params: DuckDBParameters = [],
): void {
  if (params === null || typeof params !== 'object') {
    throw new ConfigError(`${READER}: params are ${params === null ? 'null' : typeof params}`, {
      hint: 'Pass an array of values, or an object from name to value.',
    });
  }
  const wanted = Array.from({ length: prepared.parameterCount }, (_, i) => prepared.parameterName(i + 1));
  const given = new Map<string, unknown>(
    Array.isArray(params) ? params.map((value, i) => [String(i + 1), value]) : Object.entries(params),
  );
  const missing = wanted.filter((name) => !given.has(name));
  const extra = [...given.keys()].filter((name) => !wanted.includes(name));
  if (missing.length > 0 || extra.length > 0) {
    const close = extra[0] === undefined ? undefined : nearest(extra[0], missing);
    throw new ConfigError(
      missing.length > 0
        ? `${READER}: there is no value for ${listed(missing.map((name) => `$${name}`))}`
        : `${READER}: the query has no placeholder for ${listed(extra.map((name) => `$${name}`))}`,
      {
        hint: close
          ? `Did you mean '${close}' by '${extra[0]}'?`
          : `The query has ${wanted.length === 0 ? 'no placeholders' : listed(wanted.map((name) => `$${name}`))}.`,
        details: { missing, extra },
      },
    );
  }
  wanted.forEach((name, i) => {
    const value = given.get(name);
    checkParameter(READER, `$${name}`, value);
    // The package would take a whole number of more than 64 bits for a BIGINT.
    if (typeof value === 'number' && !Number.isSafeInteger(value)) prepared.bindDouble(i + 1, value);
    else if (value instanceof Date) prepared.bindTimestamp(i + 1, new duckdb.DuckDBTimestampValue(micros(value)));
    else prepared.bindValue(i + 1, value as Exclude<QueryValue, Date>);
  });
}

const micros = (time: Date): bigint => BigInt(time.getTime()) * 1000n;
