/** Rows of every column in the order of their values, in shared memory: what exact splits are found on. */
import type { Arena } from '../../kernels/arena.js';
import type { JobContext } from '../../kernels/job.js';
import type { RowSource } from '../binning.js';

/** Bytes of one value with its row while it is sorted. */
const PAIR_BYTES = 8;

export class SortedColumns {
  private readonly order: number;
  private readonly sorted: number;
  private readonly counts: number;
  private readonly scratch: number;

  /** Reserves room; `fill` after the next commit. */
  constructor(
    private readonly context: JobContext,
    private readonly arena: Arena,
    private readonly source: RowSource,
  ) {
    const { rows, cols } = source;
    this.order = arena.alloc(rows * cols * 4);
    this.sorted = arena.alloc(rows * cols * 4);
    this.counts = arena.alloc(cols * 4);
    const bytes = Math.ceil((rows * PAIR_BYTES) / 64) * 64;
    this.scratch = arena.alloc(context.threads * bytes) + context.thread * bytes;
  }

  get columns(): number {
    return this.source.cols;
  }

  /** Sorts; equal values by row number, missing ones left out. A barrier. */
  fill(): void {
    const { context, source } = this;
    for (let j = context.nextUnit(); j < source.cols; j = context.nextUnit()) {
      context.check();
      this.sort(j);
    }
    context.barrier();
  }

  /** Row numbers of column `j` by ascending value. */
  rowsOf(j: number): Uint32Array {
    return this.arena.uint32(this.order + j * this.source.rows * 4, this.countOf(j));
  }

  /** The values in that order. */
  valuesOf(j: number): Float32Array {
    return this.arena.float32(this.sorted + j * this.source.rows * 4, this.countOf(j));
  }

  private countOf(j: number): number {
    return this.arena.uint32(this.counts, this.source.cols)[j];
  }

  /** Keys are integers that sort as the float32 values do, above row numbers: one 64-bit integer a row. */
  private sort(j: number): void {
    const { arena, source } = this;
    const { data, cols, rows, list } = source;
    const words = arena.uint32(this.scratch, 2 * rows);
    const float = new Float32Array(1);
    const bits = new Uint32Array(float.buffer);
    let count = 0;
    for (let i = 0; i < rows; i++) {
      // The sum turns -0 into 0.
      float[0] = data[(list ? list[i] : i) * cols + j] + 0;
      if (Number.isNaN(float[0])) continue;
      words[2 * count] = i;
      words[2 * count + 1] = bits[0] & 0x80000000 ? ~bits[0] : bits[0] | 0x80000000;
      count++;
    }
    new BigUint64Array(this.context.memory.buffer, this.scratch, count).sort();
    arena.uint32(this.counts, cols)[j] = count;
    const order = this.rowsOf(j);
    const sorted = this.valuesOf(j);
    for (let p = 0; p < count; p++) {
      const row = words[2 * p];
      order[p] = row;
      sorted[p] = data[(list ? list[row] : row) * cols + j];
    }
  }
}
