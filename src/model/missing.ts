/** Missing values for models that cannot take NaN: training medians, and columns without any value dropped. */
import { InvalidInputError } from '../core/errors.js';
import { Matrix } from '../core/matrix.js';
import { Turns } from '../core/turns.js';
import { Windows } from '../core/windows.js';
import { columnMedians, type MedianOptions } from './medians.js';
import type { ModelInputMatrix } from './types.js';

/** Learned from the training rows; saved with the model. */
export interface MissingValuePlan {
  /** Columns kept, ascending. */
  readonly kept: number[];
  /** Median of each kept column over its known values. */
  readonly medians: number[];
}

export interface MissingValues {
  readonly plan: MissingValuePlan;
  /** Nothing is missing in what the plan was made of. */
  readonly complete: boolean;
}

/**
 * The plan of a model's training input: of a matrix, or of the rows that its windows cover, each counted once. Undefined where a model takes
 * features and sequences together.
 */
export async function planMissingOf(X: ModelInputMatrix, options: MedianOptions): Promise<MissingValues | undefined> {
  if (X instanceof Matrix) return planMissing(X, options);
  if (!(X instanceof Windows)) return undefined;
  const rows = coveredRows(X);
  const { plan, complete } = await planMissing(rows, options);
  return { plan, complete: complete && rows === X.base };
}

/** A model's input with the plan applied; the input itself when there is nothing to do. */
export async function applyMissingTo<X extends ModelInputMatrix>(X: X, plan: MissingValuePlan): Promise<X> {
  if (X instanceof Matrix) return (await applyMissing(X, plan)) as X;
  if (!(X instanceof Windows)) return X;
  const base = await applyMissing(X.base, plan);
  return (base === X.base ? X : new Windows(base, X.ends, X.length)) as X;
}

/** The rows of the base that some window holds: rows of other windows say nothing to training. */
function coveredRows({ base, ends, length }: Windows): Matrix {
  const covered = new Uint8Array(base.rows);
  for (const end of ends) covered.fill(1, end + 1 - length, end + 1);
  let count = 0;
  for (let row = 0; row < base.rows; row++) count += covered[row];
  if (count === base.rows) return base;
  const rows = new Uint32Array(count);
  for (let row = 0, i = 0; row < base.rows; row++) if (covered[row]) rows[i++] = row;
  return base.take(rows);
}

/** Medians of the known values of each column, columns without any left out. */
export async function planMissing(X: Matrix, options: MedianOptions): Promise<MissingValues> {
  const { medians, complete } = await columnMedians(X, options);
  const plan: MissingValuePlan = { kept: [], medians: [] };
  medians.forEach((median, column) => {
    if (median === undefined) return;
    plan.kept.push(column);
    plan.medians.push(median);
  });
  if (plan.kept.length === 0) {
    throw new InvalidInputError('Every column of X is entirely missing', {
      hint: 'At least one column needs known values.',
    });
  }
  return { plan, complete };
}

/** X with the plan applied; X itself when there is nothing to do. */
export async function applyMissing(X: Matrix, plan: MissingValuePlan): Promise<Matrix> {
  const { kept, medians } = plan;
  const turns = new Turns();
  const block = Math.max(1, Math.floor(500_000 / X.cols));
  let missing = kept.length < X.cols;
  for (let start = 0; start < X.rows && !missing; start += block) {
    missing = hasNaN(X.data, start * X.cols, Math.min(X.data.length, (start + block) * X.cols));
    await turns.pause();
  }
  if (!missing) return X;
  const out = Matrix.zeros(X.rows, kept.length);
  for (let start = 0; start < X.rows; start += block) {
    fill(X, out, plan, start, Math.min(X.rows, start + block));
    await turns.pause();
  }
  return out;

  function fill(from: Matrix, to: Matrix, { kept }: MissingValuePlan, first: number, last: number): void {
    for (let i = first, p = first * kept.length; i < last; i++) {
      for (let j = 0; j < kept.length; j++, p++) {
        const value = from.data[i * from.cols + kept[j]];
        to.data[p] = Number.isNaN(value) ? medians[j] : value;
      }
    }
  }
}

/**
 * For models that cannot take NaN and know no medians: those read from another library's file, which has none.
 *
 * @throws InvalidInputError - a value is missing
 */
export async function refuseMissing(X: ModelInputMatrix, what: string): Promise<void> {
  const matrix = X instanceof Windows ? X.base : X;
  if (!(matrix instanceof Matrix)) return;
  const { data, cols } = matrix;
  const turns = new Turns();
  for (let from = 0; from < data.length; from += 500_000) {
    const to = Math.min(data.length, from + 500_000);
    if (hasNaN(data, from, to)) {
      const at = data.subarray(from, to).findIndex(Number.isNaN) + from;
      throw new InvalidInputError(
        `${what}: X has a missing value (row ${Math.floor(at / cols)}, column ${at % cols}), and the model has no medians to fill it with`,
        {
          hint: "Fill missing values first, as in training: a model read from another library's file does not say with what.",
          details: { row: Math.floor(at / cols), column: at % cols },
        },
      );
    }
    await turns.pause();
  }
}

function hasNaN(values: Float32Array, from: number, to: number): boolean {
  for (let p = from; p < to; p++) if (Number.isNaN(values[p])) return true;
  return false;
}
