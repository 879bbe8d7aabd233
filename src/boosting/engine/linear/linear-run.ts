/** Boosting of a linear model (XGBoost's gblinear): every iteration is a round of coordinate descent, evaluated as trees are. */
import { Arena } from '../../../kernels/arena.js';
import type { JobContext } from '../../../kernels/job.js';
import type { RowSource } from '../../../trees/binning.js';
import { packEnsemble } from '../../../trees/ensemble-pack.js';
import { share } from '../../../trees/partition.js';
import type { BoostingArgs, BoostingResult } from '../boosting-args.js';
import { type BoostingState, Checkpoints, stateToResume } from '../checkpoint.js';
import { Evaluation } from '../evaluation.js';
import type { Objective } from '../objectives/objective.js';
import type { LinearParams } from '../params.js';
import { RowSet } from '../row-set.js';
import { weightedRows } from '../weighted-rows.js';
import { Columns } from './columns.js';
import { CoordinateDescent, type Penalties } from './coordinate-descent.js';
import { featuresOf } from './selection.js';

interface LinearState {
  weights: Float32Array;
  best: Float32Array;
}

export class LinearRun {
  private readonly source: RowSource;
  private readonly rows: RowSet;
  private readonly evaluation: Evaluation<RowSource>;
  private readonly descent: CoordinateDescent;
  private readonly penalties: Penalties;
  private readonly checkpoints: Checkpoints<BoostingState> | undefined;
  private readonly trainLoss: number[] = [];
  private readonly resumed: number = 0;
  /** (features + 1, outputs): the last row is the bias. */
  private weights: Float32Array;
  private best: Float32Array;

  constructor(
    private readonly context: JobContext<BoostingArgs>,
    private readonly objective: Objective,
    private readonly linear: LinearParams,
  ) {
    const { args } = context;
    const { params } = args;
    const { outputs } = objective;
    const arena = new Arena(context);
    if (args.checkpoint && context.thread === 0) this.checkpoints = new Checkpoints(args.checkpoint, args);
    const { source, y, weights, initScore } = weightedRows(args.train);
    this.source = source;
    const columns = new Columns(context, arena, source);
    this.rows = new RowSet(context, arena, objective, y, weights, { gradients: true, initScore });
    const tableOf = (rows: RowSource) => rows;
    this.evaluation = new Evaluation(context, arena, objective, tableOf, params, args.evalSets, this.rows);
    this.descent = new CoordinateDescent(context, arena, columns, source.rows);
    const { totalWeight } = this.rows;
    const { lambdaL1, lambdaL2, learningRate } = params;
    this.penalties = { l1: lambdaL1 * totalWeight, l2: lambdaL2 * totalWeight, learningRate };
    this.weights = Float32Array.from(linear.initial ?? new Float32Array((source.cols + 1) * outputs));
    this.best = this.weights;
    arena.commit();
    columns.fill();
    const average = params.boostFromAverage && !initScore;
    const start = average ? objective.baseScores(y, weights) : new Array<number>(outputs).fill(0);
    this.rows.fill(start);
    this.evaluation.start(start);
    const state = stateToResume<BoostingState>(args);
    if (state) this.resumed = this.restore(state);
  }

  train(): BoostingResult {
    const { evaluation, rows } = this;
    const { numIterations } = this.context.args.params;
    let stoppedEarly = evaluation.bestIteration > 0 && evaluation.shouldStop(this.resumed - 1);
    for (let iteration = this.resumed; iteration < numIterations && !stoppedEarly; iteration++) {
      const loss = rows.computeGradients();
      if (iteration > 0) this.record(loss);
      this.round(iteration);
      if (evaluation.evaluate(iteration)) this.best = this.weights;
      stoppedEarly = evaluation.shouldStop(iteration);
      this.checkpoint(iteration + 1);
    }
    this.record(rows.loss());
    return this.result(stoppedEarly);
  }

  /** Steps of all weights, then of all scores. */
  private round(iteration: number): void {
    const { descent, penalties, objective, linear, context, source } = this;
    const { outputs } = objective;
    const { seed, firstIteration, params } = context.args;
    const rate = params.learningRates?.[iteration];
    const own = rate === undefined ? penalties : { ...penalties, learningRate: rate };
    const weights = this.weights.slice();
    const bias = source.cols * outputs;
    for (let k = 0; k < outputs; k++) {
      const pairs = this.rows.gradientsOf(k);
      weights[bias + k] += descent.bias(pairs, own);
      const order = featuresOf({
        ...linear,
        features: source.cols,
        seed,
        round: (firstIteration + iteration) * outputs + k,
        propose: (j) => descent.proposal(pairs, j, weights[j * outputs + k], own),
      });
      for (const j of order) {
        context.check();
        weights[j * outputs + k] += descent.feature(pairs, j, weights[j * outputs + k], own);
      }
    }
    // Nobody changes gradients while others still sum them.
    context.barrier();
    const steps = Float64Array.from(weights, (weight, i) => weight - this.weights[i]);
    this.weights = weights;
    this.addTo(this.rows, source, steps);
    for (const { rows, table } of this.evaluation.sets) this.addTo(rows, table, steps);
    context.barrier();
  }

  private addTo(set: RowSet, { data, cols, rows, list }: RowSource, steps: Float64Array): void {
    const { thread, threads } = this.context;
    const { scores } = set.views();
    const outputs = scores.length;
    const [from, to] = share(0, rows, thread, threads);
    for (const [k, column] of scores.entries()) {
      for (let i = from; i < to; i++) {
        const start = (list ? list[i] : i) * cols;
        let sum = steps[cols * outputs + k];
        for (let j = 0; j < cols; j++) {
          const value = data[start + j];
          if (!Number.isNaN(value)) sum += value * steps[j * outputs + k];
        }
        column[i] += sum;
      }
    }
  }

  private record(trainLoss: number): void {
    this.trainLoss.push(trainLoss);
    const step = this.trainLoss.length;
    const valLoss = this.evaluation.validationLosses[step - 1];
    const metrics: Record<string, number> = valLoss === undefined ? { trainLoss } : { trainLoss, valLoss };
    this.context.report({ phase: 'fit', step, total: this.context.args.params.numIterations, metrics });
  }

  private checkpoint(iterations: number): void {
    const { checkpoint, params } = this.context.args;
    if (!checkpoint || iterations % checkpoint.interval !== 0 || iterations >= params.numIterations) return;
    const { evaluation, trainLoss, weights, best } = this;
    const mode: LinearState = { weights, best };
    const scores = [this.rows, ...evaluation.sets.map(({ rows }) => rows)].map((rows) => rows.copyScores());
    this.checkpoints?.write({ iterations, trainLoss, evaluation: evaluation.state(), mode, scores });
    this.context.barrier();
  }

  private restore({ iterations, trainLoss, evaluation, mode, scores }: BoostingState): number {
    this.trainLoss.push(...trainLoss);
    this.evaluation.restore(evaluation);
    ({ weights: this.weights, best: this.best } = mode as LinearState);
    const sets = [this.rows, ...this.evaluation.sets.map(({ rows }) => rows)];
    for (const [i, rows] of sets.entries()) if (this.context.thread === 0) rows.setScores(scores[i]);
    this.context.barrier();
    return iterations;
  }

  private result(stoppedEarly: boolean): BoostingResult {
    const { evaluation, trainLoss } = this;
    const all = trainLoss.length;
    const bestIteration = evaluation.bestIteration || all;
    const kept = evaluation.stopping ? bestIteration : all;
    return {
      ...packEnsemble({ trees: [], outputs: this.objective.outputs, features: this.source.cols }),
      linear: kept === all ? this.weights : this.best,
      trainLoss: Float64Array.from(trainLoss),
      validationLoss: Float64Array.from(evaluation.validationLosses),
      evaluations: evaluation.results(),
      bestIteration,
      stoppedEarly,
      trainScores: kept === all ? this.rows.copyScores() : new Float64Array(0),
    };
  }
}
