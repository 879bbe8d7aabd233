/** CatBoost's boosting loop, run by every worker of a job: bins, then tree by tree derivatives, structure, leaf values, scores. */
import { deriveSeed } from '../../../core/random.js';
import { Arena } from '../../../kernels/arena.js';
import type { JobContext } from '../../../kernels/job.js';
import type { BinnedMatrix } from '../../../trees/binned-matrix.js';
import type { RowSource } from '../../../trees/binning.js';
import { createMetric } from '../../engine/metrics/create.js';
import type { Metric } from '../../engine/metrics/metric.js';
import { OverfittingDetector } from './detector.js';
import { LeafEstimator } from './leaf-values.js';
import { chooseLearningRate } from './learning-rate.js';
import { createLoss, type Loss } from './losses.js';
import type { CatBoostParams } from './params.js';
import { binColumns, findColumns, type QuantisedColumns } from './quantise.js';
import { RowScores } from './row-scores.js';
import { type ChosenTest, SymmetricGrower } from './symmetric-grower.js';

/** Rows with labels; typed arrays over shared memory. Labels are class numbers or values. */
export interface CatBoostRows {
  data: Float32Array;
  cols: number;
  y: Float64Array;
  weights?: Float32Array;
}

export interface CatBoostArgs {
  train: CatBoostRows;
  /** The first one is watched by the detector. */
  evalSets: { name: string; rows: CatBoostRows }[];
  params: CatBoostParams;
  seed: number;
}

/** A test in terms of X: yes is a value above the border, or the category itself. */
export type FoundTest =
  | { kind: 'float'; column: number; border: number }
  | { kind: 'one-hot'; column: number; code: number };

export interface FoundTree {
  tests: FoundTest[];
  /** (leaves, outputs) row-major, the learning rate included. */
  values: Float64Array;
  weights: Float64Array;
}

export interface CatBoostResult {
  trees: FoundTree[];
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

interface EvalSet {
  rows: RowScores;
  matrix: BinnedMatrix;
}

class CatBoostRun {
  private readonly params: CatBoostParams;
  private readonly arena: Arena;
  private readonly columns: QuantisedColumns;
  private readonly set: RowScores;
  private readonly evalSets: EvalSet[];
  private readonly grower: SymmetricGrower;
  private readonly estimator: LeafEstimator;
  private readonly metrics: readonly Metric[];
  private readonly scratch: number;
  private readonly start: number[];
  private readonly learningRate: number;
  private readonly detector: OverfittingDetector;
  private readonly trees: FoundTree[] = [];
  private readonly trainLoss: number[] = [];
  private readonly evaluations: number[][][];

  constructor(
    private readonly context: JobContext<CatBoostArgs>,
    private readonly loss: Loss,
  ) {
    const { params, seed, evalSets } = context.args;
    const arena = new Arena(context);
    this.arena = arena;
    this.params = params;
    context.report({ phase: 'bin', step: 0, total: params.iterations });
    const train = weightedRows(context.args.train);
    const oneHot = new Set(params.categorical.columns);
    this.columns = findColumns(context, arena, train.source, params, oneHot, deriveSeed(seed, 'borders'));
    const matrix = binColumns(context, arena, train.source, this.columns);
    this.set = new RowScores(context, arena, loss, train.y, train.weights, { ders: true });
    this.evalSets = evalSets.map(({ rows: { data, cols, y, weights } }) => ({
      matrix: binColumns(context, arena, { data, cols, rows: y.length }, this.columns),
      rows: new RowScores(context, arena, loss, y, weights, { ders: false }),
    }));
    const blocks = [{ matrix, bins: this.columns.bins, oneHot: this.columns.oneHot }];
    const rows = train.y.length;
    this.grower = new SymmetricGrower(context, arena, params, blocks, loss.outputs, rows, deriveSeed(seed, 'trees'));
    this.estimator = new LeafEstimator(
      context,
      arena,
      loss,
      params,
      rows,
      train.weights !== undefined,
      2 ** params.depth,
    );
    const scratch = params.depth * 12 + 64 + 2 ** params.depth * 8;
    this.scratch = arena.alloc(context.threads * scratch) + context.thread * scratch;
    arena.commit();
    this.metrics = params.metrics.map(createMetric);
    this.learningRate = chooseLearningRate(params, rows, params.useBestModel && evalSets.length > 0);
    this.start = params.boostFromAverage ? loss.start(train.y, train.weights) : new Array<number>(loss.outputs).fill(0);
    this.set.fill(this.start);
    for (const { rows } of this.evalSets) rows.fill(this.start);
    this.grower.prepare();
    this.detector = new OverfittingDetector(params.detector, this.metrics[0]?.direction ?? 'minimize');
    this.evaluations = Array.from({ length: 1 + evalSets.length }, () => this.metrics.map(() => []));
  }

  train(): CatBoostResult {
    const { params, evalSets } = this;
    let stoppedEarly = false;
    let { loss, squares } = this.set.derive();
    for (let iteration = 0; iteration < params.iterations; iteration++) {
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
    }
    return this.result(stoppedEarly);
  }

  private addTree(iteration: number, squares: number): void {
    const { grower, set, loss, learningRate } = this;
    const previous = this.trees[this.trees.length - 1];
    const tests = grower.grow(
      set,
      iteration,
      previous && meanLength(previous.values, loss.outputs),
      squares,
      learningRate,
    );
    const { values, weights } = this.estimator.estimate(grower.leafRows, set);
    for (let i = 0; i < values.length; i++) values[i] *= learningRate;
    this.addToRows(values);
    for (const { matrix, rows } of this.evalSets) this.addToEvalSet(tests, values, matrix, rows);
    this.trees.push({ tests: tests.map((test) => this.found(test)), values, weights });
    this.context.barrier();
  }

  private addToRows(values: Float64Array): void {
    const { context, set, loss, grower } = this;
    const chunks = grower.leafRows.chunks(8192);
    for (let i = context.nextUnit(); i < chunks.length; i = context.nextUnit()) {
      const { leaf, begin, count } = chunks[i];
      for (let k = 0; k < loss.outputs; k++) {
        context.kernels.addToRows(set.scoresOf(k), grower.leafRows.at(begin), count, values[leaf * loss.outputs + k]);
      }
    }
  }

  private addToEvalSet(
    tests: readonly ChosenTest[],
    values: Float64Array,
    matrix: BinnedMatrix,
    rows: RowScores,
  ): void {
    const { arena, context, loss, scratch } = this;
    const list = arena.int32(scratch, tests.length * 3);
    for (const [i, { feature, bin }] of tests.entries()) {
      list.set([matrix.columnMajor + feature * matrix.pitch, bin, Number(this.columns.oneHot[feature])], 3 * i);
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

  private found({ feature, bin }: ChosenTest): FoundTest {
    const { mapper, oneHot, missingBins } = this.columns;
    const column = mapper.columns[feature];
    const cuts = mapper.cuts[feature];
    if (!oneHot[feature]) return { kind: 'float', column, border: cuts[bin] };
    // Cuts between codes: a bin's code is the integer between its own two.
    const missing = mapper.hasMissing[feature] === 1 && bin === missingBins[feature];
    return { kind: 'one-hot', column, code: missing ? Number.NaN : bin };
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
      trees,
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

/** Rows of weight 0 count as absent. */
function weightedRows(rows: CatBoostRows): { source: RowSource; y: Float64Array; weights?: Float32Array } {
  const { data, cols, y, weights } = rows;
  if (!weights?.includes(0)) return { source: { data, cols, rows: y.length }, y, weights };
  const list = Uint32Array.from(y.keys()).filter((i) => weights[i] > 0);
  return {
    source: { data, cols, rows: list.length, list },
    y: Float64Array.from(list, (i) => y[i]),
    weights: Float32Array.from(list, (i) => weights[i]),
  };
}
