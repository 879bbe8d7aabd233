/** The engine behind a boosting model: a model's prepared data and its caller's options in, trees and what `fit` reports out. */
import { join } from 'node:path';
import { readCheckpoint, removeCheckpoint } from '../../core/checkpoint-file.js';
import { InvalidInputError } from '../../core/errors.js';
import type { FitData, FitResult } from '../../model/types.js';
import type { BoostingFitContext, LearningRates } from '../options.js';
import { linkOf } from './objectives/link.js';
import { outputsOf } from './objectives/spec.js';
import type { BoostingParams } from './params.js';
import { type TrainedBoosting, trainBoosting } from './train.js';
import type { BoostingInput } from './training-data.js';

export interface EngineFitOptions {
  /** Names the checkpoint file. */
  name: string;
  /** Iterations from one checkpoint to the next. */
  checkpointInterval: number;
  /** Iterations of the model that training goes on from. */
  firstIteration?: number;
}

/** Trains on `data` and its evaluation sets; early stopping watches `params.earlyStoppingSet`. */
export async function fitWithEngine(
  data: FitData,
  params: BoostingParams,
  context: BoostingFitContext,
  { name, checkpointInterval, firstIteration = 0 }: EngineFitOptions,
): Promise<{ trained: TrainedBoosting; result: FitResult }> {
  const { options, checkpointDirectory } = context;
  const path = checkpointDirectory === undefined ? undefined : join(checkpointDirectory, `${name}.checkpoint`);
  const trained = await trainBoosting(withSets(data), withOptions(params, context), {
    ...context,
    firstIteration,
    objective: options.objective,
    metrics: options.metrics,
    checkpoint: path ? { path, interval: checkpointInterval, resume: await readCheckpoint(path) } : undefined,
  });
  if (path) await removeCheckpoint(path);
  const { history, evaluations, bestIteration, stoppedEarly } = trained;
  const stopping = params.earlyStoppingRounds > 0 && params.earlyStoppingSet in evaluations;
  const result = {
    history,
    evaluations,
    totalEpochs: history.length,
    bestEpoch: stopping ? bestIteration : history.length,
    earlyStopped: stoppedEarly,
  };
  return { trained, result };
}

/** Validation rows are the set of that name. */
function withSets({ validation, ...data }: FitData): BoostingInput {
  return { ...data, evalSets: { ...(validation ? { validation } : {}), ...data.evalSets } };
}

/** The settings with the caller's own loss, metrics and learning rates in place. */
function withOptions(params: BoostingParams, { options }: BoostingFitContext): BoostingParams {
  const { objective, metrics = {}, learningRates } = options;
  const own = Object.entries(metrics).map(([name, { direction }]) => ({ name, kind: 'custom', direction }) as const);
  return {
    ...params,
    ...(objective
      ? { objective: { kind: 'custom', outputs: outputsOf(params.objective) }, link: linkOf(params.objective) }
      : {}),
    metrics: [...params.metrics, ...own],
    ...(learningRates ? { learningRates: ratesOf(learningRates, params.numIterations) } : {}),
  };
}

function ratesOf(given: LearningRates, iterations: number): number[] {
  const rates =
    typeof given === 'function' ? Array.from({ length: iterations }, (_, i) => given(i)) : Array.from(given);
  if (rates.length >= iterations && rates.every((rate) => rate > 0 && Number.isFinite(rate))) return rates;
  throw new InvalidInputError(`learningRates has to give a rate above 0 for each of ${iterations} iterations`, {
    hint: 'Pass a function of the iteration (from 0), or an array of one rate an iteration.',
  });
}
