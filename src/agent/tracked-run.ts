/** The run in the tracker: begun with the first that needs it, as trials are parts of it, and failed where the run fails. */
import type { TrackedRun } from '../tracking/tracker.js';
import { logFailure } from '../training/track-run.js';
import type { AgentRun } from './run.js';

/**
 * Undefined where there is no tracker. `params` are those that are known already; what tuning finds is logged later. The id of the caller's may be
 * that of a run whose process died: it goes on.
 */
export async function trackedRun(
  run: AgentRun,
  params: Readonly<Record<string, unknown>> = {},
  resume = run.state.runId !== undefined,
): Promise<TrackedRun | undefined> {
  const { settings, state, runId, candidate } = run;
  if (!settings.tracker || run.tracked) return run.tracked;
  const symbol = run.container?.symbol;
  run.tracked = await settings.tracker.startRun({
    ...{ runId, model: candidate.name, params },
    tags: { experiment: state.experimentId, ...(symbol !== undefined && { symbol }) },
    ...(resume && { resume: 'any' as const }),
  });
  run.logged = run.tracked.earlier === 'finished';
  return run.tracked;
}

/** Before a training: where an earlier process has logged the run whole and its directory is gone, it is trained anew, and is another run. */
export async function trackedTraining(run: AgentRun): Promise<void> {
  const tracked = await trackedRun(run);
  if (tracked?.earlier !== 'finished') return;
  run.tracked = undefined;
  await trackedRun(run, {}, false);
}

/** A run that was logged is ended already. */
export async function failTracked({ tracked, logged }: AgentRun, error: unknown): Promise<void> {
  if (!logged) await logFailure(tracked, error);
}
