/** Dense row-major float32 table. `NaN` is a missing value. */
import { InvalidInputError } from './errors.js';

/** Float32 storage that worker threads can read without a copy. */
export function sharedFloat32(length: number): Float32Array {
  return new Float32Array(new SharedArrayBuffer(length * 4));
}

/**
 * Dense row-major float32 matrix of shape (rows, cols); `NaN` marks a missing value.
 *
 * @example
 * const X = Matrix.from([[1, 2], [3, NaN]]);
 * X.rows; // 2
 */
export class Matrix {
  private constructor(
    readonly data: Float32Array,
    readonly rows: number,
    readonly cols: number,
  ) {}

  /**
   * Copies an array of rows; throws `InvalidInputError` when rows differ in length or hold something that is no number.
   * `part` is for a block of a larger array: its first row's number and the width every row must have.
   */
  static from(rows: ArrayLike<ArrayLike<number>>, part: { firstRow?: number; cols?: number } = {}): Matrix {
    if (rows === null || typeof rows !== 'object' || !Number.isInteger(rows.length)) {
      throw new InvalidInputError(
        `Matrix.from: expected an array of rows, got ${rows === null ? 'null' : typeof rows}`,
        {
          hint: 'Pass an array of rows, each an array of numbers.',
        },
      );
    }
    const n = rows.length;
    const first = part.firstRow ?? 0;
    const cols = part.cols ?? (n === 0 ? 0 : rows[0]?.length);
    if (!(cols >= 0))
      throw new InvalidInputError('Matrix.from: row 0 is not an array', {
        hint: 'Pass an array of rows, each an array of numbers.',
      });
    const data = sharedFloat32(n * cols);
    for (let i = 0; i < n; i++) {
      const row = rows[i];
      if (row?.length !== cols) {
        throw new InvalidInputError(
          `Matrix.from: row ${first + i} has ${row?.length ?? 'no'} values, row 0 has ${cols}`,
          {
            hint: 'All rows must have the same number of values; use NaN for a missing one.',
            details: { row: first + i },
          },
        );
      }
      for (let j = 0; j < cols; j++) {
        const value = row[j];
        if (typeof value !== 'number') {
          throw new InvalidInputError(
            `Matrix.from: row ${first + i}, column ${j} is ${value === null ? 'null' : typeof value}, not a number`,
            {
              hint: 'Use NaN for missing values and encode categories first (PreprocessingPipeline).',
              details: { row: first + i, column: j },
            },
          );
        }
        data[i * cols + j] = value;
      }
    }
    return new Matrix(data, n, cols);
  }

  /** A matrix over `data` without a copy. `data.length` must be a multiple of `cols`. */
  static wrap(data: Float32Array, cols: number): Matrix {
    if (!(data instanceof Float32Array))
      throw new InvalidInputError('Matrix.wrap: data is not a Float32Array', {
        hint: 'Use Matrix.from for plain arrays.',
      });
    if (!Number.isInteger(cols) || cols < 0 || (cols === 0 ? data.length > 0 : data.length % cols !== 0)) {
      throw new InvalidInputError(`Matrix.wrap: ${data.length} values cannot be cut into rows of ${cols}`, {
        hint: 'The length must be rows * cols.',
      });
    }
    return new Matrix(data, cols === 0 ? 0 : data.length / cols, cols);
  }

  /** A matrix of zeros whose storage worker threads can share. */
  static zeros(rows: number, cols: number): Matrix {
    return new Matrix(sharedFloat32(rows * cols), rows, cols);
  }

  /** View of row `i`, shape (cols,). */
  row(i: number): Float32Array {
    return this.data.subarray(i * this.cols, (i + 1) * this.cols);
  }

  /** Copy of column `j`, shape (rows,). */
  column(j: number): Float32Array {
    const out = new Float32Array(this.rows);
    for (let i = 0, p = j; i < this.rows; i++, p += this.cols) out[i] = this.data[p];
    return out;
  }

  /** Copy of the given rows, in that order; repeats are allowed. */
  take(rows: ArrayLike<number>): Matrix {
    const out = Matrix.zeros(rows.length, this.cols);
    for (let i = 0; i < rows.length; i++) {
      const r = rows[i];
      if (!(r >= 0 && r < this.rows && Number.isInteger(r)))
        throw new InvalidInputError(`Matrix.take: row ${r} is outside 0..${this.rows - 1}`, { details: { row: r } });
      out.data.set(this.row(r), i * this.cols);
    }
    return out;
  }

  /** Copy of the given columns, in that order. */
  selectColumns(columns: ArrayLike<number>): Matrix {
    for (let j = 0; j < columns.length; j++) {
      const c = columns[j];
      if (!(c >= 0 && c < this.cols && Number.isInteger(c))) {
        throw new InvalidInputError(`Matrix.selectColumns: column ${c} is outside 0..${this.cols - 1}`, {
          details: { column: c },
        });
      }
    }
    const out = Matrix.zeros(this.rows, columns.length);
    for (let i = 0, p = 0; i < this.rows; i++) {
      for (let j = 0; j < columns.length; j++, p++) out.data[p] = this.data[i * this.cols + columns[j]];
    }
    return out;
  }
}
