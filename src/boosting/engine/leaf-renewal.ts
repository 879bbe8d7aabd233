/** Gives a grown tree's leaves the values that its objective takes from their rows, such as medians of residuals. */
import type { Arena } from '../../kernels/arena.js';
import type { JobContext } from '../../kernels/job.js';
import type { GrownTree } from '../../trees/grower.js';
import type { Objective } from './objectives/objective.js';
import type { RowSet } from './row-set.js';

export class LeafRenewal {
  private readonly values: number;

  /** Reserves room for trees of up to `maxLeaves` leaves; usable after the next commit. */
  constructor(
    private readonly context: JobContext,
    private readonly arena: Arena,
    private readonly objective: Objective,
    maxLeaves: number,
  ) {
    this.values = objective.renewLeaf ? arena.alloc(maxLeaves * 8) : 0;
  }

  /**
   * Before the tree is scaled and added to the scores of `output`; a barrier if the objective renews leaves. Nodes inside the
   * tree keep their values, as in LightGBM and XGBoost.
   */
  renew({ tree, leafRows, rows: numbers }: GrownTree, set: RowSet, output: number): void {
    const { context, arena, objective } = this;
    if (!objective.renewLeaf) return;
    const { labels, weights, scores } = set.views();
    const values = arena.float64(this.values, tree.leafCount);
    for (let leaf = context.nextUnit(); leaf < tree.leafCount; leaf = context.nextUnit()) {
      const { begin, count } = leafRows[leaf];
      const rows = arena.uint32(numbers.rowsAt(begin), count);
      values[leaf] =
        count === 0
          ? tree.leafValue[leaf]
          : objective.renewLeaf({ rows, output, scores: scores[output], labels, weights });
    }
    context.barrier();
    tree.leafValue.set(values);
  }
}
