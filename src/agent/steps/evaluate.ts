/** What the model is worth: the measures of the one evaluation that training made. */
import { resultOf } from '../parts.js';
import type { AgentRun, StepOutcome } from '../run.js';

/** Looks at no rows again: the test set was asked once, when the model was trained. */
export async function evaluate(run: AgentRun): Promise<StepOutcome> {
  const { report } = resultOf(run);
  run.metrics = report.metrics;
  return { text: report.verdict.text };
}
