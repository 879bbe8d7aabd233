/** Runs logged to files: `{directory}/{runId}/tracking.jsonl`, a line of JSON for everything that happens, in order. */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ConfigError, InvalidInputError } from '../core/errors.js';
import { appendWhole, isFull } from '../core/files.js';
import { sha256 } from '../core/hash.js';
import { filesIn } from './files-in.js';
import type { DatasetInput, RunDescription, TrackedRun, Tracker } from './tracker.js';

export interface LocalTrackerOptions {
  /** Default 'experiments/runs', where `ModelTrainer` writes its runs. */
  readonly directory?: string;
}

export const TRACKING_FILE = 'tracking.jsonl';

/**
 * Keeps a log beside the artifacts of each run. Numbers that JSON does not have (NaN, infinities) are texts.
 *
 * @example
 * await new ModelTrainer({ tracker: new LocalTracker() }).trainModel('lightgbm', container);
 */
export class LocalTracker implements Tracker {
  readonly directory: string;

  /** @throws ConfigError - an unknown option, or no path */
  constructor(options: LocalTrackerOptions = {}) {
    const unknown = Object.keys(options).find((key) => key !== 'directory');
    const { directory = 'experiments/runs' } = options;
    if (unknown !== undefined || typeof directory !== 'string' || directory === '') {
      throw new ConfigError(
        unknown === undefined ? 'LocalTracker: directory is no path' : `LocalTracker: unknown option '${unknown}'`,
        { hint: "new LocalTracker({ directory: 'experiments/runs' })" },
      );
    }
    this.directory = resolve(directory);
  }

  async startRun(run: RunDescription): Promise<TrackedRun> {
    const { runId } = run;
    if (typeof runId !== 'string' || runId === '') {
      throw new InvalidInputError('startRun: runId is empty', { hint: 'A text that tells the run from others.' });
    }
    const log = new LocalRun(join(this.directory, directoryName(runId)));
    await log.write('start', { ...run });
    return log;
  }
}

class LocalRun implements TrackedRun {
  /** One line after another. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly directory: string) {}

  logMetrics(metrics: Readonly<Record<string, number>>, step = 0): Promise<void> {
    return this.write('metrics', { step, metrics });
  }

  logParams(params: Readonly<Record<string, unknown>>): Promise<void> {
    return this.write('params', { params });
  }

  setTags(tags: Readonly<Record<string, string>>): Promise<void> {
    return this.write('tags', { tags });
  }

  logDatasets(datasets: readonly DatasetInput[]): Promise<void> {
    return this.write('datasets', { datasets });
  }

  /** Names the files; they stay where they are. */
  async logArtifacts(directory: string): Promise<void> {
    await this.write('artifacts', { directory: resolve(directory), files: await filesIn(directory) });
  }

  finish(status: 'completed' | 'failed', reason?: string): Promise<void> {
    return this.write('finish', { status, ...(reason !== undefined && { reason }) });
  }

  write(event: string, facts: Readonly<Record<string, unknown>>): Promise<void> {
    const line = `${JSON.stringify({ event, time: new Date().toISOString(), ...facts }, jsonSafe)}\n`;
    const next = this.turn.then(async () => {
      try {
        await mkdir(this.directory, { recursive: true });
        await appendWhole(join(this.directory, TRACKING_FILE), line, false);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        throw new InvalidInputError(`Cannot write the log of a run in ${this.directory}: ${code ?? String(error)}`, {
          hint: isFull(error) ? 'The disk is full; free some space.' : 'Check the path and its permissions.',
          details: { path: this.directory, code },
          cause: error,
        });
      }
    });
    this.turn = next.catch(() => {});
    return next;
  }
}

function jsonSafe(_key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return typeof value === 'bigint' ? String(value) : value;
}

/** The id itself where it can name a directory, else what can be kept of it and a hash, so that no two ids share one. */
function directoryName(runId: string): string {
  if (/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/.test(runId) && !runId.endsWith('.')) return runId;
  const kept = runId
    .slice(0, 200)
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 60);
  return `${kept || 'run'}-${sha256(runId).slice(0, 12)}`;
}
