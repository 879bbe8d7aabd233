/**
 * Grows trees whose leaves are split by tests of their own: level by level (grow_policy Depthwise), or always the leaf of the largest
 * gain (Lossguide). Scores, noise and penalty are those of symmetric trees, taken of one leaf; a leaf is split where that gains.
 */
import { deriveSeed } from '../../../core/random.js';
import type { Arena } from '../../../kernels/arena.js';
import type { JobContext } from '../../../kernels/job.js';
import type { ChosenTest } from './chosen-test.js';
import { columnTest } from './column-test.js';
import type { CtrSearch } from './ctr-search.js';
import { GradientPairs, type LeafSums } from './gradient-pairs.js';
import { type ColumnTest, LeafRows } from './leaf-rows.js';
import { type Family, LeafScores, type LeafTask, MOST_LEAVES, type SearchedLeaf } from './leaf-scores.js';
import type { FeatureBlock, LeafView } from './level-scores.js';
import { type CatBoostParams, mostLeaves } from './params.js';
import { RowSampler } from './sampling.js';
import { ScoreNoise } from './score-noise.js';
import type { GrowthStep, TreeGrower, TreeStructure } from './tree-grower.js';

/** A split that gains less is none. */
const LEAST_GAIN = 1e-9;

/** A leaf that may be split. */
interface OpenLeaf extends SearchedLeaf {
  depth: number;
  best?: { test: ChosenTest; gain: number };
}

/** The tree while it grows. */
interface Growth {
  step: GrowthStep;
  task: LeafTask;
  tree: Required<TreeStructure>;
  /** Leaves searched so far: each has draws of its own. */
  searched: number;
}

export class BranchingGrower implements TreeGrower {
  readonly leafRows: LeafRows;
  private readonly pairs: GradientPairs;
  private readonly sampler: RowSampler;
  private readonly scores: LeafScores;
  private readonly noise: ScoreNoise;
  private readonly most: number;

  constructor(
    private readonly context: JobContext,
    arena: Arena,
    private readonly params: CatBoostParams,
    private readonly block: FeatureBlock,
    outputs: number,
    rows: number,
    private readonly seed: number,
    private readonly ctrs: CtrSearch | undefined,
  ) {
    this.most = mostLeaves(params);
    this.leafRows = new LeafRows(context, arena, rows, this.most);
    this.pairs = new GradientPairs(context, arena, rows, outputs, 2 * this.most);
    this.sampler = new RowSampler(context, arena, rows, params.bootstrap, seed);
    // Of a level all leaves are searched at a time, those of the last one are not.
    const searched = params.growPolicy === 'Depthwise' ? Math.ceil(this.most / 2) : this.most;
    this.scores = new LeafScores(context, arena, block, outputs, this.drawsByLevel ? 0 : Math.min(searched, rows));
    this.noise = new ScoreNoise(context, arena, params.randomStrength);
  }

  prepare(): void {
    this.noise.prepare();
  }

  grow(step: GrowthStep): TreeStructure {
    const { params, leafRows, pairs, noise } = this;
    const { set, iteration, squares, learningRate } = step;
    const factors = this.load(step, `${iteration}`);
    leafRows.reset(this.sampler.leavesOut && !this.drawsByLevel ? factors : 0);
    this.scores.startTree();
    const task: LeafTask = {
      leafRows,
      pairs,
      wholeRoot: leafRows.sampled[0].count === set.rows,
      lambda: params.l2LeafReg * set.meanWeight,
      cosine: params.scoreFunction === 'Cosine',
      noise: noise.deviation(squares, set.rows, iteration * learningRate),
      normals: noise.normals,
      rsm: params.rsm,
    };
    const growth: Growth = { step, task, tree: { tests: [], leaves: [] }, searched: 0 };
    const [sums] = pairs.gather(leafRows, leafRows.sampled);
    const root = this.open(growth, 0, 0, sums, this.scores.take());
    this.search(growth, [{ small: root }]);
    if (params.growPolicy === 'Depthwise') this.byLevels(growth, root);
    else this.byGain(growth, root);
    return growth.tree;
  }

  testOf(test: ChosenTest, fold: number): ColumnTest {
    return columnTest(test, fold, [this.block], this.ctrs);
  }

  assign({ tests, leaves = [] }: TreeStructure, fold: number): void {
    this.ctrs?.ensure(tests, [fold]);
    this.leafRows.reset(0);
    for (let from = 0; from < tests.length; ) {
      // Tests of leaves that are there already go together.
      const together = new Set<number>();
      let to = from;
      while (to < tests.length && leaves[to] <= from && !together.has(leaves[to])) together.add(leaves[to++]);
      this.leafRows.splitEach(
        tests.slice(from, to).map((test, i) => ({ leaf: leaves[from + i], test: this.testOf(test, fold) })),
      );
      from = to;
    }
  }

  private get drawsByLevel(): boolean {
    return this.params.samplingFrequency === 'PerTreeLevel' && this.sampler.active;
  }

  /** Draws the rows' factors and makes pairs of their derivatives. */
  private load({ set, lastLeaf }: GrowthStep, draw: string): number {
    const basis = { ders: set.ders, stride: set.stride, outputs: this.pairs.outputs, lastLeaf };
    const factors = this.sampler.draw(draw, basis);
    this.pairs.load(set.ders, set.stride, set.weights, factors);
    return factors;
  }

  private byLevels(growth: Growth, root: OpenLeaf): void {
    let level = [root];
    for (let depth = 1; level.length > 0; depth++) {
      if (this.drawsByLevel) this.load(growth.step, `${growth.step.iteration}.${depth}`);
      level = this.split(
        growth,
        level.filter(({ best }) => best),
      );
    }
  }

  private byGain(growth: Growth, root: OpenLeaf): void {
    let open = [root];
    while (growth.tree.tests.length + 1 < this.most) {
      let first: OpenLeaf | undefined;
      // The oldest among equals.
      for (const leaf of open) if (leaf.best && leaf.best.gain > (first?.best?.gain ?? 0)) first = leaf;
      if (!first) return;
      const children = this.split(growth, [first]);
      open = [...open.filter((leaf) => leaf !== first), ...children];
    }
  }

  /** Splits leaves by their best tests, and searches the children that may be split again. */
  private split(growth: Growth, parents: readonly OpenLeaf[]): OpenLeaf[] {
    const { leafRows, scores, context } = this;
    const { tree, step } = growth;
    if (parents.length === 0) return [];
    context.check();
    const splits = parents.flatMap(({ leaf, best }) => (best ? [{ leaf, test: best.test }] : []));
    this.ctrs?.ensure(
      splits.map(({ test }) => test),
      [step.fold],
    );
    leafRows.splitEach(splits.map(({ leaf, test }) => ({ leaf, test: this.testOf(test, step.fold) })));
    const pairs = parents.map((parent, i) => ({ parent, right: tree.tests.length + 1 + i }));
    for (const { leaf, test } of splits) {
      tree.tests.push(test);
      tree.leaves.push(leaf);
      this.ctrs?.use(test);
    }
    growth.task = { ...growth.task, wholeRoot: false };
    const children: OpenLeaf[] = [];
    for (let from = 0; from < pairs.length; from += MOST_LEAVES / 2) {
      const families = this.familiesOf(growth, pairs.slice(from, from + MOST_LEAVES / 2));
      this.search(growth, families);
      for (const { small, large } of families) {
        for (const leaf of large ? [small, large] : [small]) {
          if (leaf.wanted) children.push(leaf);
          else scores.giveBack(leaf.slot);
        }
      }
    }
    return children;
  }

  /** Children that may be split, with their siblings where those help. */
  private familiesOf(growth: Growth, pairs: readonly { parent: OpenLeaf; right: number }[]): OpenFamily[] {
    const { leafRows, scores, params } = this;
    const { sampled } = leafRows;
    const wanted = (leaf: number, depth: number) =>
      depth < params.depth && sampled[leaf].count >= Math.max(1, params.minDataInLeaf);
    const found = pairs.flatMap(({ parent, right }) => {
      const { leaf: left, depth, slot, sums } = parent;
      const [small, large] = sampled[left].count <= sampled[right].count ? [left, right] : [right, left];
      const children = [small, large].filter((leaf) => wanted(leaf, depth + 1));
      if (children.length > 0) return [{ small, large, depth: depth + 1, slot, sums }];
      scores.giveBack(slot);
      return [];
    });
    const sums = this.pairs.gather(
      leafRows,
      found.flatMap(({ small, large }) => [sampled[small], sampled[large]]),
    );
    return found.map(({ small, large, depth, slot }, i) => {
      const own = slot >= 0 ? scores.take() : -1;
      if (own < 0) scores.giveBack(slot);
      const family = {
        small: this.open(growth, small, depth, sums[2 * i], own),
        large: this.open(growth, large, depth, sums[2 * i + 1], own < 0 ? -1 : slot),
      };
      for (const leaf of [family.small, family.large]) leaf.wanted = wanted(leaf.leaf, depth);
      return family;
    });
  }

  private open(growth: Growth, leaf: number, depth: number, sums: LeafSums, slot: number): OpenLeaf {
    const seed = deriveSeed(this.seed, 'leaf', growth.step.iteration, growth.searched++);
    return { leaf, depth, sums, slot, seed, wanted: true };
  }

  /** Finds the best split of each wanted leaf; barriers. */
  private search(growth: Growth, families: readonly OpenFamily[]): void {
    const { scores, context, params } = this;
    const { task } = growth;
    if (families.length === 0) return;
    scores.search(families, task);
    const wanted = families.flatMap(({ small, large }) => [small, ...(large ? [large] : [])]).filter((l) => l.wanted);
    for (const [i, leaf] of wanted.entries()) {
      const best = this.choose(i, leaf.seed, task.noise);
      const other = this.searchCtrs(growth, leaf);
      const first = best && (!other || best.score >= other.score) ? best : other;
      const gain = first ? first.score - this.scoreOf(leaf.sums, task) : 0;
      if (first && gain >= LEAST_GAIN && leaf.depth < params.depth) leaf.best = { test: first.test, gain };
    }
    // The next search writes its results to the same place.
    context.barrier();
  }

  /** The feature of the best score, with noise drawn anew; the first among equals. */
  private choose(number: number, seed: number, deviation: number): { test: ChosenTest; score: number } | undefined {
    const { scores, noise, block } = this;
    let best: { test: ChosenTest; score: number } | undefined;
    for (let feature = 0; feature < block.bins.length; feature++) {
      const { score, bin } = scores.resultOf(number, feature);
      if (bin < 0) continue;
      const value = score + noise.draw(deviation, seed, 0, feature);
      if (!best || value > best.score) best = { test: { kind: 'bins', block: 0, feature, bin }, score: value };
    }
    return best;
  }

  /** Statistics of single columns: there are no combinations in such trees. */
  private searchCtrs({ task, step }: Growth, { leaf, sums, seed }: OpenLeaf) {
    const { ctrs, leafRows, noise } = this;
    if (!ctrs) return undefined;
    const view: LeafView = {
      leaves: 1,
      sampled: [leafRows.sampled[leaf]],
      at: (position) => leafRows.at(position),
    };
    const own = { ...task, leafRows: view, sums: [sums], half: 0, parentsKept: false, seed, uses: () => true };
    return ctrs.search(own, [], step.fold, noise.table);
  }

  /**
   * The score of a leaf as it is. Of several outputs CatBoost takes the sum, which of a softmax's derivatives is 0 (found by comparing
   * which leaf is split first).
   */
  private scoreOf(sums: LeafSums, { lambda, cosine, pairs }: LeafTask): number {
    let g = 0;
    for (let k = 0; k < pairs.outputs; k++) g += sums[2 * k];
    g /= pairs.scaleG;
    const w = sums[1] / pairs.scaleW;
    if (w <= 0) return 0;
    // By Cosine g a over the length |a| sqrt(w), whatever the mean a is.
    return cosine ? Math.abs(g) / Math.sqrt(w) : (g * g) / (w + Math.max(lambda, 1e-9));
  }
}

interface OpenFamily extends Family {
  small: OpenLeaf;
  large?: OpenLeaf;
}
