/** The best split of a node: the one place where the criterion, its limits and its ties are decided. */
import type { Arena } from '../kernels/arena.js';
import type { JobContext } from '../kernels/job.js';
import { type BinMapper, valueBins } from './bin-mapper.js';
import { type BoundedLimits, BoundedScan, needsBoundedScan } from './bounded-scan.js';
import { type CategoricalCandidate, CategoricalFinder } from './categorical-finder.js';
import type { CategoricalLimits } from './categories.js';
import { type FeatureChoiceOptions, type Path, seedsBelow } from './feature-choice.js';
import type { Histograms } from './histogram.js';
import type { SummedRows } from './histogram-layout.js';
import { FREE, type OutputBounds, soft } from './leaf-output.js';
import { boundsBelow } from './monotone.js';
import type { BinTest, RowRange, Scale, Sums } from './partition.js';
import { ScanRecords } from './scan-records.js';
import { ScanTable } from './scan-table.js';

export interface SplitLimits extends BoundedLimits, FeatureChoiceOptions {
  minDataInLeaf: number;
  minSumHessianInLeaf: number;
  /** Needed where columns hold categories. */
  categorical?: CategoricalLimits;
}

/** What a node has from those above it. */
export interface Heritage {
  /** Where its random draws start; depends on its place in the tree alone. 0 where nodes draw nothing. */
  readonly seed: number;
  readonly path?: Path;
  readonly bounds: OutputBounds;
  /** Its output as a leaf, where that is not what its sums alone say. */
  readonly output?: number;
  /** Its sums by output, where leaves hold a vector. */
  readonly totals?: readonly Sums[];
}

/** A node, split or not, once its rows are known. */
export interface GrownNode extends Heritage {
  readonly sums: Sums;
  readonly count: number;
}

/** A node as split evaluation sees it. */
export interface OpenNode extends RowRange, Heritage {
  /** Position among the tree's leaves; equal candidates go to the lower. */
  readonly id: number;
  readonly depth: number;
  readonly sums: Sums;
  /** Histogram slot. */
  slot: number;
  split?: Split;
}

export interface Split extends BinTest {
  gain: number;
  left: Sums;
  /** Of the left and the right side, where outputs have limits or the split a penalty of its own. */
  outputs?: [left: number, right: number];
}

/** What a tree starts from. */
export interface TreeStart {
  /** Addresses of the gradients (f32 pairs by row), one an output. */
  readonly gradients: readonly number[];
  /** Address of the list of the tree's rows. */
  readonly rows: number;
  readonly count: number;
  /** Of output 0: what integers are worth, and the sums of all rows of the tree. */
  readonly scale: Scale;
  readonly sums: Sums;
  /** The features the tree may use; all, if absent. */
  readonly features?: ReadonlySet<number>;
  /** Where random draws start. */
  readonly seed: number;
  /** Whether gradients and hessians are at most 2^16 as integers. */
  readonly narrow?: boolean;
}

/** Rounding of f32 sums must stay well below the least hessian of a side for the fast scan to see it. */
const LEAST_SHARE = 2e-6;
/** Integer sums below this are exact in the fast scan's conversion to f64. */
const MOST_ROWS = 2 ** 21;
/** Keeps squares of H + lambda within f32. */
const LARGEST_LAMBDA = 2 ** 55;

/** Judges nodes and splits for a grower. All workers call it alike. */
export interface Finder {
  /** For a new tree; what its root starts from. */
  start(tree: TreeStart): Heritage;
  /** Whether a node has rows and hessian enough for two leaves. */
  canSplit(node: OpenNode): boolean;
  /** Builds the histogram of a node without a sibling (its slot is taken) and finds its best split. */
  evaluateRoot(node: OpenNode, rows: SummedRows): void;
  /**
   * Builds `small`'s histogram, leaves `large` (whose slot holds the parent's, or is to hold it: `parent` then says which rows
   * those are) with the rest, and finds the best split of those that can split.
   */
  evaluateSiblings(small: OpenNode, large: OpenNode, rows: SummedRows, parent?: SummedRows): void;
  /** What the two children of a split node inherit from it. */
  heritage(node: OpenNode, split: Split): [left: Heritage, right: Heritage];
  /** What the node would output as a leaf, one value an output. */
  outputsOf(node: GrownNode): number[];
  /** Sum of hessians in real units. */
  weightOf(node: GrownNode): number;
}

export class SplitFinder implements Finder {
  protected readonly table: ScanTable;
  protected readonly records: ScanRecords;
  protected readonly limitsAddress: number;
  /** Whether nodes draw random numbers of their own. */
  private readonly draws: boolean;
  private readonly bounded?: BoundedScan;
  protected readonly categorical?: CategoricalFinder;
  protected scale: Scale = { gradient: 1, hessian: 1 };

  constructor(
    protected readonly context: JobContext,
    protected readonly arena: Arena,
    private readonly mapper: BinMapper,
    protected readonly histograms: Histograms,
    protected readonly limits: SplitLimits,
  ) {
    const { thread, threads } = context;
    this.table = new ScanTable(context, arena, mapper, limits);
    this.records = new ScanRecords(context, arena, histograms.units);
    this.limitsAddress = arena.alloc(threads * 64) + thread * 64;
    this.draws = limits.extraTrees === true || (limits.featureFractionByNode ?? 1) < 1;
    if (needsBoundedScan(limits)) this.bounded = new BoundedScan(context, arena, mapper, histograms, limits);
    this.categorical = CategoricalFinder.of(context, arena, mapper, histograms, limits);
  }

  start({ scale, sums, count, features, seed }: TreeStart): Heritage {
    this.scale = scale;
    this.bounded?.start(scale);
    this.categorical?.start(scale);
    this.table.start(features, seed);
    return { seed, bounds: FREE, output: this.bounded?.rootOutput(sums, count) };
  }

  heritage(node: OpenNode, split: Split): [left: Heritage, right: Heritage] {
    const path = { feature: split.feature, above: node.path };
    const [left, right] = this.boundsBelow(node, split);
    const [seedLeft, seedRight] = this.draws ? seedsBelow(node.seed) : [0, 0];
    return [
      { path, bounds: left, output: split.outputs?.[0], seed: seedLeft },
      { path, bounds: right, output: split.outputs?.[1], seed: seedRight },
    ];
  }

  private boundsBelow(node: OpenNode, split: Split): [left: OutputBounds, right: OutputBounds] {
    if (!this.bounded || !split.outputs) return [node.bounds, node.bounds];
    return boundsBelow(node.bounds, this.bounded.directionOf(split.feature), split.outputs);
  }

  canSplit(node: OpenNode): boolean {
    const { minDataInLeaf, minSumHessianInLeaf } = this.limits;
    const hessian = Number(node.sums.hessian) / this.scale.hessian;
    return node.count >= Math.max(2, 2 * minDataInLeaf) && hessian > 0 && hessian >= 2 * minSumHessianInLeaf;
  }

  evaluateRoot(node: OpenNode, rows: SummedRows): void {
    this.prepare(0, node);
    this.histograms.begin('exact', [[node.slot, rows]]);
    this.records.run(
      (unit) => {
        this.histograms.build(node.slot, unit, rows);
        this.scanNode(0, node, unit.features, this.table.addresses[0]);
      },
      this.categorical?.ofRoot(node, rows, this.table.categorical),
    );
    node.split = this.collect(node, 0);
  }

  evaluateSiblings(small: OpenNode, large: OpenNode, rows: SummedRows, parent?: SummedRows): void {
    const [smallTable, largeTable] = this.table.addresses;
    const alike = this.table.sameForSiblings && !this.bounded;
    const fast = alike && [small, large].every((node) => this.fitsFastScan(node));
    const { kernels } = this.context;
    this.prepare(0, small);
    this.prepare(1, large);
    if (fast) this.writeLimits(small, large);
    this.histograms.begin('exact', built(small, large, rows, parent));
    const from = this.histograms.address(small.slot);
    const to = this.histograms.address(large.slot);
    this.records.run(
      (unit) => {
        if (parent) this.histograms.build(large.slot, unit, parent);
        this.histograms.build(small.slot, unit, rows);
        const [first, last] = unit.features;
        if (fast) kernels.scanPair(from, to, smallTable, first, last, this.limitsAddress);
        else {
          kernels.subtractHistogram(to, from, first, last);
          this.scanNode(0, small, unit.features, smallTable);
          this.scanNode(1, large, unit.features, largeTable);
        }
      },
      this.categorical?.ofSiblings(small, large, rows, parent, this.table.categorical),
    );
    small.split = this.collect(small, 0);
    large.split = this.collect(large, 1);
  }

  /** What the node would output as a leaf: -t(G) / (H + lambda) within its limits. */
  outputsOf({ sums, output }: GrownNode): number[] {
    return [output ?? this.outputOf(sums)];
  }

  private outputOf(sums: Sums, extraL2 = 0): number {
    const { gradient, hessian } = this.real(sums);
    const weight = hessian + this.limits.lambdaL2 + extraL2;
    return weight > 0 ? -soft(gradient, this.limits.lambdaL1) / weight : 0;
  }

  weightOf({ sums }: GrownNode): number {
    return Number(sums.hessian) / this.scale.hessian;
  }

  /** Lays out what scans read about one of two siblings (0, 1) or a node alone (0). */
  protected prepare(which: 0 | 1, node: OpenNode): void {
    if (this.bounded && this.canSplit(node)) this.bounded.prepare(which, node, this.leastHessian(node));
    this.categorical?.prepare(which, node, this.canSplit(node));
    this.table.prepare(which, node);
  }

  protected scanNode(which: 0 | 1, node: OpenNode, unit: readonly [number, number], table: number): void {
    if (!this.canSplit(node)) return;
    if (this.bounded) {
      this.bounded.scan(which, node, table, unit);
      return;
    }
    const [from, to] = unit;
    const { kernels } = this.context;
    const lambda = this.limits.lambdaL2 * this.scale.hessian;
    const alpha = this.limits.lambdaL1 * this.scale.gradient;
    const { gradient, hessian } = node.sums;
    const least = this.leastHessian(node);
    const slot = this.histograms.address(node.slot);
    kernels.scanNode(which, slot, table, from, to, Number(gradient), Number(hessian), lambda, alpha, least);
  }

  /** The hessian a side needs, in integer units. Rows are judged by their share of the node's hessian, as LightGBM does. */
  protected leastHessian(node: OpenNode): number {
    const { minDataInLeaf, minSumHessianInLeaf } = this.limits;
    const byRows = (Math.max(0, minDataInLeaf - 0.5) * Number(node.sums.hessian)) / node.count;
    return Math.max(1, byRows, minSumHessianInLeaf * this.scale.hessian);
  }

  protected fitsFastScan(node: OpenNode, leastShare = LEAST_SHARE): boolean {
    const { lambdaL1, lambdaL2 } = this.limits;
    if (lambdaL1 !== 0 || node.count > MOST_ROWS || lambdaL2 * this.scale.hessian > LARGEST_LAMBDA) return false;
    return this.leastHessian(node) >= leastShare * (Number(node.sums.hessian) + 2 * lambdaL2 * this.scale.hessian);
  }

  protected writeLimits(small: OpenNode, large: OpenNode): void {
    const lambda = this.limits.lambdaL2 * this.scale.hessian;
    const out = this.arena.float64(this.limitsAddress, 7);
    for (const [i, node] of [small, large].entries()) {
      const total = Number(node.sums.hessian) + 2 * lambda;
      out[i] = total > 0 ? Number(node.sums.gradient) / total : 0;
      out[2 + i] = total;
      out[4 + i] = this.canSplit(node) ? this.leastHessian(node) + lambda : Number.POSITIVE_INFINITY;
    }
    out[6] = lambda;
  }

  /** The best of what all workers found, judged by its exact sums. Of a threshold and a set that gain the same, the lower feature. */
  protected collect(node: OpenNode, which: 0 | 1): Split | undefined {
    const threshold = this.collectThreshold(node, which);
    const candidate = this.categorical?.candidate(which);
    const set = candidate && this.splitBySet(node, candidate);
    if (!threshold || !set) return threshold ?? set;
    const setIsBetter = set.gain > threshold.gain || (set.gain === threshold.gain && set.feature < threshold.feature);
    return setIsBetter ? set : threshold;
  }

  private splitBySet(node: OpenNode, { feature, left, bins, extraL2 }: CategoricalCandidate): Split | undefined {
    const { gain, outputs } = this.bounded?.judge(node, feature, left, extraL2) ?? {
      gain: this.gainOf(node.sums, left, extraL2),
      outputs: extraL2 > 0 ? this.outputsBelow(node.sums, left, extraL2) : undefined,
    };
    if (!(gain > this.limits.minGainToSplit)) return undefined;
    return { feature, bin: 0, missingBin: valueBins(this.mapper, feature), missingLeft: 0, bins, gain, left, outputs };
  }

  private outputsBelow(parent: Sums, left: Sums, extraL2: number): [left: number, right: number] {
    return [this.outputOf(left, extraL2), this.outputOf(rest(parent, left), extraL2)];
  }

  private collectThreshold(node: OpenNode, which: 0 | 1): Split | undefined {
    const candidate = this.records.best(which);
    if (!candidate) return undefined;
    const { feature, bin, missingLeft } = candidate;
    const missingBin = this.mapper.cuts[feature].length + 1;
    const left = this.leftSums(node.slot, feature, bin, missingBin, missingLeft);
    const { gain, outputs } = this.bounded?.judge(node, feature, left) ?? { gain: this.gainOf(node.sums, left) };
    return gain > this.limits.minGainToSplit
      ? { feature, bin, missingBin, missingLeft, gain, left, outputs }
      : undefined;
  }

  protected leftSums(slot: number, feature: number, bin: number, missingBin: number, missingLeft: number): Sums {
    const address = this.histograms.featureAddress(slot, feature);
    this.context.kernels.leftSums(address, bin, missingBin, missingLeft, this.limitsAddress);
    const [gradient, hessian] = this.arena.int64(this.limitsAddress, 2);
    return { gradient, hessian };
  }

  private gainOf(parent: Sums, left: Sums, extraL2 = 0): number {
    return this.scoreOf(left, extraL2) + this.scoreOf(rest(parent, left), extraL2) - this.scoreOf(parent);
  }

  private scoreOf(sums: Sums, extraL2 = 0): number {
    const { gradient, hessian } = this.real(sums);
    const g = soft(gradient, this.limits.lambdaL1);
    return (g * g) / (hessian + this.limits.lambdaL2 + extraL2);
  }

  private real(sums: Sums): { gradient: number; hessian: number } {
    return {
      gradient: Number(sums.gradient) / this.scale.gradient,
      hessian: Number(sums.hessian) / this.scale.hessian,
    };
  }
}

/** The nodes whose histograms are built from rows: of two siblings the smaller one, and their parent if it has none. */
export function built(
  small: OpenNode,
  large: OpenNode,
  rows: SummedRows,
  parent?: SummedRows,
): [slot: number, rows: SummedRows][] {
  return parent
    ? [
        [large.slot, parent],
        [small.slot, rows],
      ]
    : [[small.slot, rows]];
}

function rest(whole: Sums, part: Sums): Sums {
  return { gradient: whole.gradient - part.gradient, hessian: whole.hessian - part.hessian };
}
