/** What happens to a run, as plain data: sent to a server at once, or kept in a journal and sent later. */
import type { DatasetInput } from '../tracker.js';

export interface Metric {
  readonly key: string;
  /** NaN and infinities as text, as JSON has no numbers for them. */
  readonly value: number | 'NaN' | 'Infinity' | '-Infinity';
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly step: number;
}

export interface Pair {
  readonly key: string;
  readonly value: string;
}

export interface StartEntry {
  readonly kind: 'start';
  /** Unique, made by the client: the run is found again by it. */
  readonly key: string;
  readonly experiment: string;
  readonly name: string;
  readonly startTime: number;
  readonly tags: readonly Pair[];
  readonly parentKey?: string;
  /** An earlier process may have begun the run: it goes on, unless it has other parameters than these. */
  readonly resume?: {
    readonly params: readonly Pair[];
    /** A finished one too: nothing is added to it. Otherwise a finished one stays, and this is another. */
    readonly finished: boolean;
  };
}

/** The run goes on in another process: what the one before it said may be said again, and counts once. */
export interface ResumeEntry {
  readonly kind: 'resume';
}

export interface BatchEntry {
  readonly kind: 'batch';
  readonly metrics: readonly Metric[];
  readonly params: readonly Pair[];
  readonly tags: readonly Pair[];
}

export interface InputsEntry {
  readonly kind: 'inputs';
  readonly datasets: readonly DatasetInput[];
}

export interface ArtifactsEntry {
  readonly kind: 'artifacts';
  /** Directory whose files are the run's. */
  readonly directory: string;
  /** Folder of the run's artifacts that they go to; empty for their top. */
  readonly to: string;
}

export interface ModelEntry {
  readonly kind: 'model';
  /** Unique, as a run's. */
  readonly key: string;
  readonly name: string;
  /** Holds MLmodel and what it names. */
  readonly directory: string;
  readonly modelType: string;
  readonly tags: readonly Pair[];
  readonly register?: { readonly name: string; readonly aliases: readonly string[] };
}

export interface FinishEntry {
  readonly kind: 'finish';
  readonly status: 'FINISHED' | 'FAILED';
  readonly endTime: number;
}

export type Entry = StartEntry | BatchEntry | InputsEntry | ArtifactsEntry | ModelEntry | FinishEntry | ResumeEntry;

/** Limits of one log-batch request; the last is of its JSON text, some below the server's million bytes. */
export const BATCH = { metrics: 1000, pairs: 100, all: 1000, bytes: 900_000 } as const;

export function metricOf(key: string, value: number, step: number, timestamp: number): Metric {
  const text = Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
  return { key, value: Number.isFinite(value) ? value : text, timestamp, step };
}

/** Cut into requests that a server takes, in order. */
export function batchesOf(what: Omit<BatchEntry, 'kind'>): BatchEntry[] {
  const batches: BatchEntry[] = [];
  const empty = () => ({ metrics: [] as Metric[], params: [] as Pair[], tags: [] as Pair[], bytes: 0 });
  let open = empty();
  const close = (): void => {
    const { metrics, params, tags } = open;
    if (metrics.length + params.length + tags.length > 0) batches.push({ kind: 'batch', metrics, params, tags });
    open = empty();
  };
  const add = <T extends Metric | Pair>(list: () => T[], item: T, limit: number): void => {
    const bytes = Buffer.byteLength(JSON.stringify(item)) + 1;
    const count = open.metrics.length + open.params.length + open.tags.length;
    // One place is left for the tag that says how far a journal has been sent.
    if (list().length >= limit || count >= BATCH.all - 1 || open.bytes + bytes > BATCH.bytes) close();
    list().push(item);
    open.bytes += bytes;
  };
  for (const param of what.params) add(() => open.params, param, BATCH.pairs);
  for (const tag of what.tags) add(() => open.tags, tag, BATCH.pairs - 1);
  for (const metric of what.metrics) add(() => open.metrics, metric, BATCH.metrics);
  close();
  return batches;
}
