/** Rows of Optuna's tables to records of studies and trials, and values to the columns they are kept in. */
import { type Distribution, type ParamValue, toExternal } from '../../distribution.js';
import type { Direction, StudyRecord, TrialRecord, TrialState } from '../../trial-record.js';
import { damaged, distributionFromJson, fromNaiveDate, storedJson, toNaiveDate } from '../optuna-json.js';
import type { Row, SqlValue } from './database.js';

const STATES: readonly TrialState[] = ['running', 'complete', 'pruned', 'fail', 'waiting'];
/** Texts of distributions repeat from trial to trial; more than these are parsed anew. */
const MOST_DISTRIBUTIONS = 10_000;

export const stateName = (state: TrialState): string => state.toUpperCase();

export function stateOf(text: unknown): TrialState {
  return STATES.find((state) => stateName(state) === text) ?? damaged(`trial state ${String(text)}`);
}

export const dateText = (date: Date): string => toNaiveDate(date).replace('T', ' ');

const dateOf = (text: unknown): Date | undefined =>
  typeof text === 'string' ? fromNaiveDate(text.replace(' ', 'T')) : undefined;

/** What is not finite has a word in a column of its own. */
export function numberColumns(value: number): readonly [value: SqlValue, type: string] {
  if (Number.isFinite(value)) return [value, 'FINITE'];
  return [null, Number.isNaN(value) ? 'NAN' : value > 0 ? 'INF_POS' : 'INF_NEG'];
}

function numberOf(value: unknown, type: unknown): number {
  if (type === 'FINITE') return Number(value);
  return type === 'INF_POS' ? Number.POSITIVE_INFINITY : type === 'INF_NEG' ? Number.NEGATIVE_INFINITY : Number.NaN;
}

/** Rows of (study_id, study_name), and details of (kind, study_id, ord, name, text) in the order of `ord`. */
export function studiesOf(rows: readonly Row[], details: readonly Row[]): StudyRecord[] {
  const grouped = groups(details, 'study_id');
  return rows.map((row) => {
    const directions: Direction[] = [];
    const attributes = { user: {} as Record<string, unknown>, system: {} as Record<string, unknown> };
    for (const { kind, name, text } of grouped.get(Number(row.study_id)) ?? []) {
      if (kind === 'direction') directions.push(directionOf(text));
      else if (kind === 'user' || kind === 'system')
        setOwn(attributes[kind], String(name), storedJson(String(text), 'attribute'));
    }
    return {
      id: Number(row.study_id),
      name: String(row.study_name),
      directions,
      userAttrs: attributes.user,
      systemAttrs: attributes.system,
    };
  });
}

function directionOf(text: unknown): Direction {
  if (text === 'MINIMIZE') return 'minimize';
  return text === 'MAXIMIZE' ? 'maximize' : damaged(`direction ${String(text)}`);
}

export class TrialRows {
  private readonly distributions = new Map<string, Distribution>();

  /**
   * Rows of (trial_id, number, state, datetime_start, datetime_complete), and details of (kind, trial_id, ord, name, value, text) in the
   * order of `ord`.
   */
  records(rows: readonly Row[], details: readonly Row[]): TrialRecord[] {
    const grouped = groups(details, 'trial_id');
    return rows.map((row) => this.record(row, grouped.get(Number(row.trial_id)) ?? []));
  }

  private record(row: Row, details: readonly Row[]): TrialRecord {
    const values: number[] = [];
    const params: Record<string, ParamValue> = {};
    const distributions: Record<string, Distribution> = {};
    const intermediateValues = new Map<number, number>();
    const attributes = { user: {} as Record<string, unknown>, system: {} as Record<string, unknown> };
    for (const { kind, ord, name, value, text } of details) {
      const key = String(name);
      switch (kind) {
        case 'param':
          setOwn(distributions, key, this.distribution(String(text)));
          setOwn(params, key, toExternal(distributions[key], Number(value)));
          break;
        case 'value':
          // A place far behind the others would make a list that takes for ever to walk through.
          if (!(Number(ord) >= 0 && Number(ord) < details.length)) damaged(`number of an objective, ${String(ord)}`);
          values[Number(ord)] = numberOf(value, text);
          break;
        case 'step':
          intermediateValues.set(Number(ord), numberOf(value, text));
          break;
        case 'user':
        case 'system':
          setOwn(attributes[kind], key, storedJson(String(text), 'attribute'));
      }
    }
    return {
      id: Number(row.trial_id),
      number: Number(row.number),
      state: stateOf(row.state),
      values: values.length > 0 ? values : undefined,
      params,
      distributions,
      intermediateValues,
      userAttrs: attributes.user,
      systemAttrs: attributes.system,
      startedAt: dateOf(row.datetime_start),
      completedAt: dateOf(row.datetime_complete),
    };
  }

  private distribution(text: string): Distribution {
    let known = this.distributions.get(text);
    if (!known) {
      if (this.distributions.size >= MOST_DISTRIBUTIONS) this.distributions.clear();
      this.distributions.set(text, (known = distributionFromJson(text)));
    }
    return known;
  }
}

/** Unlike assignment, makes `__proto__` a name like every other. */
function setOwn<T>(record: Record<string, T>, name: string, value: T): void {
  Object.defineProperty(record, name, { value, enumerable: true, configurable: true, writable: true });
}

function groups(rows: readonly Row[], key: string): Map<number, Row[]> {
  const grouped = new Map<number, Row[]>();
  for (const row of rows) {
    const id = Number(row[key]);
    const group = grouped.get(id);
    if (group) group.push(row);
    else grouped.set(id, [row]);
  }
  return grouped;
}
