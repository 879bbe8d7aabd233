/** What is kept of a trial, and of a study: plain data that a storage writes and every part of tuning reads. */
import type { Distribution, ParamValue } from './distribution.js';

/** Whether less or more is better. */
export type Direction = 'minimize' | 'maximize';
/** How far a trial is. */
export type TrialState = 'running' | 'complete' | 'pruned' | 'fail' | 'waiting';
/** Values that JSON can hold, by key. */
export type Attributes = Readonly<Record<string, unknown>>;

/** What a storage knows of a trial. */
export interface TrialRecord {
  /** Unique in its storage. */
  readonly id: number;
  /** 0, 1, 2, ... within its study, in the order the trials were made. */
  readonly number: number;
  readonly state: TrialState;
  /** One for each direction; a pruned trial has the value it reported last. */
  readonly values: readonly number[] | undefined;
  /** In the order they were suggested. */
  readonly params: Readonly<Record<string, ParamValue>>;
  readonly distributions: Readonly<Record<string, Distribution>>;
  /** Reported values by step. */
  readonly intermediateValues: ReadonlyMap<number, number>;
  readonly userAttrs: Attributes;
  readonly systemAttrs: Attributes;
  readonly startedAt: Date | undefined;
  readonly completedAt: Date | undefined;
}

/** What a storage knows of a study. */
export interface StudyRecord {
  readonly id: number;
  readonly name: string;
  readonly directions: readonly Direction[];
  readonly userAttrs: Attributes;
  readonly systemAttrs: Attributes;
}

/** Attribute that holds why a trial failed. */
export const FAIL_REASON = 'fail_reason';
/** Attribute that holds a trial's constraint values, as Optuna names it: feasible where none is above 0. */
export const CONSTRAINTS = 'constraints';
/** Attribute that holds values a waiting trial was made for, as Optuna names it. */
export const FIXED_PARAMS = 'fixed_params';

export const isFinished = (state: TrialState): boolean => state !== 'running' && state !== 'waiting';

/** Why a trial failed, in words; undefined for others. */
export function failReason(record: TrialRecord): string | undefined {
  const reason = record.systemAttrs[FAIL_REASON];
  return record.state === 'fail' && typeof reason === 'string' ? reason : undefined;
}

/** The step reported last (the largest) and its value. */
export function lastReport(
  record: Pick<TrialRecord, 'intermediateValues'>,
): readonly [step: number, value: number] | undefined {
  let last: readonly [number, number] | undefined;
  for (const entry of record.intermediateValues) if (!last || entry[0] > last[0]) last = entry;
  return last;
}

/** Sum of the constraint values above 0: 0 for a feasible trial, and for one without constraints. */
export function violation(record: TrialRecord): number {
  const values = record.systemAttrs[CONSTRAINTS];
  if (!Array.isArray(values)) return 0;
  let sum = 0;
  for (const value of values) if (typeof value === 'number' && value > 0) sum += value;
  return sum;
}
