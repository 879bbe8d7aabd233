/**
 * A study: trials of an objective, a sampler that chooses their values, a storage that keeps them. `ask` and `tell` are the whole of it;
 * `optimize` calls them in turn.
 */
import { ConfigError, InvalidInputError } from '../core/errors.js';
import { type ParamValue, toInternal } from './distribution.js';
import { Heartbeats } from './heartbeats.js';
import { HistoryView, type OpenTrial, TrialHistory } from './history.js';
import { type Objective, type OptimizeOptions, optimize } from './optimize.js';
import { paretoFront } from './pareto.js';
import type { Pruner } from './pruner.js';
import type { Sampler } from './sampler.js';
import { type ParsedSpace, parseSpace, type SearchSpace } from './space.js';
import type { Storage, TrialChange } from './storage.js';
import { Trial } from './trial.js';
import {
  type Attributes,
  CONSTRAINTS,
  type Direction,
  FAIL_REASON,
  FIXED_PARAMS,
  isFinished,
  lastReport,
  type StudyRecord,
  type TrialRecord,
  type TrialState,
  violation,
} from './trial-record.js';
import { TrialWriter } from './writer.js';

/** What a study is made of; `createStudy` puts it together. */
export interface StudyParts {
  readonly record: StudyRecord;
  readonly storage: Storage;
  readonly sampler: Sampler;
  readonly pruner: Pruner;
  readonly seed: number;
  /** See `StudyOptions.constraints`. */
  readonly constraints?: (trial: TrialRecord) => readonly number[];
}

/** How a trial ended, where a value does not say it. */
export interface TellOptions {
  readonly state?: 'complete' | 'pruned' | 'fail';
  /** Why it failed. */
  readonly reason?: string;
}

/** A search for good parameters: trials, who chooses their values, who ends them early, and where they are kept. Made by `createStudy`. */
export class Study {
  readonly name: string;
  readonly directions: readonly Direction[];
  readonly sampler: Sampler;
  readonly pruner: Pruner;
  readonly storage: Storage;
  readonly seed: number;
  private readonly record: StudyRecord;
  private readonly constraints: StudyParts['constraints'];
  private readonly history = new TrialHistory();
  private readonly writer: TrialWriter;
  private readonly heartbeats: Heartbeats;
  /** Trials asked for here and not told yet, by number. */
  private readonly open = new Map<number, Trial>();
  /** What trials asked for here were given when they were made, by number: what later ones may know of them. */
  private readonly chosen = new Map<number, ReadonlyMap<string, number>>();
  /** Ends on their way to the storage, and those that it did not take, by number of the trial. */
  private readonly ends = new Map<number, { readonly changes: readonly TrialChange[]; writing: boolean }>();
  /** Numbers of trials that a process left that died, to be made again. */
  private orphans: number[] = [];
  private readonly attributes: { user: Record<string, unknown> };
  private stopping = false;
  private asking: Promise<unknown> = Promise.resolve();

  /** Use `createStudy` or `loadStudy`. */
  constructor(parts: StudyParts) {
    const { record, storage, sampler, pruner, seed, constraints } = parts;
    this.record = record;
    this.name = record.name;
    this.directions = record.directions;
    this.storage = storage;
    this.sampler = sampler;
    this.pruner = pruner;
    this.seed = seed;
    this.constraints = constraints;
    this.attributes = { user: { ...record.userAttrs } };
    this.writer = new TrialWriter(storage);
    this.heartbeats = new Heartbeats(storage);
    const most = sampler.maxDirections ?? Number.POSITIVE_INFINITY;
    if (this.directions.length > most) {
      throw new ConfigError(`The ${sampler.name} sampler works with ${most} direction, not ${this.directions.length}`, {
        hint: 'Use TPESampler, NsgaIISampler or RandomSampler for several objectives.',
      });
    }
  }

  /** The only one; an error in a study of several. */
  get direction(): Direction {
    this.requireSingle('direction');
    return this.directions[0];
  }

  /** All trials known here, by number. `sync` reads what others have done meanwhile. */
  get trials(): readonly TrialRecord[] {
    return this.history.records.filter((record) => record !== undefined);
  }

  /** The complete, feasible trial with the best value; the first of equal ones. @throws InvalidInputError - there is none */
  get bestTrial(): TrialRecord {
    this.requireSingle('bestTrial');
    const sign = this.directions[0] === 'maximize' ? -1 : 1;
    let best: TrialRecord | undefined;
    for (const trial of this.completed()) {
      if (!best || sign * (trial.values?.[0] ?? 0) < sign * (best.values?.[0] ?? 0)) best = trial;
    }
    if (best) return best;
    throw new InvalidInputError(
      `Study '${this.name}' has no complete trial${this.constraints ? ' that is feasible' : ''}`,
      {
        hint: 'Run study.optimize first; study.trials tells what became of each trial.',
      },
    );
  }

  get bestParams(): Readonly<Record<string, ParamValue>> {
    return this.bestTrial.params;
  }

  get bestValue(): number {
    return this.bestTrial.values?.[0] ?? Number.NaN;
  }

  /** Complete, feasible trials that no other is better than in every direction at once, by number. */
  get bestTrials(): readonly TrialRecord[] {
    return paretoFront(this.completed(), this.directions);
  }

  get userAttrs(): Attributes {
    return { ...this.attributes.user };
  }

  /** Sets an attribute of the study, a value that JSON can hold. */
  async setUserAttr(key: string, value: unknown): Promise<void> {
    this.attributes.user[key] = value;
    await this.storage.setStudyAttribute(this.record.id, 'userAttr', key, value);
  }

  /** Reads what happened in the storage since. */
  async sync(): Promise<void> {
    const { history } = this;
    for (const record of await this.storage.readTrials(this.record.id, history.firstOpen)) history.put(record);
  }

  /** @internal Trials that are running are of a process that died: the next ones that are asked for. See `StudyOptions.takeOver`. */
  async takeOver(): Promise<void> {
    const running = this.trials.filter(({ number, state }) => state === 'running' && !this.open.has(number));
    this.orphans = running.map(({ number }) => number);
    // Nobody else is to take them for dead.
    for (const { id } of running) await this.storage.heartbeat?.(id);
  }

  /** Puts values in front of the queue of trials to try; parameters left out are suggested. */
  async enqueueTrial(params: Readonly<Record<string, ParamValue>>, userAttrs?: Attributes): Promise<void> {
    await this.storage.createTrial(this.record.id, {
      state: 'waiting',
      userAttrs,
      systemAttrs: { [FIXED_PARAMS]: { ...params } },
    });
  }

  /**
   * A new trial, to be ended by `tell`. With a space, all of its parameters are suggested at once. `lag`: how many trials before this one
   * count as unfinished, whether they are or not; see `OptimizeOptions.concurrency`.
   *
   * @throws ConfigError - a space that cannot be sampled from
   */
  ask(space?: SearchSpace, options: { lag?: number; signal?: AbortSignal } = {}): Promise<Trial> {
    // One after another, so that numbers are in the order of the calls.
    const next = this.asking.then(() => this.askNow(space, options));
    this.asking = next.catch(() => {});
    return next;
  }

  private async askNow(
    space: SearchSpace | undefined,
    { lag = 1, signal }: { lag?: number; signal?: AbortSignal },
  ): Promise<Trial> {
    const parsed = space && parseSpace(space);
    await this.reviveStale();
    await this.sync();
    const record =
      this.nextOrphan() ??
      (await this.claimWaiting()) ??
      (await this.storage.createTrial(this.record.id, { state: 'running' }));
    this.history.put(record);
    try {
      this.heartbeats.start(record.id);
      return await this.startTrial(record, parsed, lag, signal);
    } catch (error) {
      // The space contradicts earlier trials: this one has not begun.
      this.heartbeats.stop(record.id);
      this.open.delete(record.number);
      await this.writer.finish(record.id, [{ kind: 'finish', state: 'fail' }]);
      throw error;
    }
  }

  private async startTrial(
    record: TrialRecord,
    space: ParsedSpace | undefined,
    lag: number,
    signal: AbortSignal | undefined,
  ): Promise<Trial> {
    const { number } = record;
    const { name, directions, seed, sampler, pruner } = this;
    const write = (id: number, changes: readonly TrialChange[]): void => this.writer.add(id, changes);
    const host = { name, directions, seed, sampler, pruner, write };
    const trial = await Trial.start(host, record, this.viewFor(number, number - lag + 1), signal);
    this.open.set(number, trial);
    this.chosen.set(number, trial.chosen);
    for (const [parameter, distribution] of space ?? []) trial.suggest(parameter, distribution);
    return trial;
  }

  /** Trials of `limit` .. number-1 count as open: with what was chosen for them here, or what the storage says of others. */
  private viewFor(number: number, limit: number): HistoryView {
    const open: OpenTrial[] = [];
    const { records } = this.history;
    for (let other = 0; other < number; other++) {
      const record = records[other];
      if (!record || (other < limit && isFinished(record.state))) continue;
      const params = this.chosen.get(other) ?? internalParams(record);
      open.push({ number: other, params });
    }
    return new HistoryView(this.history, limit, open);
  }

  /** From its beginning: its values are suggested again, and are the same. */
  private nextOrphan(): TrialRecord | undefined {
    for (;;) {
      const number = this.orphans.shift();
      if (number === undefined) return undefined;
      const record = this.history.records[number];
      if (record?.state === 'running') {
        return { ...record, params: {}, distributions: {}, intermediateValues: new Map() };
      }
    }
  }

  private async claimWaiting(): Promise<TrialRecord | undefined> {
    const { records, firstOpen } = this.history;
    for (let number = firstOpen; number < records.length; number++) {
      const record = records[number];
      if (record?.state !== 'waiting' || !(await this.storage.claimTrial(record.id))) continue;
      return { ...record, state: 'running' };
    }
    return undefined;
  }

  /** Trials whose process died: each is tried once more, as Optuna's `RetryHeartbeatStaleTrialCallback(max_retry=1)` does. */
  private async reviveStale(): Promise<void> {
    for (const trial of (await this.storage.failStaleTrials?.(this.record.id)) ?? []) {
      const { [FAIL_REASON]: _, ...systemAttrs } = trial.systemAttrs;
      const earlier = systemAttrs[RETRY_HISTORY];
      if (Array.isArray(earlier) && earlier.length > 0) continue;
      await this.storage.createTrial(this.record.id, {
        state: 'waiting',
        userAttrs: trial.userAttrs,
        systemAttrs: {
          ...systemAttrs,
          [FIXED_PARAMS]: trial.params,
          [RETRIED]: trial.number,
          [RETRY_HISTORY]: [trial.number],
        },
      });
    }
  }

  /**
   * Ends a trial: with its value (one for each direction), as pruned (its last report becomes its value), or as failed. A value that
   * is NaN is a failure. If the storage rejects it, the trial stays open with everything that is not saved yet: tell it again, or `flush`.
   *
   * @throws InvalidInputError - a trial that was not asked for here or is finished, or another number of values
   */
  async tell(
    trial: Trial | number,
    value?: number | readonly number[] | 'pruned' | 'fail',
    options: TellOptions = {},
  ): Promise<TrialRecord> {
    const number = typeof trial === 'number' ? trial : trial.number;
    const running = this.open.get(number);
    if (!running || this.ends.get(number)?.writing) {
      throw new InvalidInputError(`Trial ${number} of study '${this.name}' is not running here`, {
        hint: 'Tell each trial that ask returned once.',
      });
    }
    const end = this.endOf(running, value, options);
    const changes: TrialChange[] = [];
    if (end.reason !== undefined) changes.push({ kind: 'systemAttr', key: FAIL_REASON, value: end.reason });
    if (this.constraints && end.state === 'complete') {
      changes.push({ kind: 'systemAttr', key: CONSTRAINTS, value: this.constraintsOf(running, end.values) });
    }
    changes.push({ kind: 'finish', state: end.state, values: end.values });
    return this.end(running, changes);
  }

  /** The trial is over once the storage has it. */
  private async end(trial: Trial, changes: readonly TrialChange[]): Promise<TrialRecord> {
    const { number } = trial;
    const end = { changes, writing: true };
    this.ends.set(number, end);
    try {
      await this.writer.finish(trial.id, changes);
      await this.sync();
    } catch (error) {
      end.writing = false;
      throw error;
    }
    this.heartbeats.stop(trial.id);
    this.ends.delete(number);
    this.open.delete(number);
    return this.history.records[number];
  }

  /** Tells again what the storage did not take when it was told; returns the trials that ended by it. */
  async flush(): Promise<readonly TrialRecord[]> {
    const records: TrialRecord[] = [];
    for (const [number, { changes, writing }] of [...this.ends]) {
      const trial = this.open.get(number);
      if (trial && !writing) records.push(await this.end(trial, changes));
    }
    return records;
  }

  private endOf(
    trial: Trial,
    value: number | readonly number[] | 'pruned' | 'fail' | undefined,
    options: TellOptions,
  ): { state: TrialState; values?: readonly number[]; reason?: string } {
    const { state, reason } = options;
    if (state === 'fail' || value === 'fail') return { state: 'fail', reason };
    if (state === 'pruned' || value === 'pruned') {
      const last = lastReport({ intermediateValues: trial.reports });
      return { state: 'pruned', values: last && !Number.isNaN(last[1]) ? [last[1]] : undefined };
    }
    const values = typeof value === 'number' ? [value] : value;
    const wanted = this.directions.length;
    if (!Array.isArray(values) || values.length !== wanted || values.some((v) => typeof v !== 'number')) {
      throw new InvalidInputError(
        `Trial ${trial.number}: ${Array.isArray(value) ? `${value.length} values` : String(value)} where ${wanted === 1 ? 'a number is' : `${wanted} numbers are`} needed`,
        { hint: wanted === 1 ? 'Return the value of the objective.' : 'Return a list, one value for each direction.' },
      );
    }
    const isNaNAt = values.findIndex(Number.isNaN);
    if (isNaNAt >= 0) return { state: 'fail', reason: reason ?? `the value${wanted > 1 ? ` ${isNaNAt}` : ''} is NaN` };
    return { state: 'complete', values: [...values] };
  }

  private constraintsOf(trial: Trial, values: readonly number[] | undefined): readonly number[] {
    const known = this.history.records[trial.number];
    const { params, distributions, userAttrs, reports } = trial;
    return [
      ...(this.constraints?.({
        ...known,
        state: 'complete',
        values,
        params,
        distributions,
        userAttrs,
        intermediateValues: reports,
      }) ?? []),
    ];
  }

  /**
   * Runs an objective for a number of trials. Failed trials are kept with their error, and tuning goes on.
   *
   * @throws HyperparameterTuningError - every trial failed
   * @throws ConfigError - the objective suggests from an impossible range
   * @throws TrainingCancelledError - `options.signal` was aborted; running trials are kept as failed
   * @example
   * const study = await createStudy({ direction: 'minimize', seed: 1 });
   * await study.optimize((trial) => (trial.suggestFloat('x', -10, 10) - 2) ** 2, { trials: 100 });
   * console.log(study.bestParams);
   */
  async optimize(objective: Objective, options: OptimizeOptions = {}): Promise<void> {
    this.stopping = false;
    await this.flush();
    await this.sync();
    await optimize(this, objective, options);
  }

  /** Lets `optimize` end after the trials that are running; for callbacks. */
  stop(): void {
    this.stopping = true;
  }

  get stopped(): boolean {
    return this.stopping;
  }

  /** Ends trials that are still running here, as failed; for work that is called off. Those that were told keep what they were told. */
  async abandon(reason: string): Promise<void> {
    for (const trial of [...this.open.values()]) {
      if (!this.ends.has(trial.number)) await this.tell(trial, 'fail', { reason });
    }
  }

  /** Whether a trial asked for here has not been told yet. */
  isOpen(trial: Trial): boolean {
    return this.open.get(trial.number) === trial;
  }

  private completed(): readonly TrialRecord[] {
    return this.trials.filter((trial) => trial.state === 'complete' && violation(trial) === 0);
  }

  private requireSingle(what: string): void {
    if (this.directions.length === 1) return;
    throw new InvalidInputError(`Study '${this.name}' has ${this.directions.length} directions and no single ${what}`, {
      hint: 'Use study.bestTrials, the trials that none beats in every direction.',
    });
  }
}

/** Attribute of a trial that repeats one whose process died: that one's number, as Optuna names it. */
const RETRIED = 'failed_trial';
/** Attribute of such a trial: the numbers of all it repeats, as Optuna names it. */
const RETRY_HISTORY = 'retry_history';

function internalParams(record: TrialRecord): ReadonlyMap<string, number> {
  const { params, distributions } = record;
  return new Map(Object.entries(params).map(([name, value]) => [name, toInternal(distributions[name], value)]));
}
