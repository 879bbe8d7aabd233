/** Where runs are logged. A tracker may be anything that implements this: a file, a server, a test's array. */

export interface RunDescription {
  readonly runId: string;
  readonly model: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly tags: Readonly<Record<string, string>>;
}

/** One run under way. */
export interface TrackedRun {
  /** Values by name, at a step (an epoch, an iteration) where they have one. */
  logMetrics(metrics: Readonly<Record<string, number>>, step?: number): Promise<void> | void;
  /** Everything in a folder. */
  logArtifacts(directory: string): Promise<void> | void;
  /** The run's end; `reason` says why it failed. */
  finish(status: 'completed' | 'failed', reason?: string): Promise<void> | void;
}

/** Where runs are recorded: an experiment server, files, or your own. */
export interface Tracker {
  /** A new run; the trainer tells it what happens. */
  startRun(run: RunDescription): Promise<TrackedRun> | TrackedRun;
}
