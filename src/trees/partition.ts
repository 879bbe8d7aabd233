/** Which rows are in which node: one array of row numbers, each node a stretch of it, with the rows' quantised gradients alongside. */
import { TrainingFailedError } from '../core/errors.js';
import type { Arena } from '../kernels/arena.js';
import type { JobContext } from '../kernels/job.js';
import { type BinnedMatrix, categoryAddress } from './binned-matrix.js';

/** Nodes below this many rows a worker are split by one worker alone. */
const ROWS_A_WORKER = 2048;
/** Quantised gradients and hessians stay below 2^30 in magnitude; narrow ones are at most 2^16. */
const WIDE_BITS = 30;
const NARROW_BITS = 16;
/** Narrow ones lose too much when they are less than this on average: a few rows then have far larger ones than the others. */
const LEAST_NARROW_MEAN = 128n;
/** What a worker tells the others. */
const RECORD_BYTES = 128;

/** Sums over rows in units of the quantised integers: exact. */
export interface Sums {
  gradient: bigint;
  hessian: bigint;
}

/** What a quantised unit is worth: real = integer / scale. Powers of two. */
export interface Scale {
  gradient: number;
  hessian: number;
}

export interface RowRange {
  readonly begin: number;
  readonly count: number;
}

/** Where the numbers of rows lie, by position. */
export interface LeafRowNumbers {
  rowsAt(begin: number): number;
}

export interface BinTest {
  feature: number;
  bin: number;
  missingBin: number;
  missingLeft: number;
  /** Bitset of the bins that go left, in place of `bin` and `missingLeft`. */
  bins?: Uint32Array;
}

/** A tree's rows as they start. */
export interface LoadedRows {
  readonly scale: Scale;
  readonly sums: Sums;
  /** Whether gradients and hessians are at most 2^16. */
  readonly narrow: boolean;
}

interface RowArrays {
  rows: number;
  pairs: number;
}

export class RowPartition {
  private readonly main: RowArrays;
  private readonly left: RowArrays;
  private readonly right: RowArrays;
  private readonly record: number;
  /** Address of a bitset of as many bins as any column of categories has. */
  private readonly set: number;
  private readonly setWords: number;
  private turn = 0;

  constructor(
    private readonly context: JobContext,
    private readonly matrix: BinnedMatrix,
    private readonly arena: Arena,
  ) {
    const arrays = (): RowArrays => ({ rows: arena.alloc(matrix.rows * 4), pairs: arena.alloc(matrix.rows * 8) });
    this.main = arrays();
    this.left = arrays();
    this.right = arrays();
    this.record = arena.alloc(context.threads * RECORD_BYTES);
    this.setWords = Math.ceil(Math.max(0, ...(matrix.categories?.bins ?? [])) / 512) * 16;
    this.set = arena.alloc(context.threads * this.setWords * 4) + context.thread * this.setWords * 4;
  }

  /** Address of the row numbers from position `begin` on. */
  rowsAt(begin: number): number {
    return this.main.rows + begin * 4;
  }

  /** Address of the pairs (i32 gradient, i32 hessian) from position `begin` on. */
  pairsAt(begin: number): number {
    return this.main.pairs + begin * 8;
  }

  /**
   * Starts a tree: all rows, or the `count` of the list at `sample`, in one node, with gradients (f32 pairs by row) quantised to 30 bits
   * of the largest; with `tryNarrow` to 16 bits, unless a few rows' are far larger than the others'.
   */
  load(gradients: number, sample: number, count: number, tryNarrow = false): LoadedRows {
    const largest = this.findLargest(gradients);
    if (tryNarrow) {
      const narrow = this.quantise(gradients, sample, count, largest, NARROW_BITS);
      const least = BigInt(count) * LEAST_NARROW_MEAN;
      if (narrow.absolute.gradient >= least && narrow.absolute.hessian >= least) return { ...narrow, narrow: true };
      // Others may still be reading the sums that are written anew.
      this.context.barrier();
    }
    return { ...this.quantise(gradients, sample, count, largest, WIDE_BITS), narrow: false };
  }

  private quantise(gradients: number, sample: number, count: number, largest: readonly number[], bits: number) {
    const { kernels, thread, threads } = this.context;
    const scale = { gradient: powerOfTwoScale(largest[0], bits), hessian: powerOfTwoScale(largest[1], bits) };
    const [from, to] = share(0, count, thread, threads);
    const { rows, pairs } = this.main;
    const record = this.record + thread * RECORD_BYTES;
    kernels.loadRows(sample, gradients, from, to, scale.gradient, scale.hessian, rows, pairs, record + 64);
    this.context.barrier();
    const sums = { gradient: 0n, hessian: 0n };
    const absolute = { gradient: 0n, hessian: 0n };
    for (let t = 0; t < threads; t++) {
      const parts = this.arena.int64(this.record + t * RECORD_BYTES + 64, 4);
      sums.gradient += parts[0];
      sums.hessian += parts[1];
      absolute.gradient += parts[2];
      absolute.hessian += parts[3];
    }
    return { scale, sums, absolute };
  }

  /** What brings the gradients (f32 pairs by row) just below 2^30; a barrier. */
  findScale(gradients: number): Scale {
    const [gradient, hessian] = this.findLargest(gradients);
    return { gradient: powerOfTwoScale(gradient, WIDE_BITS), hessian: powerOfTwoScale(hessian, WIDE_BITS) };
  }

  private findLargest(gradients: number): readonly number[] {
    const { kernels, thread, threads } = this.context;
    const [from, to] = share(0, this.matrix.rows, thread, threads);
    kernels.largestGradients(gradients, from, to, this.record + thread * RECORD_BYTES);
    this.context.barrier();
    const largest = [0, 0];
    for (let t = 0; t < threads; t++) {
      const record = this.arena.float32(this.record + t * RECORD_BYTES, 2);
      for (let i = 0; i < 2; i++) largest[i] = Math.max(largest[i], record[i]);
    }
    return largest;
  }

  /** Splits a node's rows: left ones first, both sides in their old order. Returns how many are on the left. */
  split(range: RowRange, test: BinTest): number {
    const parts = Math.min(this.context.threads, Math.ceil(range.count / ROWS_A_WORKER));
    return parts > 1 ? this.splitTogether(range, test, parts) : this.splitAlone(range, test);
  }

  private splitAlone({ begin, count }: RowRange, test: BinTest): number {
    const { kernels, thread } = this.context;
    // Two places in turn: worker 0 may be in the next split before the others have read this one's answer.
    this.turn = 1 - this.turn;
    const answer = this.arena.int32(this.record + 40 + 8 * this.turn, 1);
    if (thread === 0) {
      const { rows, pairs } = this.main;
      const left = this.partition(begin, begin + count, test, this.main);
      kernels.moveRows(this.right.rows, this.right.pairs, begin, count - left, rows, pairs, begin + left);
      answer[0] = left;
    }
    this.context.barrier();
    return answer[0];
  }

  private splitTogether({ begin, count }: RowRange, test: BinTest, parts: number): number {
    const { kernels, thread } = this.context;
    const [from, to] = thread < parts ? share(begin, begin + count, thread, parts) : [0, 0];
    if (to > from)
      this.arena.int32(this.record + thread * RECORD_BYTES + 32, 1)[0] = this.partition(from, to, test, this.left);
    this.context.barrier();
    let total = 0;
    let before = 0;
    for (let part = 0; part < parts; part++) {
      if (part === thread) before = total;
      total += this.arena.int32(this.record + part * RECORD_BYTES + 32, 1)[0];
    }
    if (to > from) {
      const { rows, pairs } = this.main;
      const left = this.arena.int32(this.record + thread * RECORD_BYTES + 32, 1)[0];
      const rightStart = begin + total + (from - begin - before);
      kernels.moveRows(this.left.rows, this.left.pairs, from, left, rows, pairs, begin + before);
      kernels.moveRows(this.right.rows, this.right.pairs, from, to - from - left, rows, pairs, rightStart);
    }
    this.context.barrier();
    return total;
  }

  private partition(from: number, to: number, test: BinTest, left: RowArrays): number {
    if (test.bins) return this.partitionBySet(from, to, test.feature, test.bins, left);
    const { rows, pairs } = this.main;
    const column = this.matrix.columnMajor + test.feature * this.matrix.pitch;
    const { bin, missingBin, missingLeft } = test;
    return this.context.kernels.partition(
      rows,
      pairs,
      from,
      to,
      column,
      bin,
      missingBin,
      missingLeft,
      left.rows,
      left.pairs,
      this.right.rows,
      this.right.pairs,
    );
  }

  private partitionBySet(from: number, to: number, feature: number, bins: Uint32Array, left: RowArrays): number {
    const { main, right, set, matrix } = this;
    this.arena.uint32(set, this.setWords).fill(0).set(bins);
    return this.context.kernels.partitionBySet(
      main.rows,
      main.pairs,
      from,
      to,
      categoryAddress(matrix, feature),
      set,
      left.rows,
      left.pairs,
      right.rows,
      right.pairs,
    );
  }
}

/** Part `part` of `parts` of the integers from .. to-1; starts are even, for kernels that take two at a time. */
export function share(from: number, to: number, part: number, parts: number): [from: number, to: number] {
  const size = Math.ceil((to - from) / parts / 2) * 2;
  return [Math.min(to, from + part * size), Math.min(to, from + (part + 1) * size)];
}

const double = new DataView(new ArrayBuffer(8));

/** The power of two that brings `largest` just below 2^`bits`. */
function powerOfTwoScale(largest: number, bits: number): number {
  if (largest === 0) return 1;
  if (!(largest < Number.POSITIVE_INFINITY)) {
    throw new TrainingFailedError('Gradients overflow float32', {
      hint: 'Scale the labels down, or lower the learning rate or the sample weights.',
    });
  }
  double.setFloat64(0, largest);
  const exponent = ((double.getInt32(0) >> 20) & 0x7ff) - 1023;
  double.setInt32(0, (bits - 1 - exponent + 1023) << 20);
  double.setInt32(4, 0);
  return double.getFloat64(0);
}
