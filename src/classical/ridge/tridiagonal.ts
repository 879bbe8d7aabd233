/**
 * A symmetric matrix as Q^T T Q with T tridiagonal, by reflections from the last row up (Golub and Van Loan, Matrix Computations, section
 * 8.3.1), its rows shared by the workers of a job: each row's arithmetic is its own, so threads change no bit. For solving with T + alpha
 * for many alphas, which needs no eigenvalues.
 */
import type { Arena } from '../../kernels/arena.js';
import type { JobContext } from '../../kernels/job.js';
import { reflector } from './reflector.js';

const DOUBLE = 8;

export class Tridiagonal {
  /** Address of the matrix: (n, stride) doubles, both halves; afterwards row i holds the vector of its reflection. */
  readonly matrix: number;
  readonly stride: number;
  private readonly shared: number;
  private readonly own: number;

  /** Every worker makes one, before `arena.commit()`. */
  constructor(
    private readonly context: JobContext,
    private readonly arena: Arena,
    readonly n: number,
  ) {
    this.stride = n + (n & 1);
    const line = Math.ceil((this.stride * DOUBLE) / 64) * 64;
    this.matrix = arena.alloc(this.stride * n * DOUBLE);
    this.shared = arena.alloc(4 * line);
    this.own = arena.alloc(line * context.threads) + line * context.thread;
  }

  /** (n,) of T; `off[i]` stands between i and i + 1. */
  get diagonal(): Float64Array {
    return this.arena.float64(this.shared, this.n);
  }

  get off(): Float64Array {
    return this.line(1);
  }

  private get factors(): Float64Array {
    return this.line(2);
  }

  private line(which: number): Float64Array {
    return this.arena.float64(this.shared + which * Math.ceil((this.stride * DOUBLE) / 64) * 64, this.n);
  }

  row(i: number): number {
    return this.matrix + i * this.stride * DOUBLE;
  }

  /** All workers together, once the matrix is filled. */
  reduce(): void {
    const { context, n, off, factors } = this;
    const { kernels, thread, threads } = context;
    const products = this.line(3);
    const own = this.arena.float64(this.own, n);
    context.barrier();
    for (let i = n - 1; i >= 2; i--) {
      context.check();
      const v = this.row(i);
      const values = this.arena.float64(v, i);
      if (thread === 0) {
        const { factor, value } = reflector(values);
        factors[i] = factor;
        off[i - 1] = value;
      }
      context.barrier();
      const factor = factors[i];
      if (factor === 0) continue;
      const from = Math.floor((i * thread) / threads);
      const to = Math.floor((i * (thread + 1)) / threads);
      for (let r = from; r < to; r++) products[r] = factor * kernels.denseDot(this.row(r), v, i);
      context.barrier();
      own.set(products);
      kernels.denseSubtract(this.own, v, (factor / 2) * kernels.denseDot(this.own, v, i), i);
      for (let r = from; r < to; r++) kernels.denseReflect(this.row(r), v, this.own, values[r], own[r], i);
      context.barrier();
    }
    if (thread === 0) {
      for (let i = 0; i < n; i++) this.diagonal[i] = this.arena.float64(this.row(i), n)[i];
      if (n > 1) off[0] = this.arena.float64(this.row(1), 1)[0];
    }
    context.barrier();
  }

  /** Q x in place, for the vectors at `addresses`. */
  turn(addresses: readonly number[]): void {
    const { factors, n } = this;
    const { kernels } = this.context;
    for (let i = n - 1; i >= 2; i--) {
      if (factors[i] === 0) continue;
      const v = this.row(i);
      for (const x of addresses) kernels.denseSubtract(x, v, factors[i] * kernels.denseDot(x, v, i), i);
    }
  }
}

/** T + alpha as L D L^T, for solving. */
export class ShiftedTridiagonal {
  private readonly pivots: Float64Array;
  private readonly below: Float64Array;

  constructor(diagonal: Float64Array, off: Float64Array, alpha: number) {
    const n = diagonal.length;
    this.pivots = new Float64Array(n);
    this.below = new Float64Array(n);
    // The matrix is positive semidefinite: a pivot below alpha is one by rounding.
    this.pivots[0] = Math.max(alpha, diagonal[0] + alpha);
    for (let i = 1; i < n; i++) {
      this.below[i] = off[i - 1] / this.pivots[i - 1];
      this.pivots[i] = Math.max(alpha, diagonal[i] + alpha - this.below[i] * off[i - 1]);
    }
  }

  /** Solves in place. */
  solve(x: Float64Array): void {
    const { pivots, below } = this;
    const n = pivots.length;
    for (let i = 1; i < n; i++) x[i] -= below[i] * x[i - 1];
    x[n - 1] /= pivots[n - 1];
    for (let i = n - 2; i >= 0; i--) x[i] = x[i] / pivots[i] - below[i + 1] * x[i + 1];
  }

  /** x^T (T + alpha)^-1 x. */
  quadratic(x: Float64Array): number {
    const { pivots, below } = this;
    let z = x[0];
    let sum = (z * z) / pivots[0];
    for (let i = 1; i < pivots.length; i++) {
      z = x[i] - below[i] * z;
      sum += (z * z) / pivots[i];
    }
    return sum;
  }
}
