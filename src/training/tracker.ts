/** Where runs are logged. A tracker may be anything that implements this: a file, a server, a test's array. */

export interface RunDescription {
  readonly runId: string;
  readonly model: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly tags: Readonly<Record<string, string>>;
}

/** One run under way. */
export interface TrackedRun {
  logMetrics(metrics: Readonly<Record<string, number>>, step?: number): Promise<void> | void;
  logArtifacts(directory: string): Promise<void> | void;
  finish(status: 'completed' | 'failed', reason?: string): Promise<void> | void;
}

export interface Tracker {
  startRun(run: RunDescription): Promise<TrackedRun> | TrackedRun;
}
