/** Where runs are logged. A tracker may be anything that implements this: a file, a server, a test's array. */
import type { BaseModel } from '../model/base-model.js';

/** What a tracker is told of a run when it starts. */
export interface RunDescription {
  readonly runId: string;
  readonly model: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly tags: Readonly<Record<string, string>>;
  /** The `runId` of the run that this one is a part of, such as the tuning that a trial belongs to. */
  readonly parentRunId?: string;
  /** What people see. Default: the run id. */
  readonly name?: string;
  /**
   * An earlier process may have begun the run and died, or failed: a tracker that can goes on with that one and counts nothing twice. 'unfinished':
   * one that was finished stays as it is, and another begins; 'any': it is given back too, and nothing is added to it. Default: a new run.
   */
  readonly resume?: 'unfinished' | 'any';
}

/** One part of the data that a run used. */
export interface DatasetInput {
  readonly name: string;
  /** What it was used for: 'train', 'validation', 'test'. */
  readonly context: string;
  /** At most 36 characters that tell this data from other data. */
  readonly digest: string;
  readonly rows: number;
  readonly featureNames: readonly string[];
}

/** How a model is stored with a run: its name, versions and aliases in a registry, an example of its input. */
export interface LogModelOptions {
  /** Name of the artifact. Default 'model'. */
  readonly name?: string;
  /** Also makes a version of this registered model. */
  readonly registeredModelName?: string;
  /** Names that then point to the new version, such as 'champion'. */
  readonly aliases?: readonly string[];
  readonly tags?: Readonly<Record<string, string>>;
  /** Rows (n, features), or windows (n, length, channels), that are stored with the model as an example. They are data: whoever reads the model reads them. */
  readonly inputExample?: readonly (readonly number[])[] | readonly (readonly (readonly number[])[])[];
}

/** One run under way. What is optional is skipped where a tracker does not have it. */
export interface TrackedRun {
  /** What the tracker's server calls the run, once it has it. */
  readonly serverRunId?: string | undefined;
  /** How an earlier process left the run, where it was to be resumed: one that is finished is told nothing more. */
  readonly earlier?: 'begun' | 'finished' | undefined;
  /** Values by name, at a step (an epoch, an iteration) where they have one. */
  logMetrics(metrics: Readonly<Record<string, number>>, step?: number): Promise<void> | void;
  /** Everything in a folder. */
  logArtifacts(directory: string): Promise<void> | void;
  /** The run's end; `reason` says why it failed. */
  finish(status: 'completed' | 'failed', reason?: string): Promise<void> | void;
  /** Settings by name; a name keeps its first value. */
  logParams?(params: Readonly<Record<string, unknown>>): Promise<void> | void;
  /** Texts by name; a later one replaces an earlier. */
  setTags?(tags: Readonly<Record<string, string>>): Promise<void> | void;
  /** The parts of the data that the run used. */
  logDatasets?(datasets: readonly DatasetInput[]): Promise<void> | void;
  /** The fitted model, as the tracker stores models. */
  // biome-ignore lint/suspicious/noConfusingVoidType: a tracker may return nothing or a description of what it stored
  logModel?(model: BaseModel, options?: LogModelOptions): Promise<unknown> | void;
}

/** Where runs are recorded: an experiment server, files, or your own. */
export interface Tracker {
  /** A new run; the trainer tells it what happens. */
  startRun(run: RunDescription): Promise<TrackedRun> | TrackedRun;
}
