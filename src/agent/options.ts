/** What an agent is made of, and what it uses where nothing is said. */
import { join } from 'node:path';
import { ConfigError } from '../core/errors.js';
import { type Logger, logOf } from '../core/logging.js';
import { nearest } from '../core/text.js';
import { resolveThreads } from '../core/threads.js';
import { type MetricsSettings, metricsOptions } from '../evaluation/metrics-options.js';
import { loadTrainingConfig, parseTrainingConfig, type TrainingConfig } from '../model/config-files.js';
import { SplitRegistry } from '../splits/registry.js';
import { ModelStore } from '../tracking/model-store/model-store.js';
import { TrainingRunRepository } from '../tracking/repository/training-run-repository.js';
import type { LogModelOptions, Tracker } from '../tracking/tracker.js';
import { ModelTrainer } from '../training/trainer.js';
import type { Storage } from '../tuning/storage.js';
import { AgentMemory } from './memory/agent-memory.js';
import type { AgentSettings, Step } from './run.js';
import { STEPS, type StepName } from './state.js';

/** Where an agent keeps its runs, and what it works with. */
export interface AgentOptions {
  /** Where everything lies that is not placed elsewhere. Default: the config's, experiments/runs. */
  readonly runsDirectory?: string;
  /** Settings over the shipped config/training.yaml. */
  readonly config?: TrainingConfig;
  /** Trials of tuning; 0 leaves it out. Default 50. */
  readonly trials?: number;
  /** What tuning maximises or minimises on validation. Default 'auc', or 'rmse' for regression. */
  readonly metric?: string;
  /** Default: the config's. */
  readonly seed?: number;
  readonly threads?: number;
  /** Trials at once. Default 1. */
  readonly workers?: number;
  /** Default: none. */
  readonly tracker?: Tracker;
  /** How the tracker stores the model, such as `{ registeredModelName: 'es-trend', aliases: ['challenger'] }`. Default: with the run alone. */
  readonly logModel?: LogModelOptions;
  /** Rows of runs. Default: the embedded database in the runs directory; false: none. */
  readonly repository?: TrainingRunRepository | false;
  /** Default: in the runs directory; false: none. */
  readonly memory?: AgentMemory | false;
  /** Default: in the runs directory; false: none. */
  readonly store?: ModelStore | false;
  /** Default: in the runs directory; false: none. */
  readonly splits?: SplitRegistry | false;
  /** Of studies. Default: a journal file for each run, in the runs directory. */
  readonly storage?: Storage;
  /** How thoroughly runs are evaluated: intervals, threshold, periods, groups. */
  readonly evaluation?: MetricsSettings;
  /** Who runs it, for the repository. */
  readonly trainedBy?: string;
  /** Default: nothing is logged. */
  readonly logger?: Logger;
  /** Steps of your own instead of those there are. */
  readonly steps?: Readonly<Partial<Record<StepName, Step>>>;
}

const OPTIONS = [
  ...['runsDirectory', 'config', 'trials', 'metric', 'seed', 'threads', 'workers', 'tracker', 'repository', 'memory'],
  ...['store', 'splits', 'storage', 'evaluation', 'trainedBy', 'logger', 'steps', 'logModel'],
];

/** @throws ConfigError - an unknown option or step, or one out of range */
export function checkOptions(options: AgentOptions): AgentOptions {
  unknownKey(options, OPTIONS, 'option');
  unknownKey(options.steps ?? {}, STEPS, 'step');
  const counts = { trials: 0, workers: 1, threads: 1, seed: 0 } as const;
  for (const [name, least] of Object.entries(counts)) {
    const value = options[name as keyof typeof counts];
    if (value === undefined || (Number.isInteger(value) && value >= least)) continue;
    throw new ConfigError(`ModelTrainerAgent: ${name} is ${String(value)}`, {
      hint: `A whole number from ${least} up.`,
    });
  }
  logOf(options.logger);
  if (options.config) parseTrainingConfig(options.config);
  if (options.evaluation) metricsOptions.parse(options.evaluation, 'evaluation');
  return options;
}

function unknownKey(given: object, known: readonly string[], what: string): void {
  const key = Object.keys(given).find((one) => !known.includes(one));
  if (key === undefined) return;
  const close = nearest(key, known);
  throw new ConfigError(`ModelTrainerAgent: unknown ${what} '${key}'`, {
    hint: close ? `Did you mean '${close}'?` : `Valid: ${known.join(', ')}.`,
    details: { nearest: close },
  });
}

/** `own` are to be closed after the run: the agent has made them. */
export async function settle(
  options: AgentOptions,
): Promise<{ settings: AgentSettings; own: readonly { close(): Promise<void> }[] }> {
  const config = parseTrainingConfig({ ...(await loadTrainingConfig()), ...options.config });
  const runsDirectory = options.runsDirectory ?? config.runsDirectory;
  const logger = logOf(options.logger);
  const within = (name: string) => join(runsDirectory, name);
  const given = <T>(one: T | false | undefined, otherwise: () => T): T | undefined =>
    one === false ? undefined : (one ?? otherwise());
  const repository = given(options.repository, () => new TrainingRunRepository({ directory: runsDirectory, logger }));
  const settings: AgentSettings = {
    runsDirectory,
    trials: options.trials ?? 50,
    ...(options.metric !== undefined && { metric: options.metric }),
    seed: options.seed ?? config.seed,
    threads: resolveThreads(options.threads ?? config.threads),
    workers: options.workers ?? 1,
    trainer: new ModelTrainer({ ...(options.config && { config: options.config }), runsDirectory, logger }),
    logger,
    ...(repository && { repository }),
    memory: given(options.memory, () => new AgentMemory({ directory: within('.memory') })),
    store: given(options.store, () => new ModelStore({ directory: within('.models'), logger })),
    splits: given(options.splits, () => new SplitRegistry(within('.splits'))),
    ...(options.tracker && { tracker: options.tracker }),
    ...(options.logModel && { logModel: options.logModel }),
    ...(options.storage && { storage: options.storage }),
    ...(options.evaluation && { evaluation: options.evaluation }),
    ...(options.trainedBy !== undefined && { trainedBy: options.trainedBy }),
  };
  return { settings, own: repository && options.repository === undefined ? [repository] : [] };
}
