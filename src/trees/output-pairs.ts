/**
 * Quantised gradients of the outputs after the first, by row number, and gathered for one node at a time: what histograms of trees
 * with a vector in each leaf are built from. The first output's travel with the rows (`RowPartition`).
 */
import type { Arena } from '../kernels/arena.js';
import type { JobContext } from '../kernels/job.js';
import { type RowPartition, type Scale, type Sums, share } from './partition.js';

export class OutputPairs {
  private readonly byRow: readonly number[];
  private readonly gathered: readonly number[];
  private readonly unusedRows: number;
  private readonly sums: number;
  private readonly sumBytes: number;

  /** Reserves memory from `arena` for `outputs` outputs; usable after the next commit. */
  constructor(
    private readonly context: JobContext,
    private readonly arena: Arena,
    private readonly partition: RowPartition,
    private readonly rows: number,
    outputs: number,
  ) {
    const pairs = (): number[] => Array.from({ length: outputs - 1 }, () => arena.alloc(rows * 8));
    this.byRow = pairs();
    this.gathered = pairs();
    this.unusedRows = arena.alloc(rows * 4);
    this.sumBytes = Math.ceil((outputs * 16) / 64) * 64;
    this.sums = arena.alloc(context.threads * this.sumBytes);
  }

  /** Quantises the gradients (f32 pairs by row, one address an output) of all rows; barriers. Scales of the outputs after the first. */
  load(gradients: readonly number[]): Scale[] {
    const { kernels, thread, threads, barrier } = this.context;
    const [from, to] = share(0, this.rows, thread, threads);
    return this.byRow.map((pairs, i) => {
      const address = gradients[i + 1];
      const scale = this.partition.findScale(address);
      const sums = this.sums + thread * this.sumBytes;
      kernels.loadRows(0, address, from, to, scale.gradient, scale.hessian, this.unusedRows, pairs, sums);
      barrier();
      return scale;
    });
  }

  /** Gathers the pairs of the `count` rows listed at `rows`, for `at`; returns their sums, the first output's left out. Two barriers. */
  gather(rows: number, count: number): Sums[] {
    const { kernels, thread, threads, barrier } = this.context;
    const [from, to] = share(0, count, thread, threads);
    for (const [i, pairs] of this.byRow.entries()) {
      const sums = this.sums + thread * this.sumBytes + 16 * i;
      kernels.gatherPairs(rows + from * 4, to - from, pairs, this.gathered[i] + from * 8, sums);
    }
    barrier();
    const totals = this.byRow.map((_, i) => {
      const total = { gradient: 0n, hessian: 0n };
      for (let t = 0; t < threads; t++) {
        const [gradient, hessian] = this.arena.int64(this.sums + t * this.sumBytes + 16 * i, 2);
        total.gradient += gradient;
        total.hessian += hessian;
      }
      return total;
    });
    // The next gathering may not begin before all have read these.
    barrier();
    return totals;
  }

  /** Address of the pairs gathered last, of output `output` > 0. */
  at(output: number): number {
    return this.gathered[output - 1];
  }
}
