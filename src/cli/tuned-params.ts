/** Hyperparameters that are searched before a training: what the search starts from, and what it found. */

import type { Logger } from '../core/logging.js';
import type { ProgressListener } from '../core/progress.js';
import type { TimeSeriesDataContainer } from '../data/container.js';
import type { QCOptions } from '../data/qc-gate.js';
import { loadTrainingConfig } from '../model/config-files.js';
import { modelConfig } from '../model/model-config.js';
import { ModelRegistry } from '../model/registry.js';
import { loadStudy } from '../tuning/create-study.js';
import type { Storage } from '../tuning/storage.js';
import { JournalFileStorage } from '../tuning/storages/journal/storage.js';
import { tuneModel } from '../tuning/tune-model.js';
import { defined } from './parsers.js';
import type { ModelSetting, RunSettings } from './settings.js';
import { TrackedSearch, type Tracking } from './tracking.js';

export interface Search {
  readonly container: TimeSeriesDataContainer;
  readonly qc: QCOptions;
  readonly logger?: Logger;
  readonly trials: number;
  /** File of the study, and its name there: what is in it is not done again. */
  readonly journal: string;
  readonly study: string;
  readonly signal: AbortSignal;
  readonly onProgress: ProgressListener;
  readonly tracking?: Tracking | undefined;
}

/** The hyperparameters that were asked for, with the best of a search over the others. */
export async function tunedParams(
  model: ModelSetting,
  settings: RunSettings,
  search: Search,
): Promise<Record<string, unknown>> {
  const { container, journal, study, signal, onProgress } = search;
  const storage = new JournalFileStorage(journal);
  const trials = search.trials - (await trialsDone(storage, study));
  const tracked = await TrackedSearch.begin(search.tracking, `${study}-tuning`, model.name, { name: study, storage });
  const tuned = await tuneModel(model.name, container, {
    ...defined({ threads: settings.threads, metric: settings.tuning?.metric }),
    ...{ config: await startingPoint(model, settings), storage, name: study, seed: settings.seed, signal, onProgress },
    ...search.qc,
    ...(search.logger && { logger: search.logger }),
    trials: Math.max(0, trials),
    // The journal is this run's alone.
    takeOver: true,
    callbacks: tracked.callbacks,
  }).catch(async (error: unknown) => {
    await tracked.fail(error);
    throw error;
  });
  await tracked.end(tuned);
  return { ...model.params, ...tuned.bestParams };
}

/** Trials that need not be done again: an interrupted one counts for nothing. */
export async function trialsDone(storage: Storage, name: string): Promise<number> {
  if (!(await storage.findStudy(name))) return 0;
  const { trials } = await loadStudy({ name, storage });
  return trials.filter(({ state }) => state === 'complete' || state === 'pruned').length;
}

/** What stays as it is while the rest is searched: what `train` would start from too. */
export async function startingPoint(
  { name, variant, params }: ModelSetting,
  { trainingConfig }: RunSettings,
): Promise<Record<string, unknown>> {
  const { families } = await loadTrainingConfig(trainingConfig);
  const familyDefaults = families[ModelRegistry.family(name)]?.params;
  return modelConfig(name, { familyDefaults, overrides: params, ...(variant !== undefined && { variant }) });
}
