/** Missing values for models that cannot take NaN: training medians, and columns without any value dropped. */
import { InvalidInputError } from '../core/errors.js';
import { Matrix } from '../core/matrix.js';
import { Turns } from '../core/turns.js';
import { Windows } from '../core/windows.js';
import type { ModelInputMatrix } from './types.js';

/** Learned from the training rows; saved with the model. */
export interface MissingValuePlan {
  /** Columns kept, ascending. */
  readonly kept: number[];
  /** Median of each kept column over its known values. */
  readonly medians: number[];
}

/**
 * The plan of a model's training input: of a matrix, or of the rows that its windows cover, each counted once. Undefined where a model takes
 * features and sequences together.
 */
export async function planMissingOf(X: ModelInputMatrix): Promise<MissingValuePlan | undefined> {
  if (X instanceof Matrix) return planMissing(X);
  return X instanceof Windows ? planMissing(coveredRows(X)) : undefined;
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

/** Medians of the known values of each column; columns without any are left out. */
export async function planMissing(X: Matrix): Promise<MissingValuePlan> {
  const kept: number[] = [];
  const medians: number[] = [];
  const turns = new Turns();
  const columns = new ColumnGroup(X);
  for (let from = 0; from < X.cols; from += columns.width) {
    await columns.read(from, turns);
    for (let c = 0; c < columns.width && from + c < X.cols; c++) {
      const value = median(columns.known(c));
      if (value !== undefined) {
        kept.push(from + c);
        medians.push(value);
      }
      await turns.pause();
    }
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

function hasNaN(values: Float32Array, from: number, to: number): boolean {
  for (let p = from; p < to; p++) if (Number.isNaN(values[p])) return true;
  return false;
}

/** Columns of a cache line of X: read together, X goes through the processor once instead of once for each. */
const GROUP = 16;
/** Most values of a group; longer columns are read fewer at a time. */
const GROUP_VALUES = 1 << 24;
/** Values read at a stretch. */
const STRETCH = 1 << 20;

/** Some columns of X side by side, each as the known values' bits in the order of the floats. */
class ColumnGroup {
  readonly width: number;
  private readonly keys: Uint32Array;
  private readonly counts: Uint32Array;
  private readonly bits: Uint32Array;

  constructor(private readonly X: Matrix) {
    this.width = Math.max(1, Math.min(GROUP, X.cols, Math.floor(GROUP_VALUES / X.rows)));
    this.keys = new Uint32Array(this.width * X.rows);
    this.counts = new Uint32Array(this.width);
    this.bits = new Uint32Array(X.data.buffer, X.data.byteOffset, X.data.length);
  }

  async read(from: number, turns: Turns): Promise<void> {
    const { X, width } = this;
    const columns = Math.min(width, X.cols - from);
    const rows = Math.max(1, Math.floor(STRETCH / columns));
    this.counts.fill(0);
    for (let row = 0; row < X.rows; row += rows) {
      this.readRows(from, columns, row, Math.min(X.rows, row + rows));
      await turns.pause();
    }
  }

  private readRows(from: number, columns: number, first: number, last: number): void {
    const { X, bits, keys, counts } = this;
    for (let i = first; i < last; i++) {
      const p = i * X.cols + from;
      for (let c = 0; c < columns; c++) {
        const value = bits[p + c];
        if ((value & 0x7fffffff) > 0x7f800000) continue; // NaN
        keys[c * X.rows + counts[c]++] = value & 0x80000000 ? ~value : value | 0x80000000;
      }
    }
  }

  /** The known values of column `c` of the group. */
  known(c: number): Uint32Array {
    return this.keys.subarray(c * this.X.rows, c * this.X.rows + this.counts[c]);
  }
}

/** Median of float32 values given as sortable bits; undefined when there are none. */
function median(keys: Uint32Array): number | undefined {
  const count = keys.length;
  if (count === 0) return undefined;
  const rank = (count - 1) >> 1;
  const low = ranked(keys.slice(), rank);
  if (count % 2 === 1) return toFloat(low);
  let upTo = 0;
  let above = 0xffffffff;
  for (let i = 0; i < count; i++) {
    const key = keys[i];
    if (key <= low) upTo++;
    else if (key < above) above = key;
  }
  return Math.fround((toFloat(low) + toFloat(upTo > rank + 1 ? low : above)) / 2);
}

/** The key of the given rank (0-based): radix selection by 11, 11 and 10 bits, each on what shares the bits before. */
function ranked(keys: Uint32Array, rank: number): number {
  let rest = keys;
  let place = rank;
  for (const [shift, mask] of [
    [21, 0x7ff],
    [10, 0x7ff],
    [0, 0x3ff],
  ]) {
    const counts = new Uint32Array(mask + 1);
    for (let i = 0; i < rest.length; i++) counts[(rest[i] >>> shift) & mask]++;
    let bucket = 0;
    while (place >= counts[bucket]) place -= counts[bucket++];
    let kept = 0;
    for (let i = 0; i < rest.length; i++) if (((rest[i] >>> shift) & mask) === bucket) rest[kept++] = rest[i];
    rest = rest.subarray(0, kept);
  }
  return rest[0];
}

const unpack = new DataView(new ArrayBuffer(4));

function toFloat(key: number): number {
  unpack.setUint32(0, key & 0x80000000 ? key ^ 0x80000000 : ~key);
  return unpack.getFloat32(0);
}
