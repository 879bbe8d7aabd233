/** The best split of a node: the one place where the criterion, its limits and its ties are decided. */
import type { Arena } from '../kernels/arena.js';
import type { JobContext } from '../kernels/job.js';
import type { BinMapper } from './bin-mapper.js';
import type { Histograms } from './histogram.js';
import type { BinTest, RowRange, Scale, Sums } from './partition.js';

export interface SplitLimits {
  minDataInLeaf: number;
  minSumHessianInLeaf: number;
  minGainToSplit: number;
  lambdaL1: number;
  lambdaL2: number;
}

/** A node as split evaluation sees it. */
export interface OpenNode extends RowRange {
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
}

/** Rounding of f32 sums must stay well below the least hessian of a side for the fast scan to see it. */
const LEAST_SHARE = 2e-6;
/** Integer sums below this are exact in the fast scan's conversion to f64. */
const MOST_ROWS = 2 ** 21;
/** Keeps squares of H + lambda within f32. */
const LARGEST_LAMBDA = 2 ** 55;

export class SplitFinder {
  /** i32 a feature: bins, has a missing bin, is scanned. Each worker has its own. */
  private readonly meta: number;
  private readonly limitsAddress: number;
  private readonly records: number;
  private scale: Scale = { gradient: 1, hessian: 1 };

  constructor(
    private readonly context: JobContext,
    private readonly arena: Arena,
    private readonly mapper: BinMapper,
    private readonly histograms: Histograms,
    private readonly limits: SplitLimits,
  ) {
    const { thread, threads } = context;
    const metaBytes = Math.ceil((mapper.columns.length * 12) / 64) * 64;
    this.meta = arena.alloc(threads * metaBytes) + thread * metaBytes;
    this.limitsAddress = arena.alloc(threads * 64) + thread * 64;
    this.records = arena.alloc(threads * 64);
  }

  /** For a new tree: what integers are worth, and which features may be used (all, if absent). */
  start(scale: Scale, features?: ReadonlySet<number>): void {
    this.scale = scale;
    const meta = this.arena.int32(this.meta, this.mapper.columns.length * 3);
    for (const [feature, cuts] of this.mapper.cuts.entries()) {
      meta[3 * feature] = cuts.length + 1;
      meta[3 * feature + 1] = this.mapper.hasMissing[feature];
      meta[3 * feature + 2] = !features || features.has(feature) ? 1 : 0;
    }
  }

  /** Whether a node has rows and hessian enough for two leaves. */
  canSplit(node: OpenNode): boolean {
    const { minDataInLeaf, minSumHessianInLeaf } = this.limits;
    const hessian = Number(node.sums.hessian) / this.scale.hessian;
    return node.count >= Math.max(2, 2 * minDataInLeaf) && hessian > 0 && hessian >= 2 * minSumHessianInLeaf;
  }

  /** Builds the histogram of a node without a sibling (its slot is taken) and finds its best split. */
  evaluateRoot(node: OpenNode, rows: number, pairs: number): void {
    this.overUnits((unit) => {
      this.histograms.build(node.slot, unit, rows, pairs, node.count);
      this.scanNode(0, node, unit.features);
    });
    node.split = this.collect(node, 0);
  }

  /**
   * Builds `small`'s histogram, leaves `large` (whose slot holds the parent's) with the rest, and finds the best split of
   * those that can split.
   */
  evaluateSiblings(small: OpenNode, large: OpenNode, rows: number, pairs: number): void {
    const fast = [small, large].every((node) => this.fitsFastScan(node));
    const { kernels } = this.context;
    if (fast) this.writeLimits(small, large);
    const from = this.histograms.address(small.slot);
    const to = this.histograms.address(large.slot);
    this.overUnits((unit) => {
      this.histograms.build(small.slot, unit, rows, pairs, small.count);
      const [first, last] = unit.features;
      if (fast) kernels.scanPair(from, to, this.meta, first, last, this.limitsAddress);
      else {
        kernels.subtractHistogram(to, from, first, last);
        this.scanNode(0, small, unit.features);
        this.scanNode(1, large, unit.features);
      }
    });
    small.split = this.collect(small, 0);
    large.split = this.collect(large, 1);
  }

  /** What a leaf with these sums would output: -t(G) / (H + lambda). */
  outputOf(sums: Sums): number {
    const { gradient, hessian } = this.real(sums);
    const weight = hessian + this.limits.lambdaL2;
    return weight > 0 ? -this.soft(gradient) / weight : 0;
  }

  /** Sum of hessians in real units. */
  weightOf(sums: Sums): number {
    return Number(sums.hessian) / this.scale.hessian;
  }

  private overUnits(run: (unit: Histograms['units'][number]) => void): void {
    const { context, histograms } = this;
    context.kernels.beginScan();
    for (let i = context.nextUnit(); i < histograms.units.length; i = context.nextUnit()) run(histograms.units[i]);
    context.kernels.endScan(this.records + context.thread * 64);
    context.barrier();
  }

  private scanNode(which: number, node: OpenNode, [from, to]: readonly [number, number]): void {
    if (!this.canSplit(node)) return;
    const { kernels } = this.context;
    const lambda = this.limits.lambdaL2 * this.scale.hessian;
    const alpha = this.limits.lambdaL1 * this.scale.gradient;
    const { gradient, hessian } = node.sums;
    const least = this.leastHessian(node);
    const slot = this.histograms.address(node.slot);
    kernels.scanNode(which, slot, this.meta, from, to, Number(gradient), Number(hessian), lambda, alpha, least);
  }

  /** The hessian a side needs, in integer units. Rows are judged by their share of the node's hessian, as LightGBM does. */
  private leastHessian(node: OpenNode): number {
    const { minDataInLeaf, minSumHessianInLeaf } = this.limits;
    const byRows = (Math.max(0, minDataInLeaf - 0.5) * Number(node.sums.hessian)) / node.count;
    return Math.max(1, byRows, minSumHessianInLeaf * this.scale.hessian);
  }

  private fitsFastScan(node: OpenNode): boolean {
    const { lambdaL1, lambdaL2 } = this.limits;
    if (lambdaL1 !== 0 || node.count > MOST_ROWS || lambdaL2 * this.scale.hessian > LARGEST_LAMBDA) return false;
    return this.leastHessian(node) >= LEAST_SHARE * (Number(node.sums.hessian) + 2 * lambdaL2 * this.scale.hessian);
  }

  private writeLimits(small: OpenNode, large: OpenNode): void {
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

  /** The best of what all workers found, judged by its exact sums. */
  private collect(node: OpenNode, which: number): Split | undefined {
    let best = 0;
    let record: Int32Array | undefined;
    for (let t = 0; t < this.context.threads; t++) {
      const address = this.records + t * 64 + which * 32;
      const score = this.arena.float64(address, 1)[0];
      const candidate = this.arena.int32(address + 8, 3);
      if (candidate[0] < 0) continue;
      if (!record || score > best || (score === best && candidate[0] < record[0])) {
        best = score;
        record = candidate;
      }
    }
    if (!record) return undefined;
    const [feature, bin, missingLeft] = record;
    const missingBin = this.mapper.cuts[feature].length + 1;
    const left = this.leftSums(node.slot, feature, bin, missingBin, missingLeft);
    const gain = this.gainOf(node.sums, left);
    return gain > this.limits.minGainToSplit ? { feature, bin, missingBin, missingLeft, gain, left } : undefined;
  }

  private leftSums(slot: number, feature: number, bin: number, missingBin: number, missingLeft: number): Sums {
    const address = this.histograms.featureAddress(slot, feature);
    this.context.kernels.leftSums(address, bin, missingBin, missingLeft, this.limitsAddress);
    const [gradient, hessian] = this.arena.int64(this.limitsAddress, 2);
    return { gradient, hessian };
  }

  private gainOf(parent: Sums, left: Sums): number {
    const right = { gradient: parent.gradient - left.gradient, hessian: parent.hessian - left.hessian };
    return this.scoreOf(left) + this.scoreOf(right) - this.scoreOf(parent);
  }

  private scoreOf(sums: Sums): number {
    const { gradient, hessian } = this.real(sums);
    const g = this.soft(gradient);
    return (g * g) / (hessian + this.limits.lambdaL2);
  }

  private soft(gradient: number): number {
    const { lambdaL1 } = this.limits;
    return Math.sign(gradient) * Math.max(0, Math.abs(gradient) - lambdaL1);
  }

  private real(sums: Sums): { gradient: number; hessian: number } {
    return {
      gradient: Number(sums.gradient) / this.scale.gradient,
      hessian: Number(sums.hessian) / this.scale.hessian,
    };
  }
}
