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
import { drawFeatures, RowBagging } from './sampling.js';
import { growerOptions, mostLeaves } from './tree-options.js';

/** Rows with labels; typed arrays over shared memory. */
export interface BoostingRows {
  data: Float32Array;
  cols: number;
  y: Float64Array;
  weights?: Float32Array;
}

export interface BoostingArgs {
  train: BoostingRows;
  validation?: BoostingRows;
  params: BoostingParams;
  seed: number;
}

export interface BoostingResult extends PackedEnsemble {
  trainLoss: Float64Array;
  /** Empty without validation rows. */
  validationLoss: Float64Array;
  /** 1-based: the iteration with the lowest validation loss, or the last one. */
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
  private readonly validation?: { rows: RowSet; matrix: BinnedMatrix };
  private readonly matrix: BinnedMatrix;
  private readonly mapper: BinMapper;
  private readonly grower: TreeGrower;
  private readonly scorer: TreeScorer;
  private readonly renewal: LeafRenewal;
  private readonly bagging: RowBagging;
  private readonly baseScores: number[];
  private readonly trees: Tree[] = [];
  private readonly trainLoss: number[] = [];
  private readonly validationLoss: number[] = [];
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
    this.trainRows = new RowSet(context, arena, objective, train.y, train.weights, { gradients: true });
    if (args.validation) {
      const { data, cols, y, weights } = args.validation;
      const source = { data, cols, rows: y.length };
      const matrix = binRows(context, arena, source, this.mapper, { columns: false });
      this.validation = { matrix, rows: new RowSet(context, arena, objective, y, weights, { gradients: false }) };
    }
    const { rows } = this.matrix;
    this.grower = new TreeGrower(context, arena, this.mapper, this.matrix, growerOptions(params, rows));
    this.scorer = new TreeScorer(context, arena, mostLeaves(params, rows));
    this.renewal = new LeafRenewal(context, arena, objective, mostLeaves(params, rows));
    this.bagging = new RowBagging(context, arena, this.matrix.rows, params, seed);
    arena.commit();
    const zeros = Array.from({ length: objective.outputs }, () => 0);
    this.baseScores = params.boostFromAverage ? objective.baseScores(train.y, train.weights) : zeros;
    this.trainRows.fill(this.baseScores);
    this.validation?.rows.fill(this.baseScores);
  }

  train(): BoostingResult {
    const { numIterations, earlyStoppingRounds } = this.params;
    let stoppedEarly = false;
    for (let iteration = 0; iteration < numIterations; iteration++) {
      const loss = this.trainRows.computeGradients();
      if (iteration > 0) this.record(loss);
      const grew = this.grow(iteration);
      if (this.validation) this.trackBest(iteration, this.validation.rows.loss());
      const sinceBest = iteration + 1 - this.bestIteration;
      stoppedEarly = this.validation !== undefined && earlyStoppingRounds > 0 && sinceBest >= earlyStoppingRounds;
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

  /** One tree an output. Returns whether any found a split. */
  private grow(iteration: number): boolean {
    const { params, grower, objective, mapper } = this;
    const { sample, count, rest, restCount } = this.bagging.draw(iteration);
    let grew = false;
    for (let k = 0; k < objective.outputs; k++) {
      this.context.check();
      const tree = iteration * objective.outputs + k;
      const features = drawFeatures(mapper.columns.length, params, this.context.args.seed, tree);
      const treeSeed = deriveSeed(params.featureFractionSeed ?? this.context.args.seed, 'tree', tree);
      const grown = grower.grow(this.trainRows.gradientsOf(k), sample, count, features, treeSeed);
      grew ||= grown.tests.length > 0;
      this.renewal.renew(grown, grower.partition, this.trainRows, k);
      this.shrink(grown.tree);
      this.scorer.addToLeaves(grown, grower.partition, this.trainRows.scoresOf(k));
      if (restCount > 0) this.scorer.addByWalking(grown, this.matrix, this.trainRows.scoresOf(k), rest, restCount);
      if (this.validation) this.addToValidation(grown, k);
      // The next tree reuses the rows and nodes that others may still be reading.
      this.context.barrier();
      if (iteration === 0) addToTree(grown.tree, this.baseScores[k]);
      this.trees.push(grown.tree);
    }
    return grew;
  }

  /** Applies the learning rate. A tree without a split adds nothing. */
  private shrink(tree: Tree): void {
    const rate = tree.leafCount > 1 ? this.params.learningRate : 0;
    for (const values of [tree.leafValue, tree.internalValue])
      for (let i = 0; i < values.length; i++) values[i] *= rate;
  }

  private addToValidation(grown: GrownTree, output: number): void {
    if (!this.validation) return;
    const { matrix, rows } = this.validation;
    this.scorer.addByWalking(grown, matrix, rows.scoresOf(output), 0, matrix.rows);
  }

  private trackBest(iteration: number, loss: number): void {
    this.validationLoss.push(loss);
    if (iteration === 0 || loss < this.validationLoss[this.bestIteration - 1]) this.bestIteration = iteration + 1;
  }

  /** The training loss of an iteration is known when the next one computes its gradients. */
  private record(trainLoss: number): void {
    this.trainLoss.push(trainLoss);
    const step = this.trainLoss.length;
    const validationLoss = this.validationLoss[step - 1];
    const metrics: Record<string, number> = { trainLoss };
    if (validationLoss !== undefined) metrics.valLoss = validationLoss;
    this.context.report({ phase: 'fit', step, total: this.params.numIterations, metrics });
  }

  private result(stoppedEarly: boolean): BoostingResult {
    const { objective, validation, params } = this;
    const bestIteration = validation ? this.bestIteration : this.trainLoss.length;
    const keepBest = validation !== undefined && params.earlyStoppingRounds > 0;
    const trees = keepBest ? this.trees.slice(0, bestIteration * objective.outputs) : this.trees;
    return {
      ...packEnsemble({ trees, outputs: objective.outputs, features: this.context.args.train.cols }),
      trainLoss: Float64Array.from(this.trainLoss),
      validationLoss: Float64Array.from(this.validationLoss),
      bestIteration,
      stoppedEarly,
      trainScores: trees.length === this.trees.length ? this.trainRows.copyScores() : new Float64Array(0),
    };
  }
}

/** Rows of weight 0 count as absent: they shape neither bins nor leaves. */
function weightedRows(rows: BoostingRows): { source: RowSource; y: Float64Array; weights?: Float32Array } {
  const { data, cols, y, weights } = rows;
  if (!weights?.includes(0)) return { source: { data, cols, rows: y.length }, y, weights };
  const list = Uint32Array.from(y.keys()).filter((i) => weights[i] > 0);
  const take = <T extends Float32Array | Float64Array>(from: T, to: T): T => {
    for (let i = 0; i < list.length; i++) to[i] = from[list[i]];
    return to;
  };
  return {
    source: { data, cols, rows: list.length, list },
    y: take(y, new Float64Array(list.length)),
    weights: take(weights, new Float32Array(list.length)),
  };
}

/** Folds a constant into a tree's leaves, as LightGBM does with the base score. */
function addToTree(tree: Tree, constant: number): void {
  if (constant === 0) return;
  for (const values of [tree.leafValue, tree.internalValue])
    for (let i = 0; i < values.length; i++) values[i] += constant;
}
