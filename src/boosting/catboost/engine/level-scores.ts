/**
 * Scores of the tests of one block of features over all leaves of a level: histograms by leaf, kept from level to level where memory
 * allows (then of two siblings only the smaller one is built), and the sums that CatBoost's Cosine and L2 scores are made of.
 */
import { deriveSeed } from '../../../core/random.js';
import type { Arena } from '../../../kernels/arena.js';
import type { JobContext } from '../../../kernels/job.js';
import type { BinnedMatrix } from '../../../trees/binned-matrix.js';
import { Histograms, type HistogramUnit } from '../../../trees/histogram.js';
import type { GradientPairs, LeafSums } from './gradient-pairs.js';
import type { LeafRows } from './leaf-rows.js';

/** 256 bins of a numerator and a denominator, two lanes each. */
const CELL_BYTES = 32;
export const CELLS = 256 * CELL_BYTES;
export const MOST_FEATURES_A_UNIT = 32;
export const RESULT_BYTES = 16;

/** Features that are tested together: columns of bins, and how. */
export interface FeatureBlock {
  readonly matrix: BinnedMatrix;
  /** Bins of each feature. */
  readonly bins: readonly number[];
  readonly oneHot: readonly boolean[];
}

/** A prefix of ordered boosting in the tree so far: its body is what is sampled, its tail what is left out. */
export interface TailLeaves {
  leafRows: LeafRows;
  /** First of its outputs among those of the pairs. */
  output: number;
  /** By leaf: those of the body, then those of the tail. */
  sums: readonly LeafSums[];
}

/** Leaves whose splits are searched. */
export type LeafView = Pick<LeafRows, 'sampled' | 'leaves' | 'at'>;

/** What a level's search is about, the same for all blocks. */
export interface LevelTask {
  leafRows: LeafView;
  pairs: GradientPairs;
  /** By leaf. */
  sums: readonly LeafSums[];
  /** By leaf below half their number: its sibling leaf + half; 'small' has fewer sampled rows. Undefined: no parents are kept. */
  half: number;
  /** All rows in their own order are the root. */
  wholeRoot: boolean;
  /** Rows and pairs are those of the level before, whose leaves are these leaves' parents. */
  parentsKept: boolean;
  lambda: number;
  cosine: boolean;
  /** Standard deviation of the noise of a score; 0: none. */
  noise: number;
  seed: number;
  normals: number;
  /** Whether a feature is looked at. */
  uses(feature: number): boolean;
  /** Of ordered boosting, in place of `leafRows` and `sums`. */
  tails?: readonly TailLeaves[];
}

export class LevelScores {
  private readonly histograms: Histograms;
  private readonly cells: number;
  private readonly totals: number;
  private readonly results: number;
  /** By leaf: the slot of output 0, or -1. Empty: nothing is kept. */
  private slots: number[] = [];
  private used = 0;

  /** Keeps histograms of up to `keptLeaves` leaves from level to level; 0: none. */
  constructor(
    private readonly context: JobContext,
    private readonly arena: Arena,
    readonly block: FeatureBlock,
    private readonly outputs: number,
    private readonly keptLeaves: number,
    maxLeaves: number,
  ) {
    const { threads, thread } = context;
    this.histograms = new Histograms(context, block.matrix, arena, keptLeaves * outputs + 2 * threads);
    const cells = MOST_FEATURES_A_UNIT * CELLS;
    this.cells = arena.alloc(threads * cells) + thread * cells;
    const totals = Math.ceil(maxLeaves * outputs * 32);
    this.totals = arena.alloc(threads * totals) + thread * totals;
    this.results = arena.alloc(Math.max(1, block.bins.length) * RESULT_BYTES);
  }

  /** Histograms are made from the root's on. */
  startTree(): void {
    this.slots = [];
    this.used = 0;
  }

  get units(): readonly HistogramUnit[] {
    return this.block.bins.length > 0 ? this.histograms.units : [];
  }

  /** The best score of a feature, noise left out, and its bin; -1: it has no test. */
  resultOf(feature: number): { score: number; bin: number } {
    const at = this.results + feature * RESULT_BYTES;
    return { score: this.arena.float64(at, 1)[0], bin: this.arena.int32(at + 8, 1)[0] };
  }

  /** Whether histograms of this many leaves are kept. */
  keeps(leaves: number): boolean {
    return leaves <= this.keptLeaves;
  }

  /** Which leaves' histograms come from rows, and which from their parents'; the same in all workers. Call once a level. */
  plan(task: LevelTask): LeafPlan {
    const { sampled } = task.leafRows;
    const leaves = sampled.length;
    if (task.tails) return { kept: false, pairs: [] };
    if (!this.keeps(leaves)) {
      this.slots = [];
      return {
        kept: false,
        pairs: sampled.flatMap(({ count }, leaf) => (count > 0 ? [{ small: leaf, large: -1 }] : [])),
      };
    }
    const plan: PairPlan[] = [];
    const slots = new Array<number>(leaves).fill(-1);
    const take = (): number => this.used++ * this.outputs;
    if (leaves === 1) {
      slots[0] = take();
      plan.push({ small: 0, large: -1 });
    }
    for (let leaf = 0; leaf < Math.floor(leaves / 2); leaf++) {
      const sibling = leaf + leaves / 2;
      const parent = this.slots[leaf];
      if (parent < 0) continue;
      const [small, large] = sampled[leaf].count <= sampled[sibling].count ? [leaf, sibling] : [sibling, leaf];
      slots[large] = parent;
      if (sampled[small].count === 0) {
        plan.push({ small: large, large: -1, built: true });
        continue;
      }
      slots[small] = take();
      plan.push({ small, large });
    }
    this.slots = slots;
    return { kept: true, pairs: plan };
  }

  /** Scores the features of one unit. */
  score(unit: HistogramUnit, plan: LeafPlan, task: LevelTask): void {
    const { arena } = this;
    const [from, to] = unit.features;
    arena.bytes(this.cells, (to - from) * CELLS).fill(0);
    if (task.tails) this.scoreTails(unit, task.tails, task);
    else if (plan.kept) this.scoreKept(unit, plan, task);
    else this.scoreStreamed(unit, plan, task);
    for (let feature = from; feature < to; feature++) this.finish(feature, from, task);
  }

  /** Totals of the plan's leaves, a pair after the other: gradients of small and large, then their weights; per output. */
  private writeTotals({ pairs }: LeafPlan, { sums }: LevelTask): void {
    const { outputs } = this;
    const totals = this.arena.float64(this.totals, pairs.length * outputs * 4);
    for (let i = 0, at = 0; i < pairs.length; i++) {
      const small = sums[pairs[i].small];
      const large = pairs[i].large >= 0 ? sums[pairs[i].large] : small;
      for (let k = 0; k < outputs; k++, at += 4) {
        totals[at] = small[2 * k];
        totals[at + 1] = large[2 * k];
        totals[at + 2] = small[2 * k + 1];
        totals[at + 3] = large[2 * k + 1];
      }
    }
  }

  private scoreKept(unit: HistogramUnit, plan: LeafPlan, task: LevelTask): void {
    this.writeTotals(plan, task);
    const { pairs } = plan;
    const { histograms, outputs, slots, block, totals } = this;
    const { kernels } = this.context;
    for (const { small, built } of pairs) {
      if (built) continue;
      for (let k = 0; k < outputs; k++) this.build(slots[small] + k, unit, small, k, task);
    }
    const lambda = task.lambda * task.pairs.scaleW;
    const [from, to] = unit.features;
    for (let feature = from; feature < to; feature++) {
      const uses = task.uses(feature);
      const cells = this.cells + (feature - from) * CELLS;
      const bins = block.bins[feature];
      const oneHot = Number(block.oneHot[feature]);
      for (const [i, { small, large }] of pairs.entries()) {
        for (let k = 0; k < outputs; k++) {
          const a = histograms.featureAddress(slots[small] + k, feature);
          if (large < 0) {
            if (!uses) continue;
            const sums = task.sums[small];
            kernels.scanLeaf(a, bins, oneHot, sums[2 * k], sums[2 * k + 1], lambda, Number(task.cosine), cells);
            continue;
          }
          const b = histograms.featureAddress(slots[large] + k, feature);
          if (uses) {
            const total = totals + (i * outputs + k) * 32;
            kernels.scanSiblings(a, b, 1, bins, oneHot, total, lambda, Number(task.cosine), cells);
          } else kernels.subtractHistogram(b, a, 0, 1);
        }
      }
    }
  }

  private scoreStreamed(unit: HistogramUnit, { pairs }: LeafPlan, task: LevelTask): void {
    const { histograms, outputs, block, context } = this;
    const slot = this.keptLeaves * outputs + 2 * context.thread;
    const lambda = task.lambda * task.pairs.scaleW;
    const [from, to] = unit.features;
    for (const { small } of pairs) {
      const sums = task.sums[small];
      for (let k = 0; k < outputs; k++) {
        this.build(slot, unit, small, k, task);
        for (let feature = from; feature < to; feature++) {
          if (!task.uses(feature)) continue;
          const cells = this.cells + (feature - from) * CELLS;
          const at = histograms.featureAddress(slot, feature);
          const oneHot = Number(block.oneHot[feature]);
          const cosine = Number(task.cosine);
          context.kernels.scanLeaf(
            at,
            block.bins[feature],
            oneHot,
            sums[2 * k],
            sums[2 * k + 1],
            lambda,
            cosine,
            cells,
          );
        }
      }
    }
  }

  /** Of ordered boosting: each leaf of each prefix, body and tail side by side. */
  private scoreTails(unit: HistogramUnit, tails: readonly TailLeaves[], task: LevelTask): void {
    const { histograms, outputs, block, context, arena, totals } = this;
    const slot = this.keptLeaves * outputs + 2 * context.thread;
    const lambda = task.lambda * task.pairs.scaleW;
    const [from, to] = unit.features;
    const room = arena.float64(totals, 4);
    for (const { leafRows, output, sums } of tails) {
      for (const [leaf, body] of leafRows.sampled.entries()) {
        const tail = leafRows.leftOut[leaf];
        if (body.count === 0 || tail.count === 0) continue;
        for (let k = 0; k < outputs; k++) {
          for (const [i, { begin, count }] of [body, tail].entries()) {
            const pairs = task.pairs.at(output + k, begin);
            histograms.build(slot + i, unit, { rows: leafRows.at(begin), pairs, count });
          }
          writeTailTotals(room, sums[leaf], sums[leafRows.leaves + leaf], k);
          for (let feature = from; feature < to; feature++) {
            if (!task.uses(feature)) continue;
            context.kernels.scanBodyTail(
              histograms.featureAddress(slot, feature),
              histograms.featureAddress(slot + 1, feature),
              block.bins[feature],
              Number(block.oneHot[feature]),
              totals,
              lambda,
              Number(task.cosine),
              this.cells + (feature - from) * CELLS,
            );
          }
        }
      }
    }
  }

  private build(slot: number, unit: HistogramUnit, leaf: number, output: number, task: LevelTask): void {
    const { begin, count } = task.leafRows.sampled[leaf];
    const whole = task.wholeRoot && task.leafRows.leaves === 1;
    const pairs = whole ? task.pairs.inRowOrder(output) : task.pairs.at(output, begin);
    this.histograms.build(slot, unit, { rows: whole ? 0 : task.leafRows.at(begin), pairs, count });
  }

  private finish(feature: number, from: number, task: LevelTask): void {
    const { context, block, results } = this;
    const cells = this.cells + (feature - from) * CELLS;
    const { scaleG, scaleW } = task.pairs;
    const unit = task.cosine ? Math.sqrt(scaleW) / scaleG : scaleW / scaleG / scaleG;
    // The last bin is no test: nothing lies above it, and of categories it holds what training did not see.
    const tests = task.uses(feature) ? block.bins[feature] - 1 : 0;
    const seed = task.noise > 0 ? deriveSeed(task.seed, feature) : 0;
    const out = results + feature * RESULT_BYTES;
    context.kernels.bestCell(cells, tests, Number(task.cosine), unit, task.noise, seed, task.normals, out);
  }
}

/** What `scanBodyTail` takes as totals. */
export function writeTailTotals(room: Float64Array, body: LeafSums, tail: LeafSums, output: number): void {
  room[0] = body[2 * output];
  room[1] = body[2 * output + 1];
  room[2] = tail[2 * output];
  room[3] = tail[2 * output + 1];
}

/** Leaves by pairs of siblings; `large` -1: one alone, whose histogram is to be built unless it is `built`. */
interface PairPlan {
  small: number;
  large: number;
  built?: boolean;
}

export interface LeafPlan {
  kept: boolean;
  pairs: PairPlan[];
}
