/** The best set of categories of a node: what `SplitFinder` compares with the best threshold. */
import type { Arena } from '../kernels/arena.js';
import type { JobContext } from '../kernels/job.js';
import { type BinMapper, firstCategorical, valueBins } from './bin-mapper.js';
import { bitset, type CategoricalLimits } from './categories.js';
import type { CategoryHistograms } from './category-histograms.js';
import type { Histograms } from './histogram.js';
import type { SummedRows } from './histogram-layout.js';
import type { Scale, Sums } from './partition.js';
import type { OtherWork } from './scan-records.js';

export interface CategoricalFinderLimits {
  minDataInLeaf: number;
  minSumHessianInLeaf: number;
  lambdaL1: number;
  lambdaL2: number;
  categorical: CategoricalLimits;
}

interface ScannedNode {
  readonly count: number;
  readonly sums: Sums;
  readonly slot: number;
}

/** Categories that go left; all others, and missing values, go right. */
export interface CategoricalCandidate {
  feature: number;
  left: Sums;
  /** Bitset of bins. */
  bins: Uint32Array;
  /** What is added to lambdaL2 on both sides. */
  extraL2: number;
}

/** f64 score (0: none); then what the kernel writes: two i64, i32 length, the bins. */
const SCORE_BYTES = 16;
const LIMITS_BYTES = 128;

export class CategoricalFinder {
  private readonly first: number;
  /** By feature - first: categories with a bin. */
  private readonly bins: readonly number[];
  private readonly recordBytes: number;
  private readonly records: number;
  private readonly limitsAddress: number;
  private readonly scratch: number;
  private readonly open = [false, false];
  private scale: Scale = { gradient: 1, hessian: 1 };

  /** A finder for the categorical features of `mapper`, or undefined if it has none. Usable after the next commit. */
  static of(
    context: JobContext,
    arena: Arena,
    mapper: BinMapper,
    histograms: Histograms,
    limits: Omit<CategoricalFinderLimits, 'categorical'> & { categorical?: CategoricalLimits },
  ): CategoricalFinder | undefined {
    const { categorical } = limits;
    const { categories } = histograms;
    if (!categorical || !categories) return undefined;
    return new CategoricalFinder(context, arena, mapper, histograms, categories, { ...limits, categorical });
  }

  private constructor(
    private readonly context: JobContext,
    private readonly arena: Arena,
    mapper: BinMapper,
    private readonly histograms: Histograms,
    private readonly categories: CategoryHistograms,
    private readonly limits: CategoricalFinderLimits,
  ) {
    const { thread, threads } = context;
    const { categorical } = limits;
    this.first = firstCategorical(mapper);
    this.bins = mapper.cuts.slice(this.first).map((_, i) => valueBins(mapper, this.first + i));
    const most = Math.max(...this.bins);
    const longest = categorical.wholeScan ? most : Math.min(most, categorical.maxThreshold);
    this.recordBytes = Math.ceil((SCORE_BYTES + 20 + 4 * longest) / 64) * 64;
    this.records = arena.alloc(this.bins.length * 2 * this.recordBytes);
    this.limitsAddress = arena.alloc(threads * 2 * LIMITS_BYTES) + thread * 2 * LIMITS_BYTES;
    const scratchBytes = Math.ceil(most / 2) * 64;
    this.scratch = arena.alloc(threads * scratchBytes) + thread * scratchBytes;
  }

  /** For a new tree: what integers are worth. */
  start(scale: Scale): void {
    this.scale = scale;
  }

  /** Before the scans of node 0 or 1; `canSplit` says whether it is to be split at all. */
  prepare(which: 0 | 1, node: ScannedNode, canSplit: boolean): void {
    this.open[which] = canSplit;
    if (!canSplit) return;
    const { minDataInLeaf, minSumHessianInLeaf, lambdaL1, lambdaL2, categorical } = this.limits;
    const { gradient, hessian } = this.scale;
    const leastHessian = Math.max(1, minSumHessianInLeaf * hessian);
    const { smooth, l2, minDataPerGroup, minDataPerCategory = smooth, maxThreshold, wholeScan } = categorical;
    const { minHessianToRank = 0 } = categorical;
    this.arena
      .float64(this.limitsOf(which), 14)
      .set([
        Number(node.sums.gradient),
        Number(node.sums.hessian),
        node.count,
        lambdaL2 * hessian,
        lambdaL1 * gradient,
        leastHessian,
        minDataInLeaf,
        smooth * hessian,
        l2 * hessian,
        minDataPerCategory,
        minDataPerGroup,
        maxThreshold,
        wholeScan ? 1 : 0,
        minHessianToRank * hessian,
      ]);
  }

  /** The work on a node without a sibling, to be run by units; `allowed` has a flag a feature. */
  ofRoot(node: ScannedNode, rows: SummedRows, [allowed]: readonly Uint8Array[]): OtherWork {
    return {
      units: this.categories.groups,
      run: (group) => {
        this.histograms.buildCategories(node.slot, group, rows);
        this.scan(0, node, group, allowed);
      },
    };
  }

  /** The work on siblings: builds `small`, leaves `large` with the rest of the parent, which is built first if its rows are given. */
  ofSiblings(
    small: ScannedNode,
    large: ScannedNode,
    rows: SummedRows,
    parent: SummedRows | undefined,
    [allowedSmall, allowedLarge]: readonly Uint8Array[],
  ): OtherWork {
    return {
      units: this.categories.groups,
      run: (group) => {
        if (parent) this.histograms.buildCategories(large.slot, group, parent);
        this.histograms.buildCategories(small.slot, group, rows);
        this.categories.subtract(large.slot, small.slot, group);
        this.scan(0, small, group, allowedSmall);
        this.scan(1, large, group, allowedLarge);
      },
    };
  }

  /** Judges one group's columns; what an earlier node left in their records goes. */
  private scan(which: 0 | 1, node: ScannedNode, group: number, allowed: Uint8Array): void {
    const { kernels } = this.context;
    const { maxOneHot } = this.limits.categorical;
    for (const feature of this.categories.featuresOf(group)) {
      const record = this.recordOf(which, feature);
      const score = this.arena.float64(record, 1);
      score[0] = 0;
      if (!this.open[which] || !allowed[feature]) continue;
      const bins = this.bins[feature - this.first];
      const histogram = this.categories.address(node.slot, feature);
      const oneHot = bins < maxOneHot ? 1 : 0;
      const limits = this.limitsOf(which);
      score[0] = kernels.scanCategories(histogram, bins, oneHot, limits, this.scratch, 0, record + SCORE_BYTES);
    }
  }

  /** After a barrier: the best of what all workers found; equal ones go to the lowest feature. */
  candidate(which: 0 | 1): CategoricalCandidate | undefined {
    let best = 0;
    let found = -1;
    for (let feature = this.first; feature < this.first + this.bins.length; feature++) {
      const [score] = this.arena.float64(this.recordOf(which, feature), 1);
      if (!(score > best)) continue;
      best = score;
      found = feature;
    }
    return found < 0 ? undefined : this.read(this.recordOf(which, found) + SCORE_BYTES, found);
  }

  private read(address: number, feature: number): CategoricalCandidate {
    const [gradient, hessian] = this.arena.int64(address, 2);
    const [length] = this.arena.int32(address + 16, 1);
    const { maxOneHot, l2 } = this.limits.categorical;
    const oneHot = this.bins[feature - this.first] < maxOneHot;
    return {
      feature,
      left: { gradient, hessian },
      bins: bitset(this.arena.uint32(address + 20, length)),
      extraL2: oneHot ? 0 : l2,
    };
  }

  private recordOf(which: number, feature: number): number {
    return this.records + (2 * (feature - this.first) + which) * this.recordBytes;
  }

  private limitsOf(which: number): number {
    return this.limitsAddress + which * LIMITS_BYTES;
  }
}
