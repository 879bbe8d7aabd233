/**
 * One round of coordinate descent on a linear model, as XGBoost's gblinear takes it: the bias, then feature by feature a Newton
 * step under the elastic net, each followed by what it changes in the gradients. Sums run over fixed blocks of rows in order.
 */
import type { Arena } from '../../../kernels/arena.js';
import type { JobContext } from '../../../kernels/job.js';
import type { Columns } from './columns.js';

/** Rows summed at a stretch; part of the definition of a sum's last bits. */
const BLOCK = 8192;
/** Below this curvature a feature's weight stays as it is. */
const LEAST_CURVATURE = 1e-5;

export interface Penalties {
  /** Both times the sum of the rows' weights. */
  readonly l1: number;
  readonly l2: number;
  readonly learningRate: number;
}

/** Gradients of one output, changed as weights change: a model's own view in every worker. */
export class CoordinateDescent {
  private readonly sums: number;
  private readonly blocks: number;
  private turn = 0;

  /** Reserves room; usable after the next commit. */
  constructor(
    private readonly context: JobContext,
    private readonly arena: Arena,
    private readonly columns: Columns,
    private readonly rows: number,
  ) {
    this.blocks = Math.ceil(rows / BLOCK);
    // Two, used in turn: one may still be read while the next is being written.
    this.sums = arena.alloc(2 * this.blocks * 16);
  }

  /** The step of the bias under gradients in f32 pairs at `pairs`, taken; a barrier. */
  bias(pairs: number, { learningRate }: Penalties): number {
    const { gradient, hessian } = this.sum(pairs, undefined);
    const step = hessian > 0 ? Math.fround((learningRate * -gradient) / hessian) : 0;
    this.apply(pairs, undefined, step);
    return step;
  }

  /** The step of feature `j` with this weight, taken; a barrier. */
  feature(pairs: number, j: number, weight: number, penalties: Penalties): number {
    const step = this.proposal(pairs, j, weight, penalties);
    this.apply(pairs, this.columns.column(j), step);
    return step;
  }

  /** The step that feature `j` would take; a barrier. */
  proposal(pairs: number, j: number, weight: number, { l1, l2, learningRate }: Penalties): number {
    const { gradient, hessian } = this.sum(pairs, this.columns.column(j));
    if (hessian < LEAST_CURVATURE) return 0;
    const slope = gradient + l2 * weight;
    const curve = hessian + l2;
    // The L1 penalty pulls towards 0 and not beyond it.
    const free = weight - slope / curve;
    const step = free >= 0 ? Math.max(-(slope + l1) / curve, -weight) : Math.min(-(slope - l1) / curve, -weight);
    return Math.fround(learningRate * step);
  }

  /** Sums of gradient and hessian, or of gradient times value and hessian times its square. */
  private sum(pairs: number, column: Float32Array | undefined): { gradient: number; hessian: number } {
    const { arena, context, blocks, rows } = this;
    const derivatives = arena.float32(pairs, 2 * rows);
    this.turn = 1 - this.turn;
    const sums = arena.float64(this.sums + this.turn * blocks * 16, 2 * blocks);
    for (let block = context.thread; block < blocks; block += context.threads) {
      const to = Math.min(rows, (block + 1) * BLOCK);
      let gradient = 0;
      let hessian = 0;
      for (let i = block * BLOCK; i < to; i++) {
        const value = column ? column[i] : 1;
        gradient += derivatives[2 * i] * value;
        hessian += derivatives[2 * i + 1] * value * value;
      }
      sums[2 * block] = gradient;
      sums[2 * block + 1] = hessian;
    }
    context.barrier();
    const total = { gradient: 0, hessian: 0 };
    for (let block = 0; block < blocks; block++) {
      total.gradient += sums[2 * block];
      total.hessian += sums[2 * block + 1];
    }
    return total;
  }

  /** Each worker changes the gradients of the rows that it sums. */
  private apply(pairs: number, column: Float32Array | undefined, step: number): void {
    if (step === 0) return;
    const { arena, context, blocks, rows } = this;
    const derivatives = arena.float32(pairs, 2 * rows);
    for (let block = context.thread; block < blocks; block += context.threads) {
      const to = Math.min(rows, (block + 1) * BLOCK);
      for (let i = block * BLOCK; i < to; i++) {
        derivatives[2 * i] += derivatives[2 * i + 1] * (column ? column[i] : 1) * step;
      }
    }
  }
}
