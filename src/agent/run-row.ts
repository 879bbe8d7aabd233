/** The run's row in the repository: begun with the run, failed where the run fails. */
import { messageOf } from '../core/text.js';
import type { TrackedRun } from '../tracking/tracker.js';
import type { AgentRun } from './run.js';

/** The row of a run whose process died is taken over. */
export async function beginRow({ settings, state, runId, candidate }: Omit<AgentRun, 'row'>): Promise<void> {
  const { repository, trainedBy } = settings;
  if (!repository) return;
  await repository.open();
  if (await repository.find(runId)) {
    await repository.resume(runId);
    return;
  }
  await repository.start({
    ...{ trainingRunId: runId, experimentId: state.experimentId, algorithmName: candidate.name },
    hyperparameters: { ...candidate.config },
    ...(trainedBy !== undefined && { trainedBy }),
  });
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
