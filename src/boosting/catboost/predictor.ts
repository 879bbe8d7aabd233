/** Raw scores and leaf numbers of a CatBoost model: few rows at once on the calling thread, many on the worker pool. */
import { ownModule } from '../../core/location.js';
import type { Matrix } from '../../core/matrix.js';
import { runJob, startWorkers } from '../../kernels/pool.js';
import { shared } from '../../kernels/shared.js';
import type { PackedTrees } from '../../trees/prediction-block.js';
import type { IterationRange } from '../options.js';
import type { CatBoostFile } from './ensemble.js';
import { type Plan, planPrediction } from './plan.js';
import { BlockPredictor } from './predict-block.js';
import type { PredictArgs } from './predict-job.js';
import { packSymmetric } from './symmetric-trees.js';

/** Up to so many looks at a condition (some milliseconds) the calling thread is done before a job would have started. */
const LOOKS_AT_ONCE = 2_000_000;

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
  async scores(
    X: Matrix,
    [from, to]: IterationRange,
    options: { threads: number; signal?: AbortSignal },
  ): Promise<Float64Array> {
    const { plan } = this;
    const looks = X.rows * (plan.trees.start[to] - plan.trees.start[from] + plan.slots);
    const scores =
      looks <= LOOKS_AT_ONCE ? this.scoresHere(X, from, to) : await this.scoresOnPool(X, from, to, options);
    // The bias is where boosting started.
    const bias = from === 0 ? plan.bias : new Float64Array(plan.outputs);
    for (let i = 0; i < scores.length; i++) scores[i] = scores[i] * plan.scale + bias[i % plan.outputs];
    return scores;
  }

  /** (rows * trees,) row by row. */
  leaves(X: Matrix, [from, to]: IterationRange): Int32Array {
    const leaves = new Int32Array(X.rows * (to - from));
    this.own.leaves(X.data, X.cols, X.rows, leaves, from, to);
    return leaves;
  }

  private scoresHere(X: Matrix, from: number, to: number): Float64Array {
    const scores = new Float64Array(X.rows * this.plan.outputs);
    this.own.addScores(X.data, X.cols, 0, X.rows, scores, from, to);
    return scores;
  }

  private async scoresOnPool(
    X: Matrix,
    firstTree: number,
    endTree: number,
    options: { threads: number; signal?: AbortSignal },
  ): Promise<Float64Array> {
    const { plan } = this;
    if (!this.packed && !plan.trees.branching.includes(1)) {
      startWorkers(options.threads);
      this.packed = packSymmetric(plan);
      // A layout that failed, for want of memory, is tried again.
      this.packed.catch(() => (this.packed = undefined));
    }
    const scores = new Float64Array(new SharedArrayBuffer(X.rows * plan.outputs * 8));
    const args: PredictArgs = {
      plan,
      packed: await this.packed,
      data: await shared(X.data),
      cols: X.cols,
      rows: X.rows,
      scores,
      firstTree,
      endTree,
    };
    await runJob({ module: ownModule('boosting/catboost/predict-job'), args, doing: 'Prediction', ...options });
    return scores;
  }
}
