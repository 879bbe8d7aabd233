/** The rows a model is trained on or validated by, in shared memory: labels, weights, scores and, for training, gradients. */
import { InvalidInputError } from '../../core/errors.js';
import type { Arena } from '../../kernels/arena.js';
import type { JobContext } from '../../kernels/job.js';
import type { Objective, ObjectiveRows } from './objectives/objective.js';

/** Rows whose losses are summed together; part of the definition of a loss's last bits, so it never depends on threads. */
const BLOCK = 4096;

export class RowSet {
  /** Scores of output k start at scores + k * 8 * stride. */
  readonly stride: number;
  readonly scores: number;
  /** Gradient pairs, in the order of the scores; 0 where there are none. */
  readonly gradients: number;
  private readonly labels: number;
  private readonly weights: number;
  private readonly blockLosses: number;
  private readonly scratch: number;
  readonly totalWeight: number;

  /** Reserves room; call `fill` after the next commit. */
  constructor(
    private readonly context: JobContext,
    private readonly arena: Arena,
    private readonly objective: Objective,
    private readonly y: Float64Array,
    private readonly w: Float32Array | undefined,
    private readonly options: { gradients: boolean; initScore?: Float64Array },
  ) {
    const { outputs } = objective;
    this.stride = y.length + (y.length % 2);
    this.scores = arena.alloc(outputs * this.stride * 8);
    this.gradients = options.gradients ? arena.alloc(outputs * this.stride * 8) : 0;
    this.labels = arena.alloc(this.stride * 8);
    this.weights = w ? arena.alloc(this.stride * 4) : 0;
    this.blockLosses = arena.alloc(Math.ceil(y.length / BLOCK) * 8);
    const scratchBytes = Math.ceil((outputs * 16) / 64) * 64;
    this.scratch = arena.alloc(context.threads * scratchBytes) + context.thread * scratchBytes;
    this.totalWeight = w ? w.reduce((sum, weight) => sum + weight, 0) : y.length;
  }

  /** Labels as they were given. */
  get target(): Float64Array {
    return this.y;
  }

  get rows(): number {
    return this.y.length;
  }

  scoresOf(output: number): number {
    return this.scores + output * this.stride * 8;
  }

  /** The present scores, (outputs, rows). */
  copyScores(): Float64Array {
    const { rows, objective, arena } = this;
    const copy = new Float64Array(rows * objective.outputs);
    for (let k = 0; k < objective.outputs; k++) copy.set(arena.float64(this.scoresOf(k), rows), k * rows);
    return copy;
  }

  /** Scores as `copyScores` gave them; by one worker. */
  setScores(copy: Float64Array): void {
    const { rows, objective, arena } = this;
    for (let k = 0; k < objective.outputs; k++)
      arena.float64(this.scoresOf(k), rows).set(copy.subarray(k * rows, (k + 1) * rows));
  }

  gradientsOf(output: number): number {
    return this.gradients + output * this.stride * 8;
  }

  /** Labels, weights and scores by output, in shared memory. */
  views(): { labels: Float64Array; weights?: Float32Array; scores: Float64Array[] } {
    const { arena, rows, objective } = this;
    return {
      labels: arena.float64(this.labels, rows),
      weights: this.weights ? arena.float32(this.weights, rows) : undefined,
      scores: Array.from({ length: objective.outputs }, (_, k) => arena.float64(this.scoresOf(k), rows)),
    };
  }

  /** Labels, weights and starting scores: one an output, plus those the rows have of their own; a barrier. */
  fill(baseScores: readonly number[]): void {
    const { arena, context, stride } = this;
    if (context.thread === 0) {
      arena.float64(this.labels, this.rows).set(this.y);
      if (this.w) arena.float32(this.weights, this.rows).set(this.w);
      for (const [k, score] of baseScores.entries()) arena.float64(this.scoresOf(k), stride).fill(score);
      if (this.options.initScore) this.addInitial(this.options.initScore);
    }
    context.barrier();
  }

  private addInitial(initScore: Float64Array): void {
    const { outputs } = this.objective;
    if (initScore.length !== this.rows * outputs) {
      throw new InvalidInputError(
        `initScore has ${initScore.length} values for ${this.rows} rows of ${outputs} scores`,
        {
          hint: 'Pass one score for each row and output, row by row: (n, outputs).',
        },
      );
    }
    for (let k = 0; k < outputs; k++) {
      const scores = this.arena.float64(this.scoresOf(k), this.rows);
      for (let i = 0; i < this.rows; i++) scores[i] += initScore[i * outputs + k];
    }
  }

  /** Gradients of all rows for the present scores, and the mean loss; a barrier. */
  computeGradients(): number {
    return this.evaluate(this.gradients);
  }

  /** The mean loss of the present scores; a barrier. */
  loss(): number {
    return this.evaluate(0);
  }

  private evaluate(gradients: number): number {
    const { arena, context, objective } = this;
    const rows: ObjectiveRows = {
      kernels: context.kernels,
      memory: context.memory,
      rows: this.stride,
      scores: this.scores,
      labels: this.labels,
      weights: this.weights,
      gradients,
      scratch: this.scratch,
    };
    const blocks = Math.ceil(this.rows / BLOCK);
    const losses = arena.float64(this.blockLosses, blocks);
    if (objective.evaluateAll) {
      if (context.thread === 0) losses[0] = objective.evaluateAll(rows, this.rows, context);
      context.barrier();
      return losses[0] / this.totalWeight;
    }
    for (let block = context.nextUnit(); block < blocks; block = context.nextUnit()) {
      losses[block] = objective.evaluate(rows, block * BLOCK, Math.min(this.rows, (block + 1) * BLOCK));
    }
    context.barrier();
    let sum = 0;
    for (let block = 0; block < blocks; block++) sum += losses[block];
    return sum / this.totalWeight;
  }
}
