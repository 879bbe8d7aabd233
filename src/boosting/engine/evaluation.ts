/**
 * The sets of rows evaluated after each iteration: their scores, the values of the metrics, and which iteration was the
 * best on the set and metric that are watched.
 */
import type { Arena } from '../../kernels/arena.js';
import type { JobContext } from '../../kernels/job.js';
import type { RowSource } from '../../trees/binning.js';
import { createMetric } from './metrics/create.js';
import { Evaluator } from './metrics/evaluator.js';
import { isImprovement, type Metric } from './metrics/metric.js';
import { linkOf } from './objectives/link.js';
import type { Objective } from './objectives/objective.js';
import type { BoostingParams } from './params.js';
import { RowSet } from './row-set.js';
import type { BoostingRows } from './weighted-rows.js';

/** The set whose losses are the history's `valLoss`. */
const VALIDATION = 'validation';
/** What the objective's own loss is called where no metric is asked for. */
export const LOSS = 'loss';
/** What the training rows are called where metrics are evaluated on them. */
export const TRAIN = 'train';

/** Rows evaluated on: their scores, and the values of each metric after each iteration. `Table`: how a model is applied to them. */
export interface EvalSet<Table> {
  readonly name: string;
  readonly rows: RowSet;
  /** Absent for the training rows. */
  readonly table?: Table;
  /** By metric; the last is the objective's own loss. */
  readonly values: number[][];
}

export interface EvaluationState {
  values: number[][][];
  bestIterations: number[];
}

export class Evaluation<Table> {
  /** Sets other than the training rows. */
  readonly sets: readonly (EvalSet<Table> & { table: Table })[];
  private readonly all: readonly EvalSet<Table>[];
  private readonly metrics: readonly Metric[];
  private readonly evaluator: Evaluator;
  private readonly watched: EvalSet<Table> | undefined;
  /** Index of the metric watched. */
  private readonly watchedMetric: number;
  /** Those that may end the training: the one watched, or all. */
  private readonly stoppers: readonly number[];
  /** By metric, of the watched set: 1-based, 0 before the first iteration. */
  private readonly bestIterations: number[];

  /** Reserves room; usable after the next commit. `trained` are the rows whose scores are the model's. */
  constructor(
    context: JobContext,
    arena: Arena,
    objective: Objective,
    tableOf: (source: RowSource) => Table,
    private readonly params: BoostingParams,
    sets: readonly (BoostingRows & { name: string })[],
    trained: RowSet,
  ) {
    const metrics = params.metrics.map(createMetric);
    const perSet = () => Array.from({ length: metrics.length + 1 }, () => []);
    this.sets = sets.map(({ name, data, cols, y, weights, initScore }) => {
      const table = tableOf({ data, cols, rows: y.length });
      const rows = new RowSet(context, arena, objective, y, weights, { gradients: false, initScore });
      return { name, table, rows, values: perSet() };
    });
    const train = { name: TRAIN, rows: trained, values: perSet() };
    this.all = params.trainingMetrics ? [train, ...this.sets] : this.sets;
    this.metrics = metrics;
    const largest = this.all.reduce((most, { rows }) => Math.max(most, rows.rows), 0);
    this.evaluator = new Evaluator(context, arena, metrics, params.link ?? linkOf(params.objective), largest);
    this.watched = this.sets.find(({ name }) => name === params.earlyStoppingSet);
    const name = params.earlyStoppingMetric ?? metrics[0]?.name;
    const at = metrics.findIndex((metric) => metric.name === name);
    this.watchedMetric = at < 0 ? metrics.length : at;
    const others = params.earlyStoppingOnAny ? [...metrics.keys()].filter((i) => i !== this.watchedMetric) : [];
    this.stoppers = [this.watchedMetric, ...others];
    this.bestIterations = new Array<number>(metrics.length + 1).fill(0);
  }

  /** Of the set and metric watched: 1-based; 0 before the first iteration. */
  get bestIteration(): number {
    return this.bestIterations[this.watchedMetric];
  }

  get stopping(): boolean {
    return this.watched !== undefined && this.params.earlyStoppingRounds > 0;
  }

  start(baseScores: readonly number[]): void {
    for (const { rows } of this.sets) rows.fill(baseScores);
  }

  /** Evaluates all sets after an iteration (0-based); whether it is the best so far. Barriers. */
  evaluate(iteration: number): boolean {
    for (const set of this.all) {
      for (const [i, value] of this.evaluator.evaluate(set.rows).entries()) set.values[i].push(value);
      if (this.needsLoss(set)) set.values[this.metrics.length].push(set.rows.loss());
    }
    const { watched, bestIterations } = this;
    if (!watched) return false;
    for (const i of this.stoppers) if (this.isBest(watched.values[i], i, iteration)) bestIterations[i] = iteration + 1;
    return this.bestIteration === iteration + 1;
  }

  private isBest(values: readonly number[], metric: number, iteration: number): boolean {
    if (iteration === 0) return true;
    const direction = this.metrics[metric]?.direction ?? 'minimize';
    const best = values[this.bestIterations[metric] - 1];
    return isImprovement(direction, values[iteration], best, this.params.earlyStoppingMinDelta);
  }

  /** After an iteration (0-based): whether the watched value, or any of them, has not improved for too long. */
  shouldStop(iteration: number): boolean {
    const { stopping, stoppers, bestIterations } = this;
    const rounds = this.params.earlyStoppingRounds;
    return stopping && stoppers.some((metric) => iteration + 1 - bestIterations[metric] >= rounds);
  }

  private needsLoss(set: EvalSet<Table>): boolean {
    if (set.name === TRAIN) return false;
    const { length } = this.metrics;
    return set.name === VALIDATION || length === 0 || (set === this.watched && this.watchedMetric === length);
  }

  /** Losses of the validation rows; empty without. */
  get validationLosses(): readonly number[] {
    const set = this.sets.find(({ name }) => name === VALIDATION);
    return set ? set.values[this.metrics.length] : [];
  }

  /** All values: of the metrics, or of the loss where there are none. */
  results(): { set: string; metric: string; values: number[] }[] {
    const names = this.metrics.length > 0 ? this.metrics.map(({ name }) => name) : [LOSS];
    return this.all.flatMap(({ name, values }) =>
      names.map((metric, i) => ({ set: name, metric, values: values[i] })).filter((entry) => entry.values.length > 0),
    );
  }

  state(): EvaluationState {
    return { values: this.all.map(({ values }) => values), bestIterations: this.bestIterations };
  }

  restore({ values, bestIterations }: EvaluationState): void {
    for (const [i, set] of this.all.entries()) for (const [j, list] of set.values.entries()) list.push(...values[i][j]);
    this.bestIterations.splice(0, bestIterations.length, ...bestIterations);
  }
}
