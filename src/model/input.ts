/** Checks of what callers pass to fit and predict: each problem a typed error that names the place. */
import { assertNoInfinity } from '../core/checks.js';
import { InvalidInputError } from '../core/errors.js';
import { Matrix } from '../core/matrix.js';
import { inTurns, Turns } from '../core/turns.js';
import { type HybridInput, Windows } from '../core/windows.js';
import { windowsOfNested, windowsOfRows } from './sequence-input.js';
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

/** The same, with turns of the event loop between where the rows are a matrix's. */
export async function takeRowsInTurns<X extends ModelInputMatrix>(X: X, rows: Uint32Array): Promise<X> {
  if (X instanceof Windows) return X.take(rows) as typeof X;
  if (!(X instanceof Matrix)) {
    return { features: await takeRowsInTurns(X.features, rows), sequences: X.sequences.take(rows) } as typeof X;
  }
  const out = Matrix.zeros(rows.length, X.cols);
  const { data, cols } = X;
  await inTurns(rows.length, Math.max(1, Math.floor(VALUES_PER_STEP / (4 * Math.max(cols, 1)))), (from, to) => {
    for (let i = from; i < to; i++) out.data.set(data.subarray(rows[i] * cols, (rows[i] + 1) * cols), i * cols);
  });
  return out as typeof X;
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

/** The windows of a sequence or hybrid input. */
export function windowsOf(X: ModelInputMatrix): Windows | undefined {
  if (X instanceof Matrix) return undefined;
  return X instanceof Windows ? X : X.sequences;
}

/**
 * Turns what the caller passed into the form the model's input mode needs, without a copy where it already has it. A model that takes
 * windows makes them from a matrix too if it has a `sequenceLength`; a hybrid one takes the last row of each window as its features.
 */
export async function toModelInput(
  X: ModelInput,
  mode: InputMode,
  what: string,
  sequenceLength?: number,
): Promise<ModelInputMatrix> {
  if (X === null || typeof X !== 'object') {
    throw new InvalidInputError(`${what}: X is ${X === null ? 'null' : typeof X}, not a matrix`, {
      hint: 'Pass a Matrix or an array of rows.',
    });
  }
  if (mode === 'hybrid') return toHybrid(X, what, sequenceLength);
  const sequential = X instanceof Windows || isNested(X);
  if (mode === 'sequence') {
    if (X instanceof Windows) return X;
    if (isNested(X)) return windowsOfNested(X as number[][][]);
    if (isHybrid(X)) {
      throw new InvalidInputError(
        `${what}: this model takes windows (n, length, channels), not { features, sequences }`,
        {
          hint: 'Pass the sequences alone, or use a hybrid model.',
        },
      );
    }
    if (sequenceLength !== undefined) {
      return windowsOfRows((await toModelInput(X, 'features', what)) as Matrix, sequenceLength, what);
    }
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

async function toHybrid(X: ModelInput, what: string, sequenceLength?: number): Promise<HybridInput> {
  if (!isHybrid(X)) {
    const sequences = (await toModelInput(X, 'sequence', what, sequenceLength)) as Windows;
    return { features: X instanceof Matrix ? X : await takeRowsInTurns(sequences.base, sequences.ends), sequences };
  }
  const features = (await toModelInput(X.features, 'features', what)) as Matrix;
  const sequences = (await toModelInput(X.sequences, 'sequence', what, sequenceLength)) as Windows;
  if (features.rows !== sequences.shape[0]) {
    throw new InvalidInputError(`${what}: ${features.rows} feature rows but ${sequences.shape[0]} windows`, {
      hint: 'Row i of both must be the same sample.',
    });
  }
  return { features, sequences };
}

/** `Matrix.from` in blocks of rows, so that a large nested array does not hold up the event loop. */
async function fromRows(rows: ArrayLike<ArrayLike<number>>): Promise<Matrix> {
  const cols = rows.length > 0 ? (rows[0]?.length ?? Number.NaN) : 0;
  const block = Math.max(1, Math.floor(VALUES_PER_STEP / Math.max(cols, 1)));
  if (!(rows.length > block)) return Matrix.from(rows);
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

/**
 * Throws on infinite values; `NaN` is a missing value and passes. Few values are checked at once, without a promise; more with turns
 * of the event loop between.
 */
export function checkValues(X: ModelInputMatrix, what: string): Promise<void> | undefined {
  if (!(X instanceof Matrix) || X.data.length > VALUES_PER_STEP) return checkInTurns(X, what);
  assertNoInfinity(X.data, X.cols, `${what}: X`);
  return undefined;
}

async function checkInTurns(X: ModelInputMatrix, what: string): Promise<void> {
  const turns = new Turns();
  for (const matrix of matrices(X)) {
    const { data, cols } = matrix;
    for (let start = 0; start < data.length; start += VALUES_PER_STEP) {
      await turns.pause();
      assertNoInfinity(data, cols, `${what}: X`, start, Math.min(data.length, start + VALUES_PER_STEP));
    }
  }
}

/** @throws InvalidInputError - other columns, or windows of another length, than the model was trained on */
export function refuseOtherShape(
  X: ModelInputMatrix,
  { featureNames, sequenceLength }: { readonly featureNames: readonly string[]; readonly sequenceLength?: number },
  what: string,
): void {
  const columns = columnCount(X);
  if (columns !== featureNames.length && !(rowCount(X) === 0 && columns === 0)) {
    throw new InvalidInputError(`${what}: X has ${columns} columns, the model was trained on ${featureNames.length}`, {
      hint: 'Pass the same features in the same order as in training.',
      details: { expected: featureNames, got: columns },
    });
  }
  const windows = windowsOf(X);
  const given = windows?.ends.length ? windows.length : undefined;
  if (given !== undefined && sequenceLength !== undefined && given !== sequenceLength) {
    throw new InvalidInputError(`${what}: windows of ${given} rows, the model was trained on ${sequenceLength}`, {
      hint: `Use toSequences(${sequenceLength}).`,
    });
  }
}
