/** A table by columns in shared memory, missing values as 0: what coordinate descent sums over. */
import type { Arena } from '../../../kernels/arena.js';
import type { JobContext } from '../../../kernels/job.js';
import type { RowSource } from '../../../trees/binning.js';

/** Rows copied at a stretch: a part of X that fits the cache. */
const CHUNK = 1024;

export class Columns {
  private readonly address: number;

  /** Reserves room; `fill` after the next commit. */
  constructor(
    private readonly context: JobContext,
    private readonly arena: Arena,
    private readonly source: RowSource,
  ) {
    this.address = arena.alloc(source.rows * source.cols * 4);
  }

  /** Copies the rows; a barrier. */
  fill(): void {
    const { context, source } = this;
    const { data, cols, rows, list } = source;
    const all = this.arena.float32(this.address, rows * cols);
    for (let unit = context.nextUnit(); unit * CHUNK < rows; unit = context.nextUnit()) {
      context.check();
      const to = Math.min(rows, (unit + 1) * CHUNK);
      for (let i = unit * CHUNK; i < to; i++) {
        const start = (list ? list[i] : i) * cols;
        for (let j = 0; j < cols; j++) {
          const value = data[start + j];
          all[j * rows + i] = Number.isNaN(value) ? 0 : value;
        }
      }
    }
    context.barrier();
  }

  column(j: number): Float32Array {
    const { rows } = this.source;
    return this.arena.float32(this.address + j * rows * 4, rows);
  }
}
