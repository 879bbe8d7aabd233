/**
 * Finds splits by narrow histograms (assembly/narrow.ts), in half the memory and time, where nothing but L2 and the least rows, hessian
 * and gain limits a tree, and its gradients lose nothing by 16 bits; by wide ones elsewhere. Nodes of more than `NARROW_ROWS` rows
 * are wide; their children's histograms are made narrow as soon as they are small enough. Columns of categories always have exact sums.
 */
import type { Arena } from '../kernels/arena.js';
import type { JobContext } from '../kernels/job.js';
import type { BinMapper } from './bin-mapper.js';
import { needsBoundedScan } from './bounded-scan.js';
import { choosesWithinLevel } from './feature-choice.js';
import { type Histograms, type HistogramUnit, NARROW_ROWS } from './histogram.js';
import type { SummedRows } from './histogram-layout.js';
import type { Sums } from './partition.js';
import { built, type Heritage, type OpenNode, SplitFinder, type SplitLimits, type TreeStart } from './split.js';

/** Histogram slots this finder holds for itself. */
export const SPARE_SLOTS = 2;

/** The fast scan's running f32 sums are within half of this share of a node's hessian. */
const LEAST_SHARE = 3e-5;

/** Whether trees within these limits may be grown by it. */
export function fitsNarrow(limits: SplitLimits): boolean {
  return limits.lambdaL1 === 0 && !needsBoundedScan(limits) && !choosesWithinLevel(limits);
}

export class NarrowFinder extends SplitFinder {
  /** 1: the slot holds a narrow histogram. */
  private readonly isNarrow: Uint8Array;
  /** Slots not in use. */
  private readonly spare: number[];
  private narrow = false;

  /** Takes two slots of `histograms` for good. */
  constructor(context: JobContext, arena: Arena, mapper: BinMapper, histograms: Histograms, limits: SplitLimits) {
    super(context, arena, mapper, histograms, limits);
    this.isNarrow = new Uint8Array(histograms.slots);
    this.spare = Array.from({ length: SPARE_SLOTS }, () => histograms.take());
  }

  override start(tree: TreeStart): Heritage {
    this.narrow = tree.narrow === true;
    this.isNarrow.fill(0);
    return super.start(tree);
  }

  override evaluateRoot(node: OpenNode, rows: SummedRows): void {
    if (!this.narrow) {
      super.evaluateRoot(node, rows);
      return;
    }
    this.isNarrow[node.slot] = 0;
    this.prepare(0, node);
    this.histograms.begin('wide', [[node.slot, rows]]);
    this.records.run(
      (unit) => {
        this.histograms.buildWide(node.slot, unit, rows);
        this.scanNode(0, node, unit.features, this.table.addresses[0]);
        this.copyNarrow([node], unit);
      },
      this.categorical?.ofRoot(node, rows, this.table.categorical),
    );
    node.split = this.collect(node, 0);
    this.useNarrow([node]);
  }

  override evaluateSiblings(small: OpenNode, large: OpenNode, rows: SummedRows, parent?: SummedRows): void {
    if (!this.narrow) {
      super.evaluateSiblings(small, large, rows, parent);
      return;
    }
    const byNarrow = parent ? parent.count <= NARROW_ROWS : this.isNarrow[large.slot] === 1;
    this.isNarrow[small.slot] = this.isNarrow[large.slot] = byNarrow ? 1 : 0;
    this.prepare(0, small);
    this.prepare(1, large);
    this.histograms.begin(byNarrow ? 'narrow' : 'wide', built(small, large, rows, parent));
    if (byNarrow) this.evaluateNarrow(small, large, rows, parent);
    else this.evaluateWide(small, large, rows, parent);
  }

  private evaluateNarrow(small: OpenNode, large: OpenNode, rows: SummedRows, parent?: SummedRows): void {
    const { histograms, context } = this;
    const { kernels } = context;
    const nodes = [small, large] as const;
    const fast = nodes.every((node) => this.fitsFastScan(node, LEAST_SHARE));
    if (fast) this.writeLimits(small, large);
    const from = histograms.address(small.slot);
    const to = histograms.address(large.slot);
    this.records.run(
      (unit) => {
        const [first, last] = unit.features;
        if (parent) histograms.buildNarrow(large.slot, unit, parent);
        histograms.buildNarrow(small.slot, unit, rows);
        if (fast) kernels.scanPairNarrow(from, to, this.table.addresses[0], first, last, this.limitsAddress);
        else {
          kernels.subtractNarrow(to, from, first, last);
          this.scanExactly(nodes, unit);
        }
      },
      this.categorical?.ofSiblings(small, large, rows, parent, this.table.categorical),
    );
    for (const [which, node] of nodes.entries()) node.split = this.collect(node, which as 0 | 1);
    if (!fast) return;
    // Rounding may have let through a side with a little less hessian than it needs: such a node is scanned again.
    const again = nodes.map((node) => (this.breaksLimits(node) ? node : undefined));
    if (!again.some(Boolean)) return;
    // Others may still be reading what the first scan found.
    context.barrier();
    this.records.run((unit) => this.scanExactly(again, unit));
    for (const [which, node] of again.entries()) if (node) node.split = this.collect(node, which as 0 | 1);
  }

  private scanExactly(nodes: readonly (OpenNode | undefined)[], { features: [from, to] }: HistogramUnit): void {
    const lambda = this.limits.lambdaL2 * this.scale.hessian;
    for (const [which, node] of nodes.entries()) {
      if (!node || !this.canSplit(node)) continue;
      const { gradient, hessian } = node.sums;
      const slot = this.histograms.address(node.slot);
      const table = this.table.addresses[which as 0 | 1];
      const least = this.leastHessian(node);
      const { kernels } = this.context;
      kernels.scanNodeNarrow(which, slot, table, from, to, Number(gradient), Number(hessian), lambda, least);
    }
  }

  private breaksLimits(node: OpenNode): boolean {
    if (!node.split) return false;
    const { hessian } = node.split.left;
    const least = this.leastHessian(node);
    return Number(hessian) < least || Number(node.sums.hessian - hessian) < least;
  }

  private evaluateWide(small: OpenNode, large: OpenNode, rows: SummedRows, parent?: SummedRows): void {
    const { histograms, context } = this;
    const { kernels } = context;
    const nodes = [small, large] as const;
    const fast = nodes.every((node) => this.fitsFastScan(node));
    if (fast) this.writeLimits(small, large);
    const from = histograms.address(small.slot);
    const to = histograms.address(large.slot);
    const [smallTable, largeTable] = this.table.addresses;
    this.records.run(
      (unit) => {
        const [first, last] = unit.features;
        if (parent) histograms.buildWide(large.slot, unit, parent);
        histograms.buildWide(small.slot, unit, rows);
        if (fast) kernels.scanPair(from, to, smallTable, first, last, this.limitsAddress);
        else {
          kernels.subtractHistogram(to, from, first, last);
          this.scanNode(0, small, unit.features, smallTable);
          this.scanNode(1, large, unit.features, largeTable);
        }
        this.copyNarrow(nodes, unit);
      },
      this.categorical?.ofSiblings(small, large, rows, parent, this.table.categorical),
    );
    for (const [which, node] of nodes.entries()) node.split = this.collect(node, which as 0 | 1);
    this.useNarrow(nodes);
  }

  /** Writes the narrow form of wide histograms that fit it into the spare slots. */
  private copyNarrow(nodes: readonly OpenNode[], { features: [from, to] }: HistogramUnit): void {
    for (const [i, node] of nodes.entries()) {
      if (node.count > NARROW_ROWS) continue;
      const { histograms, context } = this;
      context.kernels.makeNarrow(histograms.address(this.spare[i]), histograms.address(node.slot), from, to);
    }
  }

  /** Gives those nodes the spare slots for their own. */
  private useNarrow(nodes: readonly OpenNode[]): void {
    for (const [i, node] of nodes.entries()) {
      if (node.count > NARROW_ROWS) continue;
      [node.slot, this.spare[i]] = [this.spare[i], node.slot];
      // Sets of categories are found by exact sums here too: those stay with their node.
      this.histograms.categories?.swap(node.slot, this.spare[i]);
      this.isNarrow[node.slot] = 1;
    }
  }

  protected override leftSums(slot: number, feature: number, bin: number, missingBin: number, toLeft: number): Sums {
    if (this.isNarrow[slot] === 0) return super.leftSums(slot, feature, bin, missingBin, toLeft);
    const address = this.histograms.narrowFeatureAddress(slot, feature);
    this.context.kernels.leftSumsNarrow(address, bin, missingBin, toLeft, this.limitsAddress);
    const [gradient, hessian] = this.arena.int64(this.limitsAddress, 2);
    return { gradient, hessian };
  }
}
