/** Which rows are in which node: one array of row numbers, each node a stretch of it, with the rows' quantised gradients alongside. */
import { TrainingFailedError } from '../core/errors.js';
import type { Arena } from '../kernels/arena.js';
import type { JobContext } from '../kernels/job.js';
import type { BinnedMatrix } from './binned-matrix.js';

/** Nodes below this many rows a worker are split by one worker alone. */
const ROWS_A_WORKER = 2048;
/** Quantised gradients and hessians stay below 2^30 in magnitude. */
const LARGEST_BITS = 30;
/** A bit for each of 256 bins, in a cache line of its own. */
const SET_BYTES = 64;

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

export interface BinTest {
  feature: number;
  bin: number;
  missingBin: number;
  missingLeft: number;
  /** Bitset of the bins that go left, in place of `bin` and `missingLeft`. */
  bins?: Uint32Array;
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
  private readonly set: number;
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
    this.record = arena.alloc(context.threads * 64);
    this.set = arena.alloc(context.threads * SET_BYTES) + context.thread * SET_BYTES;
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
   * Starts a tree: all rows, or the `count` of the list at `sample`, in one node, with gradients (f32 pairs by row) quantised to
   * 30 bits of the largest.
   */
  load(gradients: number, sample: number, count: number): { scale: Scale; sums: Sums } {
    const { kernels, thread, threads } = this.context;
    const scale = this.findScale(gradients);
    const [from, to] = share(0, count, thread, threads);
    const { rows, pairs } = this.main;
    const record = this.record + thread * 64;
    kernels.loadRows(sample, gradients, from, to, scale.gradient, scale.hessian, rows, pairs, record + 16);
    this.context.barrier();
    const sums = { gradient: 0n, hessian: 0n };
    for (let t = 0; t < threads; t++) {
      const [gradient, hessian] = this.arena.int64(this.record + t * 64 + 16, 2);
      sums.gradient += gradient;
      sums.hessian += hessian;
    }
    return { scale, sums };
  }

  /** What brings the gradients (f32 pairs by row) just below 2^30; a barrier. */
  findScale(gradients: number): Scale {
    const { kernels, thread, threads } = this.context;
    const [from, to] = share(0, this.matrix.rows, thread, threads);
    kernels.largestGradients(gradients, from, to, this.record + thread * 64);
    this.context.barrier();
    const largest = [0, 0];
    for (let t = 0; t < threads; t++) {
      const record = this.arena.float32(this.record + t * 64, 2);
      for (let i = 0; i < 2; i++) largest[i] = Math.max(largest[i], record[i]);
    }
    return { gradient: powerOfTwoScale(largest[0]), hessian: powerOfTwoScale(largest[1]) };
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
    if (to > from) this.arena.int32(this.record + thread * 64 + 32, 1)[0] = this.partition(from, to, test, this.left);
    this.context.barrier();
    let total = 0;
    let before = 0;
    for (let part = 0; part < parts; part++) {
      if (part === thread) before = total;
      total += this.arena.int32(this.record + part * 64 + 32, 1)[0];
    }
    if (to > from) {
      const { rows, pairs } = this.main;
      const left = this.arena.int32(this.record + thread * 64 + 32, 1)[0];
      const rightStart = begin + total + (from - begin - before);
      kernels.moveRows(this.left.rows, this.left.pairs, from, left, rows, pairs, begin + before);
      kernels.moveRows(this.right.rows, this.right.pairs, from, to - from - left, rows, pairs, rightStart);
    }
    this.context.barrier();
    return total;
  }

  private partition(from: number, to: number, test: BinTest, left: RowArrays): number {
    const { rows, pairs } = this.main;
    const column = this.matrix.columnMajor + test.feature * this.matrix.pitch;
    const { bin, missingBin, missingLeft, bins } = test;
    const { kernels } = this.context;
    if (bins) {
      this.arena
        .uint32(this.set, SET_BYTES / 4)
        .fill(0)
        .set(bins);
      const { right } = this;
      return kernels.partitionBySet(
        rows,
        pairs,
        from,
        to,
        column,
        this.set,
        left.rows,
        left.pairs,
        right.rows,
        right.pairs,
      );
    }
    return kernels.partition(
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
}

/** Part `part` of `parts` of the integers from .. to-1; starts are even, for kernels that take two at a time. */
export function share(from: number, to: number, part: number, parts: number): [from: number, to: number] {
  const size = Math.ceil((to - from) / parts / 2) * 2;
  return [Math.min(to, from + part * size), Math.min(to, from + (part + 1) * size)];
}

const double = new DataView(new ArrayBuffer(8));

/** The power of two that brings `largest` just below 2^30. */
function powerOfTwoScale(largest: number): number {
  if (largest === 0) return 1;
  if (!(largest < Number.POSITIVE_INFINITY)) {
    throw new TrainingFailedError('Gradients overflow float32', {
      hint: 'Scale the labels down, or lower the learning rate or the sample weights.',
    });
  }
  double.setFloat64(0, largest);
  const exponent = ((double.getInt32(0) >> 20) & 0x7ff) - 1023;
  double.setInt32(0, (LARGEST_BITS - 1 - exponent + 1023) << 20);
  double.setInt32(4, 0);
  return double.getFloat64(0);
}
