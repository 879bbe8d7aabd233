/** Studies of one process, gone with it. */
import { ConfigError } from '../../core/errors.js';
import type { NewTrial, Storage, TrialChange } from '../storage.js';
import { type Direction, isFinished, type StudyRecord, type TrialRecord } from '../trial-record.js';
import { TrialBook } from './trial-book.js';

/** Studies of this process alone. */
export class InMemoryStorage implements Storage {
  readonly description = 'memory';
  private readonly book = new TrialBook();

  async createStudy(name: string, directions: readonly Direction[]): Promise<StudyRecord> {
    return this.book.createStudy(name, directions) ?? studyExists(name, this.description);
  }

  /** The study of this name, if there is one. */
  async findStudy(name: string): Promise<StudyRecord | undefined> {
    return this.book.studyNamed(name);
  }

  /** All studies, in the order in which they were made. */
  async listStudies(): Promise<readonly StudyRecord[]> {
    return this.book.allStudies();
  }

  async deleteStudy(studyId: number): Promise<void> {
    this.book.deleteStudy(studyId);
  }

  /** Sets an attribute of a study. */
  async setStudyAttribute(
    studyId: number,
    kind: 'userAttr' | 'systemAttr',
    key: string,
    value: unknown,
  ): Promise<void> {
    this.book.setStudyAttribute(studyId, kind, { [key]: value });
  }

  async createTrial(studyId: number, trial: NewTrial): Promise<TrialRecord> {
    return this.book.createTrial(studyId, freshTrial(trial, new Date())) ?? noSuchStudy(this.description);
  }

  async claimTrial(trialId: number): Promise<boolean> {
    return this.book.claim(trialId, new Date());
  }

  async updateTrial(trialId: number, changes: readonly TrialChange[]): Promise<boolean> {
    const record = this.book.trial(trialId);
    if (!record || isFinished(record.state)) return false;
    const now = new Date();
    for (const change of changes) this.book.change(trialId, change, now);
    return true;
  }

  async readTrials(studyId: number, from: number): Promise<readonly TrialRecord[]> {
    return this.book.trialsFrom(studyId, from);
  }
}

/** A trial that nothing has happened to yet. */
export function freshTrial(
  { state, userAttrs = {}, systemAttrs = {} }: NewTrial,
  at: Date,
): Omit<TrialRecord, 'id' | 'number'> {
  return {
    state,
    values: undefined,
    params: {},
    distributions: {},
    intermediateValues: new Map(),
    userAttrs,
    systemAttrs,
    startedAt: state === 'running' ? at : undefined,
    completedAt: undefined,
  };
}

export function studyExists(name: string, where: string): never {
  throw new ConfigError(`A study '${name}' already exists in ${where}`, {
    hint: 'Choose another name, open it with loadStudy, or create it with loadIfExists: true.',
  });
}

export function noSuchStudy(where: string): never {
  throw new ConfigError(`The study is not in ${where} any more`, { hint: 'Another process may have deleted it.' });
}
