/**
 * The trials of one study as samplers read them: records by number, and a column of numbers for each parameter. Only what is
 * finished counts, and a finished trial never changes.
 */
import { type Distribution, toInternal } from './distribution.js';
import { isFinished, type TrialRecord } from './trial-record.js';

const FIRST_CAPACITY = 64;

/** All trials of a study that this process knows of, and the distributions of their parameters. */
export class TrialHistory {
  /** By number. */
  readonly records: TrialRecord[] = [];
  /** First number whose trial is not finished: what lies before never needs to be read again. */
  firstOpen = 0;
  private readonly columns = new Map<string, Float64Array>();
  private readonly distributions = new Map<string, Distribution>();
  private readonly sets = new Map<string, number>();
  private readonly setNames: (readonly string[])[] = [];
  private setOfTrial = new Int32Array(FIRST_CAPACITY).fill(-1);

  /** Adds a trial, or what has changed of it. */
  put(record: TrialRecord): void {
    const { number } = record;
    const before = this.records[number];
    if (before && isFinished(before.state)) return;
    this.records[number] = record;
    for (const [name, distribution] of Object.entries(record.distributions)) this.noteDistribution(name, distribution);
    if (!isFinished(record.state)) return;
    while (this.firstOpen < this.records.length && isFinished(this.records[this.firstOpen]?.state ?? 'running')) {
      this.firstOpen++;
    }
    const names = Object.keys(record.params);
    for (const name of names) {
      this.columnWithPlace(name, number)[number] = toInternal(record.distributions[name], record.params[name]);
    }
    this.noteSet(number, names);
  }

  /** Values of a parameter by trial number, as one number each; NaN where a trial has none. May be longer than there are trials. */
  column(name: string): Float64Array {
    return this.columns.get(name) ?? new Float64Array(0);
  }

  /** The distribution that a parameter had last. */
  distribution(name: string): Distribution | undefined {
    return this.distributions.get(name);
  }

  /** Remembers what a parameter may be. */
  noteDistribution(name: string, distribution: Distribution): void {
    this.distributions.set(name, distribution);
  }

  /** Which of `parameterSets` a finished trial's parameters are. */
  setOf(number: number): number {
    return this.setOfTrial[number];
  }

  /** Names of the parameters that some trial has. */
  get parameterSets(): readonly (readonly string[])[] {
    return this.setNames;
  }

  private columnWithPlace(name: string, number: number): Float64Array {
    let column = this.columns.get(name);
    if (!column || column.length <= number) {
      const longer = new Float64Array(Math.max(FIRST_CAPACITY, 2 * (number + 1))).fill(Number.NaN);
      if (column) longer.set(column);
      this.columns.set(name, (column = longer));
    }
    return column;
  }

  private noteSet(number: number, names: readonly string[]): void {
    const sorted = [...names].sort();
    const key = JSON.stringify(sorted);
    let set = this.sets.get(key);
    if (set === undefined) {
      this.sets.set(key, (set = this.setNames.length));
      this.setNames.push(sorted);
    }
    if (number >= this.setOfTrial.length) {
      const longer = new Int32Array(2 * (number + 1)).fill(-1);
      longer.set(this.setOfTrial);
      this.setOfTrial = longer;
    }
    this.setOfTrial[number] = set;
  }
}

/** A trial that has no value yet, as far as it was settled when it was made. */
export interface OpenTrial {
  readonly number: number;
  readonly params: ReadonlyMap<string, number>;
}

/** What one trial may know of the others, fixed when it is made, so that it does not depend on who is faster. */
export class HistoryView {
  /** Finished trials below `limit`, by number. */
  readonly finished: readonly TrialRecord[];

  constructor(
    readonly history: TrialHistory,
    /** Trials from this number on are not looked at. */
    readonly limit: number,
    /** Trials made before this one whose values it may not know. */
    readonly open: readonly OpenTrial[],
  ) {
    const finished: TrialRecord[] = [];
    for (let number = 0; number < Math.min(limit, history.records.length); number++) {
      const record = history.records[number];
      if (record && isFinished(record.state)) finished.push(record);
    }
    this.finished = finished;
  }
}
