/** The trials of a study as runs of a tracker. */
import type { TunedStudy } from '../tuning/optimize.js';
import { failReason, isFinished, type TrialRecord } from '../tuning/trial-record.js';
import type { Tracker } from './tracker.js';

/** Which run the trials belong to, and what is tuned. */
export interface TrackTrialsOptions {
  /** `runId` of the run that the trials are parts of. */
  readonly parentRunId?: string;
  /** Name of the model that is tuned. Default: the study's name. */
  readonly model?: string;
  /** Trials may have been logged before, by a process that died: each counts once. Default false. */
  readonly resume?: boolean;
}

/**
 * A callback for `Study.optimize` and `tuneModel`: every trial becomes a run of its own, with its parameters, its value (`value`, or
 * `value_0`, `value_1`, ... with several directions), and what it reported by step (`intermediate_value`).
 *
 * @example
 * await tracker.startRun({ runId: 'tuning', model: 'lightgbm', params: {}, tags: {} });
 * await tuneModel('lightgbm', container, { callbacks: [trackTrials(tracker, { parentRunId: 'tuning' })] });
 */
export function trackTrials(
  tracker: Tracker,
  { parentRunId, model, resume }: TrackTrialsOptions = {},
): (study: TunedStudy, trial: TrialRecord) => Promise<void> {
  return async (study, trial) => {
    const name = `trial-${String(trial.number).padStart(4, '0')}`;
    const run = await tracker.startRun({
      runId: `${parentRunId ?? study.name}-${name}`,
      name,
      model: model ?? study.name,
      params: trial.params,
      tags: { study: study.name, trial: String(trial.number), state: trial.state },
      ...(parentRunId !== undefined && { parentRunId }),
      ...(resume && { resume: 'any' }),
    });
    if (run.earlier === 'finished') return;
    for (const [step, value] of trial.intermediateValues) await run.logMetrics({ intermediate_value: value }, step);
    const values = trial.values ?? [];
    if (values.length > 0) {
      await run.logMetrics(
        Object.fromEntries(values.map((value, i) => [values.length === 1 ? 'value' : `value_${i}`, value])),
      );
    }
    await (trial.state === 'fail' ? run.finish('failed', failReason(trial)) : run.finish('completed'));
  };
}

/** What an earlier process of the study made and did not get to log, or not to its end. */
export async function trackEarlierTrials(
  tracker: Tracker,
  study: TunedStudy & { readonly trials: readonly TrialRecord[] },
  options: TrackTrialsOptions,
): Promise<void> {
  const track = trackTrials(tracker, { ...options, resume: true });
  for (const trial of study.trials) if (isFinished(trial.state)) await track(study, trial);
}
