/** Checks of what callers pass to fit and predict: each problem a typed error that names the place. */
import { InvalidInputError } from '../core/errors.js';
import { Matrix } from '../core/matrix.js';
import { Turns } from '../core/turns.js';
import { type HybridInput, Windows } from '../core/windows.js';
import type { InputMode, ModelInput, ModelInputMatrix } from './types.js';

/** Values looked at between two looks at the clock: about 1 ms. */
const VALUES_PER_STEP = 1_000_000;

const isHybrid = (X: unknown): X is HybridInput =>
  typeof X === 'object' && X !== null && 'features' in X && 'sequences' in X;

/** Rows of any input. */
export function rowCount(X: ModelInputMatrix): number {
  if (X instanceof Matrix) return X.rows;
  return X instanceof Windows ? X.shape[0] : X.features.rows;
}

/** The given rows of any input. */
export function takeRows<X extends ModelInputMatrix>(X: X, rows: ArrayLike<number>): X {
  if (X instanceof Matrix || X instanceof Windows) return X.take(rows) as X;
  return { features: X.features.take(rows), sequences: X.sequences.take(rows) } as X;
}

/** Columns of the feature matrix, or channels of the windows. */
export function columnCount(X: ModelInputMatrix): number {
  if (X instanceof Matrix) return X.cols;
  return X instanceof Windows ? X.base.cols : X.features.cols;
}

/** The matrices that hold an input's values. */
function matrices(X: ModelInputMatrix): Matrix[] {
  if (X instanceof Matrix) return [X];
  return X instanceof Windows ? [X.base] : [X.features, X.sequences.base];
}

/** Turns what the caller passed into the form the model's input mode needs, without a copy where it already has it. */
export async function toModelInput(X: ModelInput, mode: InputMode, what: string): Promise<ModelInputMatrix> {
  if (X === null || typeof X !== 'object') {
    throw new InvalidInputError(`${what}: X is ${X === null ? 'null' : typeof X}, not a matrix`, {
      hint: 'Pass a Matrix or an array of rows.',
    });
  }
  if (mode === 'hybrid') {
    if (!isHybrid(X)) {
      throw new InvalidInputError(`${what}: this model takes { features, sequences }`, {
        hint: 'Row i of both must be the same sample.',
      });
    }
    const features = (await toModelInput(X.features, 'features', what)) as Matrix;
    const sequences = (await toModelInput(X.sequences, 'sequence', what)) as Windows;
    if (features.rows !== sequences.shape[0]) {
      throw new InvalidInputError(`${what}: ${features.rows} feature rows but ${sequences.shape[0]} windows`, {
        hint: 'Row i of both must be the same sample.',
      });
    }
    return { features, sequences };
  }
  const sequential = X instanceof Windows || isNested(X);
  if (mode === 'sequence') {
    if (X instanceof Windows) return X;
    if (isNested(X)) return Windows.from(X as number[][][]);
    throw new InvalidInputError(`${what}: this model takes windows (n, length, channels), but X is two-dimensional`, {
      hint: 'Use container.toSequences(length).',
    });
  }
  if (sequential || isHybrid(X)) {
    throw new InvalidInputError(`${what}: this model takes a matrix (n, features), but X holds sequences`, {
      hint: 'Use the container before toSequences, or a sequence model.',
    });
  }
  return X instanceof Matrix ? X : fromRows(X as ArrayLike<ArrayLike<number>>);
}

/** `Matrix.from` in blocks of rows, so that a large nested array does not hold up the event loop. */
async function fromRows(rows: ArrayLike<ArrayLike<number>>): Promise<Matrix> {
  const cols = rows.length > 0 ? rows[0].length : 0;
  const block = Math.max(1, Math.floor(VALUES_PER_STEP / Math.max(cols, 1)));
  if (rows.length <= block) return Matrix.from(rows);
  const out = Matrix.zeros(rows.length, cols);
  const turns = new Turns();
  for (let start = 0; start < rows.length; start += block) {
    await turns.pause();
    const part = Matrix.from(Array.prototype.slice.call(rows, start, start + block), { firstRow: start, cols });
    out.data.set(part.data, start * cols);
  }
  return out;
}

function isNested(X: ModelInput): boolean {
  const first = (X as ArrayLike<unknown>)[0] as ArrayLike<unknown> | undefined;
  return !(X instanceof Matrix) && typeof first === 'object' && first !== null && typeof first[0] === 'object';
}

/** Throws on infinite values; `NaN` is a missing value and passes. Yields to the event loop on large inputs. */
export async function checkValues(X: ModelInputMatrix, what: string): Promise<void> {
  const turns = new Turns();
  for (const matrix of matrices(X)) {
    const { data, cols } = matrix;
    for (let start = 0; start < data.length; start += VALUES_PER_STEP) {
      await turns.pause();
      const at = firstInfinite(data, start, Math.min(data.length, start + VALUES_PER_STEP));
      if (at >= 0) {
        throw new InvalidInputError(
          `${what}: X holds ${data[at]} in row ${Math.floor(at / cols)}, column ${at % cols}`,
          {
            hint: 'Replace infinite values (NaN stands for a missing one); float64 values above 3.4e38 become infinite in float32.',
            details: { row: Math.floor(at / cols), column: at % cols },
          },
        );
      }
    }
  }
}

function firstInfinite(data: Float32Array, from: number, to: number): number {
  for (let i = from; i < to; i++) {
    const value = data[i];
    // x - x is 0 for finite values and NaN otherwise; NaN itself is allowed.
    if (value - value !== 0 && !Number.isNaN(value)) return i;
  }
  return -1;
}

/** Labels as float64, checked for length and finiteness. */
export function toLabels(y: ArrayLike<number>, rows: number, what: string): Float64Array {
  if (y === null || typeof y !== 'object' || typeof y.length !== 'number') {
    throw new InvalidInputError(`${what}: y is not an array of numbers`, {
      hint: 'Pass one number for each row of X.',
    });
  }
  if (y.length !== rows) {
    throw new InvalidInputError(`${what}: y has ${y.length} labels, X has ${rows} rows`, {
      hint: 'Pass one label for each row.',
      details: { labels: y.length, rows },
    });
  }
  const out = y instanceof Float64Array ? y : new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    const value = y[i];
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      throw new InvalidInputError(`${what}: label ${i} is ${String(value)}`, {
        hint: 'Labels are finite numbers; drop rows whose label is unknown, and map names to numbers.',
        details: { row: i },
      });
    }
    out[i] = value;
  }
  return out;
}

/** Weights as float32, checked: finite, not negative, not all zero. */
export function toWeights(weights: ArrayLike<number>, rows: number, what: string): Float32Array {
  if (weights.length !== rows) {
    throw new InvalidInputError(`${what}: ${weights.length} weights for ${rows} rows`, {
      hint: 'Pass one weight for each row, or none.',
    });
  }
  const out = new Float32Array(rows);
  let positive = false;
  for (let i = 0; i < rows; i++) {
    const value = weights[i];
    if (!(value >= 0 && Math.fround(value) < Number.POSITIVE_INFINITY)) {
      throw new InvalidInputError(`${what}: weight ${i} is ${String(value)}`, {
        hint: 'Weights are finite and not negative.',
        details: { row: i },
      });
    }
    out[i] = value;
    positive ||= out[i] > 0;
  }
  if (!positive) {
    throw new InvalidInputError(`${what}: all weights are zero`, { hint: 'At least one row must count.' });
  }
  return out;
}
