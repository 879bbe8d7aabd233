/** The engine behind a boosting model: a model's prepared data in, trees and what `fit` reports out. */
import type { FitContext, FitData, FitResult } from '../../model/types.js';
import type { BoostingParams } from './params.js';
import { type BoostingInput, type TrainedBoosting, trainBoosting } from './train.js';

/** Trains on `data` and its evaluation sets; early stopping watches `params.earlyStoppingSet`. */
export async function fitWithEngine(
  data: FitData,
  params: BoostingParams,
  context: FitContext,
): Promise<{ trained: TrainedBoosting; result: FitResult }> {
  const trained = await trainBoosting(withSets(data), params, context);
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
