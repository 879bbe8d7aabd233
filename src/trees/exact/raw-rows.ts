/** Trees applied to rows as they are, not to bins of them: the thresholds of exact splits lie anywhere. */
import type { Arena } from '../../kernels/arena.js';
import type { JobContext } from '../../kernels/job.js';
import type { RowSource } from '../binning.js';
import type { GrownTree } from '../grower.js';
import { share } from '../partition.js';
import type { Tree } from '../tree.js';

export class RawRows {
  constructor(
    private readonly context: JobContext,
    private readonly arena: Arena,
    private readonly source: RowSource,
  ) {}

  get rows(): number {
    return this.source.rows;
  }

  /** Adds the values of a tree to the f64 `scores` of all rows, or of the `count` rows listed at `sample`. */
  addTree({ tree }: GrownTree, scores: number, sample: number, count: number): void {
    const { context, arena, source } = this;
    const view = arena.float64(scores, source.rows);
    const listed = sample ? arena.uint32(sample, count) : undefined;
    const [from, to] = share(0, count, context.thread, context.threads);
    for (let i = from; i < to; i++) {
      const row = listed ? listed[i] : i;
      view[row] += tree.leafValue[leafOf(tree, source, row)];
    }
  }
}

/** Number of the leaf that a row of the source falls into. */
export function leafOf(tree: Tree, { data, cols, list }: RowSource, row: number): number {
  if (tree.leafCount === 1) return 0;
  const start = (list ? list[row] : row) * cols;
  let node = 0;
  while (node >= 0) {
    const value = data[start + tree.splitFeature[node]];
    const left = Number.isNaN(value) ? tree.missingLeft[node] === 1 : value <= tree.threshold[node];
    node = left ? tree.left[node] : tree.right[node];
  }
  return ~node;
}
