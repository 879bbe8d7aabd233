/** The run in the tracker: begun with the first that needs it, as trials are parts of it, and failed where the run fails. */
import type { TrackedRun } from '../tracking/tracker.js';
import { logFailure } from '../training/track-run.js';
import type { AgentRun } from './run.js';

/** Undefined where there is no tracker. `params` are those that are known already; what tuning finds is logged later. */
export async function trackedRun(
  run: AgentRun,
  params: Readonly<Record<string, unknown>> = {},
): Promise<TrackedRun | undefined> {
  const { settings, state, runId, candidate } = run;
  if (!settings.tracker || run.tracked) return run.tracked;
  const symbol = run.container?.symbol;
  run.tracked = await settings.tracker.startRun({
    ...{ runId, model: candidate.name, params },
    tags: { experiment: state.experimentId, ...(symbol !== undefined && { symbol }) },
  });
  return run.tracked;
}

/** A run that was logged is ended already. */
export async function failTracked({ tracked, logged }: AgentRun, error: unknown): Promise<void> {
  if (!logged) await logFailure(tracked, error);
}
