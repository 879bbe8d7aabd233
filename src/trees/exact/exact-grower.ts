/**
 * Grows one tree at a time level by level on sorted values, without bins. Workers scan different columns; what each found is
 * compared in one order, and every sum runs along one column, so threads never change a tree.
 */
import type { Arena } from '../../kernels/arena.js';
import type { JobContext } from '../../kernels/job.js';
import type { RowSource } from '../binning.js';
import { FeatureChoice, type FeatureChoiceOptions, type Path, seedsBelow } from '../feature-choice.js';
import type { GrownTree } from '../grower.js';
import { FREE, type OutputBounds } from '../leaf-output.js';
import { boundsBelow } from '../monotone.js';
import { share } from '../partition.js';
import { type ExactLimits, ExactScan, type ExactSplit, type ExactSums } from './exact-scan.js';
import { type ExactTreeNode, prune, toTree } from './exact-tree.js';
import { LeafRows } from './leaf-rows.js';
import { RawRows } from './raw-rows.js';
import { SortedColumns } from './sorted-columns.js';
import { SplitRecords } from './split-records.js';

export interface ExactOptions extends ExactLimits, FeatureChoiceOptions {
  /** Above 0. */
  maxDepth: number;
  /** Splits of less gain are taken back once the tree is grown. */
  minGainToSplit: number;
}

/** XGBoost splits nothing for less. */
const LEAST_GAIN = 1e-6;
/** Rows that a tree is not grown on. */
const OUTSIDE = -(2 ** 31);

/** A node of the level to be split. */
interface OpenNode extends ExactTreeNode {
  readonly bounds: OutputBounds;
  readonly path?: Path;
  readonly seed: number;
}

export class ExactGrower {
  readonly partition: LeafRows;
  readonly training: RawRows;
  private readonly columns: SortedColumns;
  private readonly scan: ExactScan;
  private readonly choice: FeatureChoice;
  private readonly records: SplitRecords;
  /** i32 a row: its node's place in the level, ~id of the leaf it has come to, or `OUTSIDE`. */
  private readonly nodeOf: number;
  private sorted = false;

  /** Reserves room for trees of up to `maxLeaves` leaves; usable after the next commit. */
  constructor(
    private readonly context: JobContext,
    private readonly arena: Arena,
    private readonly source: RowSource,
    private readonly options: ExactOptions,
    private readonly maxLeaves: number,
  ) {
    this.columns = new SortedColumns(context, arena, source);
    this.training = new RawRows(context, arena, source);
    this.partition = new LeafRows(context, arena, source.rows);
    this.scan = new ExactScan(options);
    this.choice = new FeatureChoice(
      Array.from({ length: source.cols }, (_, j) => j),
      options,
    );
    this.records = new SplitRecords(context, arena, maxLeaves);
    this.nodeOf = arena.alloc(source.rows * 4);
  }

  /** As `TreeGrower.grow`: on the `count` rows listed at `sample` (0: all), with gradients as f32 pairs by row. */
  grow(gradients: number, sample: number, count: number, features?: ReadonlySet<number>, seed = 0): GrownTree {
    if (!this.sorted) this.columns.fill();
    this.sorted = true;
    this.choice.start(features, seed);
    const sums = this.loadRows(gradients, sample, count);
    const root: OpenNode = { id: 0, sums, output: this.scan.outputOf(sums, FREE), bounds: FREE, seed };
    let ids = 1;
    let level = [root];
    for (let depth = 0, leaves = 1; depth < this.options.maxDepth && level.length > 0; depth++) {
      if (leaves + level.length > this.maxLeaves) break;
      const splits = this.bestSplits(level, depth, gradients);
      leaves += splits.filter(Boolean).length;
      const next = level.flatMap((node, i) => {
        const split = splits[i];
        return split ? this.divide(node, split, (ids += 2) - 2) : [];
      });
      this.moveRows(level, next);
      level = next;
    }
    // Rows of the last level have come to their leaves.
    this.moveRows(level, []);
    const movedTo = Int32Array.from({ length: ids }, (_, id) => id);
    prune(root, this.options.minGainToSplit, movedTo);
    return this.finish(root, movedTo);
  }

  private loadRows(gradients: number, sample: number, count: number): ExactSums {
    const { context, arena, source } = this;
    const nodeOf = arena.int32(this.nodeOf, source.rows);
    if (context.thread === 0) {
      nodeOf.fill(sample ? OUTSIDE : 0);
      if (sample) for (const row of arena.uint32(sample, count)) nodeOf[row] = 0;
    }
    context.barrier();
    const pairs = arena.float32(gradients, 2 * source.rows);
    const sums = { gradient: 0, hessian: 0, count };
    for (let i = 0; i < source.rows; i++) {
      if (nodeOf[i] < 0) continue;
      sums.gradient += pairs[2 * i];
      sums.hessian += pairs[2 * i + 1];
    }
    return sums;
  }

  /** The best split of each node of a level. Barriers. */
  private bestSplits(level: readonly OpenNode[], depth: number, gradients: number): (ExactSplit | undefined)[] {
    const { context, arena, source, columns, choice } = this;
    const nodeOf = arena.int32(this.nodeOf, source.rows);
    const pairs = arena.float32(gradients, 2 * source.rows);
    const chosen = level.map(({ seed, path }) => new Set(choice.of({ depth, seed, path })));
    const best = new Array<ExactSplit | undefined>(level.length).fill(undefined);
    for (let feature = context.nextUnit(); feature < source.cols; feature = context.nextUnit()) {
      context.check();
      const allowed = Uint8Array.from(chosen, (set) => (set.has(feature) ? 1 : 0));
      if (!allowed.includes(1)) continue;
      const [rows, values] = [columns.rowsOf(feature), columns.valuesOf(feature)];
      const hasMissing = rows.length < source.rows;
      this.scan.scan({ feature, rows, values, hasMissing, nodeOf, pairs, allowed }, level, best);
    }
    return this.records.merge(best, LEAST_GAIN);
  }

  private divide(node: OpenNode, split: ExactSplit, firstId: number): OpenNode[] {
    const { sums, bounds, path, seed } = node;
    const { left } = split;
    const right = {
      gradient: sums.gradient - left.gradient,
      hessian: sums.hessian - left.hessian,
      count: sums.count - left.count,
    };
    const outputs = [this.scan.outputOf(left, bounds), this.scan.outputOf(right, bounds)] as const;
    const below = boundsBelow(bounds, this.options.monotone?.[split.feature] ?? 0, outputs);
    const seeds = seedsBelow(seed);
    const child = (side: 0 | 1): OpenNode => ({
      id: firstId + side,
      sums: side === 0 ? left : right,
      output: outputs[side],
      bounds: below[side],
      path: { feature: split.feature, above: path },
      seed: seeds[side],
    });
    node.split = split;
    node.children = [child(0), child(1)];
    return node.children as [OpenNode, OpenNode];
  }

  /** Every row of a level's node to its place in the next level, or to the leaf that the node stays. A barrier. */
  private moveRows(level: readonly OpenNode[], next: readonly OpenNode[]): void {
    const { context, arena, source } = this;
    const { data, cols, list } = source;
    const nodeOf = arena.int32(this.nodeOf, source.rows);
    const places = new Map(next.map((node, i): [ExactTreeNode, number] => [node, i]));
    const targets = level.map(({ children }) => children?.map((child) => places.get(child) ?? 0));
    const [from, to] = share(0, source.rows, context.thread, context.threads);
    for (let i = from; i < to; i++) {
      if (nodeOf[i] < 0) continue;
      const node = level[nodeOf[i]];
      const target = targets[nodeOf[i]];
      if (!target || !node.split) {
        nodeOf[i] = ~node.id;
        continue;
      }
      const { feature, condition, missingLeft } = node.split;
      const value = data[(list ? list[i] : i) * cols + feature];
      const left = Number.isNaN(value) ? missingLeft === 1 : value < condition;
      nodeOf[i] = left ? target[0] : target[1];
    }
    context.barrier();
  }

  private finish(root: ExactTreeNode, movedTo: Int32Array): GrownTree {
    const { tree, leafOfNode, splits } = toTree(root, movedTo);
    const nodeOf = this.arena.int32(this.nodeOf, this.source.rows);
    const leafRows = this.partition.fill(nodeOf, OUTSIDE, leafOfNode, tree.leafCount);
    const tests = splits.map(({ feature, missingLeft }) => ({ feature, bin: 0, missingBin: 0, missingLeft }));
    return { tree, leafRows, rows: this.partition, tests, others: [] };
  }
}
