/**
 * Studies in the tables of Optuna's `RDBStorage`, whatever the database: numbers are given out under a lock of the study, a trial's facts
 * and its end are written together, and who gives no sign of life for too long is taken for dead.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ConfigError } from '../../../core/errors.js';
import { nearest } from '../../../core/text.js';
import type { NewTrial, Storage, TrialChange } from '../../storage.js';
import {
  type Attributes,
  type Direction,
  FAIL_REASON,
  isFinished,
  type StudyRecord,
  type TrialRecord,
} from '../../trial-record.js';
import { freshTrial, noSuchStudy, studyExists } from '../memory.js';
import { distributionToJson, toPythonJson } from '../optuna-json.js';
import type { Database, Row, Session, SqlValue } from './database.js';
import { dateText, numberColumns, stateName, stateOf, studiesOf, TrialRows } from './rows.js';
import { prepareSchema } from './schema.js';

/** What storages in databases have in common. */
export interface RdbOptions {
  /** Seconds between two signs of life of a running trial; null: none, and nobody is taken for dead. Default 60. */
  readonly heartbeatInterval?: number | null;
  /** Seconds without a sign of life after which a trial has failed. Default: two intervals. */
  readonly gracePeriod?: number;
  /** Seconds for which a database that is away or busy is tried again, at growing distances. Default 30. */
  readonly retrySeconds?: number;
}

const DEFAULT_HEARTBEAT = 60;
export const DEFAULT_RETRY_SECONDS = 30;
/** Trials read, or rows written, by one statement: longer lists would hold up the event loop. */
const BLOCK = 500;

/** A clock that is set back ends no trial ($3) before it began. */
const NOT_BEFORE_START = 'CASE WHEN datetime_start > $3 THEN datetime_start ELSE $3 END';

const TRIAL_COLUMNS =
  'trial_id, number, CAST(state AS text) AS state, CAST(datetime_start AS text) AS datetime_start, CAST(datetime_complete AS text) AS datetime_complete';

/** Tables that hold facts about a trial, the columns that name a fact, and those that hold it. */
const FACTS = {
  param: { table: 'trial_params', key: 'param_name', columns: ['param_value', 'distribution_json'] },
  value: { table: 'trial_values', key: 'objective', columns: ['value', 'value_type'] },
  intermediate: {
    table: 'trial_intermediate_values',
    key: 'step',
    columns: ['intermediate_value', 'intermediate_value_type'],
  },
  userAttr: { table: 'trial_user_attributes', key: 'key', columns: ['value_json'] },
  systemAttr: { table: 'trial_system_attributes', key: 'key', columns: ['value_json'] },
} as const;

type Facts = Record<keyof typeof FACTS, Map<string | number, readonly SqlValue[]>>;

/** What `SqliteStorage` and `PostgresStorage` have in common. */
export class RdbStorage implements Storage {
  readonly description: string;
  readonly heartbeatInterval: number | undefined;
  private readonly gracePeriod: number;
  private readonly rows = new TrialRows();
  private prepared: Promise<void> | undefined;
  /** When stale trials were looked for, by study. */
  private readonly looks = new Map<number, number>();

  /** Use `SqliteStorage` or `PostgresStorage`. */
  protected constructor(
    private readonly database: Database,
    options: RdbOptions,
  ) {
    const { heartbeatInterval = DEFAULT_HEARTBEAT } = options;
    this.description = database.description;
    this.heartbeatInterval = heartbeatInterval ?? undefined;
    this.gracePeriod = options.gracePeriod ?? 2 * (heartbeatInterval ?? DEFAULT_HEARTBEAT);
  }

  async createStudy(name: string, directions: readonly Direction[]): Promise<StudyRecord> {
    const id = await this.transaction(async (session) => {
      const [made] = await session.all(
        'INSERT INTO studies (study_name) VALUES ($1) ON CONFLICT (study_name) DO NOTHING RETURNING study_id',
        [name],
      );
      if (!made) return undefined;
      for (const [objective, direction] of directions.entries()) {
        await session.all('INSERT INTO study_directions (direction, study_id, objective) VALUES ($1, $2, $3)', [
          direction.toUpperCase(),
          Number(made.study_id),
          objective,
        ]);
      }
      return Number(made.study_id);
    });
    if (id === undefined) return studyExists(name, this.description);
    return { id, name, directions: [...directions], userAttrs: {}, systemAttrs: {} };
  }

  async findStudy(name: string): Promise<StudyRecord | undefined> {
    const [study] = await this.studies('WHERE study_name = $1', [name]);
    return study;
  }

  listStudies(): Promise<readonly StudyRecord[]> {
    return this.studies('', []);
  }

  async deleteStudy(studyId: number): Promise<void> {
    await this.transaction(async (session) => {
      await this.lockStudy(session, studyId);
      const ofStudy = 'trial_id IN (SELECT trial_id FROM trials WHERE study_id = $1)';
      for (const { table } of [...Object.values(FACTS), { table: 'trial_heartbeats' }]) {
        await session.all(`DELETE FROM ${table} WHERE ${ofStudy}`, [studyId]);
      }
      for (const table of [
        'trials',
        'study_directions',
        'study_user_attributes',
        'study_system_attributes',
        'studies',
      ]) {
        await session.all(`DELETE FROM ${table} WHERE study_id = $1`, [studyId]);
      }
    });
  }

  async setStudyAttribute(
    studyId: number,
    kind: 'userAttr' | 'systemAttr',
    key: string,
    value: unknown,
  ): Promise<void> {
    const table = kind === 'userAttr' ? 'study_user_attributes' : 'study_system_attributes';
    await this.transaction(async (session) => {
      if (!(await this.lockStudy(session, studyId))) noSuchStudy(this.description);
      await session.all(
        `INSERT INTO ${table} (study_id, key, value_json) VALUES ($1, $2, $3) ON CONFLICT (study_id, key) DO UPDATE SET value_json = excluded.value_json`,
        [studyId, key, toPythonJson(value)],
      );
    });
  }

  async createTrial(studyId: number, trial: NewTrial): Promise<TrialRecord> {
    const at = new Date();
    const { state, userAttrs = {}, systemAttrs = {} } = trial;
    const made = await this.transaction(async (session) => {
      // Others wait here, so that no two count the same trials.
      if (!(await this.lockStudy(session, studyId))) noSuchStudy(this.description);
      const [row] = await session.all(
        `INSERT INTO trials (number, study_id, state, datetime_start)
         VALUES ((SELECT count(*) FROM trials WHERE study_id = $1), $1, $2, $3) RETURNING trial_id, number`,
        [studyId, stateName(state), state === 'running' ? dateText(at) : null],
      );
      const id = Number(row.trial_id);
      const facts = noFacts();
      addAttributes(facts, 'userAttr', userAttrs);
      addAttributes(facts, 'systemAttr', systemAttrs);
      await writeFacts(session, id, facts);
      if (state === 'running') await this.beat(session, id);
      return { id, number: Number(row.number) };
    });
    return { ...freshTrial(trial, at), ...made };
  }

  claimTrial(trialId: number): Promise<boolean> {
    return this.transaction(async (session) => {
      const claimed = await session.all(
        "UPDATE trials SET state = 'RUNNING', datetime_start = $2 WHERE trial_id = $1 AND state = 'WAITING' RETURNING trial_id",
        [trialId, dateText(new Date())],
      );
      if (claimed.length > 0) await this.beat(session, trialId);
      return claimed.length > 0;
    });
  }

  updateTrial(trialId: number, changes: readonly TrialChange[]): Promise<boolean> {
    const { facts, end } = factsOf(changes);
    const at = dateText(new Date());
    return this.transaction(async (session) => {
      const [row] = await session.all(
        `SELECT CAST(state AS text) AS state FROM trials WHERE trial_id = $1${this.database.dialect.forUpdate}`,
        [trialId],
      );
      if (!row || isFinished(stateOf(row.state))) return false;
      await writeFacts(session, trialId, facts);
      if (end) {
        await session.all(`UPDATE trials SET state = $2, datetime_complete = ${NOT_BEFORE_START} WHERE trial_id = $1`, [
          trialId,
          stateName(end.state),
          at,
        ]);
      }
      return true;
    });
  }

  async readTrials(studyId: number, from: number): Promise<readonly TrialRecord[]> {
    const records: TrialRecord[] = [];
    for (let next = from; ; next = records[records.length - 1].number + 1) {
      const rows = await this.run(
        `SELECT ${TRIAL_COLUMNS} FROM trials WHERE study_id = $1 AND number >= $2 ORDER BY number LIMIT ${BLOCK}`,
        [studyId, next],
      );
      records.push(...(await this.withDetails(rows)));
      if (rows.length < BLOCK) return records;
      await nextTurn();
    }
  }

  async heartbeat(trialId: number): Promise<void> {
    await this.run(this.beatStatement(), [trialId]);
  }

  async failStaleTrials(studyId: number): Promise<readonly TrialRecord[]> {
    const { heartbeatInterval, gracePeriod } = this;
    if (heartbeatInterval === undefined) return [];
    const now = performance.now();
    // Each new trial asks for it; nothing becomes stale that fast.
    if (now - (this.looks.get(studyId) ?? -Infinity) < Math.min(1000, heartbeatInterval * 250)) return [];
    this.looks.set(studyId, now);
    const { olderThan } = this.database.dialect;
    const stale = `study_id = $1 AND state = 'RUNNING' AND trial_id IN (SELECT trial_id FROM trial_heartbeats WHERE ${olderThan('heartbeat', '$2')})`;
    const found = await this.run(`SELECT trial_id FROM trials WHERE ${stale}`, [studyId, gracePeriod]);
    if (found.length === 0) return [];
    const facts = noFacts();
    addAttributes(facts, 'systemAttr', { [FAIL_REASON]: `no sign of life of its worker for ${gracePeriod} s` });
    const marked = await this.transaction(async (session) => {
      const rows = await session.all(
        `UPDATE trials SET state = 'FAIL', datetime_complete = ${NOT_BEFORE_START} WHERE ${stale} RETURNING trial_id`,
        [studyId, gracePeriod, dateText(new Date())],
      );
      const ids = rows.map((row) => Number(row.trial_id));
      for (const id of ids) await writeFacts(session, id, facts);
      return ids;
    });
    if (marked.length === 0) return [];
    const { dialect } = this.database;
    const rows = await this.run(
      `SELECT ${TRIAL_COLUMNS} FROM trials WHERE ${dialect.among('trial_id', '$1')} ORDER BY number`,
      [dialect.idList(marked)],
    );
    return this.withDetails(rows);
  }

  close(): Promise<void> {
    return this.database.close();
  }

  private async studies(where: string, values: readonly SqlValue[]): Promise<readonly StudyRecord[]> {
    const rows = await this.run(`SELECT study_id, study_name FROM studies ${where} ORDER BY study_id`, values);
    if (rows.length === 0) return [];
    const { dialect } = this.database;
    const some = dialect.among('study_id', '$1');
    const attributes = (kind: string): string =>
      `SELECT '${kind}' AS kind, study_id, study_${kind}_attribute_id AS ord, key AS name, value_json AS text FROM study_${kind}_attributes WHERE ${some}`;
    const details = await this.run(
      `SELECT 'direction' AS kind, study_id, objective AS ord, '' AS name, CAST(direction AS text) AS text FROM study_directions WHERE ${some}
       UNION ALL ${attributes('user')} UNION ALL ${attributes('system')} ORDER BY ord`,
      [dialect.idList(rows.map((row) => Number(row.study_id)))],
    );
    return studiesOf(rows, details);
  }

  private async withDetails(rows: readonly Row[]): Promise<TrialRecord[]> {
    if (rows.length === 0) return [];
    const { dialect } = this.database;
    const some = dialect.among('trial_id', '$1');
    const none = 'CAST(NULL AS double precision)';
    const attributes = (kind: string): string =>
      `SELECT '${kind}', trial_id, trial_${kind}_attribute_id, key, ${none}, value_json FROM trial_${kind}_attributes WHERE ${some}`;
    const details = await this.run(
      `SELECT 'param' AS kind, trial_id, param_id AS ord, param_name AS name, param_value AS value, distribution_json AS text FROM trial_params WHERE ${some}
       UNION ALL SELECT 'value', trial_id, objective, '', value, CAST(value_type AS text) FROM trial_values WHERE ${some}
       UNION ALL SELECT 'step', trial_id, step, '', intermediate_value, CAST(intermediate_value_type AS text) FROM trial_intermediate_values WHERE ${some}
       UNION ALL ${attributes('user')} UNION ALL ${attributes('system')} ORDER BY ord`,
      [dialect.idList(rows.map((row) => Number(row.trial_id)))],
    );
    return this.rows.records(rows, details);
  }

  private async lockStudy(session: Session, studyId: number): Promise<boolean> {
    const found = await session.all(
      `SELECT study_id FROM studies WHERE study_id = $1${this.database.dialect.forUpdate}`,
      [studyId],
    );
    return found.length > 0;
  }

  /** The first sign of life comes with the trial: a worker that dies at once is noticed too. */
  private async beat(session: Session, trialId: number): Promise<void> {
    if (this.heartbeatInterval !== undefined) await session.all(this.beatStatement(), [trialId]);
  }

  private beatStatement(): string {
    return `INSERT INTO trial_heartbeats (trial_id, heartbeat) VALUES ($1, ${this.database.dialect.now})
            ON CONFLICT (trial_id) DO UPDATE SET heartbeat = excluded.heartbeat`;
  }

  private async run(sql: string, values: readonly SqlValue[]): Promise<readonly Row[]> {
    await this.ready();
    return this.database.run(sql, values);
  }

  private async transaction<T>(work: (session: Session) => Promise<T>): Promise<T> {
    await this.ready();
    return this.database.transaction(work);
  }

  /** The tables are there and of the right version; looked at once, unless that fails. */
  private ready(): Promise<void> {
    this.prepared ??= prepareSchema(this.database).catch((error) => {
      this.prepared = undefined;
      throw error;
    });
    return this.prepared;
  }
}

/** @throws ConfigError - an unknown option, or seconds that are none */
export function checkRdbOptions(what: string, options: RdbOptions, more: readonly string[] = []): void {
  const seconds = ['heartbeatInterval', 'gracePeriod', 'retrySeconds'] as const;
  const known = [...seconds, ...more];
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    const close = nearest(unknown, known);
    throw new ConfigError(`${what}: unknown option '${unknown}'`, {
      hint: close ? `Did you mean '${close}'?` : `Valid options: ${known.join(', ')}.`,
    });
  }
  for (const key of seconds) {
    const value = options[key];
    const fits = typeof value === 'number' && Number.isFinite(value) && (value > 0 || key === 'retrySeconds');
    if (value === undefined || (fits && value >= 0) || (value === null && key === 'heartbeatInterval')) continue;
    throw new ConfigError(`${what}: ${key} must be a number of seconds, got ${String(value)}`, {
      hint: 'For example { heartbeatInterval: 60, gracePeriod: 120, retrySeconds: 30 }.',
    });
  }
}

const noFacts = (): Facts => ({
  param: new Map(),
  value: new Map(),
  intermediate: new Map(),
  userAttr: new Map(),
  systemAttr: new Map(),
});

function addAttributes(facts: Facts, kind: 'userAttr' | 'systemAttr', attributes: Attributes): void {
  for (const [key, value] of Object.entries(attributes)) facts[kind].set(key, [toPythonJson(value)]);
}

/** The last of several facts of one name counts. */
function factsOf(changes: readonly TrialChange[]): {
  facts: Facts;
  end: Extract<TrialChange, { kind: 'finish' }> | undefined;
} {
  const facts = noFacts();
  let end: Extract<TrialChange, { kind: 'finish' }> | undefined;
  for (const change of changes) {
    switch (change.kind) {
      case 'param':
        facts.param.set(change.name, [change.value, distributionToJson(change.distribution)]);
        break;
      case 'intermediate':
        facts.intermediate.set(change.step, numberColumns(change.value));
        break;
      case 'userAttr':
      case 'systemAttr':
        facts[change.kind].set(change.key, [toPythonJson(change.value)]);
        break;
      case 'finish':
        end = change;
        for (const [objective, value] of change.values?.entries() ?? [])
          facts.value.set(objective, numberColumns(value));
    }
  }
  return { facts, end };
}

async function writeFacts(session: Session, trialId: number, facts: Facts): Promise<void> {
  for (const kind of ['param', 'value', 'intermediate', 'userAttr', 'systemAttr'] as const) {
    const { table, key, columns } = FACTS[kind];
    const entries = [...facts[kind]];
    for (let from = 0; from < entries.length; from += BLOCK) {
      const values: SqlValue[] = [trialId];
      const rows = entries.slice(from, from + BLOCK).map(([name, columnValues]) => {
        const places = [name, ...columnValues].map((value) => `$${values.push(value)}`);
        return `($1, ${places.join(', ')})`;
      });
      const changes = columns.map((column) => `${column} = excluded.${column}`).join(', ');
      await session.all(
        `INSERT INTO ${table} (trial_id, ${key}, ${columns.join(', ')}) VALUES ${rows.join(', ')} ON CONFLICT (trial_id, ${key}) DO UPDATE SET ${changes}`,
        values,
      );
    }
  }
}
