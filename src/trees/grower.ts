/**
 * Grows one tree at a time over a binned matrix. All workers of a job make the same decisions from the same shared sums; they
 * only share the work of building histograms, scanning them and moving rows.
 */
import type { Arena } from '../kernels/arena.js';
import type { JobContext } from '../kernels/job.js';
import { type BinMapper, thresholdOf } from './bin-mapper.js';
import type { BinnedMatrix } from './binned-matrix.js';
import { categorySet } from './categories.js';
import type { GrowthPolicy } from './growth-policy.js';
import { Histograms } from './histogram.js';
import type { SummedRows } from './histogram-layout.js';
import { fitsNarrow, NarrowFinder, SPARE_SLOTS } from './narrow-finder.js';
import { type BinTest, type LeafRowNumbers, RowPartition, type RowRange, type Sums } from './partition.js';
import {
  type Finder,
  type GrownNode,
  type Heritage,
  type OpenNode,
  type Split,
  SplitFinder,
  type SplitLimits,
} from './split.js';
import { emptyTree, type Tree } from './tree.js';
import { VectorSplitFinder } from './vector-split.js';

export interface GrowerOptions extends SplitLimits {
  /** At least 1. */
  maxLeaves: number;
  /** 0 or less: no limit. */
  maxDepth: number;
  policy: GrowthPolicy;
  /** Memory for histograms of open nodes; beyond it the one to be split last is dropped, and built again when its turn comes. */
  histogramBytes?: number;
  /** Rows from which a tree is grown by 16-bit gradients where they serve (`NarrowFinder`); below, precision costs nothing. */
  narrowRows?: number;
}

export const HISTOGRAM_BYTES = 2 ** 30;
const NARROW_FROM = 16_384;

/** A tree with what brings it to the scores of rows: its tests in terms of bins. */
export interface TestedTree {
  tree: Tree;
  /** Per node: its test. */
  tests: readonly BinTest[];
}

/** A tree as it was grown, with the rows of each leaf. */
export interface GrownTree extends TestedTree {
  /** Per leaf: its rows' stretch of `rows`. */
  leafRows: readonly RowRange[];
  /** Of the tree grown last there. */
  rows: LeafRowNumbers;
  /** Where leaves hold a vector: a tree of the same shape for each output after the first. */
  others: readonly Tree[];
}

interface NodeState extends OpenNode {
  id: number;
  /** Node whose child this is, -1 for the root, and on which side. */
  parent: number;
  side: 'left' | 'right';
}

export class TreeGrower {
  readonly partition: RowPartition;
  private readonly histograms: Histograms;
  private readonly finder: Finder;
  private readonly narrow: boolean;

  /** Reserves memory from `arena`; usable after the next commit. With several `outputs`, leaves hold a vector. */
  constructor(
    private readonly context: JobContext,
    arena: Arena,
    private readonly mapper: BinMapper,
    matrix: BinnedMatrix,
    private readonly options: GrowerOptions,
    private readonly outputs = 1,
  ) {
    this.partition = new RowPartition(context, matrix, arena);
    const { maxLeaves, maxDepth, histogramBytes = HISTOGRAM_BYTES } = options;
    // Nodes at the greatest depth have none.
    const slots = Math.min(maxLeaves, maxDepth > 0 && maxDepth < 30 ? 2 ** (maxDepth - 1) : maxLeaves);
    const { partition } = this;
    this.narrow = outputs === 1 && fitsNarrow(options);
    const spare = this.narrow ? SPARE_SLOTS : 0;
    const wanted = Math.max(2, slots) + spare;
    const histograms = new Histograms(context, matrix, arena, wanted, histogramBytes / outputs, 2 + spare);
    this.histograms = histograms;
    const FinderOfKind = this.narrow ? NarrowFinder : SplitFinder;
    this.finder =
      outputs > 1
        ? new VectorSplitFinder(context, arena, mapper, matrix, partition, histograms, options, outputs)
        : new FinderOfKind(context, arena, mapper, histograms, options);
  }

  /**
   * Grows a tree on the `count` rows listed at `sample` (or on all rows, if 0), whose gradients are f32 pairs by row, at one address an output.
   * Leaf values are -G / (H + lambda) within their limits: the caller scales them. Only `features`, if given, are used; what nodes
   * draw at random depends on `seed` and on their place in the tree.
   */
  grow(
    gradients: number | readonly number[],
    sample: number,
    count: number,
    features?: ReadonlySet<number>,
    seed = 0,
  ): GrownTree {
    const addresses = typeof gradients === 'number' ? [gradients] : gradients;
    const tryNarrow = this.narrow && count >= (this.options.narrowRows ?? NARROW_FROM);
    const loaded = this.partition.load(addresses[0], sample, count, tryNarrow);
    const rows = this.partition.rowsAt(0);
    const heritage = this.finder.start({ ...loaded, gradients: addresses, rows, count, features, seed });
    const growth = new Growth(loaded.sums, count, heritage);
    this.openRoot(growth.leaves[0], sample);
    while (growth.leaves.length < this.options.maxLeaves) {
      const node = this.next(growth.leaves);
      if (!node) break;
      this.context.check();
      this.split(growth, node);
    }
    for (const leaf of growth.leaves) this.close(leaf);
    return this.finish(growth);
  }

  private openRoot(root: NodeState, sample: number): void {
    if (this.options.maxLeaves < 2 || !this.maySplit(root)) return;
    root.slot = this.histograms.take();
    // All rows in their order need not be gathered by number.
    const rows = this.rowsOf(root);
    this.finder.evaluateRoot(root, sample ? rows : { ...rows, rows: 0 });
  }

  private next(leaves: readonly NodeState[]): Required<OpenNode> | undefined {
    let best: Required<OpenNode> | undefined;
    for (const leaf of leaves) {
      const node = leaf as Required<OpenNode>;
      if (leaf.split && (!best || this.options.policy(node, best) < 0)) best = node;
    }
    return best;
  }

  private split(growth: Growth, node: Required<OpenNode>): void {
    const leftCount = this.partition.split(node, node.split);
    const [left, right] = growth.split(node, leftCount, this.finder.heritage(node, node.split));
    const [small, large] = left.count <= right.count ? [left, right] : [right, left];
    large.slot = node.slot;
    const last = growth.leaves.length >= this.options.maxLeaves;
    if (!last && (this.maySplit(left) || this.maySplit(right))) {
      const parent = large.slot < 0 ? this.rowsOf(node) : undefined;
      if (parent) large.slot = this.takeSlot(growth, large);
      small.slot = this.takeSlot(growth, large);
      this.finder.evaluateSiblings(small, large, this.rowsOf(small), parent);
      if (this.atMaxDepth(small)) small.split = large.split = undefined;
    }
    for (const child of [small, large]) if (!child.split) this.close(child);
  }

  private rowsOf({ begin, count }: RowRange): SummedRows {
    return { rows: this.partition.rowsAt(begin), pairs: this.partition.pairsAt(begin), count };
  }

  /** A free histogram slot, if need be that of the open node whose turn comes last. */
  private takeSlot(growth: Growth, keep: OpenNode): number {
    if (this.histograms.full) {
      let last: Required<OpenNode> | undefined;
      for (const leaf of growth.leaves) {
        const node = leaf as Required<OpenNode>;
        if (leaf.slot < 0 || leaf === keep || !leaf.split) continue;
        if (!last || this.options.policy(node, last) > 0) last = node;
      }
      if (last) this.close(last);
    }
    return this.histograms.take();
  }

  /** A leaf that will not be split needs its histogram no more. */
  private close(leaf: OpenNode): void {
    if (leaf.slot < 0) return;
    this.histograms.giveBack(leaf.slot);
    leaf.slot = -1;
  }

  private maySplit(node: OpenNode): boolean {
    return !this.atMaxDepth(node) && this.finder.canSplit(node);
  }

  private atMaxDepth(node: OpenNode): boolean {
    return this.options.maxDepth > 0 && node.depth >= this.options.maxDepth;
  }

  private finish(growth: Growth): GrownTree {
    const { mapper, finder } = this;
    const tree = emptyTree(growth.leaves.length);
    // Trees of one shape share all but their values.
    const others = Array.from({ length: this.outputs - 1 }, () => {
      const { leafValue, internalValue } = emptyTree(tree.leafCount);
      return { ...tree, leafValue, internalValue };
    });
    const trees = [tree, ...others];
    for (const [i, node] of growth.nodes.entries()) {
      const { split, count, left, right } = node;
      tree.splitFeature[i] = mapper.columns[split.feature];
      const categories = split.bins && mapper.categories?.[split.feature];
      if (categories && split.bins) {
        tree.categories ??= new Array<Uint32Array | undefined>(growth.nodes.length).fill(undefined);
        tree.categories[i] = categorySet(categories, split.bins);
      } else tree.threshold[i] = thresholdOf(mapper, split.feature, split.bin);
      tree.missingLeft[i] = split.missingLeft;
      tree.hasMissing[i] = mapper.hasMissing[split.feature];
      tree.left[i] = left;
      tree.right[i] = right;
      tree.gain[i] = split.gain;
      tree.internalWeight[i] = finder.weightOf(node);
      tree.internalCount[i] = count;
      for (const [k, output] of finder.outputsOf(node).entries()) trees[k].internalValue[i] = output;
    }
    for (const [i, leaf] of growth.leaves.entries()) {
      tree.leafWeight[i] = finder.weightOf(leaf);
      tree.leafRows[i] = leaf.count;
      for (const [k, output] of finder.outputsOf(leaf).entries()) trees[k].leafValue[i] = output;
    }
    const tests = growth.nodes.map(({ split: { feature, bin, missingBin, missingLeft, bins } }) => {
      return { feature, bin, missingBin, missingLeft, bins };
    });
    return { tree, others, leafRows: growth.leaves, rows: this.partition, tests };
  }
}

interface SplitNode extends GrownNode {
  split: Split;
  left: number;
  right: number;
}

/** The tree so far: nodes in the order they were split, leaves by number. A left child keeps its parent's leaf number. */
class Growth {
  readonly nodes: SplitNode[] = [];
  readonly leaves: NodeState[];

  constructor(sums: Sums, count: number, heritage: Heritage) {
    this.leaves = [{ ...heritage, id: 0, depth: 0, begin: 0, count, sums, slot: -1, parent: -1, side: 'left' }];
  }

  split(node: Required<OpenNode>, leftCount: number, heritage: [Heritage, Heritage]): [NodeState, NodeState] {
    const state = this.leaves[node.id];
    const { parent, side, begin, count, depth, sums, split } = state;
    if (!split) throw new RangeError('A leaf without a split cannot be split');
    const id = this.nodes.length;
    const rightLeaf = this.leaves.length;
    if (parent >= 0) this.nodes[parent][side] = id;
    this.nodes.push({ ...state, split, left: ~node.id, right: ~rightLeaf });
    const { left } = split;
    const right = { gradient: sums.gradient - left.gradient, hessian: sums.hessian - left.hessian };
    const common = { depth: depth + 1, slot: -1, parent: id };
    const children: [NodeState, NodeState] = [
      { ...common, ...heritage[0], id: node.id, begin, count: leftCount, sums: left, side: 'left' },
      {
        ...common,
        ...heritage[1],
        id: rightLeaf,
        begin: begin + leftCount,
        count: count - leftCount,
        sums: right,
        side: 'right',
      },
    ];
    this.leaves[node.id] = children[0];
    this.leaves.push(children[1]);
    return children;
  }
}
