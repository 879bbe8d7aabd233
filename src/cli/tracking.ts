/** The MLflow server that a command logs to: as asked, else as MLflow's own environment variables say. */
import { join } from 'node:path';
import { ConfigError } from '../core/errors.js';
import type { Logger } from '../core/logging.js';
import { messageOf } from '../core/text.js';
import type { MLflowTracker } from '../tracking/mlflow/tracker.js';
import { trackEarlierTrials, trackTrials } from '../tracking/track-trials.js';
import type { LogModelOptions, TrackedRun } from '../tracking/tracker.js';
import { loadStudy } from '../tuning/create-study.js';
import type { Storage } from '../tuning/storage.js';
import type { TuneModelOptions, TuningResult } from '../tuning/tune-model.js';
import type { OutputFlags, TrackingFlags } from './flags.js';
import { tell } from './print.js';

/** Where runs wait while their server is away. */
export const JOURNAL = '.mlflow-journal';

/** Where a command's runs are logged. */
export interface Tracking {
  readonly tracker: MLflowTracker;
  readonly logModel?: LogModelOptions;
}

/**
 * Undefined where no server is named. What cannot be sent waits in the runs directory.
 *
 * @throws ConfigError - an address that is none, --experiment or --register without one
 */
export async function trackingOf(
  flags: TrackingFlags & OutputFlags,
  runs: string,
  logger?: Logger,
): Promise<Tracking | undefined> {
  const { trackingUri, experiment, register } = flags;
  const named = trackingUri ?? process.env.MLFLOW_TRACKING_URI ?? '';
  // Python's MLflow takes directories and databases there too.
  const usable = trackingUri !== undefined || /^https?:/.test(named);
  if (usable) {
    const { MLflowTracker } = await import('../tracking/mlflow/tracker.js');
    const tracker = new MLflowTracker({
      trackingUri: named,
      journal: join(runs, JOURNAL),
      ...(experiment !== undefined && { experiment }),
      ...(logger && { logger }),
    });
    return { tracker, ...(register !== undefined && { logModel: registration(register) }) };
  }
  const needs = experiment !== undefined ? '--experiment' : register !== undefined ? '--register' : undefined;
  if (needs)
    throw new ConfigError(`${needs} is for an MLflow server, and none is named`, {
      hint: 'Give --tracking-uri http://localhost:5000, or set MLFLOW_TRACKING_URI.',
    });
  if (named !== '') tell(flags, 'MLFLOW_TRACKING_URI is no http address: nothing is tracked');
  return undefined;
}

function registration(register: string): LogModelOptions {
  const at = register.lastIndexOf('@');
  const [name, alias] = at < 0 ? [register, undefined] : [register.slice(0, at), register.slice(at + 1)];
  if (name === '' || alias === '')
    throw new ConfigError(`--register ${register}: no name, or no alias behind @`, {
      hint: 'Such as --register es-trend or --register es-trend@challenger.',
    });
  return { registeredModelName: name, ...(alias !== undefined && { aliases: [alias] }) };
}

/** A search as a run of its own, its trials below it. */
export class TrackedSearch {
  private constructor(
    private readonly run: TrackedRun | undefined,
    /** For `tuneModel`. */
    readonly callbacks: NonNullable<TuneModelOptions['callbacks']>,
  ) {}

  /** `study`: what an earlier process of the search made of it is logged as well. */
  static async begin(
    tracking: Tracking | undefined,
    runId: string,
    model: string,
    study: { readonly name: string; readonly storage: Storage },
  ): Promise<TrackedSearch> {
    if (!tracking) return new TrackedSearch(undefined, []);
    const { tracker } = tracking;
    const tags = { 'holdfast.search': model };
    const run = await tracker.startRun({ runId, model, params: {}, tags, resume: 'any' });
    const callbacks = [trackTrials(tracker, { parentRunId: runId, model })];
    if (run.earlier === 'finished') return new TrackedSearch(undefined, callbacks);
    if (run.earlier && (await study.storage.findStudy(study.name)))
      await trackEarlierTrials(tracker, await loadStudy(study), { parentRunId: runId, model });
    return new TrackedSearch(run, callbacks);
  }

  async end({ bestParams, bestValue, metric }: TuningResult): Promise<void> {
    await this.run?.logParams?.(bestParams);
    await this.run?.logMetrics({ [metric]: bestValue });
    await this.run?.finish('completed');
  }

  async fail(error: unknown): Promise<void> {
    // What went wrong here must not hide why the search failed.
    await Promise.resolve(this.run?.finish('failed', messageOf(error))).catch(() => {});
  }
}

/** Sends what waits from earlier runs too, and says what still waits. */
export async function sendWaiting(tracking: Tracking | undefined, flags: OutputFlags): Promise<void> {
  if (!tracking) return;
  const { tracker } = tracking;
  try {
    const { failed } = await tracker.replay();
    for (const { journal, error } of failed)
      tell(flags, `not sent to ${tracker.trackingUri}: ${journal}: ${error.message}`);
  } catch (error) {
    tell(
      flags,
      `${messageOf(error)}\nWhat was not sent waits in the runs directory (${JOURNAL}), and is sent with the next run.`,
    );
  }
}
