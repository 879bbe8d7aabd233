/** Hyperparameters, fitted on train and chosen on validation. */
import { join } from 'node:path';
import { InvalidInputError } from '../../core/errors.js';
import { messageOf } from '../../core/text.js';
import { trackEarlierTrials, trackTrials } from '../../tracking/track-trials.js';
import type { Tracker } from '../../tracking/tracker.js';
import { loadStudy } from '../../tuning/create-study.js';
import { defaultSpace } from '../../tuning/default-spaces.js';
import type { ParamValue } from '../../tuning/distribution.js';
import type { SearchSpace } from '../../tuning/space.js';
import type { Storage } from '../../tuning/storage.js';
import { JournalFileStorage } from '../../tuning/storages/journal/storage.js';
import type { Study } from '../../tuning/study.js';
import { isFinished } from '../../tuning/trial-record.js';
import { tuneModel } from '../../tuning/tune-model.js';
import { containerOf, factsOf, fixedParameters } from '../parts.js';
import { type AgentRun, type StepOutcome, skipped } from '../run.js';
import type { Candidate } from '../state.js';
import { trackedRun } from '../tracked-run.js';

/** How many remembered settings are tried first. */
const REMEMBERED = 3;

/**
 * Tunes with the agent's number of trials. What worked on similar data is tried first. The study lies in a journal beside the runs, so that
 * a run that was killed goes on with its trials.
 *
 * @throws HyperparameterTuningError - every trial failed
 */
export async function tune(run: AgentRun): Promise<StepOutcome> {
  const { candidate, settings, runId, seed, signal, onProgress } = run;
  const { metric, workers, threads, memory, tracker } = settings;
  if (settings.trials === 0) return skipped('no trials were asked for');
  const space = candidate.space ?? spaceOf(candidate);
  if (!space) {
    run.warnings.push(`${candidate.name} was not tuned: there is nothing to search, and no space was given`);
    return skipped('there is nothing to search, and no space was given');
  }
  const container = containerOf(run);
  const storage = settings.storage ?? new JournalFileStorage(join(settings.runsDirectory, '.studies', `${runId}.log`));
  const done = await finishedTrials(storage, runId);
  const remembered = done > 0 ? [] : ((await memory?.recall(factsOf(run), REMEMBERED)) ?? []);
  if (done >= settings.trials) {
    const study = await loadStudy({ name: runId, storage });
    await trackBefore(run, study);
    return chosenBefore(run, space, study);
  }
  // Trials are parts of the run, which must be there before them.
  if (tracker) await trackedRun(run);
  if (done > 0) await trackBefore(run, await loadStudy({ name: runId, storage }));
  const { study, ...best } = await tuneModel(candidate.name, container, {
    ...{ space, storage, seed, threads, workers, name: runId, logger: settings.logger },
    config: await fixedParameters(run),
    trials: settings.trials - done,
    // A journal of its own is this run's alone.
    takeOver: settings.storage === undefined,
    ...(metric !== undefined && { metric }),
    firstTrials: remembered.map(({ hyperparameters }) => hyperparameters as Record<string, ParamValue>),
    ...(tracker && { callbacks: [trialsOf(run, tracker)] }),
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
  });
  const trials = study.trials.length;
  run.tuning = { space, trials, metric: best.metric, bestParams: best.bestParams, bestValue: best.bestValue };
  const first = remembered.length > 0 ? `, ${remembered.length} of them remembered` : '';
  const before = done > 0 ? `, ${done} of them made before` : '';
  return { text: `${trials} trials${first}${before}: ${best.metric} ${best.bestValue.toPrecision(5)} on validation` };
}

/** A tracker that fails from now on costs the log of the trials, not the trials. */
function trialsOf(run: AgentRun, tracker: Tracker): ReturnType<typeof trackTrials> {
  const track = trackTrials(tracker, { parentRunId: run.runId, model: run.candidate.name });
  let failed = false;
  return async (study, trial) => {
    if (failed) return;
    try {
      await track(study, trial);
    } catch (error) {
      failed = true;
      run.warnings.push(`The tracker has no trials from ${trial.number} on: ${messageOf(error)}`);
    }
  };
}

/** Trials that an earlier process of this run made are parts of the run that it began. */
async function trackBefore(run: AgentRun, study: Study): Promise<void> {
  const { tracker } = run.settings;
  try {
    const tracked = await trackedRun(run);
    if (!tracker || tracked?.earlier !== 'begun') return;
    await trackEarlierTrials(tracker, study, { parentRunId: run.runId, model: run.candidate.name });
  } catch (error) {
    run.warnings.push(`The tracker does not have all trials that were made before: ${messageOf(error)}`);
  }
}

/** All trials were made by an earlier process of this run. */
function chosenBefore(run: AgentRun, space: SearchSpace, study: Study): StepOutcome {
  const metric = run.settings.metric ?? (run.candidate.config?.task === 'regression' ? 'rmse' : 'auc');
  const { bestParams, bestValue, trials } = study;
  run.tuning = { space, trials: trials.length, metric, bestParams, bestValue };
  return { text: `${trials.length} trials made before: ${metric} ${bestValue.toPrecision(5)} on validation` };
}

function spaceOf({ name, config = {} }: Candidate): SearchSpace | undefined {
  try {
    const free = Object.entries(defaultSpace(name)).filter(([parameter]) => !Object.hasOwn(config, parameter));
    return free.length > 0 ? Object.fromEntries(free) : undefined;
  } catch (error) {
    if (error instanceof InvalidInputError) return undefined;
    throw error;
  }
}

/** Of an earlier process of this run. */
async function finishedTrials(storage: Storage, name: string): Promise<number> {
  if (!(await storage.findStudy(name))) return 0;
  const { trials } = await loadStudy({ name, storage });
  return trials.filter(({ state }) => isFinished(state)).length;
}
