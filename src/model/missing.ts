/** Missing values for models that cannot take NaN: training medians, and columns without any value dropped. */
import { InvalidInputError } from '../core/errors.js';
import { Matrix } from '../core/matrix.js';
import { Turns } from '../core/turns.js';

/** Learned from the training rows; saved with the model. */
export interface MissingValuePlan {
  /** Columns kept, ascending. */
  readonly kept: number[];
  /** Median of each kept column over its known values. */
  readonly medians: number[];
}

/** Medians of the known values of each column; columns without any are left out. */
export async function planMissing(X: Matrix): Promise<MissingValuePlan> {
  const kept: number[] = [];
  const medians: number[] = [];
  const turns = new Turns();
  const median = new MedianOfColumn(X);
  for (let j = 0; j < X.cols; j++) {
    const value = median.of(j);
    if (value !== undefined) {
      kept.push(j);
      medians.push(value);
    }
    await turns.pause();
  }
  if (kept.length === 0) {
    throw new InvalidInputError('Every column of X is entirely missing', {
      hint: 'At least one column needs known values.',
    });
  }
  return { kept, medians };
}

/** X with the plan applied; X itself when there is nothing to do. */
export async function applyMissing(X: Matrix, plan: MissingValuePlan): Promise<Matrix> {
  const { kept, medians } = plan;
  const turns = new Turns();
  const block = Math.max(1, Math.floor(500_000 / X.cols));
  let missing = kept.length < X.cols;
  for (let start = 0; start < X.rows && !missing; start += block) {
    missing = X.data.subarray(start * X.cols, (start + block) * X.cols).some(Number.isNaN);
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

/** Exact medians in two counting passes over the float's sortable bits: linear time, no sort, no copy of the column. */
class MedianOfColumn {
  private readonly bits: Uint32Array;
  private readonly counts = new Uint32Array(65536);
  private readonly unpack = new DataView(new ArrayBuffer(4));

  constructor(private readonly X: Matrix) {
    this.bits = new Uint32Array(X.data.buffer, X.data.byteOffset, X.data.length);
  }

  /** Median of the known values of column `j`; undefined when there is none. */
  of(j: number): number | undefined {
    const { X, bits, counts } = this;
    counts.fill(0);
    let known = 0;
    for (let p = j; p < bits.length; p += X.cols) {
      const key = sortable(bits[p]);
      if (key < 0) continue;
      counts[key >>> 16]++;
      known++;
    }
    if (known === 0) return undefined;
    const high = counts.slice();
    const low = this.ranked(j, high, (known - 1) >> 1);
    if (known % 2 === 1) return low;
    const upper = this.ranked(j, high, known >> 1);
    return Math.fround((low + upper) / 2);
  }

  /** The value of the given rank (0-based) among the known values of column `j`. */
  private ranked(j: number, high: Uint32Array, rank: number): number {
    const { X, bits, counts } = this;
    let bucket = 0;
    while (rank >= high[bucket]) rank -= high[bucket++];
    counts.fill(0);
    for (let p = j; p < bits.length; p += X.cols) {
      const key = sortable(bits[p]);
      if (key >= 0 && key >>> 16 === bucket) counts[key & 0xffff]++;
    }
    let rest = 0;
    while (rank >= counts[rest]) rank -= counts[rest++];
    const key = ((bucket << 16) | rest) >>> 0;
    this.unpack.setUint32(0, key & 0x80000000 ? key ^ 0x80000000 : ~key);
    return this.unpack.getFloat32(0);
  }
}

/** Bits of a float32 as an unsigned integer in the order of the floats; -1 for NaN. */
function sortable(bits: number): number {
  if ((bits & 0x7fffffff) > 0x7f800000) return -1;
  return (bits & 0x80000000 ? ~bits : bits | 0x80000000) >>> 0;
}
