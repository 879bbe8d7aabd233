/** What worked, for runs to come. */
import { isMaximized } from '../../evaluation/gate-options.js';
import { dataHashOf } from '../data-hash.js';
import { factsOf, resultOf } from '../parts.js';
import { type AgentRun, type StepOutcome, skipped } from '../run.js';

/** Remembers the run, and its tuned hyperparameters with their score on validation: never a test score, which must not choose anything. */
export async function remember(run: AgentRun): Promise<StepOutcome> {
  const { memory } = run.settings;
  if (!memory) return skipped('there is no memory');
  const facts = factsOf(run);
  const { report } = resultOf(run);
  const { tuning } = run;
  const direction = tuning && isMaximized(tuning.metric as never) ? 'maximize' : 'minimize';
  await memory.remember({
    runId: run.runId,
    experimentId: run.state.experimentId,
    at: report.createdAt,
    dataHash: await dataHashOf(run),
    facts,
    hyperparameters: tuning ? tuning.bestParams : {},
    ...(tuning && { score: { metric: tuning.metric, value: tuning.bestValue, direction } }),
  });
  return {
    text: tuning
      ? `${tuning.metric} ${tuning.bestValue.toPrecision(5)} with ${Object.keys(tuning.bestParams).length} hyperparameters`
      : 'the run',
  };
}
