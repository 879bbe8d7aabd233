/**
 * The best split of a node whose leaves hold a vector, one value an output: the usual criterion, summed over the outputs
 * (Zhang and Jung, "GBDT-MO", 2021; XGBoost's multi_output_tree).
 */
import type { Arena } from '../kernels/arena.js';
import type { JobContext } from '../kernels/job.js';
import type { BinMapper } from './bin-mapper.js';
import type { BinnedMatrix } from './binned-matrix.js';
import { seedsBelow } from './feature-choice.js';
import { Histograms, type HistogramUnit } from './histogram.js';
import type { SummedRows } from './histogram-layout.js';
import { FREE, limitedOutput, worthOf } from './leaf-output.js';
import { OutputPairs } from './output-pairs.js';
import type { RowPartition, Scale, Sums } from './partition.js';
import { ScanRecords } from './scan-records.js';
import { ScanTable } from './scan-table.js';
import type { Finder, GrownNode, Heritage, OpenNode, Split, SplitLimits, TreeStart } from './split.js';

/** f64 and addresses an output, as the kernel reads them. */
const OUTPUT_BYTES = 64;
/** Vectors have no parent to be pulled to, and no bounds. */
const NO_PULL = { rowsPerHessian: 0, towards: 0 };

export interface VectorSplit extends Split {
  /** By output. */
  lefts: readonly Sums[];
}

export class VectorSplitFinder implements Finder {
  private readonly histograms: readonly Histograms[];
  private readonly pairs: OutputPairs;
  private readonly table: ScanTable;
  private readonly records: ScanRecords;
  private readonly about: readonly [number, number];
  private scales: readonly Scale[] = [];

  /**
   * Reserves memory from `arena`; usable after the next commit. `first` are the first output's histograms: slots are taken from them
   * and serve all outputs.
   */
  constructor(
    private readonly context: JobContext,
    private readonly arena: Arena,
    private readonly mapper: BinMapper,
    matrix: BinnedMatrix,
    partition: RowPartition,
    first: Histograms,
    private readonly limits: SplitLimits,
    private readonly outputs: number,
  ) {
    const { thread, threads } = context;
    const others = Array.from({ length: outputs - 1 }, () => new Histograms(context, matrix, arena, first.slots));
    this.histograms = [first, ...others];
    this.pairs = new OutputPairs(context, arena, partition, matrix.rows, outputs);
    this.table = new ScanTable(context, arena, mapper, limits);
    this.records = new ScanRecords(context, arena, first.units);
    const bytes = outputs * OUTPUT_BYTES;
    const about = arena.alloc(threads * 2 * bytes) + thread * 2 * bytes;
    this.about = [about, about + bytes];
  }

  start({ gradients, count, scale, sums, features, seed, rows }: TreeStart): Heritage {
    this.scales = [scale, ...this.pairs.load(gradients)];
    const totals = [sums, ...this.pairs.gather(rows, count)];
    this.table.start(features, seed);
    return { seed, bounds: FREE, totals };
  }

  canSplit(node: OpenNode): boolean {
    const { minDataInLeaf, minSumHessianInLeaf } = this.limits;
    const hessian = this.weightOf(node);
    return (
      node.count >= Math.max(2, 2 * minDataInLeaf) && hessian > 0 && hessian >= 2 * minSumHessianInLeaf * this.outputs
    );
  }

  /** The pairs of the root's rows were gathered at the start. */
  evaluateRoot(node: OpenNode, rows: SummedRows): void {
    this.prepare(0, node);
    this.records.run((unit) => {
      this.build(node.slot, unit, rows);
      this.scan(0, node, unit);
    });
    node.split = this.collect(0, node);
  }

  evaluateSiblings(small: OpenNode, large: OpenNode, rows: SummedRows, parent?: SummedRows): void {
    this.prepare(0, small);
    this.prepare(1, large);
    if (parent) {
      this.pairs.gather(parent.rows, parent.count);
      this.records.run((unit) => this.build(large.slot, unit, parent));
    }
    this.pairs.gather(rows.rows, rows.count);
    this.records.run((unit) => {
      this.build(small.slot, unit, rows);
      const [first, last] = unit.features;
      for (const histograms of this.histograms) {
        const [from, to] = [histograms.address(small.slot), histograms.address(large.slot)];
        this.context.kernels.subtractHistogram(to, from, first, last);
      }
      this.scan(0, small, unit);
      this.scan(1, large, unit);
    });
    small.split = this.collect(0, small);
    large.split = this.collect(1, large);
  }

  heritage(node: OpenNode, split: Split): [left: Heritage, right: Heritage] {
    const path = { feature: split.feature, above: node.path };
    const [seedLeft, seedRight] = (this.limits.featureFractionByNode ?? 1) < 1 ? seedsBelow(node.seed) : [0, 0];
    const { lefts } = split as VectorSplit;
    const rights = totalsOf(node).map((total, k) => minus(total, lefts[k]));
    return [
      { path, bounds: FREE, totals: lefts, seed: seedLeft },
      { path, bounds: FREE, totals: rights, seed: seedRight },
    ];
  }

  outputsOf(node: GrownNode): number[] {
    return totalsOf(node).map((sums, k) => this.outputOf(k, sums));
  }

  /** Sum of hessians over rows and outputs, in real units. */
  weightOf(node: GrownNode): number {
    return totalsOf(node).reduce((sum, total, k) => sum + this.real(k, total).hessian, 0);
  }

  private build(slot: number, unit: HistogramUnit, { rows, pairs, count }: SummedRows): void {
    for (const [k, histograms] of this.histograms.entries()) {
      histograms.build(slot, unit, { rows, pairs: k === 0 ? pairs : this.pairs.at(k), count });
    }
  }

  private prepare(which: 0 | 1, node: OpenNode): void {
    this.table.prepare(which, node);
    for (const [k, total] of totalsOf(node).entries()) {
      const address = this.about[which] + k * OUTPUT_BYTES;
      const { gradient, hessian } = this.real(k, total);
      this.arena.uint32(address, 1)[0] = this.histograms[k].address(node.slot);
      const { gradient: scaleG, hessian: scaleH } = this.scales[k];
      this.arena.float64(address + 8, 4).set([gradient, hessian, 1 / scaleG, 1 / scaleH]);
    }
  }

  private scan(which: 0 | 1, node: OpenNode, { features: [from, to] }: HistogramUnit): void {
    if (!this.canSplit(node)) return;
    const { minDataInLeaf, minSumHessianInLeaf, lambdaL1, lambdaL2, maxDeltaStep, minGainToSplit } = this.limits;
    const byRows = (Math.max(0, minDataInLeaf - 0.5) * this.weightOf(node)) / node.count;
    const least = Math.max(byRows, minSumHessianInLeaf * this.outputs, Number.MIN_VALUE);
    const shift = this.worth(totalsOf(node)) + minGainToSplit;
    const { addresses } = this.table;
    const cap = maxDeltaStep || Number.POSITIVE_INFINITY;
    this.context.kernels.scanNodeVector(
      which,
      this.outputs,
      addresses[which],
      from,
      to,
      this.about[which],
      lambdaL2,
      lambdaL1,
      cap,
      least,
      shift,
    );
  }

  private collect(which: 0 | 1, node: OpenNode): VectorSplit | undefined {
    const candidate = this.records.best(which);
    if (!candidate) return undefined;
    const missingBin = this.mapper.cuts[candidate.feature].length + 1;
    const test = { ...candidate, missingBin };
    const lefts = this.histograms.map((histograms) => this.leftSums(histograms, node.slot, test));
    const rights = totalsOf(node).map((total, k) => minus(total, lefts[k]));
    const gain = this.worth(lefts) + this.worth(rights) - this.worth(totalsOf(node));
    return gain > this.limits.minGainToSplit ? { ...test, gain, left: lefts[0], lefts } : undefined;
  }

  private leftSums(histograms: Histograms, slot: number, test: Omit<Split, 'gain' | 'left'>): Sums {
    const { feature, bin, missingBin, missingLeft } = test;
    const out = this.about[0] + 40;
    this.context.kernels.leftSums(histograms.featureAddress(slot, feature), bin, missingBin, missingLeft, out);
    const [gradient, hessian] = this.arena.int64(out, 2);
    return { gradient, hessian };
  }

  private worth(totals: readonly Sums[]): number {
    return totals.reduce((sum, total, k) => {
      const { gradient, hessian } = this.real(k, total);
      return sum + worthOf(gradient, hessian, this.outputOf(k, total), this.limits);
    }, 0);
  }

  private outputOf(k: number, sums: Sums): number {
    const { gradient, hessian } = this.real(k, sums);
    return limitedOutput(gradient, hessian, { ...this.limits, pathSmooth: 0 }, NO_PULL, FREE);
  }

  private real(k: number, { gradient, hessian }: Sums): { gradient: number; hessian: number } {
    const scale = this.scales[k];
    return { gradient: Number(gradient) / scale.gradient, hessian: Number(hessian) / scale.hessian };
  }
}

function totalsOf({ totals }: Heritage): readonly Sums[] {
  if (!totals) throw new RangeError('A node of a vector tree without sums by output');
  return totals;
}

const minus = (a: Sums, b: Sums): Sums => ({
  gradient: a.gradient - b.gradient,
  hessian: a.hessian - b.hessian,
});
