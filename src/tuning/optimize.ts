/**
 * Many trials of one objective: as many at once as there are workers, each kept whatever becomes of it. Which values a trial gets depends on
 * its number alone: it knows the trials at least `concurrency` before it, never the others, however fast these were.
 */
import { cancelled, throwIfAborted } from '../core/abort.js';
import { ConfigError, HyperparameterTuningError, InvalidInputError, TrainingCancelledError } from '../core/errors.js';
import { type Logger, logOf } from '../core/logging.js';
import type { ProgressListener } from '../core/progress.js';
import { inSpan } from '../core/spans.js';
import type { Sampler } from './sampler.js';
import type { SearchSpace } from './space.js';
import { type Trial, TrialPruned } from './trial.js';
import { type Direction, failReason, type TrialRecord } from './trial-record.js';

/** Returns the value to improve, one for each direction; or throws `TrialPruned`. */
export type Objective = (trial: Trial) => number | readonly number[] | Promise<number | readonly number[]>;

/** How many trials `study.optimize` makes, how long, and with how many workers. */
export interface OptimizeOptions {
  /** Default 50. */
  readonly trials?: number;
  /** Trials at once; never changes which trials there are. At most `concurrency` of them have work. Default 1. */
  readonly workers?: number;
  /**
   * A trial knows the results of all trials but the last `concurrency - 1`. Larger values keep more workers busy, smaller ones learn faster;
   * 1 waits for every trial. Default 4.
   */
  readonly concurrency?: number;
  /** Seconds after which no new trial starts. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
  /** Of phase 'tune', after each trial: `metrics` has `value` and `best` where there is one direction. */
  readonly onProgress?: ProgressListener;
  /** Called after each trial; may call `study.stop()`. */
  readonly callbacks?: readonly ((study: TunedStudy, trial: TrialRecord) => void | Promise<void>)[];
  /** Suggested before the objective is called; see `Study.ask`. */
  readonly space?: SearchSpace;
  /** Told of every trial (debug), of a better value (info), and of a trial that failed (warn). */
  readonly logger?: Logger;
}

/** What `optimize` needs of a study; `Study` is one. */
export interface TunedStudy {
  readonly name: string;
  readonly directions: readonly Direction[];
  readonly sampler: Sampler;
  readonly trials: readonly TrialRecord[];
  readonly stopped: boolean;
  /** A new trial; `lag` is how many trials before it need not be known. */
  ask(space: SearchSpace | undefined, options: { lag: number; signal?: AbortSignal }): Promise<Trial>;
  /** The end of a trial: its value, or how it ended without one. */
  tell(
    trial: Trial,
    value: number | readonly number[] | 'pruned' | 'fail',
    options?: { reason?: string },
  ): Promise<TrialRecord>;
  /** Whether a trial has not ended yet. */
  isOpen(trial: Trial): boolean;
  /** Ends open trials as failed, for this reason. */
  abandon(reason: string): Promise<void>;
  /** Starts no more trials; running ones end. */
  stop(): void;
}

const DEFAULTS = { trials: 50, workers: 1, concurrency: 4 };
const OPTIONS = new Set([
  'trials',
  'workers',
  'concurrency',
  'timeout',
  'signal',
  'onProgress',
  'callbacks',
  'space',
  'logger',
]);

export async function optimize(study: TunedStudy, objective: Objective, options: OptimizeOptions): Promise<void> {
  checkOptions(objective, options);
  throwIfAborted(options.signal, 'Tuning');
  await new Run(study, objective, options).run();
}

class Run {
  private readonly trials: number;
  private readonly workers: number;
  private readonly lag: number;
  private readonly controller = new AbortController();
  /** By order of start; resolved when the trial has been told. */
  private readonly done: Promise<void>[] = [];
  private readonly running = new Set<Promise<void>>();
  private finished = 0;
  private failed: { number: number; reason: string; error?: unknown }[] = [];
  /** What ends the run, not just a trial. */
  private fatal: { error: unknown } | undefined;
  private best: number | undefined;
  private readonly log: Logger;

  constructor(
    private readonly study: TunedStudy,
    private readonly objective: Objective,
    private readonly options: OptimizeOptions,
  ) {
    this.trials = options.trials ?? DEFAULTS.trials;
    this.log = logOf(options.logger);
    this.lag = options.concurrency ?? DEFAULTS.concurrency;
    this.workers = Math.min(options.workers ?? DEFAULTS.workers, this.lag);
  }

  async run(): Promise<void> {
    const { signal } = this.options;
    const abort = (): void => this.controller.abort(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    try {
      await this.launch();
      await Promise.all(this.running);
    } finally {
      signal?.removeEventListener('abort', abort);
    }
    if (this.fatal) {
      this.controller.abort();
      // Trials whose value the storage did not take are not among them: `flush` tells those again.
      await this.study.abandon(`tuning ended: ${messageOf(this.fatal.error)}`).catch(() => {});
      throw this.fatal.error;
    }
    if (this.finished > 0 && this.failed.length === this.finished) throw allFailed(this.study.name, this.failed);
  }

  private async launch(): Promise<void> {
    const { study, options, running } = this;
    const end = options.timeout === undefined ? Infinity : performance.now() + options.timeout * 1000;
    for (let started = 0; started < this.trials; started++) {
      if (started >= this.lag) await this.unlessAborted(this.done[started - this.lag]);
      while (running.size >= this.workers && !this.ended()) await this.unlessAborted(Promise.race(running));
      if (this.ended() || study.stopped || performance.now() >= end) return;
      if (study.sampler.trialLimit !== undefined && study.trials.length >= study.sampler.trialLimit) return;
      let trial: Trial;
      try {
        trial = await study.ask(options.space, { lag: this.lag, signal: this.controller.signal });
      } catch (error) {
        this.fatal ??= { error };
        return;
      }
      const task = this.evaluate(trial);
      this.done.push(task);
      running.add(task);
      void task.finally(() => running.delete(task));
    }
  }

  private ended(): boolean {
    const { signal } = this.options;
    if (signal?.aborted) this.fatal ??= { error: cancelled(signal, 'Tuning') };
    return this.fatal !== undefined;
  }

  /** Waits, but not for an objective that takes no notice of having been cancelled. */
  private unlessAborted(wait: Promise<void>): Promise<void> {
    const { signal } = this.controller;
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const stop = (): void => resolve();
      signal.addEventListener('abort', stop, { once: true });
      wait.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
    });
  }

  /** Never rejects. */
  private evaluate(trial: Trial): Promise<void> {
    const attributes = { 'holdfast.study': this.study.name, 'holdfast.trial': trial.number };
    return inSpan('holdfast.trial', attributes, () => this.evaluated(trial)).catch(() => {});
  }

  private async evaluated(trial: Trial): Promise<void> {
    try {
      let outcome: Outcome;
      try {
        const value = this.objective(trial);
        outcome = { value: value instanceof Promise ? await this.valueUnlessAborted(value) : value };
      } catch (error) {
        outcome = { error };
      }
      await this.tell(trial, outcome);
    } catch (error) {
      // The storage is gone, or a callback threw.
      this.fatal ??= { error };
    }
  }

  private valueUnlessAborted<T>(value: Promise<T>): Promise<T> {
    const { signal } = this.controller;
    return new Promise((resolve, reject) => {
      const stop = (): void => reject(cancelled(signal, 'Tuning'));
      if (signal.aborted) stop();
      signal.addEventListener('abort', stop, { once: true });
      value.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
    });
  }

  private async tell(trial: Trial, outcome: Outcome): Promise<void> {
    if (trial.spaceError) {
      this.fatal ??= { error: trial.spaceError };
      return;
    }
    const { error } = outcome;
    if (error instanceof TrainingCancelledError && this.options.signal?.aborted) {
      this.fatal ??= { error: cancelled(this.options.signal, 'Tuning') };
      return;
    }
    const record = await this.record(trial, outcome);
    this.finished++;
    if (record.state === 'fail') {
      this.failed.push({ number: record.number, reason: failReason(record) ?? 'unknown', error });
    }
    this.report(record);
    for (const callback of this.options.callbacks ?? []) await callback(this.study, record);
  }

  private async record(trial: Trial, { value, error }: Outcome): Promise<TrialRecord> {
    if (error instanceof TrialPruned) return this.study.tell(trial, 'pruned');
    if (error !== undefined) return this.study.tell(trial, 'fail', { reason: messageOf(error) });
    try {
      return await this.study.tell(trial, value as number);
    } catch (problem) {
      // Not a number, or another number of them: the objective's mistake.
      if (!(problem instanceof InvalidInputError) || !this.study.isOpen(trial)) throw problem;
      return this.study.tell(trial, 'fail', { reason: problem.message });
    }
  }

  private logTrial(record: TrialRecord, value: number | undefined, before: number | undefined): void {
    const { number, state, params } = record;
    const fields = { study: this.study.name, trial: number, value };
    this.log.debug(`trial ${number}: ${state}`, { ...fields, params });
    if (state === 'fail') {
      this.log.warn(`trial ${number} failed: ${failReason(record) ?? 'no reason is known'}`, fields);
    } else if (this.best !== before) this.log.info(`trial ${number} is the best so far`, { ...fields, params });
  }

  private report(record: TrialRecord): void {
    const value = record.values?.[0];
    const before = this.best;
    if (this.study.directions.length === 1 && record.state === 'complete' && value !== undefined) {
      const better = this.study.directions[0] === 'maximize' ? Math.max : Math.min;
      this.best = this.best === undefined ? value : better(this.best, value);
    }
    this.logTrial(record, value, before);
    const metrics: Record<string, number> = {};
    if (value !== undefined) metrics.value = value;
    if (this.best !== undefined) metrics.best = this.best;
    this.options.onProgress?.({
      phase: 'tune',
      step: this.finished,
      total: this.trials,
      message: `trial ${record.number}: ${record.state}`,
      metrics,
    });
  }
}

interface Outcome {
  readonly value?: unknown;
  readonly error?: unknown;
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);

function allFailed(
  name: string,
  failed: readonly { number: number; reason: string; error?: unknown }[],
): HyperparameterTuningError {
  const [first] = failed;
  return new HyperparameterTuningError(
    `All ${failed.length} trials of study '${name}' failed; the first with: ${first.reason}`,
    {
      hint: 'The objective fails whatever the parameters are: run it once with fixed ones. `details` lists every reason.',
      details: { reasons: failed.map(({ number, reason }) => ({ number, reason })) },
      cause: first.error,
    },
  );
}

function checkOptions(objective: unknown, options: OptimizeOptions): void {
  if (typeof objective !== 'function') {
    throw new InvalidInputError('optimize: the objective is not a function', {
      hint: 'study.optimize(async (trial) => value, { trials: 50 })',
    });
  }
  const unknown = Object.keys(options).find((key) => !OPTIONS.has(key));
  if (unknown !== undefined) {
    throw new ConfigError(`optimize: unknown option '${unknown}'`, {
      hint: `Valid options: ${[...OPTIONS].join(', ')}.`,
    });
  }
  for (const key of ['trials', 'workers', 'concurrency'] as const) {
    const value = options[key];
    if (value === undefined || (Number.isInteger(value) && value >= 1)) continue;
    throw new ConfigError(`optimize: ${key} must be a positive integer, got ${String(value)}`, {
      hint: `Default: ${DEFAULTS[key]}.`,
    });
  }
  if (options.timeout !== undefined && !(options.timeout > 0)) {
    throw new ConfigError(`optimize: timeout must be a positive number of seconds, got ${String(options.timeout)}`, {
      hint: 'Leave it out for no limit.',
    });
  }
}
