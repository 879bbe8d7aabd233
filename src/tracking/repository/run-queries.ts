/** Questions about runs as SQL: what callers give is a parameter, the rest is written here. */
import { ConfigError } from '../../core/errors.js';
import { nearest } from '../../core/text.js';
import { storableText } from './documents.js';
import { RUN_STATUSES, type RunStatus, SELECT_RUNS, type TrainingRunRecord } from './run-record.js';

/** Which runs: those that all of it is true of. */
export interface RunFilter {
  readonly experimentId?: string;
  readonly status?: RunStatus;
  readonly algorithmName?: string;
  readonly framework?: string;
  readonly modelVersionId?: string;
  readonly trainedBy?: string;
  readonly startedAfter?: Date;
  readonly startedBefore?: Date;
}

/** Which runs, and how many at a time. */
export interface ListOptions extends RunFilter {
  /** 1 to 1,000, default 100. */
  readonly limit?: number;
  /** `next` of the page before. */
  readonly after?: string;
}

/** Runs from the latest to the earliest. */
export interface RunPage {
  readonly runs: readonly TrainingRunRecord[];
  /** Where the next page begins; undefined on the last one. Runs that start meanwhile move nothing. */
  readonly next?: string;
}

/** By what runs are compared. */
export interface BestOptions extends RunFilter {
  /** Name of the metric, or the way to it through the metrics document: `['classes', '1', 'f1']`. */
  readonly metric: string | readonly string[];
  readonly direction: 'maximize' | 'minimize';
  /** Whose metrics; default 'validation'. */
  readonly split?: 'train' | 'validation' | 'test';
  /** 1 to 1,000, default 1. */
  readonly limit?: number;
}

export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

const EQUAL = {
  experimentId: 'experiment_id',
  status: 'status',
  algorithmName: 'algorithm_name',
  framework: 'framework',
  modelVersionId: 'model_version_id',
  trainedBy: 'trained_by',
} as const;
const FILTERS = [...Object.keys(EQUAL), 'startedAfter', 'startedBefore'];

class Parameters {
  readonly values: unknown[] = [];

  add(value: unknown, type: string): string {
    this.values.push(value);
    return `$${this.values.length}::${type}`;
  }
}

/** One row more than asked for says whether there is another page. */
export function listStatement(options: ListOptions, limit: number): Statement {
  assertKnown(options, [...FILTERS, 'limit', 'after'], 'list');
  const parameters = new Parameters();
  const conditions = filterConditions(options, parameters);
  if (options.after !== undefined) {
    const { startedAt, id } = cursorOf(options.after);
    conditions.push(
      `(r.started_at, r.training_run_id) < (${parameters.add(startedAt, 'timestamptz')}, ${parameters.add(id, 'text')})`,
    );
  }
  const text = `${withCursor(SELECT_RUNS)} ${where(conditions)}
    ORDER BY r.started_at DESC, r.training_run_id DESC LIMIT ${parameters.add(limit + 1, 'int')}`;
  return { text, values: parameters.values };
}

/** Of equal values the earliest run, of equal times the smallest id. Runs without a finite number there are left out. */
export function bestStatement(options: BestOptions, limit: number): Statement {
  assertKnown(options, [...FILTERS, 'metric', 'direction', 'split', 'limit'], 'best');
  const { metric, split = 'validation', direction } = options;
  const path = typeof metric === 'string' ? [metric] : metric;
  if (!Array.isArray(path) || path.length === 0) {
    throw new ConfigError('best: metric is missing', { hint: "Such as 'rocAuc', or a path: ['classes', '1', 'f1']." });
  }
  const column = oneOf(
    { train: 'train_metrics', validation: 'validation_metrics', test: 'test_metrics' },
    split,
    'split',
  );
  const order = oneOf({ maximize: 'DESC', minimize: 'ASC' }, direction, 'direction');
  const parameters = new Parameters();
  const way = parameters.add(
    path.map((key) => storableText(key, 'best: metric')),
    'text[]',
  );
  const conditions = [`jsonb_typeof(r.${column} #> ${way}) = 'number'`, ...filterConditions(options, parameters)];
  const value = `CASE WHEN jsonb_typeof(r.${column} #> ${way}) = 'number' THEN (r.${column} #>> ${way})::numeric END`;
  const text = `${SELECT_RUNS} ${where(conditions)}
    ORDER BY ${value} ${order}, r.started_at, r.training_run_id LIMIT ${parameters.add(limit, 'int')}`;
  return { text, values: parameters.values };
}

export function checkedLimit(limit: unknown, standard: number): number {
  if (limit === undefined) return standard;
  if (typeof limit === 'number' && Number.isInteger(limit) && limit >= 1 && limit <= 1000) return limit;
  throw new ConfigError(`limit ${String(limit)} is no whole number from 1 to 1000`, {
    hint: 'Read on with `after: page.next`.',
  });
}

function filterConditions(filter: RunFilter, parameters: Parameters): string[] {
  if (filter.status !== undefined) {
    oneOf(Object.fromEntries(RUN_STATUSES.map((status) => [status, status])), filter.status, 'status');
  }
  const conditions = Object.entries(EQUAL).flatMap(([field, column]) => {
    const value = filter[field as keyof typeof EQUAL];
    return value === undefined ? [] : [`r.${column} = ${parameters.add(storableText(value, field), 'text')}`];
  });
  for (const [field, comparison] of [
    ['startedAfter', '>='],
    ['startedBefore', '<'],
  ] as const) {
    const time = filter[field];
    if (time === undefined) continue;
    if (!(time instanceof Date) || Number.isNaN(time.getTime())) {
      throw new ConfigError(`${field} is no valid Date`, { hint: "new Date('2026-01-31')" });
    }
    conditions.push(`r.started_at ${comparison} ${parameters.add(time.toISOString(), 'timestamptz')}`);
  }
  return conditions;
}

const where = (conditions: readonly string[]): string =>
  conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';

/** The time as PostgreSQL has it, which counts microseconds. */
const withCursor = (select: string): string =>
  select.replace(
    'SELECT ',
    `SELECT to_char(r.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS cursor_time, `,
  );

export function cursorText(startedAt: unknown, id: unknown): string {
  return Buffer.from(JSON.stringify([startedAt, id])).toString('base64url');
}

function cursorOf(text: string): { startedAt: string; id: string } {
  try {
    const [startedAt, id] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as unknown[];
    if (typeof startedAt === 'string' && !Number.isNaN(Date.parse(startedAt))) {
      return { startedAt, id: storableText(id, 'after') };
    }
  } catch {
    // Told below.
  }
  throw new ConfigError('after is no `next` of a page', { hint: 'Pass what `list` returned, as it is.' });
}

function oneOf<T>(choices: Readonly<Record<string, T>>, value: unknown, what: string): T {
  if (typeof value === 'string' && Object.hasOwn(choices, value)) return choices[value];
  throw new ConfigError(`${what} '${String(value).slice(0, 100)}' is none of ${Object.keys(choices).join(', ')}`, {
    hint: `Choose one of ${Object.keys(choices).join(', ')}.`,
  });
}

function assertKnown(options: object, known: readonly string[], what: string): void {
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    const close = nearest(key, known);
    throw new ConfigError(`${what}: unknown option '${key.slice(0, 100)}'`, {
      hint: close ? `Did you mean '${close}'?` : `Options: ${known.join(', ')}.`,
    });
  }
}
