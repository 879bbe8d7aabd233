/** `tuneModel`: a registered model's hyperparameters, fitted on train and chosen by their score on validation. */
import { throwIfAborted } from '../core/abort.js';
import { ConfigError, InvalidInputError } from '../core/errors.js';
import { type Logger, logOf } from '../core/logging.js';
import type { ProgressEvent, ProgressListener } from '../core/progress.js';
import { DEFAULT_SEED } from '../core/seed.js';
import { observed } from '../core/spans.js';
import { resolveThreads } from '../core/threads.js';
import { passGate, QC_OPTIONS, type QCDecision, type QCOptions, qualityWarnings } from '../data/qc-gate.js';
import { type AnyContainer, adaptTo } from '../evaluation/adapt.js';
import { scoreOf } from '../evaluation/score.js';
import { type MetricDefinition, metricByName } from '../metrics/registry.js';
import type { BaseModel } from '../model/base-model.js';
import { layered, modelConfig } from '../model/model-config.js';
import { ModelRegistry } from '../model/registry.js';
import { useRows } from '../splits/claim-rows.js';
import { createStudy } from './create-study.js';
import { defaultSpace } from './default-spaces.js';
import { contains, type ParamValue, toInternal } from './distribution.js';
import type { OptimizeOptions } from './optimize.js';
import type { Pruner } from './pruner.js';
import type { Sampler } from './sampler.js';
import { parseSpace, type SearchSpace } from './space.js';
import type { Storage } from './storage.js';
import type { Study } from './study.js';
import { type Trial, TrialPruned } from './trial.js';

/** Space, metric, budget, sampler and storage of `tuneModel`. */
export interface TuneModelOptions extends QCOptions {
  /** Default: the model's of `defaultSpace`. */
  readonly space?: SearchSpace;
  /** Hyperparameters that stay as they are, but for those in the space. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Default 50; 0: only what a study holds that exists. */
  readonly trials?: number;
  /**
   * Tried first in a new study, in this order: what worked elsewhere. Parameters that the space does not have are left out, missing ones and
   * those out of its range suggested.
   */
  readonly firstTrials?: readonly Readonly<Record<string, ParamValue>>[];
  /** Default 'auc', or 'rmse' for regression. */
  readonly metric?: string;
  readonly sampler?: Sampler;
  /** Is told the validation loss of every iteration that the model reports, as its negative where the metric is maximised. */
  readonly pruner?: Pruner;
  readonly storage?: Storage;
  /** Of the study in its storage; one that exists is continued. */
  readonly name?: string;
  /** See `StudyOptions.takeOver`. */
  readonly takeOver?: boolean;
  /** Of the study, and of every fit. Default 42. */
  readonly seed?: number;
  /** Fits at once; never changes a number. Default 1. */
  readonly workers?: number;
  /** See `OptimizeOptions`. */
  readonly concurrency?: number;
  /** Threads of all fits together. */
  readonly threads?: number;
  /** Seconds. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
  /** Called after each trial, such as `trackTrials` of holdfast/tracking. */
  readonly callbacks?: OptimizeOptions['callbacks'];
  /** Told of the tuning and its trials. Default: nothing is logged. */
  readonly logger?: Logger;
}

/** What `tuneModel` found. */
export interface TuningResult {
  readonly study: Study;
  readonly metric: string;
  readonly bestParams: Readonly<Record<string, ParamValue>>;
  /** The metric on validation. */
  readonly bestValue: number;
  /** `config` and the best parameters: what to train the final model with. */
  readonly bestConfig: Readonly<Record<string, unknown>>;
  /** What the gate made of the data's quality report, where there was one; the study keeps it as its attribute `qc` too. */
  readonly qc?: QCDecision;
}

const TRIALS = 50;
const OPTIONS = [
  ...['space', 'config', 'trials', 'metric', 'sampler', 'pruner', 'storage', 'name', 'seed', 'workers'],
  ...['concurrency', 'threads', 'timeout', 'signal', 'onProgress', 'callbacks', 'firstTrials', 'takeOver', 'logger'],
  ...QC_OPTIONS,
];

/**
 * Tunes a registered model. Every trial is kept in the study; validation rows count as tuned on in the container's ledger.
 *
 * @throws QCGateBlockedError - the quality report FAILED and there is no override
 * @throws InvalidInputError - unknown model or metric, or a model without a default space and none given
 * @throws ConfigError - an unknown option, or a hyperparameter the model does not have
 * @throws HyperparameterTuningError | TrainingCancelledError - as `Study.optimize`
 * @example
 * const { bestConfig } = await tuneModel('lightgbm', container, { trials: 50, metric: 'auc' });
 * const result = await new ModelTrainer().trainModel('lightgbm', container, { config: bestConfig });
 */
export async function tuneModel(
  name: string,
  container: AnyContainer,
  options: TuneModelOptions = {},
): Promise<TuningResult> {
  const unknown = Object.keys(options).find((key) => !OPTIONS.includes(key));
  if (unknown !== undefined) {
    throw new ConfigError(`tuneModel: unknown option '${unknown}'`, { hint: `Valid options: ${OPTIONS.join(', ')}.` });
  }
  const qc = passGate(options);
  throwIfAborted(options.signal, 'Tuning');
  const log = logOf(options.logger);
  for (const warning of qualityWarnings(qc)) log.warn(warning, { model: name });
  return observed(
    log,
    {
      ...{ span: 'holdfast.tune', doing: 'tuning' },
      fields: { model: name, study: options.name, trials: options.trials ?? TRIALS },
      found: ({ study, metric, bestValue }) => ({ made: study.trials.length, metric, best: bestValue }),
    },
    () => search(name, container, options, qc),
  );
}

async function search(
  name: string,
  container: AnyContainer,
  options: TuneModelOptions,
  qc: QCDecision | undefined,
): Promise<TuningResult> {
  const Model = await ModelRegistry.get(name);
  const { config = {}, seed = DEFAULT_SEED, workers = 1, concurrency } = options;
  const space = options.space ?? defaultSpace(name);
  const fixed = await modelConfig(name, { overrides: { ...config } });
  const sample = new Model(fixed);
  const metric = metricOf(options.metric, sample);
  const data = adaptTo(sample.info, container, {
    configured: (sample.config as { sequenceLength?: number }).sequenceLength,
  });
  const threads = Math.max(1, Math.floor(resolveThreads(options.threads) / workers));
  const { sampler, pruner, storage } = options;
  const study = await createStudy({
    direction: metric.direction,
    seed,
    ...(sampler && { sampler }),
    ...(pruner && { pruner }),
    ...(storage && { storage }),
    ...(options.name !== undefined && { name: options.name, loadIfExists: true }),
    ...(options.takeOver !== undefined && { takeOver: options.takeOver }),
  });
  if (qc) await study.setUserAttr('qc', qc);
  if (study.trials.length === 0) await enqueue(study, options.firstTrials ?? [], space);
  const { validation } = data;
  useRows('tune', validation, { name: `tuning of ${name}` });
  const objective = async (trial: Trial): Promise<number> => {
    const model = new Model(layered(Model, fixed, trial.params));
    await fitTrial(model, data, trial, { seed, threads, metric, prunes: pruner !== undefined });
    const output = await model.predict(validation.X, { threads });
    const score = scoreOf(metric, validation, output);
    if (score.value !== null) return score.value;
    throw new InvalidInputError(`${metric.name} is undefined on the validation rows: ${score.reason}`, {
      hint: 'Choose another metric.',
    });
  };
  const { trials = TRIALS, timeout, signal, onProgress, callbacks, logger } = options;
  if (trials !== 0) {
    await study.optimize(objective, {
      ...{ trials, workers, space },
      ...(concurrency !== undefined && { concurrency }),
      ...(timeout !== undefined && { timeout }),
      ...(signal && { signal }),
      ...(onProgress && { onProgress }),
      ...(callbacks && { callbacks }),
      ...(logger && { logger }),
    });
  }
  const { bestParams, bestValue } = study;
  return {
    study,
    metric: metric.name,
    bestParams,
    bestValue,
    bestConfig: layered(Model, { ...config }, bestParams),
    ...(qc && { qc }),
  };
}

async function enqueue(
  study: Study,
  first: NonNullable<TuneModelOptions['firstTrials']>,
  space: SearchSpace,
): Promise<void> {
  const known = parseSpace(space);
  for (const params of first) {
    const fitting = Object.entries(params).filter(([name, value]) => {
      const distribution = known.get(name);
      return distribution !== undefined && contains(distribution, toInternal(distribution, value));
    });
    if (fitting.length > 0) await study.enqueueTrial(Object.fromEntries(fitting));
  }
}

interface FitSettings {
  readonly seed: number;
  readonly threads: number;
  readonly metric: MetricDefinition;
  readonly prunes: boolean;
}

/** Fits, and ends the fit where the pruner says so; by values of every iteration, so that speed decides nothing. */
async function fitTrial(model: BaseModel, data: AnyContainer, trial: Trial, settings: FitSettings): Promise<void> {
  const { seed, threads, metric, prunes } = settings;
  const stop = new AbortController();
  let pruned = false;
  const watch = ({ phase, step, metrics }: ProgressEvent): void => {
    const loss = metrics?.valLoss;
    if (pruned || phase !== 'fit' || loss === undefined) return;
    trial.report(metric.direction === 'maximize' ? -loss : loss, step);
    if (!trial.shouldPrune()) return;
    pruned = true;
    stop.abort();
  };
  const abort = (): void => stop.abort(trial.signal?.reason);
  trial.signal?.addEventListener('abort', abort, { once: true });
  try {
    const { train, validation, featureNames } = data;
    await model.fit(
      { ...train, validation, featureNames },
      { seed, threads, signal: stop.signal, ...(prunes && { onProgress: Object.assign(watch, { everyStep: true }) }) },
    );
  } catch (error) {
    if (!pruned) throw error;
  } finally {
    trial.signal?.removeEventListener('abort', abort);
  }
  if (pruned) throw new TrialPruned();
}

function metricOf(asked: string | undefined, model: BaseModel): MetricDefinition {
  const metric = metricByName(asked ?? (model.task === 'regression' ? 'rmse' : 'auc'));
  if (metric.task === model.task) return metric;
  throw new InvalidInputError(`tuneModel: ${metric.name} is for ${metric.task}, the model's task is ${model.task}`, {
    hint: model.task === 'regression' ? "For example 'rmse' or 'r2'." : "For example 'auc' or 'logLoss'.",
  });
}
