/** Symmetric trees of a plan in a job's memory, for the kernel that scores blocks of rows by them. */
import { Arena } from '../../kernels/arena.js';
import type { JobContext } from '../../kernels/job.js';
import { BLOCK_ROWS, type Plan } from './plan.js';

const CONDITION_BYTES = 12;

export class SymmetricTrees {
  /** (slots, BLOCK_ROWS) of this worker's block. */
  readonly values: Float32Array;
  private readonly arena: Arena;
  private readonly slots: number;
  private readonly conditions: number;
  private readonly starts: number;
  private readonly leafStarts: number;
  private readonly leafValues: number;
  private readonly scores: number;

  /** All workers make one; barriers. */
  constructor(
    private readonly context: JobContext,
    private readonly plan: Plan,
  ) {
    const { threads, thread } = context;
    const { trees, slots, outputs } = plan;
    const arena = new Arena(context);
    const own = (bytes: number) => arena.alloc(threads * bytes) + thread * bytes;
    this.arena = arena;
    this.slots = own(slots * BLOCK_ROWS * 4);
    this.scores = own(BLOCK_ROWS * outputs * 8);
    this.conditions = arena.alloc(trees.slot.length * CONDITION_BYTES);
    this.starts = arena.alloc(trees.start.length * 4);
    this.leafStarts = arena.alloc(trees.leafStart.length * 4);
    this.leafValues = arena.alloc(trees.leafValues.length * 8);
    arena.commit();
    if (thread === 0) this.write(plan);
    this.values = arena.float32(this.slots, slots * BLOCK_ROWS);
    context.barrier();
  }

  private write({ trees }: Plan): void {
    const { arena, conditions } = this;
    const count = trees.slot.length;
    const numbers = arena.int32(conditions, count * 3);
    const borders = arena.float32(conditions, count * 3);
    for (let c = 0; c < count; c++) {
      numbers[3 * c] = trees.slot[c] * BLOCK_ROWS * 4;
      borders[3 * c + 1] = trees.border[c];
      numbers[3 * c + 2] = trees.equal[c];
    }
    arena.int32(this.starts, trees.start.length).set(trees.start);
    arena.int32(this.leafStarts, trees.leafStart.length).set(trees.leafStart);
    arena.float64(this.leafValues, trees.leafValues.length).set(trees.leafValues);
  }

  /** Sums of the leaf values of trees `from` .. `to`-1, (rows * outputs), for the first rows of `values`; valid until the next call. */
  sums(rows: number, from: number, to: number): Float64Array {
    const { context, plan, scores } = this;
    const room = this.arena.float64(scores, BLOCK_ROWS * plan.outputs).fill(0);
    context.kernels.scoreSymmetric(
      this.slots,
      rows,
      this.conditions,
      this.starts,
      this.leafStarts,
      this.leafValues,
      from,
      to,
      plan.outputs,
      scores,
    );
    return room.subarray(0, rows * plan.outputs);
  }
}
