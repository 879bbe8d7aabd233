/** What a feature server answers, checked: one vector of values, statuses and times for each name, in the order of what was asked. */
import { parseTimestamp } from '../../core/time.js';

/** What the server says of one value; only a PRESENT one is used. */
export type FeatureStatus = 'INVALID' | 'PRESENT' | 'NULL_VALUE' | 'NOT_FOUND' | 'OUTSIDE_MAX_AGE';

const STATUSES = new Set<unknown>(['INVALID', 'PRESENT', 'NULL_VALUE', 'NOT_FOUND', 'OUTSIDE_MAX_AGE']);

/** One value as a feature server sends it. */
export type OnlineValue = number | string | boolean | null;

/** One name of an answer; all arrays have one value for each asked entity. */
export interface FeatureVector {
  readonly values: readonly OnlineValue[];
  readonly statuses: readonly FeatureStatus[];
  /** Event times in ms; NaN where the server does not say. */
  readonly times: Float64Array;
}

/** Vectors by name, in the server's order. Throws a plain error that says what is wrong: only the caller knows whose answer it is. */
export function parseAnswer(text: string, rows: number): Map<string, FeatureVector> {
  const answer = object(JSON.parse(text), 'it');
  const { feature_names: listed } = object(answer.metadata, 'metadata');
  // Older servers wrap lists of names.
  const names = array(Array.isArray(listed) ? listed : object(listed, 'feature_names').val, 'feature_names');
  const results = array(answer.results, 'results');
  if (names.length !== results.length) throw new Error(`${names.length} names for ${results.length} results`);
  const vectors = new Map<string, FeatureVector>();
  for (const [i, name] of names.entries()) {
    if (typeof name !== 'string') throw new Error('a name is no text');
    if (vectors.has(name)) throw new Error(`'${name}' is there twice`);
    vectors.set(name, vectorOf(object(results[i], 'a result'), rows, name));
  }
  return vectors;
}

function vectorOf(result: Record<string, unknown>, rows: number, name: string): FeatureVector {
  const values = array(result.values, `the values of '${name}'`);
  const statuses = array(result.statuses, `the statuses of '${name}'`);
  const times = result.event_timestamps === undefined ? undefined : array(result.event_timestamps, 'event_timestamps');
  for (const [list, title] of [[values, 'values'] as const, [statuses, 'statuses'] as const, [times, 'times'] as const])
    if (list && list.length !== rows) throw new Error(`'${name}' has ${list.length} ${title} for ${rows} entities`);
  const odd = statuses.find((status) => !STATUSES.has(status));
  if (odd !== undefined) throw new Error(`'${name}' has the status ${JSON.stringify(odd)}`);
  for (const value of values) {
    if (value !== null && typeof value === 'object') throw new Error(`'${name}' is a list or a map, not one value`);
  }
  return {
    values: values as OnlineValue[],
    statuses: statuses as FeatureStatus[],
    times: Float64Array.from({ length: rows }, (_, i) => (times ? timeOf(times[i], name) : Number.NaN)),
  };
}

function timeOf(value: unknown, name: string): number {
  const time = typeof value === 'string' ? parseTimestamp(value) : Number.NaN;
  if (Number.isNaN(time)) throw new Error(`'${name}' has the time ${JSON.stringify(value)}`);
  return time;
}

function object(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Error(`${what} is no object`);
}

function array(value: unknown, what: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error(`${what} is no list`);
}
