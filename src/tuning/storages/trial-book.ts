/** Studies and trials in memory, changed by facts one after another: what memory storage is, and what a journal is replayed into. */
import { type Distribution, toExternal } from '../distribution.js';
import type { TrialChange } from '../storage.js';
import { type Attributes, type Direction, isFinished, type StudyRecord, type TrialRecord } from '../trial-record.js';

interface Entry {
  record: StudyRecord;
  /** Ids of its trials, by number. */
  readonly trials: number[];
  /** What each parameter was first suggested from. */
  readonly distributions: Map<string, Distribution>;
}

export class TrialBook {
  private readonly studies = new Map<number, Entry>();
  private readonly trials = new Map<number, { study: number; record: TrialRecord }>();
  private nextStudy = 0;
  private nextTrial = 0;

  /** Undefined if the name is taken. */
  createStudy(name: string, directions: readonly Direction[]): StudyRecord | undefined {
    if (this.studyNamed(name)) return undefined;
    const record: StudyRecord = {
      id: this.nextStudy++,
      name,
      directions: [...directions],
      userAttrs: {},
      systemAttrs: {},
    };
    this.studies.set(record.id, { record, trials: [], distributions: new Map() });
    return record;
  }

  studyNamed(name: string): StudyRecord | undefined {
    return this.allStudies().find((study) => study.name === name);
  }

  allStudies(): StudyRecord[] {
    return [...this.studies.values()].map(({ record }) => record);
  }

  hasStudy(id: number): boolean {
    return this.studies.has(id);
  }

  deleteStudy(id: number): boolean {
    return this.studies.delete(id);
  }

  setStudyAttribute(id: number, kind: 'userAttr' | 'systemAttr', attributes: Attributes): void {
    const entry = this.studies.get(id);
    if (!entry) return;
    const { record } = entry;
    entry.record =
      kind === 'userAttr'
        ? { ...record, userAttrs: { ...record.userAttrs, ...attributes } }
        : { ...record, systemAttrs: { ...record.systemAttrs, ...attributes } };
  }

  /** Undefined if there is no such study. */
  createTrial(studyId: number, trial: Omit<TrialRecord, 'id' | 'number'>): TrialRecord | undefined {
    const entry = this.studies.get(studyId);
    if (!entry) return undefined;
    const record: TrialRecord = { ...trial, id: this.nextTrial++, number: entry.trials.length };
    entry.trials.push(record.id);
    this.trials.set(record.id, { study: studyId, record });
    return record;
  }

  /** What a parameter was suggested from when it was first in the trial's study. */
  firstDistribution(trialId: number, name: string): Distribution | undefined {
    const place = this.trials.get(trialId);
    return place && this.studies.get(place.study)?.distributions.get(name);
  }

  trial(id: number): TrialRecord | undefined {
    return this.trials.get(id)?.record;
  }

  /** Nothing happens to a finished trial, nor to one that does not exist. */
  change(id: number, change: TrialChange, at: Date): void {
    const place = this.trials.get(id);
    if (!place || isFinished(place.record.state)) return;
    place.record = changed(place.record, change, at);
    if (change.kind !== 'param') return;
    const known = this.studies.get(place.study)?.distributions;
    if (known && !known.has(change.name)) known.set(change.name, change.distribution);
  }

  /** Makes a waiting trial running; false if it is not waiting. */
  claim(id: number, at: Date): boolean {
    const place = this.trials.get(id);
    if (place?.record.state !== 'waiting') return false;
    place.record = { ...place.record, state: 'running', startedAt: at };
    return true;
  }

  trialsFrom(studyId: number, from: number): TrialRecord[] {
    const ids = this.studies.get(studyId)?.trials ?? [];
    const records: TrialRecord[] = [];
    for (let number = Math.max(0, from); number < ids.length; number++) {
      const place = this.trials.get(ids[number]);
      if (place) records.push(place.record);
    }
    return records;
  }
}

/** A clock that is set back ends no trial before it began. */
export function notBefore(start: Date | undefined, end: Date): Date {
  return start !== undefined && end < start ? start : end;
}

function changed(record: TrialRecord, change: TrialChange, at: Date): TrialRecord {
  switch (change.kind) {
    case 'param': {
      const { name, distribution } = change;
      return {
        ...record,
        params: { ...record.params, [name]: toExternal(distribution, change.value) },
        distributions: { ...record.distributions, [name]: distribution },
      };
    }
    case 'intermediate':
      return { ...record, intermediateValues: new Map(record.intermediateValues).set(change.step, change.value) };
    case 'userAttr':
      return { ...record, userAttrs: { ...record.userAttrs, [change.key]: change.value } };
    case 'systemAttr':
      return { ...record, systemAttrs: { ...record.systemAttrs, [change.key]: change.value } };
    case 'finish':
      return {
        ...record,
        state: change.state,
        values: change.values ?? record.values,
        completedAt: notBefore(record.startedAt, at),
      };
  }
}
