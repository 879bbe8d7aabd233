/** Row numbers by leaf of the tree grown last, in shared memory. */
import type { Arena } from '../../kernels/arena.js';
import type { JobContext } from '../../kernels/job.js';
import type { RowRange } from '../partition.js';

export class LeafRows {
  private readonly address: number;

  /** Reserves room for `rows` rows; usable after the next commit. */
  constructor(
    private readonly context: JobContext,
    private readonly arena: Arena,
    private readonly rows: number,
  ) {
    this.address = arena.alloc(rows * 4);
  }

  /** Address of the row numbers from position `begin` on. */
  rowsAt(begin: number): number {
    return this.address + begin * 4;
  }

  /**
   * Sorts rows by leaf, in each ascending: `nodeOf` has ~id of the node that a row came to (or `outside`), `leafOf` the leaf of a
   * node. A barrier.
   */
  fill(nodeOf: Int32Array, outside: number, leafOf: Int32Array, leaves: number): RowRange[] {
    const ends = new Int32Array(leaves + 1);
    for (const node of nodeOf) if (node !== outside) ends[leafOf[~node] + 1]++;
    for (let leaf = 0; leaf < leaves; leaf++) ends[leaf + 1] += ends[leaf];
    const ranges = Array.from({ length: leaves }, (_, leaf) => ({
      begin: ends[leaf],
      count: ends[leaf + 1] - ends[leaf],
    }));
    if (this.context.thread === 0) {
      const list = this.arena.uint32(this.address, this.rows);
      const next = ends.slice();
      for (const [row, node] of nodeOf.entries()) if (node !== outside) list[next[leafOf[~node]]++] = row;
    }
    this.context.barrier();
    return ranges;
  }
}
