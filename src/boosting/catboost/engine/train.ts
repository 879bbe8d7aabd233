/** CatBoost's training on the worker pool: data and parameters in, an ensemble and its history out. */
import type { Checkpoint } from '../../../core/checkpoint-file.js';
import { InvalidInputError } from '../../../core/errors.js';
import { ownModule } from '../../../core/location.js';
import type { Matrix } from '../../../core/matrix.js';
import type { ProgressListener } from '../../../core/progress.js';
import { runJob } from '../../../kernels/pool.js';
import { shared } from '../../../kernels/shared.js';
import { checkLabels } from '../../engine/objectives/label-check.js';
import type { ObjectiveSpec } from '../../engine/objectives/spec.js';
import { answerWith } from '../../engine/questions.js';
import type { BoostingRows } from '../../engine/weighted-rows.js';
import type { CustomMetric, CustomObjective } from '../../options.js';
import { categoryHash, categoryText } from '../category-hash.js';
import type { CatBoostEnsemble } from '../ensemble.js';
import { assemble } from './assemble.js';
import { encodeCategories, findCategories } from './categories.js';
import type { CatBoostArgs, CatBoostResult } from './job.js';
import { type CatBoostLoss, type CatBoostParams, statedLoss } from './params.js';

export interface CatBoostSet {
  X: Matrix;
  /** Class index 0 .. k-1, or the value to regress on; one a row. */
  y: Float64Array;
  /** Not negative, not all 0. Rows of weight 0 count as absent. */
  weights?: Float32Array;
  /** Scores to start from instead of the average, (rows * outputs) row by row; the ensemble does not contain them. */
  initScore?: Float64Array;
}

export interface CatBoostData extends CatBoostSet {
  /** Evaluated each iteration; the first one is watched by the overfitting detector. */
  evalSets?: Readonly<Record<string, CatBoostSet>>;
  /** Texts of the codes of categorical columns, by column. */
  categoryNames?: ReadonlyMap<number, readonly string[]>;
}

export interface CatBoostContext {
  seed: number;
  /** Most workers to use. Results never depend on it. */
  threads: number;
  signal?: AbortSignal;
  onProgress?: ProgressListener;
  /** Number of the first iteration, where training goes on from a model. */
  firstIteration?: number;
  /** For a loss of kind 'custom', and for metrics of that kind by name. */
  objective?: CustomObjective;
  metrics?: Readonly<Record<string, CustomMetric>>;
  checkpoint?: { path: string; interval: number; resume?: Checkpoint };
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

/** Cells of X below which another worker costs more than it brings. */
const CELLS_A_WORKER = 50_000;

/**
 * Trains an ensemble of symmetric trees. The same data, parameters and seed give the same bits for any number of threads.
 *
 * @throws InvalidInputError for arrays that do not match, or missing values where `nanMode` is 'Forbidden'.
 * @throws TrainingCancelledError, TrainingFailedError as `runJob` does.
 */
export async function trainCatBoost(
  data: CatBoostData,
  params: CatBoostParams,
  context: CatBoostContext,
): Promise<CatBoostTrained> {
  const sets = Object.entries(data.evalSets ?? {});
  check(data, 'training', data.X.cols);
  for (const [name, set] of sets) check(set, name, data.X.cols);
  for (const [name, { y }] of [['training', data] as const, ...sets]) checkLabelsOf(params.loss, y, name);
  if (params.nanMode === 'Forbidden') forbidMissing(data.X, params.categorical.columns);
  const categories = findCategories(data.X, data.weights, params.categorical.columns);
  const encode = <T extends CatBoostSet>(set: T): T => ({ ...set, X: encodeCategories(set.X, categories) });
  const args: CatBoostArgs = {
    train: await share(encode(data)),
    evalSets: await Promise.all(sets.map(async ([name, set]) => ({ name, ...(await share(encode(set))) }))),
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
  const useful = Math.max(1, Math.floor(data.X.data.length / CELLS_A_WORKER));
  const result = await runJob<CatBoostResult>({
    module: ownModule('boosting/catboost/engine/job'),
    args,
    threads: Math.min(context.threads, useful),
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

/** (outputs, rows) to (rows, outputs). */
function rowMajor(scores: Float64Array, outputs: number): Float64Array {
  if (outputs === 1) return scores;
  const rows = scores.length / outputs;
  const out = new Float64Array(scores.length);
  for (let k = 0, p = 0; k < outputs; k++) for (let i = 0; i < rows; i++, p++) out[i * outputs + k] = scores[p];
  return out;
}

async function shareState({ path, interval, resume }: NonNullable<CatBoostContext['checkpoint']>) {
  return { path, interval, resume: resume && { ...resume, state: await shared(resume.state) } };
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

async function share({ X, y, weights, initScore }: CatBoostSet): Promise<BoostingRows> {
  return {
    data: await shared(X.data),
    cols: X.cols,
    y: await shared(y),
    weights: weights && (await shared(weights)),
    initScore: initScore && (await shared(initScore)),
  };
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

function check({ X, y, weights, initScore }: CatBoostSet, what: string, cols: number): void {
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
              : initScore && (initScore.length === 0 || initScore.length % X.rows !== 0)
                ? `initScore has ${initScore.length} values for ${X.rows} rows`
                : undefined;
  if (problem) {
    throw new InvalidInputError(`CatBoost, ${what} rows: ${problem}`, {
      hint: 'X, y and weights need one entry a row, and all sets the same columns.',
      details: { rows: X.rows, cols: X.cols },
    });
  }
}
