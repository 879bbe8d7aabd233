/** CatBoost's training on the worker pool: data and parameters in, an ensemble and its history out. */
import { InvalidInputError } from '../../../core/errors.js';
import { ownModule } from '../../../core/location.js';
import type { Matrix } from '../../../core/matrix.js';
import { runJob } from '../../../kernels/pool.js';
import { usefulThreads } from '../../../kernels/useful-threads.js';
import { checkLabels } from '../../engine/objectives/label-check.js';
import type { ObjectiveSpec } from '../../engine/objectives/spec.js';
import { answerWith } from '../../engine/questions.js';
import {
  type BoostingContext,
  type BoostingData,
  checkRows,
  rowMajor,
  shareRows,
  shareState,
} from '../../engine/training-data.js';
import { categoryHash, categoryText } from '../category-hash.js';
import type { CatBoostEnsemble } from '../ensemble.js';
import { assemble } from './assemble.js';
import { encodeCategories, findCategories } from './categories.js';
import type { CatBoostArgs, CatBoostResult } from './job.js';
import { type CatBoostLoss, type CatBoostParams, statedLoss } from './params.js';

export interface CatBoostData extends BoostingData {
  /** Evaluated each iteration; the first one is watched by the overfitting detector. */
  evalSets?: Readonly<Record<string, BoostingData>>;
  /** Texts of the codes of categorical columns, by column. */
  categoryNames?: ReadonlyMap<number, readonly string[]>;
}

export interface CatBoostTrained {
  /** With `useBestModel` and a validation set, the trees up to the best iteration. */
  ensemble: CatBoostEnsemble;
  learningRate: number;
  /** Mean training loss by iteration. */
  trainLoss: number[];
  /** By set ('train' first), by metric, by iteration; the loss itself under its own name where no metrics were asked for. */
  evaluations: Record<string, Record<string, number[]>>;
  /** 1-based: best of the watched metric; the last one without a validation set. */
  bestIteration: number;
  stoppedEarly: boolean;
  /** Raw scores of the training rows (rows * outputs); left out where they are not at hand. */
  trainScores?: Float64Array;
  warnings: string[];
}

/**
 * Trains an ensemble of symmetric trees. The same data, parameters and seed give the same bits for any number of threads.
 *
 * @throws InvalidInputError for arrays that do not match, or missing values where `nanMode` is 'Forbidden'.
 * @throws TrainingCancelledError, TrainingFailedError as `runJob` does.
 */
export async function trainCatBoost(
  data: CatBoostData,
  params: CatBoostParams,
  context: BoostingContext,
): Promise<CatBoostTrained> {
  const sets = Object.entries(data.evalSets ?? {});
  checkRows('CatBoost', data, 'training', data.X.cols);
  for (const [name, set] of sets) checkRows('CatBoost', set, name, data.X.cols);
  for (const [name, { y }] of [['training', data] as const, ...sets]) checkLabelsOf(params.loss, y, name);
  if (params.nanMode === 'Forbidden') forbidMissing(data.X, params.categorical.columns);
  const categories = findCategories(data.X, data.weights, params.categorical.columns);
  const encode = <T extends BoostingData>(set: T): T => ({ ...set, X: encodeCategories(set.X, categories) });
  const args: CatBoostArgs = {
    train: await shareRows(encode(data)),
    evalSets: await Promise.all(sets.map(async ([name, set]) => ({ name, ...(await shareRows(encode(set))) }))),
    encoded: categories.map(({ column, codes }) => ({
      column,
      size: codes.length,
      hashes: Int32Array.from([...codes, Number.NaN], (code) =>
        categoryHash(categoryText(code, data.categoryNames?.get(column))),
      ),
    })),
    params,
    seed: context.seed,
    firstIteration: context.firstIteration ?? 0,
    checkpoint: context.checkpoint && (await shareState(context.checkpoint)),
  };
  // Each class has gradients and sums of its own.
  const stated = statedLoss(params.loss);
  const classes = 'classes' in stated ? stated.classes : 1;
  const result = await runJob<CatBoostResult>({
    module: ownModule('boosting/catboost/engine/job'),
    args,
    threads: usefulThreads(context.threads, data.X.data.length * classes),
    signal: context.signal,
    onProgress: context.onProgress,
    answer: answerWith(context.objective, context.metrics),
  });
  const { learningRate, trainLoss, bestIteration, stoppedEarly, trainScores, outputs } = result;
  return {
    ensemble: assemble(result, data.X.cols, params, args.encoded),
    learningRate,
    trainLoss,
    evaluations: named(result, ['train', ...sets.map(([name]) => name)], params),
    bestIteration,
    stoppedEarly,
    ...(trainScores.length === data.X.rows * outputs ? { trainScores: rowMajor(trainScores, outputs) } : {}),
    warnings: [],
  };
}

function named(
  { evaluations }: CatBoostResult,
  sets: readonly string[],
  { metrics, loss }: CatBoostParams,
): Record<string, Record<string, number[]>> {
  const names = metrics.length > 0 ? metrics.map(({ name }) => name) : [statedLoss(loss).kind];
  return Object.fromEntries(
    sets.map((set, i) => [set, Object.fromEntries(names.map((name, j) => [name, evaluations[i][j] ?? []]))]),
  );
}

/** Which losses of the other engine take the same labels. */
const LABELS_AS: Partial<Record<CatBoostLoss['kind'], ObjectiveSpec>> = {
  Poisson: { kind: 'poisson', maxDeltaStep: 0 },
  Tweedie: { kind: 'tweedie', power: 1.5 },
  CrossEntropy: { kind: 'crossEntropy' },
};

function checkLabelsOf({ kind }: CatBoostLoss, y: Float64Array, set: string): void {
  const alike = LABELS_AS[kind];
  if (alike) checkLabels(alike, y, set);
}

function forbidMissing(X: Matrix, categorical: readonly number[]): void {
  const allowed = new Set(categorical);
  const at = X.data.findIndex((value, i) => Number.isNaN(value) && !allowed.has(i % X.cols));
  if (at < 0) return;
  throw new InvalidInputError(`CatBoost: a value is missing in row ${Math.floor(at / X.cols)}, column ${at % X.cols}`, {
    hint: "nanMode 'Forbidden' takes none: fill it in, or use nanMode 'Min' or 'Max'.",
    details: { row: Math.floor(at / X.cols), column: at % X.cols },
  });
}
