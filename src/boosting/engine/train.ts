/** Gradient boosting of decision trees on the worker pool: data and parameters in, an ensemble and its history out. */

import type { Checkpoint } from '../../core/checkpoint-file.js';
import { InvalidInputError } from '../../core/errors.js';
import { ownModule } from '../../core/location.js';
import type { Matrix } from '../../core/matrix.js';
import type { ProgressListener } from '../../core/progress.js';
import { runJob } from '../../kernels/pool.js';
import { shared } from '../../kernels/shared.js';
import { unpackEnsemble } from '../../trees/ensemble-pack.js';
import type { Ensemble } from '../../trees/tree.js';
import type { CustomMetric, CustomObjective } from '../options.js';
import { checkGrowth } from './growth-checks.js';
import type { BoostingArgs, BoostingResult } from './job.js';
import { checkLoop } from './loop-checks.js';
import { checkMetrics } from './metrics/check.js';
import { checkLabels } from './objectives/label-check.js';
import { outputsOf } from './objectives/spec.js';
import type { BoostingParams } from './params.js';
import { answerWith } from './questions.js';
import type { BoostingRows } from './weighted-rows.js';

export interface BoostingData {
  X: Matrix;
  /** Class index 0 .. k-1, or the value to regress on; one a row. */
  y: Float64Array;
  /** Not negative, not all 0. Rows of weight 0 count as absent. */
  weights?: Float32Array;
  /** Scores to start from instead of the base score, (rows * outputs) row by row; the ensemble does not contain them. */
  initScore?: Float64Array;
}

/** Rows to train on, and named sets of rows to evaluate on. */
export interface BoostingInput extends BoostingData {
  evalSets?: Readonly<Record<string, BoostingData>>;
}

export interface BoostingContext {
  seed: number;
  /** Most workers to use. Results never depend on it. */
  threads: number;
  signal?: AbortSignal;
  onProgress?: ProgressListener;
  /** Number of the first iteration, where training goes on from a model. */
  firstIteration?: number;
  /** For an objective of kind 'custom', and for metrics of that kind by name. */
  objective?: CustomObjective;
  metrics?: Readonly<Record<string, CustomMetric>>;
  checkpoint?: { path: string; interval: number; resume?: Checkpoint };
}

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

/** Cells of X below which another worker costs more than it brings. */
const CELLS_A_WORKER = 50_000;

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
  check(data, 'training');
  checkLabels(params.objective, data.y, 'training');
  checkGrowth(params, data.X.cols);
  checkLoop(params, data, context.firstIteration ?? 0);
  checkMetrics(params.metrics, outputsOf(params.objective));
  const evalSets: BoostingArgs['evalSets'] = [];
  for (const [name, rows] of Object.entries(data.evalSets ?? {})) {
    check(rows, name, data.X.cols);
    checkLabels(params.objective, rows.y, name);
    evalSets.push({ name, ...(await share(rows)) });
  }
  const args: BoostingArgs = {
    train: await share(data),
    evalSets,
    params,
    seed: context.seed,
    firstIteration: context.firstIteration ?? 0,
    checkpoint: context.checkpoint && (await shareState(context.checkpoint)),
  };
  const useful = Math.max(1, Math.floor(data.X.data.length / CELLS_A_WORKER));
  const result = await runJob<BoostingResult>({
    module: ownModule('boosting/engine/job'),
    args,
    threads: Math.min(context.threads, useful),
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

async function shareState({ path, interval, resume }: NonNullable<BoostingContext['checkpoint']>) {
  return { path, interval, resume: resume && { ...resume, state: await shared(resume.state) } };
}

/** (outputs, rows) to (rows, outputs). */
function rowMajor(scores: Float64Array, outputs: number): Float64Array {
  if (outputs === 1) return scores;
  const rows = scores.length / outputs;
  const out = new Float64Array(scores.length);
  for (let k = 0, p = 0; k < outputs; k++) for (let i = 0; i < rows; i++, p++) out[i * outputs + k] = scores[p];
  return out;
}

async function share({ X, y, weights, initScore }: BoostingData): Promise<BoostingRows> {
  return {
    data: await shared(X.data),
    cols: X.cols,
    y: await shared(y),
    weights: weights && (await shared(weights)),
    initScore: initScore && (await shared(initScore)),
  };
}

function check({ X, y, weights, initScore }: BoostingData, what: string, cols = X.cols): void {
  const problem =
    X.rows === 0
      ? 'there are no rows'
      : X.cols !== cols
        ? `X has ${X.cols} columns, the training rows have ${cols}`
        : y.length !== X.rows
          ? `y has ${y.length} values for ${X.rows} rows`
          : weights && weights.length !== X.rows
            ? `weights has ${weights.length} values for ${X.rows} rows`
            : weights && !weights.some((w) => w > 0)
              ? 'no row has a positive weight'
              : initScore && initScore.length % X.rows !== 0
                ? `initScore has ${initScore.length} values for ${X.rows} rows`
                : undefined;
  if (problem) {
    throw new InvalidInputError(`Boosting, ${what} rows: ${problem}`, {
      hint: 'X, y and weights need one entry a row, and training and validation the same columns.',
      details: { rows: X.rows, cols: X.cols },
    });
  }
}
