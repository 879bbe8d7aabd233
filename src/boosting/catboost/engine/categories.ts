/** Codes of categorical columns as dense numbers 0, 1, ... of the categories that occur in training. */
import { Matrix } from '../../../core/matrix.js';
import { isCode } from '../category-hash.js';

export interface CategoryColumn {
  /** Column of X. */
  column: number;
  /** Codes by dense number, ascending; NaN, for missing ones, is the last if there are any. */
  codes: number[];
}

/** The categories of each column, in training rows of positive weight. */
export function findCategories(
  X: Matrix,
  weights: Float32Array | undefined,
  columns: readonly number[],
): CategoryColumn[] {
  return [...columns]
    .sort((a, b) => a - b)
    .map((column) => {
      const found = new Set<number>();
      let missing = false;
      for (let i = 0; i < X.rows; i++) {
        if (weights && !(weights[i] > 0)) continue;
        const value = X.data[i * X.cols + column];
        if (isCode(value)) found.add(value);
        else missing = true;
      }
      const codes = Array.from(Float64Array.from(found).sort());
      return { column, codes: missing ? [...codes, Number.NaN] : codes };
    });
}

/** X with dense numbers in categorical columns; a category that training did not see gets the number after all others. */
export function encodeCategories(X: Matrix, categories: readonly CategoryColumn[]): Matrix {
  if (categories.length === 0) return X;
  const data = new Float32Array(new SharedArrayBuffer(X.data.byteLength));
  data.set(X.data);
  for (const { column, codes } of categories) {
    const numbers = new Map(codes.map((code, i) => [code, i]));
    const missing = numbers.get(Number.NaN) ?? codes.length;
    for (let at = column; at < data.length; at += X.cols) {
      data[at] = isCode(data[at]) ? (numbers.get(data[at]) ?? codes.length) : missing;
    }
  }
  return Matrix.wrap(data, X.cols);
}
