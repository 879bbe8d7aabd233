/**
 * Where studies live. Several processes may share one storage: it hands out trial numbers without gaps or doubles, and of two writers
 * of one trial's end only the first counts. Errors of the medium (a lost connection, a full disk) are retried by the storage itself
 * where that can help, and then rejected with.
 */
import type { Distribution } from './distribution.js';
import type { Attributes, Direction, StudyRecord, TrialRecord, TrialState } from './trial-record.js';

/** One fact about a trial, in the order they came to be. */
export type TrialChange =
  | { readonly kind: 'param'; readonly name: string; readonly value: number; readonly distribution: Distribution }
  | { readonly kind: 'intermediate'; readonly step: number; readonly value: number }
  | { readonly kind: 'userAttr' | 'systemAttr'; readonly key: string; readonly value: unknown }
  | { readonly kind: 'finish'; readonly state: TrialState; readonly values?: readonly number[] };

/** What a new trial starts with; one that is 'waiting' is run by whoever claims it first. */
export interface NewTrial {
  readonly state: 'running' | 'waiting';
  readonly userAttrs?: Attributes;
  readonly systemAttrs?: Attributes;
}

/** Where the trials of studies are kept. Several processes may share one. */
export interface Storage {
  /** For messages: 'memory', a file's path, a database's address without its password. */
  readonly description: string;

  /** @throws ConfigError - a study of this name exists; of two processes that create one at once, one gets this */
  createStudy(name: string, directions: readonly Direction[]): Promise<StudyRecord>;
  /** The study of this name, if there is one. */
  findStudy(name: string): Promise<StudyRecord | undefined>;
  /** All studies, in the order in which they were made. */
  listStudies(): Promise<readonly StudyRecord[]>;
  /** With its trials. */
  deleteStudy(studyId: number): Promise<void>;
  /** Sets an attribute of a study. */
  setStudyAttribute(studyId: number, kind: 'userAttr' | 'systemAttr', key: string, value: unknown): Promise<void>;

  /** Numbers are given out in the order of creation: each once, without a gap, whoever asks at the same time. */
  createTrial(studyId: number, trial: NewTrial): Promise<TrialRecord>;
  /** Makes a waiting trial running; true for exactly one of all callers. */
  claimTrial(trialId: number): Promise<boolean>;
  /** Writes all of it or nothing; false (and nothing) if the trial is already finished. */
  updateTrial(trialId: number, changes: readonly TrialChange[]): Promise<boolean>;
  /** Trials of number `from` and up, in their order. What is returned never changes afterwards. */
  readTrials(studyId: number, from: number): Promise<readonly TrialRecord[]>;

  /** Seconds between two signs of life of a running trial, the first being its start; undefined: trials are never taken for dead. */
  readonly heartbeatInterval?: number;
  /** A sign of life of a running trial. */
  heartbeat?(trialId: number): Promise<void>;
  /** Marks trials without a sign of life for longer than the storage's grace period as failed; returns those this call marked. */
  failStaleTrials?(studyId: number): Promise<readonly TrialRecord[]>;

  /** Gives back connections and files; a storage of several processes stays as it is. */
  close?(): Promise<void>;
}
