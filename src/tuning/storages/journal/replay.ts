/**
 * A journal's lines applied to a book of studies and trials, by the rules of Optuna's `JournalStorage`: ids follow the order of creation, a
 * name that is taken and a change to a finished trial have no effect, whoever wrote them.
 */
import { ModelFormatError } from '../../../core/errors.js';
import { compatible, toExternal } from '../../distribution.js';
import type { TrialChange } from '../../storage.js';
import { type Attributes, isFinished, type TrialRecord } from '../../trial-record.js';
import { directionOf, distributionFromJson, fromNaiveDate, stateOf } from '../optuna-json.js';
import { TrialBook } from '../trial-book.js';

/** Optuna's `JournalOperation`. */
export const OPERATION = {
  createStudy: 0,
  deleteStudy: 1,
  setStudyUserAttr: 2,
  setStudySystemAttr: 3,
  createTrial: 4,
  setTrialParam: 5,
  setTrialStateValues: 6,
  setTrialIntermediateValue: 7,
  setTrialUserAttr: 8,
  setTrialSystemAttr: 9,
} as const;

export type JournalEntry = Readonly<Record<string, unknown>> & { readonly op_code: number; readonly worker_id: string };

const attributes = (value: unknown): Attributes =>
  typeof value === 'object' && value !== null ? (value as Attributes) : {};

export class JournalReplay {
  readonly book = new TrialBook();
  /** Id of the trial that each worker created last. */
  private readonly created = new Map<string, number>();
  /** Worker that a trial was claimed or created by. */
  private readonly owners = new Map<number, string>();
  private readonly studyOwners = new Map<number, string>();
  private readonly enders = new Map<number, string>();

  apply(entry: JournalEntry): void {
    const { book } = this;
    const id = Number(entry.trial_id);
    const study = Number(entry.study_id);
    switch (entry.op_code) {
      case OPERATION.createStudy: {
        const directions = Array.isArray(entry.directions) ? entry.directions.map(directionOf) : [];
        const made = book.createStudy(String(entry.study_name), directions);
        if (made) this.studyOwners.set(made.id, entry.worker_id);
        return;
      }
      case OPERATION.deleteStudy:
        book.deleteStudy(study);
        return;
      case OPERATION.setStudyUserAttr:
        book.setStudyAttribute(study, 'userAttr', attributes(entry.user_attr));
        return;
      case OPERATION.setStudySystemAttr:
        book.setStudyAttribute(study, 'systemAttr', attributes(entry.system_attr));
        return;
      case OPERATION.createTrial:
        this.createTrial(study, entry);
        return;
      case OPERATION.setTrialParam:
        this.setParam(id, entry);
        return;
      case OPERATION.setTrialStateValues:
        this.setState(id, entry);
        return;
      case OPERATION.setTrialIntermediateValue:
        this.change(id, { kind: 'intermediate', step: Number(entry.step), value: Number(entry.intermediate_value) });
        return;
      case OPERATION.setTrialUserAttr:
        for (const [key, value] of Object.entries(attributes(entry.user_attr)))
          this.change(id, { kind: 'userAttr', key, value });
        return;
      case OPERATION.setTrialSystemAttr:
        for (const [key, value] of Object.entries(attributes(entry.system_attr)))
          this.change(id, { kind: 'systemAttr', key, value });
        return;
      default:
        throw new ModelFormatError(`The journal holds an unknown operation ${String(entry.op_code)}`, {
          hint: 'It was written by a later version of Optuna, or it is damaged.',
        });
    }
  }

  /** The trial that a worker created last. */
  createdBy(worker: string): TrialRecord | undefined {
    const id = this.created.get(worker);
    return id === undefined ? undefined : this.book.trial(id);
  }

  /** The worker whose line made a study. */
  studyOwner(studyId: number): string | undefined {
    return this.studyOwners.get(studyId);
  }

  /** The worker whose line ended a trial. */
  endedBy(trialId: number): string | undefined {
    return this.enders.get(trialId);
  }

  ownerOf(trialId: number): string | undefined {
    return this.owners.get(trialId);
  }

  private createTrial(study: number, entry: JournalEntry): void {
    const distributions = Object.fromEntries(
      Object.entries(attributes(entry.distributions)).map(([name, text]) => [name, distributionFromJson(text)]),
    );
    const params = Object.fromEntries(
      Object.entries(attributes(entry.params)).map(([name, value]) => [
        name,
        toExternal(distributions[name], Number(value)),
      ]),
    );
    const state = stateOf(entry.state ?? 0);
    const values = Array.isArray(entry.values)
      ? entry.values.map(Number)
      : typeof entry.value === 'number'
        ? [entry.value]
        : undefined;
    const record = this.book.createTrial(study, {
      state,
      values,
      params,
      distributions,
      intermediateValues: new Map(
        Object.entries(attributes(entry.intermediate_values)).map(([step, value]) => [Number(step), Number(value)]),
      ),
      userAttrs: attributes(entry.user_attrs),
      systemAttrs: attributes(entry.system_attrs),
      startedAt: fromNaiveDate(entry.datetime_start),
      completedAt: fromNaiveDate(entry.datetime_complete),
    });
    if (!record) return;
    this.created.set(entry.worker_id, record.id);
    if (state === 'running') this.owners.set(record.id, entry.worker_id);
  }

  private setParam(id: number, entry: JournalEntry): void {
    const name = String(entry.param_name);
    const distribution = distributionFromJson(entry.distribution);
    const earlier = this.book.firstDistribution(id, name);
    if (earlier && !compatible(earlier, distribution)) return;
    this.change(id, { kind: 'param', name, value: Number(entry.param_value_internal), distribution });
  }

  private setState(id: number, entry: JournalEntry): void {
    const state = stateOf(entry.state);
    const record = this.book.trial(id);
    if (!record || isFinished(record.state)) return;
    if (state === 'running') {
      if (this.book.claim(id, fromNaiveDate(entry.datetime_start) ?? new Date(0))) this.owners.set(id, entry.worker_id);
      return;
    }
    const values = Array.isArray(entry.values) ? entry.values.map(Number) : undefined;
    this.enders.set(id, entry.worker_id);
    this.book.change(id, { kind: 'finish', state, values }, fromNaiveDate(entry.datetime_complete) ?? new Date(0));
  }

  private change(id: number, change: TrialChange): void {
    this.book.change(id, change, new Date(0));
  }
}
