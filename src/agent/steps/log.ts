/** The run in the tracker: parameters, the curve of training, scores, artifacts, the model. */
import { messageOf } from '../../core/text.js';
import type { TrackedRun } from '../../tracking/tracker.js';
import { resultOf } from '../parts.js';
import { type AgentRun, type StepOutcome, skipped } from '../run.js';

export async function log(run: AgentRun): Promise<StepOutcome> {
  const { tracker } = run.settings;
  if (!tracker) return skipped('there is no tracker');
  const { report, artifacts, model } = resultOf(run);
  const tracked = await tracker.startRun({
    runId: run.runId,
    model: run.candidate.name,
    params: report.model.config,
    tags: {
      experiment: run.state.experimentId,
      ...(report.data.symbol !== undefined && { symbol: report.data.symbol }),
    },
  });
  await logCurve(tracked, report.training.history);
  await tracked.logMetrics(scoresOf(report.metrics.splits));
  if (artifacts) await tracked.logArtifacts(artifacts.directory);
  try {
    await tracked.logModel?.(model);
  } catch (error) {
    // Not every model has a form that the tracker's readers know; the artifacts hold it all the same.
    run.warnings.push(`The tracker did not take the model: ${messageOf(error)}`);
  }
  await tracked.finish('completed');
  return { text: 'parameters, curve, scores and artifacts' };
}

async function logCurve(
  tracked: TrackedRun,
  history: readonly { epoch: number; trainLoss: number; valLoss: number }[],
): Promise<void> {
  for (const { epoch, ...losses } of history) {
    const known = Object.entries(losses).filter(([, value]) => Number.isFinite(value));
    if (known.length > 0) await tracked.logMetrics(Object.fromEntries(known), epoch);
  }
}

/** `test.rocAuc` and so on; what is undefined is left out. */
export function scoresOf(
  splits: Readonly<Partial<Record<string, { readonly metrics: Readonly<Record<string, number | null>> }>>>,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(splits).flatMap(([role, split]) =>
      Object.entries(split?.metrics ?? {}).flatMap(([name, value]) =>
        value === null ? [] : [[`${role}.${name}`, value]],
      ),
    ),
  );
}
