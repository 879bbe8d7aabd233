/** What a boosting job is given, whichever engine trains: rows of data, checked and in shared memory, and the circumstances. */
import type { Checkpoint } from '../../core/checkpoint-file.js';
import { InvalidInputError } from '../../core/errors.js';
import type { Matrix } from '../../core/matrix.js';
import type { ProgressListener } from '../../core/progress.js';
import { shared } from '../../kernels/shared.js';
import type { CustomMetric, CustomObjective } from '../options.js';
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

/** A checkpoint to go on from, in shared memory. */
export async function shareState({ path, interval, resume }: NonNullable<BoostingContext['checkpoint']>) {
  return { path, interval, resume: resume && { ...resume, state: await shared(resume.state) } };
}

/** (outputs, rows) to (rows, outputs). */
export function rowMajor(scores: Float64Array, outputs: number): Float64Array {
  if (outputs === 1) return scores;
  const rows = scores.length / outputs;
  const out = new Float64Array(scores.length);
  for (let k = 0, p = 0; k < outputs; k++) for (let i = 0; i < rows; i++, p++) out[i * outputs + k] = scores[p];
  return out;
}

/** Rows in shared memory, for all workers of a job. */
export async function shareRows({ X, y, weights, initScore }: BoostingData): Promise<BoostingRows> {
  return {
    data: await shared(X.data),
    cols: X.cols,
    y: await shared(y),
    weights: weights && (await shared(weights)),
    initScore: initScore && (await shared(initScore)),
  };
}

/** @throws InvalidInputError for arrays that do not match; `model` and `what` name them. */
export function checkRows(model: string, { X, y, weights, initScore }: BoostingData, what: string, cols: number): void {
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
    throw new InvalidInputError(`${model}, ${what} rows: ${problem}`, {
      hint: 'X, y and weights need one entry a row, and training and validation the same columns.',
      details: { rows: X.rows, cols: X.cols },
    });
  }
}
