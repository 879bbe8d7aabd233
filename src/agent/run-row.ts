/** The run's row in the repository: begun with the run, failed where the run fails. */
import { messageOf } from '../core/text.js';
import type { TrackedRun } from '../tracking/tracker.js';
import type { AgentRun, RunRowState } from './run.js';

/** The row of a run whose process died is taken over. */
export async function beginRow({ settings, state, runId, candidate }: Omit<AgentRun, 'row'>): Promise<RunRowState> {
  const { repository, trainedBy } = settings;
  if (!repository) return 'none';
  await repository.open();
  const before = await repository.find(runId);
  if (before?.status === 'completed') return 'completed';
  if (before) {
    await repository.resume(runId);
    return 'begun';
  }
  await repository.start({
    ...{ trainingRunId: runId, experimentId: state.experimentId, algorithmName: candidate.name },
    hyperparameters: { ...candidate.config },
    ...(trainedBy !== undefined && { trainedBy }),
  });
  return 'begun';
}

/** What goes wrong here must not hide why the run failed. */
export async function failRow({ settings, runId, row, tracked }: AgentRun, reason: string): Promise<void> {
  try {
    await row;
    await settings.repository?.fail(runId, reason, mlflowRun(tracked));
  } catch (error) {
    settings.logger.warn(`the repository does not know that the run failed: ${messageOf(error)}`, { runId });
  }
}

/** The tracker's id of the run, as the repository keeps it. */
export const mlflowRun = (tracked: TrackedRun | undefined): { mlflowRunId?: string } =>
  tracked?.serverRunId === undefined ? {} : { mlflowRunId: tracked.serverRunId };
