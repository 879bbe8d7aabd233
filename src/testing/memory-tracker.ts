/** A tracker for unit tests: everything that it was told, in memory. */
import type { DatasetInput, LogModelOptions, RunDescription, TrackedRun, Tracker } from '../tracking/tracker.js';

/** One run as it was told. */
export interface MemoryRun extends RunDescription {
  /** Settings by name, those that were logged later too. */
  params: Record<string, unknown>;
  tags: Record<string, string>;
  /** In the order in which they came. */
  readonly metrics: { readonly values: Readonly<Record<string, number>>; readonly step: number | undefined }[];
  /** Folders whose files were logged. */
  readonly artifacts: string[];
  readonly datasets: DatasetInput[];
  readonly models: { readonly model: unknown; readonly options: LogModelOptions }[];
  /** `'running'` until the run has ended. */
  status: 'running' | 'completed' | 'failed';
  /** Why it failed. */
  reason?: string;
}

/**
 * Keeps runs in `runs`; `failNext` makes a server that fails.
 *
 * @example
 * const tracker = new MemoryTracker();
 * await new ModelTrainer({ tracker }).trainModel('logistic', container, { save: false });
 * tracker.runs[0].status; // 'completed'
 */
export class MemoryTracker implements Tracker {
  readonly runs: MemoryRun[] = [];
  private readonly failures: unknown[] = [];

  /** The next thing it is told is refused with `error`; several wait in line. */
  failNext(error: unknown): this {
    this.failures.push(error);
    return this;
  }

  async startRun(description: RunDescription): Promise<TrackedRun> {
    this.failIfAsked();
    const run: MemoryRun = {
      ...description,
      params: { ...description.params },
      tags: { ...description.tags },
      metrics: [],
      artifacts: [],
      datasets: [],
      models: [],
      status: 'running',
    };
    this.runs.push(run);
    const told =
      <A extends unknown[]>(note: (...args: A) => void) =>
      async (...args: A): Promise<void> => {
        this.failIfAsked();
        note(...args);
      };
    return {
      logMetrics: told((values, step) => run.metrics.push({ values: { ...values }, step })),
      logArtifacts: told((directory) => run.artifacts.push(directory)),
      logParams: told((params) => {
        // A name keeps its first value.
        run.params = { ...params, ...run.params };
      }),
      setTags: told((tags) => {
        run.tags = { ...run.tags, ...tags };
      }),
      logDatasets: told((datasets) => run.datasets.push(...datasets)),
      logModel: told((model, options = {}) => run.models.push({ model, options })),
      finish: told((status, reason) => {
        run.status = status;
        if (reason !== undefined) run.reason = reason;
      }),
    };
  }

  private failIfAsked(): void {
    if (this.failures.length > 0) throw this.failures.shift();
  }
}
