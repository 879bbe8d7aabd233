/**
 * As many trees at a time as there are workers, each grown by one worker alone. Trees that do not depend on each other, such as those of
 * an iteration's classes, grow so without the waits that workers have who share a tree; the trees are the same.
 */
import { aloneIn } from '../kernels/alone.js';
import type { Arena } from '../kernels/arena.js';
import type { JobContext } from '../kernels/job.js';
import type { GrownTree, TreeGrower } from './grower.js';
import { TreeBoard } from './tree-board.js';

/** Arguments of `TreeGrower.grow` that a tree has for itself. */
export interface TreeOrder {
  /** Addresses of the gradients, one an output. */
  readonly gradients: readonly number[];
  /** The features the tree may use; all, if absent. */
  readonly features?: ReadonlySet<number>;
  readonly seed: number;
}

export class LoneGrowers {
  /** One a worker. Only a worker's own grows; the others' say where the rows of their trees are. */
  private readonly growers: readonly TreeGrower[];
  private readonly board: TreeBoard;

  /** Reserves room for trees of up to `maxLeaves` leaves; usable after the next commit. `create` reserves the room of a grower. */
  constructor(
    private readonly context: JobContext,
    arena: Arena,
    maxLeaves: number,
    create: (alone: JobContext) => TreeGrower,
  ) {
    const alone = aloneIn(context);
    this.growers = Array.from({ length: context.threads }, () => create(alone));
    this.board = new TreeBoard(context, arena, maxLeaves);
  }

  /** One order a worker, for the same rows; all workers get all trees. A barrier. */
  grow(orders: readonly TreeOrder[], sample: number, count: number): GrownTree[] {
    const { growers, board } = this;
    const { thread } = this.context;
    const { gradients, features, seed } = orders[thread];
    const own = growers[thread].grow(gradients, sample, count, features, seed);
    board.show(thread, own);
    this.context.barrier();
    return growers.map((grower, t) => (t === thread ? own : { ...board.read(t), rows: grower.partition }));
  }
}
