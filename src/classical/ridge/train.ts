/** Training of ridge regression and of ridge classification: targets, weights, the job in the worker pool. */
import { InvalidInputError } from '../../core/errors.js';
import { ownModule } from '../../core/location.js';
import type { Matrix } from '../../core/matrix.js';
import type { ProgressListener } from '../../core/progress.js';
import { runJob } from '../../kernels/pool.js';
import { shared } from '../../kernels/shared.js';
import type { RidgeSettings } from './config.js';
import type { RidgeJobArgs, RidgeJobResult } from './job-args.js';

/** Checked rows: `y` is class indices (classification) or values; weights are positive and hold class weights already. */
export interface RidgeData {
  readonly X: Matrix;
  /** (n,) row of X of each training row; undefined when they are all rows. */
  readonly rows?: Uint32Array;
  /** (n,) */
  readonly y: ArrayLike<number>;
  /** (n,) */
  readonly weights: Float64Array;
  /** Number of classes; 0 for regression. */
  readonly classes: number;
}

export interface RidgeContext {
  /** Never changes the result. */
  readonly threads: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
}

export interface RidgeResult extends RidgeJobResult {
  readonly outputs: number;
  /** (outputs, n) leave-one-out predictions; empty for regression. */
  readonly heldOut: Float64Array;
  /** Strengths as tried, in the order of `errors`. */
  readonly alphas: readonly number[];
}

/** Columns and rows of the matrix that is solved: the smaller number of both counts. */
const MOST_UNKNOWNS = 8192;

/**
 * Minimises sum of weight * squared error + alpha |w|^2 for each target, the intercept not penalised: scikit-learn's `Ridge`. Classes become
 * targets of +1 for the class and -1 for the rest, one of them for two classes (`RidgeClassifier`). In closed form: Cholesky
 * factorisation of the Gram matrix of the columns, or its eigenvectors where several alphas are tried or the factorisation fails; of the
 * rows where they are fewer.
 *
 * @throws InvalidInputError - more than 8,192 columns and rows
 * @throws TrainingCancelledError - `context.signal` was aborted
 */
export async function trainRidge(
  { X, rows, y, weights, classes }: RidgeData,
  { alpha, alphas, fitIntercept }: Pick<RidgeSettings, 'alpha' | 'alphas' | 'fitIntercept'>,
  context: RidgeContext,
): Promise<RidgeResult> {
  const n = y.length;
  if (Math.min(n, X.cols) > MOST_UNKNOWNS) {
    throw new InvalidInputError(`Ridge: ${n} rows of ${X.cols} columns are too many for a solution in closed form`, {
      hint: `Up to ${MOST_UNKNOWNS} columns (or rows) are solved; use fewer columns, or logistic for classification.`,
    });
  }
  const outputs = classes > 2 ? classes : 1;
  const targets = new Float64Array(new SharedArrayBuffer(outputs * n * 8));
  for (let k = 0; k < outputs; k++) {
    const own = classes > 2 ? k : 1;
    for (let i = 0; i < n; i++) targets[k * n + i] = classes === 0 ? y[i] : y[i] === own ? 1 : -1;
  }
  const sharedWeights = new Float64Array(new SharedArrayBuffer(n * 8));
  sharedWeights.set(weights);
  const heldOut = new Float64Array(new SharedArrayBuffer(classes > 0 ? outputs * n * 8 : 0));
  const tried = alphas ? [...new Set(alphas)].sort((a, b) => b - a) : [alpha];
  const args: RidgeJobArgs = {
    X: await shared(X.data),
    cols: X.cols,
    rows,
    targets,
    outputs,
    weights: sharedWeights,
    totalWeight: weights.reduce((sum, weight) => sum + weight, 0),
    alphas: tried,
    fitIntercept,
    heldOut,
  };
  const result = await runJob<RidgeJobResult>({
    module: ownModule('classical/ridge/job'),
    args,
    // A thread is worth its start from some hundred thousand products on.
    threads: Math.max(1, Math.min(context.threads, Math.ceil((n * X.cols * Math.min(n, X.cols)) / 1e6))),
    signal: context.signal,
    onProgress: context.onProgress,
  });
  return { ...result, outputs, heldOut, alphas: tried };
}
