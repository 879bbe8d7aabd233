/** The run in the tracker: parameters, scores, the curve of training, data sets, the model, artifacts. */
import { messageOf } from '../../core/text.js';
import type { TrackedRun } from '../../tracking/tracker.js';
import { logRun } from '../../training/track-run.js';
import { containerOf, resultOf } from '../parts.js';
import { type AgentRun, type StepOutcome, skipped } from '../run.js';
import { trackedRun } from '../tracked-run.js';

/** A tracker that fails costs the log, not the run: what it said is among the warnings. */
export async function log(run: AgentRun): Promise<StepOutcome> {
  if (!run.settings.tracker) return skipped('there is no tracker');
  const { report, artifacts, model } = resultOf(run);
  const params = report.model.config;
  const { logModel } = run.settings;
  const error = await begun(run, params).then(
    (tracked) => {
      if (!run.logged) return logRun(tracked, { model, data: containerOf(run), report, artifacts, logModel });
    },
    (failure: unknown) => failure,
  );
  if (run.logged) return { text: 'an earlier process of this run has done it' };
  run.logged = error === undefined;
  if (run.logged) return { text: 'parameters, scores, curve, data sets, model and artifacts' };
  const text = `The tracker failed: ${messageOf(error)}`;
  run.warnings.push(text);
  return { text };
}

async function begun(run: AgentRun, params: Readonly<Record<string, unknown>>): Promise<TrackedRun | undefined> {
  const before = run.tracked !== undefined;
  const tracked = await trackedRun(run, params);
  if (before && !run.logged) await tracked?.logParams?.(params);
  return tracked;
}
