/** CatBoost's boosting loop, run by every worker of a job: bins, then tree by tree derivatives, structure, leaf values, scores. */
import { deriveSeed } from '../../../core/random.js';
import { Arena } from '../../../kernels/arena.js';
import type { JobContext } from '../../../kernels/job.js';
import type { BinnedMatrix } from '../../../trees/binned-matrix.js';
import { type CheckpointArgs, Checkpoints, stateToResume } from '../../engine/checkpoint.js';
import { createMetric } from '../../engine/metrics/create.js';
import type { Metric } from '../../engine/metrics/metric.js';
import { type BoostingRows, weightedRows } from '../../engine/weighted-rows.js';
import { BranchingGrower } from './branching-grower.js';
import type { ChosenTest } from './chosen-test.js';
import { combinationKey } from './combination.js';
import { ctrBorder } from './ctr-parts.js';
import { type CtrSetup, type EncodedColumn, isOneHot, needsCtrs, setUpCtrs, type UsedCtr } from './ctr-setup.js';
import { buildTables, type FoundTable } from './ctr-tables.js';
import { OverfittingDetector } from './detector.js';
import type { ColumnTest, LeafRows } from './leaf-rows.js';
import { LeafEstimator, type LeafValues } from './leaf-values.js';
import { chooseLearningRate } from './learning-rate.js';
import { createLoss, type Loss } from './losses.js';
import { bodyTails, OrderedFold } from './ordered-fold.js';
import { type CatBoostParams, mostLeaves } from './params.js';
import { binColumns, findColumns, type QuantisedColumns } from './quantise.js';
import { rowOrders } from './row-orders.js';
import { RowScores } from './row-scores.js';
import { SymmetricGrower } from './symmetric-grower.js';
import type { TreeGrower, TreeStructure } from './tree-grower.js';

export interface CatBoostArgs {
  train: BoostingRows;
  /** The first one is watched by the detector. */
  evalSets: (BoostingRows & { name: string })[];
  /** Categorical columns, ascending; X holds their dense numbers. */
  encoded: EncodedColumn[];
  params: CatBoostParams;
  seed: number;
  /** What the first iteration counts as: those of the model that training goes on from came before. */
  firstIteration: number;
  checkpoint?: CheckpointArgs;
}

/** A test in terms of X: yes is a value above the border, or the category of this dense number. */
export type FoundTest =
  | { kind: 'float'; column: number; border: number }
  | { kind: 'one-hot'; column: number; category: number }
  | { kind: 'ctr'; ctr: number; border: number };

export interface FoundTree {
  tests: FoundTest[];
  /** Of a tree that is not symmetric: the leaf that each test splits (tree-grower.ts). */
  leaves?: number[];
  /** (leaves, outputs) row-major, the learning rate included. */
  values: Float64Array;
  weights: Float64Array;
}

export interface CatBoostResult {
  trees: FoundTree[];
  /** Target statistics that tests name by number, and their tables; features in tables are numbers of `features`. */
  ctrs: UsedCtr[];
  tables: FoundTable[];
  /** Binned features: column of X and borders. */
  features: { column: number; borders: Float64Array }[];
  outputs: number;
  start: number[];
  learningRate: number;
  /** Columns where NaN was seen. */
  missingColumns: number[];
  trainLoss: number[];
  /** By set, by metric, by iteration: the training rows first. The loss itself where no metrics were asked for. */
  evaluations: number[][][];
  bestIteration: number;
  stoppedEarly: boolean;
  trainScores: Float64Array;
}

export function run(context: JobContext<CatBoostArgs>): CatBoostResult {
  return new CatBoostRun(context, createLoss(context.args.params.loss)).train();
}

interface GrownTree extends TreeStructure {
  values: Float64Array;
  weights: Float64Array;
}

/** What a run needs to go on as if it had never stopped; draws depend on iterations only. */
interface RunState {
  trees: GrownTree[];
  trainLoss: number[];
  evaluations: number[][][];
  noted: string[];
  /** Scores of each fold, of what ordered boosting adds, and of each set. */
  scores: Float64Array[];
}

interface EvalSet {
  rows: RowScores;
  matrix: BinnedMatrix;
}

class CatBoostRun {
  private readonly params: CatBoostParams;
  private readonly arena: Arena;
  private readonly columns: QuantisedColumns;
  /** One an order of the rows but the last: scores that structures are chosen on. Empty if boosting is ordered. */
  private readonly folds: RowScores[];
  /** The same of ordered boosting. */
  private readonly ordered: OrderedFold[];
  /** The model's scores of the training rows, those of the last order. */
  private readonly set: RowScores;
  /** Number of that order. */
  private readonly last: number;
  private readonly ctrs: CtrSetup | undefined;
  private readonly evalSets: EvalSet[];
  private readonly grower: TreeGrower;
  /** The same, where it is one; ordered boosting has no other. */
  private readonly symmetric: SymmetricGrower | undefined;
  private readonly estimator: LeafEstimator;
  private readonly metrics: readonly Metric[];
  private readonly scratch: number;
  private readonly start: number[];
  private readonly learningRate: number;
  private readonly detector: OverfittingDetector;
  private readonly trees: GrownTree[] = [];
  private readonly trainLoss: number[] = [];
  private readonly evaluations: number[][][];
  private readonly checkpoints: Checkpoints<RunState> | undefined;

  constructor(
    private readonly context: JobContext<CatBoostArgs>,
    private readonly loss: Loss,
  ) {
    const { args } = context;
    const { params, seed, evalSets } = args;
    if (args.checkpoint && context.thread === 0) this.checkpoints = new Checkpoints(args.checkpoint, args);
    const arena = new Arena(context);
    this.arena = arena;
    this.params = params;
    context.report({ phase: 'bin', step: 0, total: params.iterations });
    const train = weightedRows(args.train);
    const { encoded } = args;
    const oneHot = new Map(encoded.flatMap((c) => (isOneHot(c, params) ? [[c.column, c.size]] : [])));
    this.columns = findColumns(context, arena, train.source, params, oneHot, deriveSeed(seed, 'borders'));
    const matrix = binColumns(context, arena, train.source, this.columns);
    this.evalSets = evalSets.map(({ data, cols, y, weights, initScore }) => ({
      matrix: binColumns(context, arena, { data, cols, rows: y.length }, this.columns),
      rows: new RowScores(context, arena, loss, y, weights, { ders: false, initScore }),
    }));
    const evalSources = evalSets.map(({ data, cols, y }) => ({ data, cols, rows: y.length }));
    const matrices = [matrix, ...this.evalSets.map((set) => set.matrix)];
    const sources = [train.source, ...evalSources];
    const { oneHot: isHot } = this.columns;
    const withCtrs = needsCtrs(params, encoded);
    const inOrder = params.boostingType === 'Ordered';
    const orders = withCtrs || inOrder ? rowOrders(params, train.y.length, seed) : [undefined];
    if (withCtrs) {
      const { outputs } = loss;
      this.ctrs = setUpCtrs(context, arena, params, encoded, sources, matrices, train.y, isHot, outputs, orders);
    }
    this.last = orders.length - 1;
    const scores = () =>
      new RowScores(context, arena, loss, train.y, train.weights, { ders: true, initScore: train.initScore });
    this.set = scores();
    this.folds = inOrder ? [] : orders.slice(0, -1).map(scores);
    const tails = inOrder ? bodyTails(train.y.length) : [];
    const ders = arena.alloc(tails.length * loss.outputs * this.set.stride);
    this.ordered = (inOrder ? orders.slice(0, -1) : []).map(
      (order) => new OrderedFold(context, arena, loss, order, tails, train, this.set, ders),
    );
    const block = { matrix, bins: this.columns.bins, oneHot: this.columns.oneHot };
    const rows = train.y.length;
    const treeSeed = deriveSeed(seed, 'trees');
    const { search } = this.ctrs ?? {};
    const { outputs } = loss;
    if (params.growPolicy === 'SymmetricTree') {
      this.symmetric = new SymmetricGrower(context, arena, params, [block], outputs, rows, treeSeed, search, tails);
    }
    this.grower = this.symmetric ?? new BranchingGrower(context, arena, params, block, outputs, rows, treeSeed, search);
    this.estimator = new LeafEstimator(
      context,
      arena,
      loss,
      params,
      rows,
      train.weights !== undefined,
      mostLeaves(params),
    );
    const scratch = params.depth * 12 + 64 + mostLeaves(params) * 8;
    this.scratch = arena.alloc(context.threads * scratch) + context.thread * scratch;
    arena.commit();
    this.metrics = params.metrics.map(createMetric);
    this.learningRate = chooseLearningRate(params, rows, params.useBestModel && evalSets.length > 0);
    // Scores to start from take the place of the average.
    const average = params.boostFromAverage && !train.initScore;
    this.start = average ? loss.start(train.y, train.weights) : new Array<number>(loss.outputs).fill(0);
    for (const set of [this.set, ...this.folds, ...this.ordered]) set.fill(this.start);
    for (const { rows } of this.evalSets) rows.fill(this.start);
    this.ctrs?.columns.prepare();
    this.grower.prepare();
    this.detector = new OverfittingDetector(params.detector, this.metrics[0]?.direction ?? 'minimize');
    this.evaluations = Array.from({ length: 1 + evalSets.length }, () => this.metrics.map(() => []));
    const state = stateToResume<RunState>(args);
    if (state) this.restore(state);
  }

  train(): CatBoostResult {
    const { params, evalSets } = this;
    let stoppedEarly = false;
    let { loss, squares } = this.set.derive();
    for (let iteration = this.trees.length; iteration < params.iterations; iteration++) {
      this.context.check();
      this.addTree(iteration, squares);
      ({ loss, squares } = this.set.derive());
      this.trainLoss.push(loss);
      const watched = this.evaluate();
      this.report(loss, watched);
      if (evalSets.length > 0 && watched !== undefined && this.detector.add(watched)) {
        stoppedEarly = true;
        break;
      }
      this.checkpoint(iteration + 1);
    }
    return this.result(stoppedEarly);
  }

  /** All scores that a run goes on from. */
  private get allScores(): RowScores[] {
    const ordered = this.ordered.flatMap(({ scores }) => scores);
    return [this.set, ...this.folds, ...ordered, ...this.evalSets.map(({ rows }) => rows)];
  }

  private checkpoint(iterations: number): void {
    const { checkpoint } = this.context.args;
    if (!checkpoint || iterations % checkpoint.interval !== 0 || iterations >= this.params.iterations) return;
    const { trees, trainLoss, evaluations, ctrs } = this;
    const noted = ctrs?.search.noted ?? [];
    const scores = this.checkpoints ? this.allScores.map((rows) => rows.copyScores()) : [];
    this.checkpoints?.write({ trees, trainLoss, evaluations, noted, scores });
    // Nobody changes scores while they are being copied.
    this.context.barrier();
  }

  private restore({ trees, trainLoss, evaluations, noted, scores }: RunState): void {
    this.trees.push(...trees);
    this.trainLoss.push(...trainLoss);
    for (const [i, set] of evaluations.entries()) {
      for (const [j, values] of set.entries()) (this.evaluations[i][j] ??= []).push(...values);
    }
    if (this.evalSets.length > 0) this.detector.restore(this.evaluations[1][0] ?? []);
    this.ctrs?.search.restore(noted);
    for (const [i, rows] of this.allScores.entries()) if (this.context.thread === 0) rows.setScores(scores[i]);
    this.context.barrier();
  }

  private addTree(iteration: number, squares: number): void {
    const { grower, last, ctrs, context } = this;
    const rate = this.rateOf(iteration);
    const tree = this.chooseTests(iteration, squares);
    const { tests, leaves } = tree;
    const all = Array.from({ length: last + 1 }, (_, fold) => fold);
    if (!leaves) ctrs?.search.ensure(tests, all);
    for (const [i, set] of this.folds.entries()) this.addToFold(tree, i, set, rate);
    for (const [i, fold] of this.ordered.entries()) this.addToTails(tree, i, fold, rate);
    if (last > 0) grower.assign(tree, last);
    const { values, weights } = this.leaves(grower.leafRows, this.set, rate);
    this.addToRows(values, grower.leafRows, this.set);
    let offset = this.set.rows;
    if (leaves && this.evalSets.length > 0) ctrs?.search.ensure(tests, [last]);
    for (const { matrix, rows } of this.evalSets) {
      if (leaves) this.addBranching({ tests, leaves }, values, matrix, rows, offset);
      else this.addToEvalSet(tests, values, matrix, rows, offset);
      offset += rows.rows;
    }
    this.trees.push({ ...tree, values, weights });
    context.barrier();
  }

  private chooseTests(iteration: number, squares: number): TreeStructure {
    const { grower, symmetric, folds, ordered, last, loss, learningRate } = this;
    const { seed, firstIteration } = this.context.args;
    const number = firstIteration + iteration;
    // Structures are chosen on the other folds in turn by chance, so that leaf values see statistics the choice did not.
    const fold = last > 0 ? deriveSeed(seed, 'fold', number) % last : 0;
    const previous = this.trees[this.trees.length - 1];
    const lastLeaf = previous && meanLength(previous.values, loss.outputs);
    const common = { fold, iteration: number, lastLeaf, learningRate };
    if (symmetric && ordered.length > 0) {
      return symmetric.growOrdered(ordered[fold], { ...common, squares: ordered[fold].derive() });
    }
    const set = last > 0 ? folds[fold] : this.set;
    return grower.grow({ ...common, set, squares: last > 0 ? set.derive().squares : squares });
  }

  private addToFold(tree: TreeStructure, fold: number, set: RowScores, rate: number): void {
    const { grower, loss, context } = this;
    grower.assign(tree, fold);
    if (loss.asked) set.derive();
    this.addToRows(this.leaves(grower.leafRows, set, rate).values, grower.leafRows, set);
    context.barrier();
  }

  /** Leaf values of each body, added to its rows and its tail's. */
  private addToTails(tree: TreeStructure, fold: number, ordered: OrderedFold, rate: number): void {
    const { symmetric, loss, context } = this;
    if (!symmetric) return;
    for (const [tail, set] of ordered.scores.entries()) {
      const leafRows = symmetric.assignTail(tree, fold, ordered, tail);
      if (loss.asked) set.derive();
      this.addToRows(this.leaves(leafRows, set, rate, false).values, leafRows, set);
      context.barrier();
    }
  }

  /** Leaf values for these scores, with the learning rate; from all rows, or from those sampled only. */
  private leaves(leafRows: LeafRows, set: RowScores, rate: number, all = true): LeafValues {
    const { values, weights } = this.estimator.estimate(leafRows, set, all);
    for (let i = 0; i < values.length; i++) values[i] *= rate;
    return { values, weights };
  }

  private rateOf(iteration: number): number {
    return this.params.learningRates?.[iteration] ?? this.learningRate;
  }

  private addToRows(values: Float64Array, leafRows: LeafRows, set: RowScores): void {
    const { context, loss } = this;
    const chunks = leafRows.chunks(8192);
    for (let i = context.nextUnit(); i < chunks.length; i = context.nextUnit()) {
      const { leaf, begin, count } = chunks[i];
      for (let k = 0; k < loss.outputs; k++) {
        context.kernels.addToRows(set.scoresOf(k), leafRows.at(begin), count, values[leaf * loss.outputs + k]);
      }
    }
  }

  private addToEvalSet(
    tests: readonly ChosenTest[],
    values: Float64Array,
    matrix: BinnedMatrix,
    rows: RowScores,
    offset: number,
  ): void {
    const { arena, context, loss, scratch } = this;
    const list = arena.uint32(scratch, tests.length * 3);
    for (const [i, test] of tests.entries()) {
      const { column, bin, oneHot } = this.testOfSet(test, matrix, offset);
      list.set([column, bin, Number(oneHot)], 3 * i);
    }
    const leaves = 2 ** tests.length;
    const at = Math.ceil((scratch + this.params.depth * 12) / 64) * 64;
    const room = arena.float64(at, leaves);
    const from = Math.floor((rows.rows * context.thread) / context.threads);
    const to = Math.floor((rows.rows * (context.thread + 1)) / context.threads);
    for (let k = 0; k < loss.outputs; k++) {
      for (let leaf = 0; leaf < leaves; leaf++) room[leaf] = values[leaf * loss.outputs + k];
      context.kernels.addSymmetric(scratch, tests.length, at, from, to, rows.scoresOf(k));
    }
  }

  /** A test in terms of the columns of an evaluation set. */
  private testOfSet(test: ChosenTest, matrix: BinnedMatrix, offset: number): ColumnTest {
    const { bin } = test;
    if (test.kind === 'ctr') {
      // Columns of statistics go on with the rows of the evaluation sets.
      return { ...this.grower.testOf(test, this.last), column: this.grower.testOf(test, this.last).column + offset };
    }
    const column = matrix.columnMajor + test.feature * matrix.pitch;
    return { column, bin, oneHot: this.columns.oneHot[test.feature] };
  }

  /** The same for a tree that is not symmetric. */
  private addBranching(
    { tests, leaves }: Required<TreeStructure>,
    values: Float64Array,
    matrix: BinnedMatrix,
    rows: RowScores,
    offset: number,
  ): void {
    const { arena, context, loss } = this;
    const from = Math.floor((rows.rows * context.thread) / context.threads);
    const to = Math.floor((rows.rows * (context.thread + 1)) / context.threads);
    // Leaves as the tests in their order make them.
    const leafOf = new Int32Array(to - from);
    for (const [t, test] of tests.entries()) {
      const { column, bin, oneHot } = this.testOfSet(test, matrix, offset);
      const bins = arena.bytes(column + from, to - from);
      for (let i = 0; i < leafOf.length; i++) {
        if (leafOf[i] === leaves[t] && (oneHot ? bins[i] === bin : bins[i] > bin)) leafOf[i] = t + 1;
      }
    }
    for (let k = 0; k < loss.outputs; k++) {
      const scores = arena.float64(rows.scoresOf(k), rows.rows);
      for (let i = 0; i < leafOf.length; i++) scores[from + i] += values[leafOf[i] * loss.outputs + k];
    }
  }

  /** Trees in terms of X, with the statistics they use. */
  private describe(trees: readonly GrownTree[]): Pick<CatBoostResult, 'trees' | 'ctrs' | 'tables'> {
    const { mapper, oneHot } = this.columns;
    const numbers = new Map<string, number>();
    const used: (ChosenTest & { kind: 'ctr' })[] = [];
    const describe = (test: ChosenTest): FoundTest => {
      if (test.kind === 'bins') {
        const column = mapper.columns[test.feature];
        if (oneHot[test.feature]) return { kind: 'one-hot', column, category: test.bin };
        return { kind: 'float', column, border: mapper.cuts[test.feature][test.bin] };
      }
      const key = `${test.parts.length}.${test.part};${combinationKey(test.combination)}`;
      let number = numbers.get(key);
      if (number === undefined) {
        number = used.length;
        numbers.set(key, number);
        used.push(test);
      }
      return { kind: 'ctr', ctr: number, border: ctrBorder(test.bin) };
    };
    const found = trees.map(({ tests, ...tree }) => ({ ...tree, tests: tests.map(describe) }));
    if (!this.ctrs || this.context.thread !== 0) return { trees: found, ctrs: [], tables: [] };
    const parts = used.map(({ combination, parts, part }) => ({ combination, part: parts[part] }));
    const { encoded } = this.context.args;
    const { tables, tableOf } = buildTables(parts, this.ctrs.columns, (category) => encoded[category].hashes);
    return { trees: found, tables, ctrs: parts.map(({ part }, i) => ({ part, table: tableOf[i] })) };
  }

  /** Evaluates the metrics, or the loss, of all sets; returns the watched value. */
  private evaluate(): number | undefined {
    const { evalSets, metrics, evaluations } = this;
    for (const [i, rows] of [this.set, ...evalSets.map((set) => set.rows)].entries()) {
      const values = rows.evaluate(metrics);
      for (const [j, value] of values.entries()) evaluations[i][j].push(value);
      if (metrics.length > 0) continue;
      evaluations[i][0] ??= [];
      evaluations[i][0].push(i === 0 ? this.trainLoss[this.trainLoss.length - 1] : rows.derive().loss);
    }
    return evalSets.length > 0 ? evaluations[1][0][evaluations[1][0].length - 1] : undefined;
  }

  private report(trainLoss: number, watched: number | undefined): void {
    const metrics: Record<string, number> = { trainLoss };
    if (watched !== undefined) metrics.valLoss = watched;
    this.context.report({ phase: 'fit', step: this.trainLoss.length, total: this.params.iterations, metrics });
  }

  private result(stoppedEarly: boolean): CatBoostResult {
    const { params, loss, columns, evalSets } = this;
    const bestIteration = evalSets.length > 0 ? this.detector.best : this.trees.length;
    const trees = evalSets.length > 0 && params.useBestModel ? this.trees.slice(0, bestIteration) : this.trees;
    return {
      ...this.describe(trees),
      features: Array.from(columns.mapper.columns, (column, f) => ({ column, borders: columns.mapper.cuts[f] })),
      outputs: loss.outputs,
      start: this.start,
      learningRate: this.learningRate,
      missingColumns: Array.from(columns.mapper.columns).filter((_, f) => columns.mapper.hasMissing[f] === 1),
      trainLoss: this.trainLoss,
      evaluations: this.evaluations,
      bestIteration,
      stoppedEarly,
      trainScores: trees.length === this.trees.length ? this.set.copyScores() : new Float64Array(0),
    };
  }
}

/** Mean length of the leaves' vectors of values. */
function meanLength(values: Float64Array, outputs: number): number {
  let sum = 0;
  for (let leaf = 0; leaf < values.length; leaf += outputs) {
    let square = 0;
    for (let k = 0; k < outputs; k++) square += values[leaf + k] * values[leaf + k];
    sum += Math.sqrt(square);
  }
  return (sum * outputs) / values.length;
}
