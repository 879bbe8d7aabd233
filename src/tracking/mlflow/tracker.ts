/** Runs on an MLflow server, by its REST API. */
import { randomUUID } from 'node:crypto';
import { InvalidInputError } from '../../core/errors.js';
import { LIBRARY_VERSION } from '../../core/version.js';
import { processTag } from '../process-mark.js';
import type { RunDescription, Tracker } from '../tracker.js';
import { MLflowClient } from './client.js';
import { PROCESS } from './earlier-run.js';
import type { StartEntry } from './entry.js';
import { JournalFile } from './journal-file.js';
import { displayName, modelName, safeKey, tagText } from './names.js';
import { type MLflowOptions, type ResolvedOptions, resolveOptions } from './options.js';
import { type MLflowModelVersion, versionByAlias, versionsOf } from './registry.js';
import { type ReplayResult, replayJournal } from './replay.js';
import { MLflowRun, paramPairs } from './run.js';
import { MLflowServer, RUN_ID } from './server.js';

/** How long new runs go into the journal at once after a server did not answer. */
const LOST_MS = 30_000;

/**
 * Logs runs to an MLflow server (2 and 3): parameters, metrics with steps, tags, data sets, artifacts, and models that Python opens by
 * `mlflow.pyfunc.load_model`. What the options leave out is read from MLFLOW_TRACKING_URI, MLFLOW_EXPERIMENT_NAME, MLFLOW_TRACKING_TOKEN,
 * MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD.
 *
 * @example
 * const tracker = new MLflowTracker({ trackingUri: 'http://localhost:5000', experiment: 'churn', journal: 'experiments/journal' });
 * await new ModelTrainer({ tracker }).trainModel('lightgbm', container);
 */
export class MLflowTracker implements Tracker {
  readonly #options: ResolvedOptions;
  private readonly server: MLflowServer;
  /** By the callers' ids. */
  private readonly runs = new Map<string, MLflowRun>();
  private leftRuns: Promise<Map<string, string>> | undefined;
  private lostUntil = Number.NEGATIVE_INFINITY;

  /** Sends nothing yet. @throws ConfigError - no address, contradicting credentials, an unknown option or one out of range */
  constructor(options: MLflowOptions = {}) {
    this.#options = resolveOptions(options);
    this.server = new MLflowServer(new MLflowClient(this.#options));
  }

  /** The server's address, without credentials. */
  get trackingUri(): string {
    return this.#options.url.href.replace(/\/$/, '');
  }

  /**
   * Starts a run; with `parentRunId`, as a part of that one; with `resume`, goes on with the one that an earlier process began, on the server or in
   * the journal.
   *
   * @throws TrackingError - the server refuses, or cannot be reached and there is no journal
   */
  async startRun(run: RunDescription): Promise<MLflowRun> {
    const { runId, model, params, tags, parentRunId, name = runId, resume } = run;
    if (typeof runId !== 'string' || runId === '') {
      throw new InvalidInputError('startRun: runId is empty', { hint: 'A text that tells the run from others.' });
    }
    const own = {
      [RUN_ID]: runId,
      'holdfast.model': model,
      'holdfast.version': LIBRARY_VERSION,
      [PROCESS]: processTag(),
    };
    const all = { 'mlflow.source.name': 'holdfast', 'mlflow.source.type': 'LOCAL', ...own, ...tags };
    const parent = parentRunId === undefined ? undefined : this.runs.get(parentRunId);
    if (parentRunId !== undefined && !parent) {
      throw new InvalidInputError(`startRun: there is no run '${parentRunId.slice(0, 100)}' to be a part of`, {
        hint: 'Start the parent with the same tracker first.',
      });
    }
    const host = {
      server: this.server,
      options: this.#options,
      reachable: () => performance.now() >= this.lostUntil,
      lost: () => {
        this.lostUntil = performance.now() + LOST_MS;
      },
      replay: () => this.replay(),
      left: (id: string) => this.leftIn(id),
    };
    const start: StartEntry = {
      kind: 'start',
      key: randomUUID(),
      experiment: this.#options.experiment,
      name: displayName(name),
      startTime: Date.now(),
      tags: Object.entries(all).map(([tag, value]) => ({ key: safeKey(tag), value: tagText(value) })),
      ...(parent && { parentKey: parent.key }),
      // One that this process is at is another, as it always was.
      ...(resume &&
        !this.runs.get(runId)?.open && { resume: { params: paramPairs(params), finished: resume === 'any' } }),
    };
    const started = await new MLflowRun(host, start, parent).begin(params);
    // Parts of parts are rare, and a study has thousands: only whole runs are kept.
    if (!parent) this.runs.set(runId, started);
    return started;
  }

  /**
   * Sends the finished runs of the journal, and those of processes that died. Each arrives exactly once, also when this is cut short and
   * called again, here or elsewhere.
   *
   * @throws TrackingError - the server cannot be reached
   */
  async replay(): Promise<ReplayResult> {
    const { journal, log } = this.#options;
    if (journal === undefined) return { sent: 0, open: 0, failed: [] };
    const result = await replayJournal(this.server, journal);
    const { sent, open, failed } = result;
    if (sent + failed.length > 0) log.info('the journal was sent', { journal, sent, open, failed: failed.length });
    for (const { journal: file, error } of failed) log.warn('a run of the journal could not be sent', { file, error });
    this.lostUntil = Number.NEGATIVE_INFINITY;
    return result;
  }

  /** Where an earlier process left a run in the journal. What comes into it later is this process's own. */
  private async leftIn(runId: string): Promise<string | undefined> {
    const { journal } = this.#options;
    if (journal === undefined) return undefined;
    this.leftRuns ??= JournalFile.directories(journal);
    return (await this.leftRuns).get(runId);
  }

  /** Versions of a registered model, newest first; none where the name is unknown. */
  modelVersions(name: string): Promise<readonly MLflowModelVersion[]> {
    return versionsOf(this.server.client, modelName(name));
  }

  /** The version that an alias such as 'champion' points to. */
  modelByAlias(name: string, alias: string): Promise<MLflowModelVersion | undefined> {
    return versionByAlias(this.server.client, modelName(name), alias);
  }

  /** Lets an alias point to a version, and to no other. */
  async setAlias(name: string, alias: string, version: string | number): Promise<void> {
    await this.server.client.post('registered-models/alias', {
      name: modelName(name),
      alias,
      version: String(version),
    });
  }
}
