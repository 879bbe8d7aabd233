/** The run in the tracker: parameters, scores, the curve of training, data sets, the model, artifacts. */
import { logRun } from '../../training/track-run.js';
import { containerOf, resultOf } from '../parts.js';
import { type AgentRun, type StepOutcome, skipped } from '../run.js';
import { trackedRun } from '../tracked-run.js';

/** A tracker that fails costs the log, not the run: what it said is among the warnings. */
export async function log(run: AgentRun): Promise<StepOutcome> {
  if (!run.settings.tracker) return skipped('there is no tracker');
  const { report, artifacts, model } = resultOf(run);
  const params = report.model.config;
  const begun = run.tracked !== undefined;
  const tracked = await trackedRun(run, params);
  if (begun) await tracked?.logParams?.(params);
  const error = await logRun(tracked, { model, data: containerOf(run), report, artifacts });
  run.logged = error === undefined;
  if (!error) return { text: 'parameters, scores, curve, data sets, model and artifacts' };
  run.warnings.push(`The tracker failed: ${error.message}`);
  return { text: `the tracker failed: ${error.message}` };
}
