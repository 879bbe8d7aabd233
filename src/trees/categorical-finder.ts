/** The best set of categories of a node: what `SplitFinder` compares with the best threshold. */
import type { Arena } from '../kernels/arena.js';
import type { JobContext } from '../kernels/job.js';
import { type BinMapper, valueBins } from './bin-mapper.js';
import { bitset, type CategoricalLimits } from './categories.js';
import type { Histograms } from './histogram.js';
import type { Scale, Sums } from './partition.js';

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

/** i32 feature (-1: none), then what the kernel writes: two i64, i32 length, the bins. */
const HEADER_BYTES = 16;
const LIMITS_BYTES = 128;

export class CategoricalFinder {
  /** Features that hold categories, ascending. */
  private readonly features: readonly number[];
  private readonly bins: readonly number[];
  private readonly recordBytes: number;
  private readonly records: number;
  private readonly limitsAddress: number;
  private readonly scratch: number;
  private readonly open = [false, false];
  private readonly best = [0, 0];
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
    if (!categorical || !mapper.categories?.some(Boolean)) return undefined;
    return new CategoricalFinder(context, arena, mapper, histograms, { ...limits, categorical });
  }

  private constructor(
    private readonly context: JobContext,
    private readonly arena: Arena,
    mapper: BinMapper,
    private readonly histograms: Histograms,
    private readonly limits: CategoricalFinderLimits,
  ) {
    const { thread, threads } = context;
    const { categorical } = limits;
    this.features = Array.from(mapper.columns.keys()).filter((feature) => mapper.categories?.[feature]);
    this.bins = this.features.map((feature) => valueBins(mapper, feature));
    const most = Math.max(...this.bins);
    const longest = Math.min(most, categorical.maxThreshold);
    this.recordBytes = Math.ceil((HEADER_BYTES + 20 + 4 * longest) / 64) * 64;
    this.records = arena.alloc(threads * 2 * this.recordBytes);
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
    this.best[which] = 0;
    this.header(which)[0] = -1;
    if (!canSplit) return;
    const { minDataInLeaf, minSumHessianInLeaf, lambdaL1, lambdaL2, categorical } = this.limits;
    const { gradient, hessian } = this.scale;
    const leastHessian = Math.max(1, minSumHessianInLeaf * hessian);
    const { smooth, l2, minDataPerGroup, minDataPerCategory = smooth, maxThreshold, wholeScan } = categorical;
    this.arena
      .float64(this.limitsOf(which), 13)
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
      ]);
  }

  /** Scans those of the features from .. to-1 that hold categories and have a flag in `allowed`. */
  scan(which: 0 | 1, node: ScannedNode, [from, to]: readonly [number, number], allowed: Uint8Array): void {
    if (!this.open[which]) return;
    const { kernels } = this.context;
    const { maxOneHot } = this.limits.categorical;
    for (const [i, feature] of this.features.entries()) {
      if (feature < from || feature >= to || !allowed[feature]) continue;
      const bins = this.bins[i];
      const histogram = this.histograms.featureAddress(node.slot, feature);
      const out = this.recordOf(which) + HEADER_BYTES;
      const limits = this.limitsOf(which);
      const oneHot = bins < maxOneHot ? 1 : 0;
      const score = kernels.scanCategories(histogram, bins, oneHot, limits, this.scratch, this.best[which], out);
      if (score <= this.best[which]) continue;
      this.best[which] = score;
      this.header(which)[0] = feature;
      this.arena.float64(this.recordOf(which) + 8, 1)[0] = score;
    }
  }

  /** After a barrier: the best of what all workers found; equal ones go to the lowest feature. */
  candidate(which: 0 | 1): CategoricalCandidate | undefined {
    let at: number | undefined;
    let best = 0;
    let found = -1;
    for (let thread = 0; thread < this.context.threads; thread++) {
      const record = this.recordOf(which, thread);
      const feature = this.arena.int32(record, 1)[0];
      if (feature < 0) continue;
      const score = this.arena.float64(record + 8, 1)[0];
      if (at !== undefined && (score < best || (score === best && feature > found))) continue;
      at = record;
      best = score;
      found = feature;
    }
    return at === undefined ? undefined : this.read(at, found);
  }

  private read(record: number, feature: number): CategoricalCandidate {
    const [gradient, hessian] = this.arena.int64(record + HEADER_BYTES, 2);
    const length = this.arena.int32(record + HEADER_BYTES + 16, 1)[0];
    const { maxOneHot, l2 } = this.limits.categorical;
    const oneHot = this.bins[this.features.indexOf(feature)] < maxOneHot;
    return {
      feature,
      left: { gradient, hessian },
      bins: bitset(this.arena.uint32(record + HEADER_BYTES + 20, length)),
      extraL2: oneHot ? 0 : l2,
    };
  }

  private recordOf(which: number, thread = this.context.thread): number {
    return this.records + (2 * thread + which) * this.recordBytes;
  }

  private header(which: number): Int32Array {
    return this.arena.int32(this.recordOf(which), 1);
  }

  private limitsOf(which: number): number {
    return this.limitsAddress + which * LIMITS_BYTES;
  }
}
