/**
 * The best split of single leaves by one block of features: histograms by leaf, of two siblings only the smaller one's from its rows
 * where its parent's were kept, and CatBoost's Cosine and L2 scores of each leaf on its own.
 */
import { deriveSeed } from '../../../core/random.js';
import type { Arena } from '../../../kernels/arena.js';
import type { JobContext } from '../../../kernels/job.js';
import { Histograms, type HistogramUnit } from '../../../trees/histogram.js';
import type { LeafSums } from './gradient-pairs.js';
import { CELLS, type FeatureBlock, type LevelTask, MOST_FEATURES_A_UNIT, RESULT_BYTES } from './level-scores.js';

/** Leaves that are searched at a time. */
export const MOST_LEAVES = 64;
const KEPT_BYTES = 512 * 2 ** 20;

export interface SearchedLeaf {
  leaf: number;
  sums: LeafSums;
  /** Where its histograms are kept; -1: nowhere. */
  slot: number;
  /** Its split is looked for; otherwise only its sibling needs its sums. */
  wanted: boolean;
  /** Of what is drawn for it. */
  seed: number;
}

/** A leaf, and its sibling of more rows, whose slot still has the parent's sums. Without slots both are summed from their rows. */
export interface Family {
  small: SearchedLeaf;
  large?: SearchedLeaf;
}

/** What the search of leaves shares. */
export type LeafTask = Pick<
  LevelTask,
  'leafRows' | 'pairs' | 'wholeRoot' | 'lambda' | 'cosine' | 'noise' | 'normals'
> & {
  /** Share of the features that a leaf looks at. */
  rsm: number;
};

export class LeafScores {
  private readonly histograms: Histograms;
  private readonly cells: number;
  private readonly results: number;
  private readonly kept: number;
  private free: number[] = [];

  /** Keeps the histograms of up to `wanted` leaves. */
  constructor(
    private readonly context: JobContext,
    private readonly arena: Arena,
    readonly block: FeatureBlock,
    private readonly outputs: number,
    wanted: number,
  ) {
    const { threads, thread } = context;
    const slotBytes = Math.max(1, block.matrix.groups) * 8 * 4096 * outputs;
    this.kept = Math.min(wanted, Math.floor(KEPT_BYTES / slotBytes));
    this.histograms = new Histograms(context, block.matrix, arena, this.kept * outputs + threads);
    const cells = MOST_FEATURES_A_UNIT * CELLS;
    this.cells = arena.alloc(threads * cells) + thread * cells;
    this.results = arena.alloc(MOST_LEAVES * Math.max(1, block.bins.length) * RESULT_BYTES);
  }

  startTree(): void {
    this.free = Array.from({ length: this.kept }, (_, i) => this.kept - 1 - i);
  }

  /** A place for a leaf's histograms, the same in all workers; -1: there is none left. */
  take(): number {
    return this.free.pop() ?? -1;
  }

  giveBack(slot: number): void {
    if (slot >= 0) this.free.push(slot);
  }

  /** The best score of feature `feature` in the wanted leaf number `i` of the last search, noise left out, and its bin; -1: none. */
  resultOf(i: number, feature: number): { score: number; bin: number } {
    const at = this.results + (i * this.block.bins.length + feature) * RESULT_BYTES;
    return { score: this.arena.float64(at, 1)[0], bin: this.arena.int32(at + 8, 1)[0] };
  }

  /** Scores all features of at most `MOST_LEAVES` wanted leaves; a barrier. */
  search(families: readonly Family[], task: LeafTask): void {
    const { context, histograms, block } = this;
    const units = block.bins.length > 0 ? histograms.units : [];
    for (let i = context.nextUnit(); i < units.length; i = context.nextUnit()) {
      let found = 0;
      for (const family of families) found = this.searchFamily(family, units[i], task, found);
    }
    context.barrier();
  }

  /** Returns the number of the next wanted leaf. */
  private searchFamily({ small, large }: Family, unit: HistogramUnit, task: LeafTask, first: number): number {
    const { outputs, histograms, context } = this;
    const [from, to] = unit.features;
    let found = first;
    if (large && small.slot >= 0 && large.slot >= 0) {
      for (let k = 0; k < outputs; k++) {
        const [a, b] = [small.slot * outputs + k, large.slot * outputs + k];
        this.build(a, unit, small.leaf, k, task);
        context.kernels.subtractHistogram(histograms.address(b), histograms.address(a), from, to);
      }
      for (const leaf of [small, large]) if (leaf.wanted) this.scan(leaf, unit, task, found++, false);
      return found;
    }
    for (const leaf of large ? [small, large] : [small]) if (leaf.wanted) this.scan(leaf, unit, task, found++, true);
    return found;
  }

  /** Scores a leaf's tests, by histograms that are there or are to be built. */
  private scan(leaf: SearchedLeaf, unit: HistogramUnit, task: LeafTask, number: number, build: boolean): void {
    const { arena, block, outputs, histograms, context } = this;
    const [from, to] = unit.features;
    const lambda = task.lambda * task.pairs.scaleW;
    const cosine = Number(task.cosine);
    arena.bytes(this.cells, (to - from) * CELLS).fill(0);
    for (let k = 0; k < outputs; k++) {
      const slot = leaf.slot >= 0 ? leaf.slot * outputs + k : this.kept * outputs + context.thread;
      if (build) this.build(slot, unit, leaf.leaf, k, task);
      const [g, w] = [leaf.sums[2 * k], leaf.sums[2 * k + 1]];
      for (let feature = from; feature < to; feature++) {
        const at = histograms.featureAddress(slot, feature);
        const cells = this.cells + (feature - from) * CELLS;
        context.kernels.scanLeaf(at, block.bins[feature], Number(block.oneHot[feature]), g, w, lambda, cosine, cells);
      }
    }
    const { scaleG, scaleW } = task.pairs;
    const unitOfScore = task.cosine ? Math.sqrt(scaleW) / scaleG : scaleW / scaleG / scaleG;
    for (let feature = from; feature < to; feature++) {
      const looks = task.rsm >= 1 || deriveSeed(leaf.seed, 'rsm', feature) < task.rsm * 2 ** 32;
      const tests = looks ? block.bins[feature] - 1 : 0;
      const seed = task.noise > 0 ? deriveSeed(leaf.seed, feature) : 0;
      const out = this.results + (number * block.bins.length + feature) * RESULT_BYTES;
      const cells = this.cells + (feature - from) * CELLS;
      context.kernels.bestCell(cells, tests, cosine, unitOfScore, task.noise, seed, task.normals, out);
    }
  }

  private build(slot: number, unit: HistogramUnit, leaf: number, output: number, task: LeafTask): void {
    const { begin, count } = task.leafRows.sampled[leaf];
    const whole = task.wholeRoot && task.leafRows.leaves === 1;
    const pairs = whole ? task.pairs.inRowOrder(output) : task.pairs.at(output, begin);
    this.histograms.build(slot, unit, { rows: whole ? 0 : task.leafRows.at(begin), pairs, count });
  }
}
