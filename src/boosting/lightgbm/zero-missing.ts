/** `zero_as_missing`: zeros of some features become missing values before the trees see them. */
import type { Matrix } from '../../core/matrix.js';
import { ZERO_THRESHOLD } from './format.js';

/** A copy of X whose zeros are NaN in the features marked 1; X itself where none are. */
export function zerosToMissing(X: Matrix, zeroMissing: Uint8Array | undefined): Matrix {
  if (!zeroMissing) return X;
  const copy = X.take(Uint32Array.from({ length: X.rows }, (_, i) => i));
  const { data, cols, rows } = copy;
  for (let j = 0; j < cols; j++) {
    if (!zeroMissing[j]) continue;
    for (let i = 0, p = j; i < rows; i++, p += cols) if (Math.abs(data[p]) <= ZERO_THRESHOLD) data[p] = Number.NaN;
  }
  return copy;
}
