/** A running trial, as an objective sees it: it suggests values, takes reports and says when to stop. */
import { ConfigError, InvalidInputError } from '../core/errors.js';
import { deriveSeed, Random } from '../core/random.js';
import {
  type Choice,
  categorical,
  compatible,
  contains,
  type Distribution,
  float,
  int,
  isSingle,
  type ParamValue,
  type RangeOptions,
  sameDistribution,
  toExternal,
  toInternal,
} from './distribution.js';
import type { HistoryView } from './history.js';
import type { Pruner } from './pruner.js';
import type { Sampler, SamplerContext } from './sampler.js';
import { parseSpace, type SpaceEntry } from './space.js';
import type { TrialChange } from './storage.js';
import { type Attributes, type Direction, FIXED_PARAMS, type TrialRecord } from './trial-record.js';

/** Thrown by an objective to end its trial as pruned: `if (trial.shouldPrune()) throw new TrialPruned()`. */
export class TrialPruned extends Error {
  constructor(message = 'The trial was pruned') {
    super(message);
    this.name = 'TrialPruned';
  }
}

/** What a trial needs of its study. */
export interface TrialHost {
  readonly name: string;
  readonly directions: readonly Direction[];
  readonly seed: number;
  readonly sampler: Sampler;
  readonly pruner: Pruner;
  /** Takes facts to be written, in their order. */
  write(trialId: number, changes: readonly TrialChange[]): void;
}

/** One evaluation of the objective: asks for values, reports on the way, may be ended early. */
export class Trial {
  readonly number: number;
  /** Unique in the storage. */
  readonly id: number;
  /** Aborted when tuning is cancelled: hand it to `fit`. */
  readonly signal: AbortSignal | undefined;
  /** Set when a suggestion could not be made: the space is wrong, and other trials would fail as this one. */
  spaceError: ConfigError | undefined;
  private readonly values: Record<string, ParamValue> = {};
  private readonly given: Record<string, Distribution> = {};
  private readonly reported = new Map<number, number>();
  private readonly userAttributes: Record<string, unknown>;
  private readonly fixed: Readonly<Record<string, ParamValue>>;
  private relative: ReadonlyMap<string, number> = new Map();
  private readonly context: SamplerContext;

  private constructor(
    private readonly host: TrialHost,
    record: TrialRecord,
    private readonly view: HistoryView,
    signal?: AbortSignal,
  ) {
    this.number = record.number;
    this.id = record.id;
    this.signal = signal;
    this.userAttributes = { ...record.userAttrs };
    // A trial that Optuna repeats has its values already.
    this.fixed = { ...record.params, ...fixedParams(record.systemAttrs) };
    const { number } = record;
    this.context = {
      number,
      directions: host.directions,
      studySeed: host.seed,
      view,
      params: this.values,
      random: (purpose) => new Random(deriveSeed(host.seed, 'trial', number, purpose)),
    };
  }

  /** A trial with the values that its sampler chooses together. Use `study.ask`. @internal */
  static async start(host: TrialHost, record: TrialRecord, view: HistoryView, signal?: AbortSignal): Promise<Trial> {
    const trial = new Trial(host, record, view, signal);
    const sample = await host.sampler.sampleRelative?.(trial.context);
    trial.relative = sample?.params ?? trial.relative;
    for (const [key, value] of Object.entries(sample?.systemAttrs ?? {}))
      trial.write({ kind: 'systemAttr', key, value });
    return trial;
  }

  /** A float of low .. high, both included; `log` for scales, `step` for a raster. @throws ConfigError - an impossible range */
  suggestFloat(name: string, low: number, high: number, options?: RangeOptions): number {
    return Number(this.suggestWith(name, () => float(low, high, options)));
  }

  /** An integer of low .. high, both included. @throws ConfigError - an impossible range */
  suggestInt(name: string, low: number, high: number, options?: RangeOptions): number {
    return Number(this.suggestWith(name, () => int(low, high, options)));
  }

  /** One of the choices. @throws ConfigError - an empty list, or other choices than before */
  suggestCategorical<T extends Choice>(name: string, choices: readonly T[]): T {
    return this.suggestWith(name, () => categorical(choices)) as T;
  }

  /** A value of a distribution, or of a pair or list as in a search space. */
  suggest(name: string, entry: SpaceEntry): ParamValue {
    return this.suggestWith(name, () => {
      const distribution = parseSpace({ [name]: entry }).get(name);
      if (!distribution) throw new ConfigError(`'${name}' has no distribution`);
      return distribution;
    });
  }

  /** What was suggested so far. */
  get params(): Readonly<Record<string, ParamValue>> {
    return { ...this.values };
  }

  get distributions(): Readonly<Record<string, Distribution>> {
    return { ...this.given };
  }

  get userAttrs(): Attributes {
    return { ...this.userAttributes };
  }

  /** Reported values by step. */
  get reports(): ReadonlyMap<number, number> {
    return this.reported;
  }

  /** Values that were chosen when the trial was made, as one number each. */
  get chosen(): ReadonlyMap<string, number> {
    return this.relative;
  }

  /** Any JSON value that shall be kept with the trial. @throws InvalidInputError - what JSON cannot hold */
  setUserAttr(key: string, value: unknown): void {
    try {
      JSON.stringify(value);
    } catch (error) {
      // Told now: later it would keep the trial from being saved.
      throw new InvalidInputError(`trial.setUserAttr('${key}'): ${error instanceof Error ? error.message : error}`, {
        hint: 'Pass text, numbers, true, false, null, and lists and objects of them.',
        cause: error,
      });
    }
    this.userAttributes[key] = value;
    this.write({ kind: 'userAttr', key, value });
  }

  /**
   * The objective's value after a step, such as the validation loss after an iteration. A step counts once.
   *
   * @throws InvalidInputError - no number, a step that is no whole number, several directions
   */
  report(value: number, step: number): void {
    if (this.host.directions.length > 1) {
      throw new InvalidInputError('trial.report: a study of several directions has no single value to report', {
        hint: 'Keep values on the way with setUserAttr.',
      });
    }
    if (typeof value !== 'number' || !Number.isInteger(step) || step < 0) {
      throw new InvalidInputError(
        `trial.report(${String(value)}, ${String(step)}): a number and a step 0, 1, 2, ... are needed`,
        {
          hint: 'For example trial.report(validationLoss, epoch).',
        },
      );
    }
    if (this.reported.has(step)) return;
    this.reported.set(step, value);
    this.write({ kind: 'intermediate', step, value });
  }

  /** Whether the study's pruner would end the trial after its last report. */
  shouldPrune(): boolean {
    const { host, reported, view, number } = this;
    if (reported.size === 0 || host.directions.length > 1) return false;
    let step = -1;
    for (const key of reported.keys()) if (key > step) step = key;
    const [direction] = host.directions;
    return host.pruner.shouldPrune({ number, direction, step, reports: reported, view, studyName: host.name });
  }

  private suggestWith(name: string, make: () => Distribution): ParamValue {
    try {
      return this.valueOf(name, make());
    } catch (error) {
      if (error instanceof ConfigError) this.spaceError = error;
      throw error;
    }
  }

  private valueOf(name: string, asked: Distribution): ParamValue {
    if (typeof name !== 'string' || name === '') {
      throw new ConfigError('A suggestion needs the name of its parameter', { hint: "trial.suggestFloat('x', 0, 1)" });
    }
    if (Object.hasOwn(this.given, name)) {
      if (sameDistribution(this.given[name], asked)) return this.values[name];
      throw new ConfigError(`'${name}' was suggested before in this trial, from other values`, {
        hint: 'Use one name for one parameter.',
      });
    }
    const known = this.view.history.distribution(name);
    if (known && !compatible(known, asked)) {
      throw new ConfigError(`'${name}' was ${described(known)} in earlier trials and is ${described(asked)} now`, {
        hint: 'Ranges may change within a study, kinds and lists of choices may not: use another name.',
      });
    }
    const distribution = known && sameDistribution(known, asked) ? known : asked;
    const value = this.choose(name, distribution);
    this.given[name] = distribution;
    this.values[name] = toExternal(distribution, value);
    if (distribution !== known) this.view.history.noteDistribution(name, distribution);
    this.write({ kind: 'param', name, value, distribution });
    return this.values[name];
  }

  private choose(name: string, distribution: Distribution): number {
    if (Object.hasOwn(this.fixed, name)) {
      const value = toInternal(distribution, this.fixed[name]);
      if (contains(distribution, value)) return value;
    }
    if (isSingle(distribution)) return distribution.type === 'categorical' ? 0 : distribution.low;
    const chosen = this.relative.get(name);
    if (chosen !== undefined && contains(distribution, chosen)) return chosen;
    return this.host.sampler.sampleIndependent(this.context, name, distribution);
  }

  private write(change: TrialChange): void {
    this.host.write(this.id, [change]);
  }
}

function fixedParams(attributes: Attributes): Readonly<Record<string, ParamValue>> {
  const fixed = attributes[FIXED_PARAMS];
  return typeof fixed === 'object' && fixed !== null ? (fixed as Record<string, ParamValue>) : {};
}

const described = (distribution: Distribution): string =>
  distribution.type === 'categorical'
    ? `a choice of ${distribution.choices.join(', ')}`
    : `a range of ${distribution.type}s`;
