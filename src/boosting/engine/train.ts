/** Gradient boosting of decision trees on the worker pool: data and parameters in, an ensemble and its history out. */
import { ownModule } from '../../core/location.js';
import { runJob } from '../../kernels/pool.js';
import { usefulThreads } from '../../kernels/useful-threads.js';
import { unpackEnsemble } from '../../trees/ensemble-pack.js';
import type { Ensemble } from '../../trees/tree.js';
import type { BoostingArgs, BoostingResult } from './boosting-args.js';
import { checkGrowth } from './growth-checks.js';
import { checkLoop } from './loop-checks.js';
import { checkMetrics } from './metrics/check.js';
import { checkLabels } from './objectives/label-check.js';
import { outputsOf } from './objectives/spec.js';
import type { BoostingParams } from './params.js';
import { answerWith } from './questions.js';
import {
  type BoostingContext,
  type BoostingInput,
  checkRows,
  rowMajor,
  shareRows,
  shareState,
} from './training-data.js';

export interface TrainedBoosting {
  /** With early stopping, the trees up to the best iteration. */
  ensemble: Ensemble;
  /** Of a linear model, which has no trees: (features + 1, outputs) weights, the bias last. */
  linear?: Float32Array;
  /** Mean losses after each iteration run, `epoch` from 1; `valLoss` is that of the set 'validation', NaN without. */
  history: { epoch: number; trainLoss: number; valLoss: number }[];
  /** Set name to metric name to the value after each iteration. */
  evaluations: Record<string, Record<string, number[]>>;
  /** 1-based: the best iteration on the set to watch; without one, the last. */
  bestIteration: number;
  stoppedEarly: boolean;
  /**
   * The raw scores of the training rows, (rows * outputs), as `predictEnsemble` would give them on top of `initScore`. Left out where they
   * are not at hand: rows of weight 0, or trees after the best iteration that were dropped.
   */
  trainScores?: Float64Array;
}

/**
 * Trains an ensemble. The same data, parameters and seed give the same bits for any number of threads.
 *
 * @throws InvalidInputError for arrays that do not match.
 * @throws ConfigError for settings of growth that contradict each other or the data.
 * @throws TrainingCancelledError, TrainingFailedError as `runJob` does.
 */
export async function trainBoosting(
  data: BoostingInput,
  params: BoostingParams,
  context: BoostingContext,
): Promise<TrainedBoosting> {
  checkRows('Boosting', data, 'training', data.X.cols);
  checkLabels(params.objective, data.y, 'training');
  checkGrowth(params, data.X.cols);
  checkLoop(params, data, context.firstIteration ?? 0);
  checkMetrics(params.metrics, outputsOf(params.objective));
  const evalSets: BoostingArgs['evalSets'] = [];
  for (const [name, rows] of Object.entries(data.evalSets ?? {})) {
    checkRows('Boosting', rows, name, data.X.cols);
    checkLabels(params.objective, rows.y, name);
    evalSets.push({ name, ...(await shareRows(rows)) });
  }
  const args: BoostingArgs = {
    train: await shareRows(data),
    evalSets,
    params,
    seed: context.seed,
    firstIteration: context.firstIteration ?? 0,
    checkpoint: context.checkpoint && (await shareState(context.checkpoint)),
  };
  // Of an iteration: the trees of several outputs grow side by side.
  const trees = params.multiOutput ? 1 : outputsOf(params.objective);
  const result = await runJob<BoostingResult>({
    module: ownModule('boosting/engine/job'),
    args,
    threads: usefulThreads(context.threads, data.X.data.length * trees),
    signal: context.signal,
    onProgress: context.onProgress,
    answer: answerWith(context.objective, context.metrics),
  });
  const history = Array.from(result.trainLoss, (trainLoss, i) => ({
    epoch: i + 1,
    trainLoss,
    valLoss: result.validationLoss[i] ?? Number.NaN,
  }));
  const evaluations: TrainedBoosting['evaluations'] = {};
  for (const { set, metric, values } of result.evaluations) (evaluations[set] ??= {})[metric] = values;
  const { bestIteration, stoppedEarly, trainScores, outputs, linear } = result;
  return {
    ensemble: unpackEnsemble(result),
    ...(linear ? { linear } : {}),
    history,
    evaluations,
    bestIteration,
    stoppedEarly,
    ...(trainScores.length === data.X.rows * outputs ? { trainScores: rowMajor(trainScores, outputs) } : {}),
  };
}
