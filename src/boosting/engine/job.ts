/** The boosting loop, run by every worker of a job: bin, then iteration by iteration gradients, trees, scores, evaluation. */
import { deriveSeed } from '../../core/random.js';
import { Arena } from '../../kernels/arena.js';
import type { JobContext } from '../../kernels/job.js';
import type { RowSource } from '../../trees/binning.js';
import { packEnsemble } from '../../trees/ensemble-pack.js';
import type { GrownTree } from '../../trees/grower.js';
import type { TreeOrder } from '../../trees/lone-growers.js';
import type { BoostingArgs, BoostingResult } from './boosting-args.js';
import { type BoostingState, Checkpoints, stateToResume } from './checkpoint.js';
import { Evaluation } from './evaluation.js';
import { checkRenewal } from './growth-checks.js';
import { LeafRenewal } from './leaf-renewal.js';
import { LinearRun } from './linear/linear-run.js';
import { createMode } from './modes/create.js';
import type { BoostingMode } from './modes/mode.js';
import type { Objective } from './objectives/objective.js';
import { createObjective } from './objectives.js';
import type { BoostingParams } from './params.js';
import type { RowSample, RowSampler } from './row-sampler.js';
import { RowSet } from './row-set.js';
import { createSampler, drawFeatures } from './sampling.js';
import { ScoreKeeper } from './score-keeper.js';
import { ExactLearner, HistogramLearner, type RowTable, type TreeLearner } from './tree-learner.js';
import { mostLeaves } from './tree-options.js';
import { weightedRows } from './weighted-rows.js';

export async function run(context: JobContext<BoostingArgs>): Promise<BoostingResult> {
  const { params, train } = context.args;
  const objective = await createObjective(params.objective, { labels: train.y, weights: train.weights });
  if (params.linear) return new LinearRun(context, objective, params.linear).train();
  return new BoostingRun(context, objective).train();
}

class BoostingRun {
  private readonly params: BoostingParams;
  private readonly trainRows: RowSet;
  private readonly evaluation: Evaluation<RowTable>;
  private readonly learner: TreeLearner;
  /** Outputs that a tree grows for: 1, or all. */
  private readonly treeOutputs: number;
  private readonly renewal: LeafRenewal;
  private readonly sampler: RowSampler;
  private readonly mode: BoostingMode;
  private readonly checkpoints: Checkpoints<BoostingState> | undefined;
  private readonly trainLoss: number[] = [];
  /** Iterations that an earlier run did. */
  private readonly resumed: number = 0;

  constructor(
    private readonly context: JobContext<BoostingArgs>,
    private readonly objective: Objective,
  ) {
    const { args } = context;
    const { params, seed, firstIteration } = args;
    const arena = new Arena(context);
    this.params = params;
    checkRenewal(params, objective.renewLeaf !== undefined);
    context.report({ phase: 'bin', step: 0, total: params.numIterations });
    if (args.checkpoint && context.thread === 0) this.checkpoints = new Checkpoints(args.checkpoint, args);
    const train = weightedRows(args.train);
    this.treeOutputs = params.multiOutput ? objective.outputs : 1;
    const learner = params.exact
      ? new ExactLearner(context, arena, train.source, params)
      : new HistogramLearner(context, arena, train.source, params, seed, {
          outputs: this.treeOutputs,
          independent: objective.outputs / this.treeOutputs,
        });
    this.learner = learner;
    const { initScore } = train;
    const rowSet = (gradients: boolean): RowSet =>
      new RowSet(context, arena, objective, train.y, train.weights, { gradients, initScore });
    this.trainRows = rowSet(true);
    // A forest's gradients are all taken at the base scores.
    const outcome = params.boosting === 'rf' ? rowSet(false) : this.trainRows;
    const tableOf = (source: RowSource) => learner.tableOf(source);
    this.evaluation = new Evaluation(context, arena, objective, tableOf, params, args.evalSets, outcome);
    this.renewal = new LeafRenewal(context, arena, objective, mostLeaves(params, this.trainRows.rows));
    this.sampler = createSampler(context, arena, this.trainRows, objective.outputs, params, seed);
    arena.commit();
    // Scores to start from take the place of the base score, as in LightGBM.
    const average = params.boostFromAverage && !initScore;
    const zeros = Array.from({ length: objective.outputs }, () => 0);
    const baseScores = average ? objective.baseScores(train.y, train.weights) : zeros;
    this.trainRows.fill(baseScores);
    if (outcome !== this.trainRows) outcome.fill(baseScores);
    this.evaluation.start(baseScores);
    const scores = new ScoreKeeper(context, learner, this.evaluation.sets);
    const { outputs } = objective;
    const rows = { train: this.trainRows, outcome };
    this.mode = createMode({ params, seed, firstIteration, outputs, ...rows, scores, baseScores });
    if (params.boosting === 'rf') this.trainRows.computeGradients();
    const state = stateToResume<BoostingState>(args);
    if (state) this.resumed = this.restore(state);
  }

  train(): BoostingResult {
    const { params, mode, evaluation, trainRows, context } = this;
    let stoppedEarly = evaluation.bestIteration > 0 && evaluation.shouldStop(this.resumed - 1);
    for (let iteration = this.resumed; iteration < params.numIterations && !stoppedEarly; iteration++) {
      mode.start(iteration);
      if (mode.lossWithGradients) {
        const loss = trainRows.computeGradients();
        if (iteration > 0) this.record(loss);
      } else if (params.boosting !== 'rf') {
        context.barrier();
        trainRows.computeGradients();
      }
      const grew = this.grow(iteration);
      mode.end(iteration);
      if (!mode.lossWithGradients) {
        context.barrier();
        this.record(mode.outcome.loss());
      }
      if (evaluation.evaluate(iteration)) mode.markBest();
      stoppedEarly = evaluation.shouldStop(iteration);
      // Without anything random, the next iteration would find no split either.
      if (!grew && !this.random && !params.rootOnlyTrees) break;
      this.checkpoint(iteration + 1);
    }
    if (mode.lossWithGradients) this.record(trainRows.loss());
    return this.result(stoppedEarly);
  }

  private get random(): boolean {
    const { featureFraction, featureFractionByLevel, featureFractionByNode, extraTrees } = this.params;
    const features = featureFraction < 1 || featureFractionByLevel < 1 || featureFractionByNode < 1 || extraTrees;
    return this.mode.random || this.sampler.random || features;
  }

  /** An iteration's trees: one an output, or one for all, `parallelTrees` times. Returns whether any found a split. */
  private grow(iteration: number): boolean {
    const { params, objective, mode, context } = this;
    const { outputs } = objective;
    const { parallelTrees } = params;
    const number = context.args.firstIteration + iteration;
    const later: [GrownTree, number][] = [];
    let grew = false;
    for (let part = 0; part < parallelTrees; part++) {
      const sample = this.sampler.draw(number, part);
      for (let first = 0, next = 0; first < outputs; first = next) {
        context.check();
        const trees = this.growTrees((number * parallelTrees + part) * outputs, first, sample);
        next = first + trees.length;
        grew ||= trees.some(({ tests }) => tests.length > 0);
        for (const [i, grown] of trees.entries()) {
          this.renewal.renew(grown, this.trainRows, first + i);
          if (grown.tests.length === 0 && !params.rootOnlyTrees) grown.tree.leafValue.fill(0);
          // Parallel trees all see the scores before the iteration.
          if (parallelTrees > 1) later.push([{ ...grown, leafRows: [] }, first + i]);
          else mode.add(grown, first + i, iteration, sample);
          // The next tree reuses the rows and nodes that others may still be reading.
          context.barrier();
        }
      }
    }
    for (const [grown, k] of later) mode.add(grown, k, iteration, undefined);
    if (later.length > 0) context.barrier();
    return grew;
  }

  /** Trees of the outputs from `first` on: all of one structure, or some of their own. The seed of output k's is of number `tree` + k. */
  private growTrees(tree: number, first: number, { sample, count }: RowSample): GrownTree[] {
    const { learner, treeOutputs, objective } = this;
    const { atATime } = learner;
    const together = (objective.outputs - first) / treeOutputs >= atATime ? atATime : 1;
    const orders = Array.from({ length: together }, (_, i) => this.orderOf(tree, first + i));
    return learner
      .grow(orders, sample, count)
      .flatMap((grown) => [grown, ...grown.others.map((own) => ({ ...grown, tree: own, others: [] }))]);
  }

  private orderOf(tree: number, output: number): TreeOrder {
    const { params, learner, trainRows, treeOutputs } = this;
    const { seed } = this.context.args;
    return {
      gradients: Array.from({ length: treeOutputs }, (_, i) => trainRows.gradientsOf(output + i)),
      features: drawFeatures(learner.features, params, seed, tree + output),
      seed: deriveSeed(params.featureFractionSeed ?? seed, 'tree', tree + output),
    };
  }

  /** Where gradients tell it, the training loss of an iteration is known when the next one computes them. */
  private record(trainLoss: number): void {
    this.trainLoss.push(trainLoss);
    const step = this.trainLoss.length;
    const metrics: Record<string, number> = { trainLoss };
    const valLoss = this.evaluation.validationLosses[step - 1];
    if (valLoss !== undefined) metrics.valLoss = valLoss;
    this.context.report({ phase: 'fit', step, total: this.params.numIterations, metrics });
  }

  private checkpoint(iterations: number): void {
    const { checkpoint } = this.context.args;
    if (!checkpoint || iterations % checkpoint.interval !== 0 || iterations >= this.params.numIterations) return;
    const { evaluation, mode, trainLoss } = this;
    this.checkpoints?.write({
      iterations,
      trainLoss,
      evaluation: evaluation.state(),
      mode: mode.state(),
      scores: [mode.outcome, ...evaluation.sets.map(({ rows }) => rows)].map((rows) => rows.copyScores()),
    });
    // Nobody changes scores while they are being copied.
    this.context.barrier();
  }

  private restore({ iterations, trainLoss, evaluation, mode, scores }: BoostingState): number {
    this.trainLoss.push(...trainLoss);
    this.evaluation.restore(evaluation);
    this.mode.restore(mode);
    const sets = [this.mode.outcome, ...this.evaluation.sets.map(({ rows }) => rows)];
    for (const [i, rows] of sets.entries()) if (this.context.thread === 0) rows.setScores(scores[i]);
    this.context.barrier();
    return iterations;
  }

  private result(stoppedEarly: boolean): BoostingResult {
    const { objective, evaluation, mode } = this;
    const { parallelTrees } = this.params;
    const all = this.trainLoss.length;
    const bestIteration = evaluation.bestIteration || all;
    const kept = evaluation.stopping ? bestIteration : all;
    const trees = mode.finish(kept);
    const { cols } = this.context.args.train;
    return {
      ...packEnsemble({ trees, outputs: objective.outputs, features: cols }),
      trainLoss: Float64Array.from(this.trainLoss),
      validationLoss: Float64Array.from(evaluation.validationLosses),
      evaluations: evaluation.results(),
      bestIteration,
      stoppedEarly,
      trainScores:
        trees.length === all * objective.outputs * parallelTrees ? mode.outcome.copyScores() : new Float64Array(0),
    };
  }
}
