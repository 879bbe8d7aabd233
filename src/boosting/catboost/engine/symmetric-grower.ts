/**
 * Chooses the tests of a symmetric tree level by level, as CatBoost does: the test of the best score over all leaves together, with
 * noise that fades (random_strength). All workers decide the same from the same sums.
 */
import { deriveSeed } from '../../../core/random.js';
import type { Arena } from '../../../kernels/arena.js';
import type { JobContext } from '../../../kernels/job.js';
import type { ChosenTest } from './chosen-test.js';
import { columnTest } from './column-test.js';
import type { CtrSearch } from './ctr-search.js';
import { GradientPairs, type LeafSums } from './gradient-pairs.js';
import { type ColumnTest, LeafRows } from './leaf-rows.js';
import { type FeatureBlock, type LeafPlan, LevelScores, type LevelTask, type TailLeaves } from './level-scores.js';
import type { BodyTail, OrderedFold } from './ordered-fold.js';
import type { CatBoostParams } from './params.js';
import { RowSampler } from './sampling.js';
import { ScoreNoise } from './score-noise.js';
import type { GrowthStep, TreeGrower, TreeStructure } from './tree-grower.js';

/** Memory for histograms that are kept from level to level. */
const KEPT_BYTES = 768 * 2 ** 20;

export class SymmetricGrower implements TreeGrower {
  readonly leafRows: LeafRows;
  /** One a prefix of ordered boosting. */
  readonly tailRows: readonly LeafRows[];
  private readonly pairs: GradientPairs;
  private readonly sampler: RowSampler;
  private readonly scores: LevelScores[];
  private readonly noise: ScoreNoise;

  constructor(
    private readonly context: JobContext,
    arena: Arena,
    private readonly params: CatBoostParams,
    private readonly blocks: readonly FeatureBlock[],
    private readonly outputs: number,
    rows: number,
    private readonly seed: number,
    private readonly ctrs: CtrSearch | undefined,
    private readonly tails: readonly BodyTail[],
  ) {
    const { depth } = params;
    const maxLeaves = 2 ** depth;
    this.leafRows = new LeafRows(context, arena, rows, maxLeaves);
    this.tailRows = tails.map(({ end }) => new LeafRows(context, arena, end, maxLeaves));
    const models = Math.max(1, tails.length);
    this.pairs = new GradientPairs(context, arena, rows, models * outputs, 2 * maxLeaves);
    this.sampler = new RowSampler(context, arena, rows, params.bootstrap, seed);
    const perTree = params.samplingFrequency === 'PerTree' || !this.sampler.active;
    const groups = blocks.reduce((sum, { matrix }) => sum + matrix.groups, 0);
    let kept = perTree && tails.length === 0 ? Math.min(maxLeaves / 2, 2 ** Math.ceil(Math.log2(rows))) : 0;
    while (kept >= 1 && kept * groups * 8 * 4096 * outputs > KEPT_BYTES) kept = Math.floor(kept / 2);
    this.scores = blocks.map(
      (block) =>
        new LevelScores(context, arena, block, outputs, Math.max(0, Math.floor(kept)), Math.min(maxLeaves / 2, rows)),
    );
    this.noise = new ScoreNoise(context, arena, params.randomStrength);
  }

  prepare(): void {
    this.noise.prepare();
  }

  grow({ fold, set, iteration, lastLeaf, squares, learningRate }: GrowthStep): TreeStructure {
    const { sampler } = this;
    const perLevel = this.drawsByLevel;
    const noise = this.noise.deviation(squares, set.rows, iteration * learningRate);
    const basis = { ders: set.ders, stride: set.stride, outputs: this.outputs, lastLeaf };
    let factors = sampler.draw(`${iteration}`, basis);
    this.pairs.load(set.ders, set.stride, set.weights, factors);
    const { leafRows } = this;
    leafRows.reset(sampler.leavesOut && !perLevel ? factors : 0);
    const wholeRoot = leafRows.sampled[0].count === set.rows;
    for (const scores of this.scores) scores.startTree();
    let sums: LeafSums[] = [];
    const lambda = this.params.l2LeafReg * set.meanWeight;
    return this.levels(
      fold,
      (level, seed) => {
        if (level > 0 && perLevel) {
          factors = sampler.draw(`${iteration}.${level}`, basis);
          this.pairs.load(set.ders, set.stride, set.weights, factors);
        }
        sums = this.sumLeaves(sums, level, perLevel);
        return this.task(sums, level, wholeRoot, noise, seed, lambda);
      },
      iteration,
    );
  }

  /** The same by ordered boosting: derivatives are those of the fold's prefixes. */
  growOrdered(
    ordered: OrderedFold,
    { fold, iteration, lastLeaf, squares, learningRate }: Omit<GrowthStep, 'set'>,
  ): TreeStructure {
    const { sampler, outputs, tails, tailRows, pairs } = this;
    const [first] = ordered.scores;
    const { longest } = ordered;
    const noise = this.noise.deviation(squares, longest.rows, iteration * learningRate);
    const basis = { ders: longest.ders, stride: longest.stride, outputs, lastLeaf };
    const load = (draw: string) => pairs.load(first.ders, first.stride, first.weights, sampler.draw(draw, basis));
    load(`${iteration}`);
    this.leafRows.reset(0);
    for (const [i, { body }] of tails.entries()) tailRows[i].resetTo(ordered.order, body);
    const lambda = this.params.l2LeafReg * longest.meanWeight;
    return this.levels(
      fold,
      (level, seed) => {
        if (level > 0 && this.drawsByLevel) load(`${iteration}.${level}`);
        const found = tailRows.map((leafRows, i): TailLeaves => {
          const output = i * outputs;
          return {
            leafRows,
            output,
            sums: pairs.gather(leafRows, [...leafRows.sampled, ...leafRows.leftOut], output, outputs),
          };
        });
        return { ...this.task([], level, true, noise, seed, lambda), tails: found };
      },
      iteration,
    );
  }

  /** All rows of a prefix in the leaves of these tests; barriers. */
  assignTail({ tests }: TreeStructure, fold: number, { order }: OrderedFold, tail: number): LeafRows {
    const leafRows = this.tailRows[tail];
    leafRows.resetTo(order, this.tails[tail].body);
    for (const test of tests) leafRows.split(this.testOf(test, fold));
    return leafRows;
  }

  private get drawsByLevel(): boolean {
    return this.params.samplingFrequency === 'PerTreeLevel' && this.sampler.active;
  }

  /** Level by level the best test, until there is none or one becomes redundant. */
  private levels(fold: number, taskOf: (level: number, seed: number) => LevelTask, iteration: number): TreeStructure {
    const { params, context, leafRows } = this;
    const tests: ChosenTest[] = [];
    for (let level = 0; level < params.depth; level++) {
      context.check();
      const task = taskOf(level, deriveSeed(this.seed, 'level', iteration, level));
      const best = this.search(task, tests, fold);
      if (!best) break;
      leafRows.split(this.testOf(best, fold));
      for (const { leafRows: rows } of task.tails ?? []) rows.split(this.testOf(best, fold));
      tests.push(best);
      const redundant = this.redundantTest(level + 1);
      if (redundant >= 0) {
        leafRows.unite(redundant);
        tests.splice(redundant, 1);
        break;
      }
    }
    return { tests };
  }

  testOf(test: ChosenTest, fold: number): ColumnTest {
    return columnTest(test, fold, this.blocks, this.ctrs);
  }

  assign({ tests }: TreeStructure, fold: number): void {
    this.leafRows.assign(tests.map((test) => this.testOf(test, fold)));
  }

  private task(
    sums: readonly LeafSums[],
    level: number,
    wholeRoot: boolean,
    noise: number,
    seed: number,
    lambda: number,
  ): LevelTask {
    const {
      params,
      leafRows,
      pairs,
      noise: { normals },
    } = this;
    const { rsm } = params;
    return {
      leafRows,
      pairs,
      sums,
      half: 2 ** level / 2,
      wholeRoot,
      parentsKept: level > 0 && !this.drawsByLevel,
      lambda,
      cosine: params.scoreFunction === 'Cosine',
      noise,
      seed,
      normals,
      uses: rsm < 1 ? (feature) => deriveSeed(seed, 'rsm', feature) < rsm * 2 ** 32 : () => true,
    };
  }

  /** Sums of every leaf, and its pairs in order where histograms will be built from them. */
  private sumLeaves(parents: readonly LeafSums[], level: number, perLevel: boolean): LeafSums[] {
    const { leafRows, pairs, outputs } = this;
    const { sampled } = leafRows;
    const all =
      level === 0 || this.ctrs !== undefined || perLevel || this.scores.some((scores) => !scores.keeps(sampled.length));
    if (all) return pairs.gather(leafRows, sampled);
    const half = sampled.length / 2;
    const small = Array.from({ length: half }, (_, leaf) =>
      sampled[leaf].count <= sampled[leaf + half].count ? leaf : leaf + half,
    );
    const found = pairs.gather(
      leafRows,
      small.map((leaf) => sampled[leaf]),
    );
    const sums: LeafSums[] = new Array(2 * half);
    for (let i = 0; i < half; i++) {
      const rest = parents[i].map((sum, j) => sum - found[i][j]);
      sums[small[i]] = found[i];
      sums[small[i] === i ? i + half : i] = rest;
    }
    return outputs > 0 ? sums : [];
  }

  private search(task: LevelTask, tests: readonly ChosenTest[], fold: number): ChosenTest | undefined {
    const { context, scores } = this;
    const plans: LeafPlan[] = scores.map((block) => block.plan(task));
    const units = scores.flatMap((block, i) => block.units.map((unit) => ({ block: i, unit })));
    for (let i = context.nextUnit(); i < units.length; i = context.nextUnit()) {
      const { block, unit } = units[i];
      scores[block].score(unit, plans[block], { ...task, seed: deriveSeed(task.seed, block) });
    }
    context.barrier();
    const best = this.choose(task);
    // The next level writes its results to the same place.
    context.barrier();
    const other = this.ctrs?.search(task, tests, fold, this.noise.table);
    if (!other) return best?.test;
    this.ctrs?.use(best && best.score >= other.score ? best.test : other.test);
    return best && best.score >= other.score ? best.test : other.test;
  }

  /** The feature of the best score, with noise drawn anew; the first among equals. */
  private choose(task: LevelTask): { test: ChosenTest; score: number } | undefined {
    let best: ChosenTest | undefined;
    let highest = Number.NEGATIVE_INFINITY;
    for (const [block, scores] of this.scores.entries()) {
      for (let feature = 0; feature < scores.block.bins.length; feature++) {
        const { score, bin } = scores.resultOf(feature);
        if (bin < 0) continue;
        const noise = this.noise.draw(task.noise, task.seed, block, feature);
        if (score + noise > highest) {
          highest = score + noise;
          best = { kind: 'bins', block, feature, bin };
        }
      }
    }
    return best && { test: best, score: highest };
  }

  /** A test that no leaf with rows on both sides needs, or -1. */
  private redundantTest(tests: number): number {
    const { leafRows } = this;
    for (let test = 0; test < tests; test++) {
      const bit = 1 << test;
      let needed = false;
      for (let leaf = 0; leaf < leafRows.leaves && !needed; leaf++) {
        needed = (leaf & bit) === 0 && !leafRows.isEmpty(leaf) && !leafRows.isEmpty(leaf | bit);
      }
      if (!needed) return test;
    }
    return -1;
  }
}
