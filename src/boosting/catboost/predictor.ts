/** Raw scores and leaf numbers of a CatBoost model: few rows at once on the calling thread, many on the worker pool. */
import { ownModule } from '../../core/location.js';
import { Matrix } from '../../core/matrix.js';
import { inTurns } from '../../core/turns.js';
import { runJob, startWorkers } from '../../kernels/pool.js';
import { shared } from '../../kernels/shared.js';
import { BLOCK_ROWS, type PackedTrees } from '../../trees/prediction-block.js';
import type { IterationRange } from '../options.js';
import type { CatBoostFile } from './ensemble.js';
import { fromScores, type OutputRule, taskOfLoss } from './loss.js';
import { type Plan, planPrediction } from './plan.js';
import { BlockPredictor, finishScores } from './predict-block.js';
import type { PredictArgs } from './predict-job.js';
import { packSymmetric } from './symmetric-trees.js';

/** Up to so many looks at a condition (some milliseconds) the calling thread is done before a job would have started. */
const LOOKS_AT_ONCE = 2_000_000;
/** Rows whose slots are filled at a stretch. */
const SLOT_ROWS = 2 * BLOCK_ROWS;

interface PoolOptions {
  readonly threads: number;
  readonly signal?: AbortSignal;
}

/** Keeps a model's layout, and what it learned of its categories, from call to call. */
export class CatBoostPredictor {
  private readonly plan: Plan;
  private readonly own: BlockPredictor;
  private packed: Promise<PackedTrees> | undefined;

  constructor({ ensemble, categoryNames }: Pick<CatBoostFile, 'ensemble' | 'categoryNames'>) {
    this.plan = planPrediction(ensemble, categoryNames);
    this.own = new BlockPredictor(this.plan);
  }

  /** (rows * outputs,) row by row: sums in the order of the trees, the same bits on any number of threads. */
  async scores(X: Matrix, range: IterationRange, options: PoolOptions): Promise<Float64Array> {
    if (this.isSmall(X, range)) return this.scoresHere(X, range);
    const scores = new Float64Array(new SharedArrayBuffer(X.rows * this.plan.outputs * 8));
    await this.runOnPool(X, range, { scores }, options);
    return scores;
  }

  /** What `fromScores` makes of the scores; for many rows the workers turn them into probabilities too. */
  async output(
    X: Matrix,
    range: IterationRange,
    rule: OutputRule,
    options: PoolOptions,
  ): Promise<Matrix | Float64Array> {
    if (this.isSmall(X, range)) return fromScores(rule, this.scoresHere(X, range));
    if (taskOfLoss(rule.loss) === 'regression') return fromScores(rule, await this.scores(X, range, options));
    const out = Matrix.zeros(X.rows, rule.order.length);
    await this.runOnPool(X, range, { probabilities: { rule, values: out.data } }, options);
    return out;
  }

  /** (rows * trees,) row by row. */
  leaves(X: Matrix, [from, to]: IterationRange): Int32Array {
    const leaves = new Int32Array(X.rows * (to - from));
    this.own.leaves(X.data, X.cols, X.rows, leaves, from, to);
    return leaves;
  }

  /** The layout of the trees and of the slots they look at. */
  get layout(): Plan {
    return this.plan;
  }

  /** (rows, slots) the numbers that conditions look at. */
  async slots(X: Matrix): Promise<Matrix> {
    const { slots } = this.plan;
    const out = Matrix.zeros(X.rows, slots);
    await inTurns(X.rows, SLOT_ROWS, (from, to) => {
      this.own.slotRows(X.data, X.cols, from, to, out.data.subarray(from * slots, to * slots));
    });
    return out;
  }

  private isSmall({ rows }: Matrix, [from, to]: IterationRange): boolean {
    const { trees, slots } = this.plan;
    return rows * (trees.start[to] - trees.start[from] + slots) <= LOOKS_AT_ONCE;
  }

  private scoresHere(X: Matrix, [from, to]: IterationRange): Float64Array {
    const scores = new Float64Array(X.rows * this.plan.outputs);
    this.own.addScores(X.data, X.cols, 0, X.rows, scores, from, to);
    finishScores(this.plan, scores, from);
    return scores;
  }

  private async runOnPool(
    X: Matrix,
    [firstTree, endTree]: IterationRange,
    into: Pick<PredictArgs, 'scores' | 'probabilities'>,
    options: PoolOptions,
  ): Promise<void> {
    const { plan } = this;
    if (!this.packed && !plan.trees.branching.includes(1)) {
      startWorkers(options.threads);
      this.packed = packSymmetric(plan);
      // A layout that failed, for want of memory, is tried again.
      this.packed.catch(() => (this.packed = undefined));
    }
    const args: PredictArgs = {
      plan,
      packed: await this.packed,
      data: await shared(X.data),
      cols: X.cols,
      rows: X.rows,
      ...into,
      firstTree,
      endTree,
    };
    await runJob({ module: ownModule('boosting/catboost/predict-job'), args, doing: 'Prediction', ...options });
  }
}
