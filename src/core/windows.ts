/** Overlapping windows over one matrix, gathered batch by batch: never materialised as (n, length, channels). */
import { InvalidInputError } from './errors.js';
import { Matrix } from './matrix.js';

/**
 * `n` windows of `length` consecutive rows of `base`; window i ends with (and includes) row `ends[i]`.
 * Costs 4 bytes a window on top of `base`.
 */
export class Windows {
  constructor(
    readonly base: Matrix,
    readonly ends: Uint32Array,
    readonly length: number,
  ) {
    if (!Number.isInteger(length) || length < 1)
      throw new InvalidInputError(`Windows: length ${length} is not a positive integer`, {
        hint: 'Pass the number of consecutive rows a window has.',
      });
    for (let i = 0; i < ends.length; i++) {
      if (!(ends[i] >= length - 1 && ends[i] < base.rows)) {
        throw new InvalidInputError(
          `Windows: window ${i} of ${length} rows cannot end at row ${ends[i]} of ${base.rows}`,
          {
            hint: 'Each end must lie in length-1 .. rows-1.',
            details: { window: i, end: ends[i] },
          },
        );
      }
    }
  }

  /** (windows, rows a window, channels). */
  get shape(): readonly [n: number, length: number, channels: number] {
    return [this.ends.length, this.length, this.base.cols];
  }

  /** View of window `i`, shape (length, channels), row-major. */
  window(i: number): Float32Array {
    const end = this.ends[i] + 1;
    return this.base.data.subarray((end - this.length) * this.base.cols, end * this.base.cols);
  }

  /** Writes the given windows into `out` as (indices.length, length, channels); allocates `out` when absent. */
  gather(indices: ArrayLike<number>, out?: Float32Array): Float32Array {
    const size = this.length * this.base.cols;
    const target = out ?? new Float32Array(indices.length * size);
    if (target.length < indices.length * size)
      throw new InvalidInputError(
        `Windows.gather: out holds ${target.length} values, ${indices.length * size} are needed`,
      );
    for (let i = 0; i < indices.length; i++) target.set(this.window(this.checked(indices[i])), i * size);
    return target;
  }

  /** The given windows over the same base; nothing is copied but 4 bytes a window. */
  take(indices: ArrayLike<number>): Windows {
    const ends = new Uint32Array(indices.length);
    for (let i = 0; i < indices.length; i++) ends[i] = this.ends[this.checked(indices[i])];
    return new Windows(this.base, ends, this.length);
  }

  private checked(i: number): number {
    if (i >= 0 && i < this.ends.length && Number.isInteger(i)) return i;
    throw new InvalidInputError(`Windows: window ${i} is outside 0..${this.ends.length - 1}`, {
      details: { window: i },
    });
  }

  /** Copies nested arrays (n, length, channels) into a base of n * length rows. */
  static from(sequences: ArrayLike<ArrayLike<ArrayLike<number>>>): Windows {
    const length = sequences.length === 0 ? 1 : sequences[0].length;
    const rows: ArrayLike<number>[] = [];
    const ends = new Uint32Array(sequences.length);
    for (let i = 0; i < sequences.length; i++) {
      if (sequences[i].length !== length) {
        throw new InvalidInputError(
          `Windows.from: sequence ${i} has ${sequences[i].length} steps, sequence 0 has ${length}`,
          { hint: 'Pad or cut sequences to one length.' },
        );
      }
      for (let t = 0; t < length; t++) rows.push(sequences[i][t]);
      ends[i] = rows.length - 1;
    }
    return new Windows(Matrix.from(rows), ends, length);
  }
}

/** Row i of both is the same sample. */
export interface HybridInput {
  features: Matrix;
  sequences: Windows;
}

/** (n, features). */
export type FeatureInput = Matrix | ArrayLike<ArrayLike<number>>;
/** (n, length, channels). */
export type SequenceInput = Windows | number[][][];
