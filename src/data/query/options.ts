/** What queries are read with: parameters, limits, progress and cancelling. */
import { ConfigError } from '../../core/errors.js';
import type { ProgressListener } from '../../core/progress.js';
import { listed, nearest } from '../../core/text.js';

/** A parameter of a query. A `Date` is a point in time in UTC, null is NULL. */
export type QueryValue = string | number | bigint | boolean | Date | null;

/** What every reader of a database takes. */
export interface QueryOptions {
  /** Refuse a result with more rows than this. */
  readonly maxRows?: number;
  /** Give up after so many seconds, connecting included. Default: never. */
  readonly timeout?: number;
  /** Events of phase 'read': `step` is the number of rows so far; how many there will be nobody knows. */
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

const COMMON = ['params', 'maxRows', 'timeout', 'onProgress', 'signal'];

/** @throws ConfigError - no query, an option that does not exist, a limit that is none, a parameter that no query takes */
export function checkQuery(
  reader: string,
  query: unknown,
  options: QueryOptions & { readonly params?: unknown },
  own: readonly string[],
): void {
  if (typeof query !== 'string' || query.trim() === '') {
    throw new ConfigError(`${reader}: the query is ${typeof query === 'string' ? 'empty' : typeof query}, not SQL`, {
      hint: "Such as 'SELECT * FROM bars WHERE symbol = $1', with the values in `params`.",
    });
  }
  if (options === null || typeof options !== 'object') {
    throw new ConfigError(`${reader}: the options are ${options === null ? 'null' : typeof options}, not an object`, {
      hint: 'Pass an object, or nothing.',
    });
  }
  const known = [...COMMON, ...own];
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    const close = nearest(key, known);
    throw new ConfigError(`${reader}: unknown option '${key.slice(0, 100)}'`, {
      hint: close ? `Did you mean '${close}'?` : `Options: ${listed(known, known.length)}.`,
      details: { key, nearest: close },
    });
  }
  const { maxRows, timeout } = options;
  if (maxRows !== undefined && !(Number.isSafeInteger(maxRows) && maxRows > 0)) {
    throw new ConfigError(`${reader}: maxRows must be a positive integer, got ${String(maxRows)}`, {
      hint: 'Leave it out to read every row.',
    });
  }
  if (timeout !== undefined && !(typeof timeout === 'number' && timeout > 0 && timeout <= LONGEST)) {
    throw new ConfigError(`${reader}: timeout must be a positive number of seconds, got ${String(timeout)}`, {
      hint: `At most ${LONGEST}; leave it out to wait for ever.`,
    });
  }
}

/** Seconds that a timer can count. */
const LONGEST = 2_000_000;

/** @throws ConfigError - a value that is no parameter */
export function checkParameter(reader: string, name: string, value: unknown): void {
  const fits =
    value === null ||
    ['string', 'number', 'bigint', 'boolean'].includes(typeof value) ||
    (value instanceof Date && !Number.isNaN(value.getTime()));
  if (fits) return;
  const what = value instanceof Date ? 'an invalid Date' : value === undefined ? 'undefined' : `a ${typeof value}`;
  throw new ConfigError(`${reader}: parameter ${name} is ${what}`, {
    hint: 'Parameters are text, numbers, bigints, booleans, Dates or null.',
    details: { parameter: name },
  });
}
