/** The boosting loop, run by every worker of a job: bin, then iteration by iteration gradients, trees, scores, validation. */
import { deriveSeed } from '../../core/random.js';
import { Arena } from '../../kernels/arena.js';
import type { JobContext } from '../../kernels/job.js';
import type { BinMapper } from '../../trees/bin-mapper.js';
import type { BinnedMatrix } from '../../trees/binned-matrix.js';
import { binRows, findBins, type RowSource } from '../../trees/binning.js';
import { type PackedEnsemble, packEnsemble } from '../../trees/ensemble-pack.js';
import { type GrownTree, TreeGrower } from '../../trees/grower.js';
import type { Tree } from '../../trees/tree.js';
import { TreeScorer } from '../../trees/tree-scorer.js';
import { checkRenewal } from './growth-checks.js';
import { LeafRenewal } from './leaf-renewal.js';
import { createObjective, type Objective } from './objectives.js';
import type { BoostingParams } from './params.js';
import { RowSet } from './row-set.js';
import { drawFeatures, RowBagging, type RowSample } from './sampling.js';
import { growerOptions, mostLeaves } from './tree-options.js';

/** Rows with labels; typed arrays over shared memory. */
export interface BoostingRows {
  data: Float32Array;
  cols: number;
  y: Float64Array;
  weights?: Float32Array;
  initScore?: Float64Array;
}

export interface BoostingArgs {
  train: BoostingRows;
  evalSets: (BoostingRows & { name: string })[];
  params: BoostingParams;
  seed: number;
}

export interface BoostingResult extends PackedEnsemble {
  trainLoss: Float64Array;
  /** Losses of the set to watch; empty without one. */
  watchedLoss: Float64Array;
  evaluations: { set: string; metric: string; values: number[] }[];
  /** 1-based: the best iteration on the set to watch, or the last one. */
  bestIteration: number;
  stoppedEarly: boolean;
  /** Raw scores of the training rows, output after output; empty when trees after the best iteration were left out. */
  trainScores: Float64Array;
}

export async function run(context: JobContext<BoostingArgs>): Promise<BoostingResult> {
  const { params, train } = context.args;
  const objective = await createObjective(params.objective, { labels: train.y, weights: train.weights });
  return new BoostingRun(context, objective).train();
}

class BoostingRun {
  private readonly params: BoostingParams;
  private readonly trainRows: RowSet;
  private readonly evalSets: EvalSet[];
  private readonly watched: EvalSet | undefined;
  private readonly matrix: BinnedMatrix;
  private readonly mapper: BinMapper;
  private readonly grower: TreeGrower;
  /** Outputs that a tree grows for: 1, or all. */
  private readonly treeOutputs: number;
  private readonly scorer: TreeScorer;
  private readonly renewal: LeafRenewal;
  private readonly bagging: RowBagging;
  private readonly baseScores: number[];
  private readonly trees: Tree[] = [];
  private readonly trainLoss: number[] = [];
  private bestIteration = 0;

  constructor(
    private readonly context: JobContext<BoostingArgs>,
    private readonly objective: Objective,
  ) {
    const { args } = context;
    const { params, seed } = args;
    const arena = new Arena(context);
    this.params = params;
    checkRenewal(params, objective.renewLeaf !== undefined);
    context.report({ phase: 'bin', step: 0, total: params.numIterations });
    const train = weightedRows(args.train);
    const binning = { ...params, sampleCount: params.binSampleCount, seed: deriveSeed(seed, 'bins') };
    this.mapper = findBins(context, arena, train.source, binning);
    this.matrix = binRows(context, arena, train.source, this.mapper, { columns: true });
    const { initScore } = train;
    this.trainRows = new RowSet(context, arena, objective, train.y, train.weights, { gradients: true, initScore });
    this.evalSets = args.evalSets.map(({ name, data, cols, y, weights, initScore }) => {
      const matrix = binRows(context, arena, { data, cols, rows: y.length }, this.mapper, { columns: false });
      const rows = new RowSet(context, arena, objective, y, weights, { gradients: false, initScore });
      return { name, matrix, rows, losses: [] };
    });
    this.watched = this.evalSets.find(({ name }) => name === params.earlyStoppingSet);
    const { rows } = this.matrix;
    this.treeOutputs = params.multiOutput ? objective.outputs : 1;
    const options = growerOptions(params, rows);
    this.grower = new TreeGrower(context, arena, this.mapper, this.matrix, options, this.treeOutputs);
    this.scorer = new TreeScorer(context, arena, mostLeaves(params, rows), this.mapper.categories !== undefined);
    this.renewal = new LeafRenewal(context, arena, objective, mostLeaves(params, rows));
    this.bagging = new RowBagging(context, arena, this.matrix.rows, params, seed);
    arena.commit();
    const zeros = Array.from({ length: objective.outputs }, () => 0);
    // Scores to start from take the place of the base score, as in LightGBM.
    const average = params.boostFromAverage && !initScore;
    this.baseScores = average ? objective.baseScores(train.y, train.weights) : zeros;
    this.trainRows.fill(this.baseScores);
    for (const { rows } of this.evalSets) rows.fill(this.baseScores);
  }

  train(): BoostingResult {
    const { numIterations, earlyStoppingRounds } = this.params;
    let stoppedEarly = false;
    for (let iteration = 0; iteration < numIterations; iteration++) {
      const loss = this.trainRows.computeGradients();
      if (iteration > 0) this.record(loss);
      const grew = this.grow(iteration);
      for (const set of this.evalSets) set.losses.push(set.rows.loss());
      if (this.watched) this.trackBest(iteration, this.watched.losses);
      const sinceBest = iteration + 1 - this.bestIteration;
      stoppedEarly = this.watched !== undefined && earlyStoppingRounds > 0 && sinceBest >= earlyStoppingRounds;
      // Without sampling, the next iteration would find no split either.
      if (stoppedEarly || (!grew && !this.sampling)) break;
    }
    this.record(this.trainRows.loss());
    return this.result(stoppedEarly);
  }

  private get sampling(): boolean {
    const { featureFraction, featureFractionByLevel, featureFractionByNode, extraTrees } = this.params;
    const byNode = featureFractionByLevel < 1 || featureFractionByNode < 1 || extraTrees;
    return this.bagging.random || featureFraction < 1 || byNode;
  }

  /** One tree an output, or one for all. Returns whether any found a split. */
  private grow(iteration: number): boolean {
    const { params, grower, objective, mapper } = this;
    const sample = this.bagging.draw(iteration);
    let grew = false;
    for (let first = 0; first < objective.outputs; first += this.treeOutputs) {
      this.context.check();
      const outputs = Array.from({ length: this.treeOutputs }, (_, i) => first + i);
      const tree = iteration * objective.outputs + first;
      const features = drawFeatures(mapper.columns.length, params, this.context.args.seed, tree);
      const treeSeed = deriveSeed(params.featureFractionSeed ?? this.context.args.seed, 'tree', tree);
      const gradients = outputs.map((k) => this.trainRows.gradientsOf(k));
      const grown = grower.grow(gradients, sample.sample, sample.count, features, treeSeed);
      grew ||= grown.tests.length > 0;
      for (const [i, k] of outputs.entries()) {
        this.add(i === 0 ? grown : { ...grown, tree: grown.others[i - 1] }, k, sample, iteration);
      }
    }
    return grew;
  }

  /** Adds a tree to the scores of its output. */
  private add(grown: GrownTree, k: number, { rest, restCount }: RowSample, iteration: number): void {
    const { grower, scorer, trainRows } = this;
    this.renewal.renew(grown, grower.partition, trainRows, k);
    this.shrink(grown.tree);
    scorer.addToLeaves(grown, grower.partition, trainRows.scoresOf(k));
    if (restCount > 0) scorer.addByWalking(grown, this.matrix, trainRows.scoresOf(k), rest, restCount);
    for (const { matrix, rows } of this.evalSets) scorer.addByWalking(grown, matrix, rows.scoresOf(k), 0, matrix.rows);
    // The next tree reuses the rows and nodes that others may still be reading.
    this.context.barrier();
    if (iteration === 0) addToTree(grown.tree, this.baseScores[k]);
    this.trees.push(grown.tree);
  }

  /** Applies the learning rate. A tree without a split adds nothing. */
  private shrink(tree: Tree): void {
    const rate = tree.leafCount > 1 ? this.params.learningRate : 0;
    for (const values of [tree.leafValue, tree.internalValue])
      for (let i = 0; i < values.length; i++) values[i] *= rate;
  }

  private trackBest(iteration: number, losses: readonly number[]): void {
    const least = losses[this.bestIteration - 1] - this.params.earlyStoppingMinDelta;
    if (iteration === 0 || losses[iteration] < least) this.bestIteration = iteration + 1;
  }

  /** The training loss of an iteration is known when the next one computes its gradients. */
  private record(trainLoss: number): void {
    this.trainLoss.push(trainLoss);
    const step = this.trainLoss.length;
    const metrics: Record<string, number> = { trainLoss };
    const valLoss = this.watched?.losses[step - 1];
    if (valLoss !== undefined) metrics.valLoss = valLoss;
    this.context.report({ phase: 'fit', step, total: this.params.numIterations, metrics });
  }

  private result(stoppedEarly: boolean): BoostingResult {
    const { objective, watched, params } = this;
    const bestIteration = watched ? this.bestIteration : this.trainLoss.length;
    const keepBest = watched !== undefined && params.earlyStoppingRounds > 0;
    const trees = keepBest ? this.trees.slice(0, bestIteration * objective.outputs) : this.trees;
    return {
      ...packEnsemble({ trees, outputs: objective.outputs, features: this.context.args.train.cols }),
      trainLoss: Float64Array.from(this.trainLoss),
      watchedLoss: Float64Array.from(watched?.losses ?? []),
      evaluations: this.evalSets.map(({ name, losses }) => ({ set: name, metric: 'loss', values: losses })),
      bestIteration,
      stoppedEarly,
      trainScores: trees.length === this.trees.length ? this.trainRows.copyScores() : new Float64Array(0),
    };
  }
}

/** Rows evaluated on: their bins, their scores, and the loss after each iteration. */
interface EvalSet {
  name: string;
  matrix: BinnedMatrix;
  rows: RowSet;
  losses: number[];
}

interface WeightedRows {
  source: RowSource;
  y: Float64Array;
  weights?: Float32Array;
  initScore?: Float64Array;
}

/** Rows of weight 0 count as absent: they shape neither bins nor leaves. */
function weightedRows(rows: BoostingRows): WeightedRows {
  const { data, cols, y, weights, initScore } = rows;
  if (!weights?.includes(0)) return { source: { data, cols, rows: y.length }, y, weights, initScore };
  const list = Uint32Array.from(y.keys()).filter((i) => weights[i] > 0);
  const take = <T extends Float32Array | Float64Array>(from: T, to: T): T => {
    for (let i = 0; i < list.length; i++) to[i] = from[list[i]];
    return to;
  };
  return {
    source: { data, cols, rows: list.length, list },
    y: take(y, new Float64Array(list.length)),
    weights: take(weights, new Float32Array(list.length)),
    initScore: initScore && takeRows(initScore, initScore.length / y.length, list),
  };
}

function takeRows(values: Float64Array, width: number, list: Uint32Array): Float64Array {
  const out = new Float64Array(list.length * width);
  for (const [i, row] of list.entries()) out.set(values.subarray(row * width, (row + 1) * width), i * width);
  return out;
}

/** Folds a constant into a tree's leaves, as LightGBM does with the base score. */
function addToTree(tree: Tree, constant: number): void {
  if (constant === 0) return;
  for (const values of [tree.leafValue, tree.internalValue])
    for (let i = 0; i < values.length; i++) values[i] += constant;
}
