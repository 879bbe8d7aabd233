/** The final model: on train, stopped early on validation, evaluated on every split, the test set once. */

import { finishedRun } from '../finished-run.js';
import { containerOf, fixedParameters } from '../parts.js';
import type { AgentRun, StepOutcome } from '../run.js';
import { trackedTraining } from '../tracked-run.js';

/**
 * Trains with the best hyperparameters that tuning found, and writes the run's directory, whole or not at all.
 *
 * @throws TestSetReuseError - an earlier process of this run has seen the test set, left no finished directory, and had another model
 * @throws TrainingFailedError | TrainingCancelledError - from the fit
 */
export async function train(run: AgentRun): Promise<StepOutcome> {
  const { candidate, settings, runId, seed, pipeline, tuning, signal, onProgress } = run;
  run.result = await finishedRun(run);
  run.resumed = run.result !== undefined;
  if (run.result) return { text: 'an earlier process of this run has done it' };
  // A tracker that cannot be reached is better known before a long training than after it.
  await trackedTraining(run);
  run.result = await settings.trainer.trainModel(candidate.name, containerOf(run), {
    config: { ...(await fixedParameters(run)), ...tuning?.bestParams },
    ...(candidate.variant !== undefined && { variant: candidate.variant }),
    ...{ runId, seed, threads: settings.threads },
    ...(run.qcReport && { qcReport: run.qcReport }),
    ...(run.state.qcOverride && { qcOverride: run.state.qcOverride }),
    ...(settings.evaluation && { evaluation: settings.evaluation }),
    ...(pipeline && { preprocessing: pipeline }),
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
  });
  const { totalEpochs, trainingTime } = run.result.metrics;
  return { text: `${totalEpochs} iterations in ${trainingTime.toFixed(1)} s` };
}
