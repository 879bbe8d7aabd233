/**
 * Chooses the tests of a symmetric tree level by level, as CatBoost does: the test of the best score over all leaves together, with
 * noise that fades (random_strength). All workers decide the same from the same sums.
 */
import { exp, log } from '../../../core/math.js';
import { deriveSeed } from '../../../core/random.js';
import type { Arena } from '../../../kernels/arena.js';
import type { JobContext } from '../../../kernels/job.js';
import type { ChosenTest } from './chosen-test.js';

import type { CtrSearch } from './ctr-search.js';
import { GradientPairs, type LeafSums } from './gradient-pairs.js';
import { type ColumnTest, LeafRows } from './leaf-rows.js';
import { type FeatureBlock, type LeafPlan, LevelScores, type LevelTask, type TailLeaves } from './level-scores.js';
import { normalOf, normalQuantiles } from './normals.js';
import type { BodyTail, OrderedFold } from './ordered-fold.js';
import type { CatBoostParams } from './params.js';
import type { RowScores } from './row-scores.js';
import { RowSampler } from './sampling.js';

/** Memory for histograms that are kept from level to level. */
const KEPT_BYTES = 768 * 2 ** 20;

export class SymmetricGrower {
  readonly leafRows: LeafRows;
  /** One a prefix of ordered boosting. */
  readonly tailRows: readonly LeafRows[];
  private readonly pairs: GradientPairs;
  private readonly sampler: RowSampler;
  private readonly scores: LevelScores[];
  private readonly normals: number;
  private table: Float64Array = new Float64Array(0);

  constructor(
    private readonly context: JobContext,
    private readonly arena: Arena,
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
    this.normals = arena.alloc(4097 * 8);
  }

  /** Call once after the arena's commit; a barrier follows it in the caller's next step. */
  prepare(): void {
    this.table = normalQuantiles();
    if (this.context.thread === 0) this.arena.float64(this.normals, this.table.length).set(this.table);
    this.context.barrier();
  }

  /** Chooses a tree's tests for the derivatives in `set`, and leaves `leafRows` split by them. */
  grow(
    fold: number,
    set: RowScores,
    iteration: number,
    lastLeaf: number | undefined,
    squares: number,
    shrinkage: number,
  ): ChosenTest[] {
    const { sampler } = this;
    const perLevel = this.drawsByLevel;
    const noise = this.noiseOf(squares, set.rows, iteration * shrinkage);
    const basis = { ders: set.ders, stride: set.stride, outputs: this.outputs, lastLeaf };
    let factors = sampler.draw(`${iteration}`, basis);
    this.pairs.load(set.ders, set.stride, set.weights, factors);
    const { leafRows } = this;
    leafRows.reset(sampler.leavesOut && !perLevel ? factors : 0);
    const wholeRoot = leafRows.sampled[0].count === set.rows;
    for (const scores of this.scores) scores.startTree();
    let sums: LeafSums[] = [];
    const lambda = this.lambdaOf(set);
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
    fold: number,
    ordered: OrderedFold,
    iteration: number,
    lastLeaf: number | undefined,
    squares: number,
    shrinkage: number,
  ): ChosenTest[] {
    const { sampler, outputs, tails, tailRows, pairs } = this;
    const [first] = ordered.scores;
    const { longest } = ordered;
    const noise = this.noiseOf(squares, longest.rows, iteration * shrinkage);
    const basis = { ders: longest.ders, stride: longest.stride, outputs, lastLeaf };
    const load = (draw: string) => pairs.load(first.ders, first.stride, first.weights, sampler.draw(draw, basis));
    load(`${iteration}`);
    this.leafRows.reset(0);
    for (const [i, { body }] of tails.entries()) tailRows[i].resetTo(ordered.order, body);
    const lambda = this.lambdaOf(longest);
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
  assignTail(tests: readonly ChosenTest[], fold: number, { order }: OrderedFold, tail: number): LeafRows {
    const leafRows = this.tailRows[tail];
    leafRows.resetTo(order, this.tails[tail].body);
    for (const test of tests) leafRows.split(this.testOf(test, fold));
    return leafRows;
  }

  private get drawsByLevel(): boolean {
    return this.params.samplingFrequency === 'PerTreeLevel' && this.sampler.active;
  }

  /** Level by level the best test, until there is none or one becomes redundant. */
  private levels(fold: number, taskOf: (level: number, seed: number) => LevelTask, iteration: number): ChosenTest[] {
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
    return tests;
  }

  /** The test in terms of columns of bins; target statistics are those of a fold, which must have been made. */
  testOf(test: ChosenTest, fold: number): ColumnTest {
    const { bin } = test;
    if (test.kind === 'ctr') return { column: this.ctrs?.address(test, fold) ?? 0, bin, oneHot: false };
    const { matrix, oneHot } = this.blocks[test.block];
    return { column: matrix.columnMajor + test.feature * matrix.pitch, bin, oneHot: oneHot[test.feature] };
  }

  /** All rows in the leaves of these tests, with the target statistics of a fold; barriers. */
  assign(tests: readonly ChosenTest[], fold: number): void {
    this.leafRows.assign(tests.map((test) => this.testOf(test, fold)));
  }

  /** CatBoost's: the root mean square of the derivatives, fading once the model is longer than the logarithm of the rows. */
  private noiseOf(squares: number, rows: number, modelLength: number): number {
    if (this.params.randomStrength === 0) return 0;
    const left = exp(log(rows) - modelLength);
    const fading = left === Number.POSITIVE_INFINITY ? 1 : left / (1 + left);
    return this.params.randomStrength * Math.sqrt(squares / rows) * fading;
  }

  /** The penalty for rows of mean weight; what a bootstrap makes of the weights does not count. */
  private lambdaOf({ totalWeight, rows }: RowScores): number {
    return this.params.l2LeafReg * (totalWeight / rows);
  }

  private task(
    sums: readonly LeafSums[],
    level: number,
    wholeRoot: boolean,
    noise: number,
    seed: number,
    lambda: number,
  ): LevelTask {
    const { params, leafRows, pairs, normals } = this;
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
    const other = this.ctrs?.search(task, tests, fold, this.table);
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
        const noise =
          task.noise > 0 ? task.noise * normalOf(deriveSeed(task.seed, 'choice', block, feature), this.table) : 0;
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
