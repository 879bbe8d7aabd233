/** Adds a grown tree to raw scores: by the rows of its leaves where they are known, by walking bins for all other rows. */
import type { Arena } from '../kernels/arena.js';
import type { JobContext } from '../kernels/job.js';
import { type BinnedMatrix, categoryAddress, walkingLayout } from './binned-matrix.js';
import type { GrownTree, TestedTree } from './grower.js';
import { share } from './partition.js';

/** Adds the leaf values of a tree just grown to the scores of the rows it was grown on; each worker its share. */
export function addToLeaves(
  { kernels, thread, threads }: JobContext,
  { tree, leafRows, rows }: GrownTree,
  scores: number,
): void {
  for (const [leaf, { begin, count }] of leafRows.entries()) {
    const [from, to] = share(begin, begin + count, thread, threads);
    kernels.addToRows(scores, rows.rowsAt(from), to - from, tree.leafValue[leaf]);
  }
}

const NODE_INTS = 6;
/** Nodes of trees that test for categories have two more: the address of the set, and one unused. */
const MIXED_INTS = 8;

export class TreeScorer {
  private readonly nodes: number;
  private readonly values: number;
  private sets = 0;
  private setBytes = 0;

  /** Reserves room for trees of up to `maxLeaves` leaves; with `categories`, for nodes that test for them. */
  constructor(
    private readonly context: JobContext,
    private readonly arena: Arena,
    maxLeaves: number,
    categories = false,
  ) {
    const nodeBytes = Math.ceil((maxLeaves * (categories ? MIXED_INTS : NODE_INTS) * 4) / 64) * 64;
    const valueBytes = Math.ceil((maxLeaves * 8) / 64) * 64;
    this.nodes = arena.alloc(context.threads * nodeBytes) + context.thread * nodeBytes;
    this.values = arena.alloc(context.threads * valueBytes) + context.thread * valueBytes;
  }

  /** Adds leaf values to the scores of all rows of `matrix`, or of the `count` rows listed at `sample`. */
  addByWalking(grown: TestedTree, matrix: BinnedMatrix, scores: number, sample: number, count: number): void {
    const { kernels, thread, threads } = this.context;
    const [from, to] = share(0, count, thread, threads);
    if (grown.tests.length === 0) {
      const view = this.arena.float64(scores, matrix.rows);
      const list = sample ? this.arena.uint32(sample, count) : undefined;
      for (let i = from; i < to; i++) view[list ? list[i] : i] += grown.tree.leafValue[0];
      return;
    }
    const mixed = grown.tests.some((test) => test.bins);
    if (mixed) this.reserveSets(grown, matrix);
    this.write(grown, matrix, mixed ? MIXED_INTS : NODE_INTS);
    const walk = mixed ? kernels.walkMixedBins : kernels.walkBins;
    const { base, stride } = walkingLayout(matrix);
    walk(this.nodes, this.values, base, stride, sample, from, to, scores);
  }

  /** Room for the tree's sets, which only a few trees need much of; a barrier where it has to grow. */
  private reserveSets({ tests }: TestedTree, matrix: BinnedMatrix): void {
    const { thread, threads } = this.context;
    const words = tests.reduce((sum, { feature, bins }) => sum + (bins ? setWords(matrix, feature) : 0), 0);
    if (words * 4 <= this.setBytes) return;
    this.setBytes = Math.ceil((2 * words * 4) / 64) * 64;
    this.sets = this.arena.alloc(threads * this.setBytes) + thread * this.setBytes;
    this.arena.commit();
  }

  private write({ tree, tests }: TestedTree, matrix: BinnedMatrix, ints: number): void {
    const nodes = this.arena.int32(this.nodes, tests.length * ints);
    const { offsetOf } = walkingLayout(matrix);
    let set = this.sets;
    for (const [i, { feature, bin, missingBin, missingLeft, bins }] of tests.entries()) {
      // Without a direction of its own, a missing value counts as 0, as it will in prediction.
      const goesLeft = tree.hasMissing[i] ? missingLeft : tree.threshold[i] >= 0;
      const missingChild = goesLeft ? tree.left[i] : tree.right[i];
      const at = bins ? categoryAddress(matrix, feature) : offsetOf(feature);
      nodes.set([at, bin, missingBin, tree.left[i], tree.right[i], missingChild], i * ints);
      if (ints === NODE_INTS) continue;
      nodes[i * ints + NODE_INTS] = bins ? set : 0;
      if (!bins) continue;
      const words = setWords(matrix, feature);
      this.arena.uint32(set, words).fill(0).set(bins);
      set += 4 * words;
    }
    this.arena.float64(this.values, tree.leafCount).set(tree.leafValue);
  }
}

/** Length of a set with a bit for each bin of a categorical feature. */
function setWords({ categories }: BinnedMatrix, feature: number): number {
  return categories ? Math.ceil(categories.bins[feature - categories.first] / 32) : 0;
}
