/**
 * Studies in a journal file of Optuna's format (JSON lines, one operation each): what is made here opens in Python's
 * `JournalStorage(JournalFileBackend(path))` and the other way round, and processes of both may share one file at the same time.
 */
import { randomUUID } from 'node:crypto';
import { ConfigError } from '../../../core/errors.js';
import type { NewTrial, Storage, TrialChange } from '../../storage.js';
import { type Direction, isFinished, type StudyRecord, type TrialRecord } from '../../trial-record.js';
import { noSuchStudy, studyExists } from '../memory.js';
import { directionCode, distributionToJson, stateCode, toNaiveDate } from '../optuna-json.js';
import { notBefore, type TrialBook } from '../trial-book.js';
import { JournalFile } from './file.js';
import { type JournalEntry, JournalReplay, OPERATION } from './replay.js';

/** How the lock of a journal file is treated. */
export interface JournalOptions {
  /** Seconds after which the lock of a process that died is taken away. Default 30. */
  readonly lockGraceSeconds?: number;
}

type Operation = Readonly<Record<string, unknown>> & { readonly op_code: number };

/** A file of changes, in Optuna's format: shared with other processes, and with Python. */
export class JournalFileStorage implements Storage {
  readonly description: string;
  private readonly file: JournalFile;
  private readonly replay = new JournalReplay();
  private readonly id = randomUUID();
  private calls = 0;
  /** One reading or writing after another. */
  private turn: Promise<unknown> = Promise.resolve();

  /** @throws ConfigError - no path, or a grace period that is not positive */
  constructor(path: string, { lockGraceSeconds = 30 }: JournalOptions = {}) {
    if (typeof path !== 'string' || path === '') {
      throw new ConfigError('JournalFileStorage: the path is empty', { hint: "new JournalFileStorage('studies.log')" });
    }
    if (!(lockGraceSeconds > 0)) {
      throw new ConfigError(`JournalFileStorage: lockGraceSeconds ${lockGraceSeconds} is not positive`, {
        hint: 'Default: 30.',
      });
    }
    this.description = path;
    this.file = new JournalFile(path, lockGraceSeconds);
  }

  async createStudy(name: string, directions: readonly Direction[]): Promise<StudyRecord> {
    const entry = { op_code: OPERATION.createStudy, study_name: name, directions: directions.map(directionCode) };
    const made = await this.write([entry], (worker) => {
      const study = this.replay.book.studyNamed(name);
      return study && this.replay.studyOwner(study.id) === worker ? study : undefined;
    });
    return made ?? studyExists(name, this.description);
  }

  /** The study of this name, if there is one. */
  findStudy(name: string): Promise<StudyRecord | undefined> {
    return this.read((book) => book.studyNamed(name));
  }

  /** All studies, in the order in which they were made. */
  listStudies(): Promise<readonly StudyRecord[]> {
    return this.read((book) => book.allStudies());
  }

  async deleteStudy(studyId: number): Promise<void> {
    await this.write([{ op_code: OPERATION.deleteStudy, study_id: studyId }], () => undefined);
  }

  /** Sets an attribute of a study. */
  async setStudyAttribute(
    studyId: number,
    kind: 'userAttr' | 'systemAttr',
    key: string,
    value: unknown,
  ): Promise<void> {
    const attribute = { [key]: value };
    const entry =
      kind === 'userAttr'
        ? { op_code: OPERATION.setStudyUserAttr, study_id: studyId, user_attr: attribute }
        : { op_code: OPERATION.setStudySystemAttr, study_id: studyId, system_attr: attribute };
    await this.write([entry], () => undefined);
  }

  async createTrial(studyId: number, { state, userAttrs = {}, systemAttrs = {} }: NewTrial): Promise<TrialRecord> {
    const datetime_start = state === 'running' ? toNaiveDate(new Date()) : null;
    const template = {
      distributions: {},
      params: {},
      user_attrs: userAttrs,
      system_attrs: systemAttrs,
      intermediate_values: {},
    };
    const made = await this.write(
      [
        {
          op_code: OPERATION.createTrial,
          study_id: studyId,
          datetime_start,
          ...(state === 'waiting' && { state: stateCode(state), value: null, values: null, ...template }),
        },
      ],
      (worker) => this.replay.createdBy(worker),
    );
    return made ?? noSuchStudy(this.description);
  }

  async claimTrial(trialId: number): Promise<boolean> {
    const waiting = await this.read((book) => book.trial(trialId)?.state === 'waiting');
    if (!waiting) return false;
    const entry = {
      trial_id: trialId,
      state: stateCode('running'),
      values: null,
      datetime_start: toNaiveDate(new Date()),
    };
    return this.write(
      [{ op_code: OPERATION.setTrialStateValues, ...entry }],
      (worker) => this.replay.ownerOf(trialId) === worker,
    );
  }

  async updateTrial(trialId: number, changes: readonly TrialChange[]): Promise<boolean> {
    const open = await this.read((book) => book.trial(trialId));
    if (!open || isFinished(open.state)) return false;
    const at = notBefore(open.startedAt, new Date());
    return this.write(
      changes.map((change) => operationOf(trialId, change, at)),
      (worker) => {
        const record = this.replay.book.trial(trialId);
        return record !== undefined && (!isFinished(record.state) || this.replay.endedBy(trialId) === worker);
      },
    );
  }

  readTrials(studyId: number, from: number): Promise<readonly TrialRecord[]> {
    return this.read((book) => book.trialsFrom(studyId, from));
  }

  private read<T>(look: (book: TrialBook) => T): Promise<T> {
    return this.inTurn(async () => {
      await this.catchUp();
      return look(this.replay.book);
    });
  }

  /** Appends, reads back, and tells what came of it: between the two others may have written. */
  private write<T>(operations: readonly Operation[], outcome: (worker: string) => T): Promise<T> {
    // A name of its own for each call says afterwards whether it was this one that had an effect.
    const worker = `${this.id}-${this.calls++}`;
    const entries = operations.map(({ op_code, ...rest }): JournalEntry => ({ op_code, worker_id: worker, ...rest }));
    return this.inTurn(async () => {
      await this.file.append(entries);
      await this.catchUp();
      return outcome(worker);
    });
  }

  private async catchUp(): Promise<void> {
    for (const entry of await this.file.read()) this.replay.apply(entry);
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.turn.then(work);
    this.turn = next.catch(() => {});
    return next;
  }
}

/** `at`: when it ended, if it did. */
function operationOf(trial_id: number, change: TrialChange, at: Date): Operation {
  switch (change.kind) {
    case 'param': {
      const { name, value, distribution } = change;
      const fields = { param_name: name, param_value_internal: value, distribution: distributionToJson(distribution) };
      return { op_code: OPERATION.setTrialParam, trial_id, ...fields };
    }
    case 'intermediate': {
      const { step, value } = change;
      return { op_code: OPERATION.setTrialIntermediateValue, trial_id, step, intermediate_value: value };
    }
    case 'userAttr':
      return { op_code: OPERATION.setTrialUserAttr, trial_id, user_attr: { [change.key]: change.value } };
    case 'systemAttr':
      return { op_code: OPERATION.setTrialSystemAttr, trial_id, system_attr: { [change.key]: change.value } };
    case 'finish': {
      const state = stateCode(change.state);
      const datetime_complete = toNaiveDate(at);
      return {
        op_code: OPERATION.setTrialStateValues,
        trial_id,
        state,
        values: change.values ?? null,
        datetime_complete,
      };
    }
  }
}
