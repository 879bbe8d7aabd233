/**
 * Ridge regression with more columns than rows and positive alphas, by all workers of a job: the matrix of inner products of the centred,
 * weighted rows (the dual form), made tridiagonal once; every alpha's leave-one-out errors follow without eigenvalues. Each row's
 * arithmetic is its own: threads change no bit.
 */
import { Arena } from '../../kernels/arena.js';
import type { JobContext } from '../../kernels/job.js';
import type { RidgeJobArgs, RidgeJobResult } from './job-args.js';
import { interceptOf } from './spectrum.js';
import { ShiftedTridiagonal, Tridiagonal } from './tridiagonal.js';

/** Rows whose inner products with all others are found at a time, a multiple of 3. */
const BLOCK = 12;
/** Unit vectors that are turned together. */
const TURNED = 8;

export function solveByRowsTogether(context: JobContext<RidgeJobArgs>): RidgeJobResult | undefined {
  const solver = new RowsSolver(context);
  solver.innerProducts();
  context.report({ phase: 'fit', step: 1, total: 3 });
  solver.reduce();
  context.report({ phase: 'fit', step: 2, total: 3 });
  solver.leaveOneOut();
  return context.thread === 0 ? solver.result() : undefined;
}

class RowsSolver {
  private readonly n: number;
  private readonly arena: Arena;
  private readonly matrix: Tridiagonal;
  private readonly width: number;
  private readonly at: { tile: number; block: number; column: number; turned: number; targets: number; found: number };
  private readonly means: Float64Array;
  private readonly roots: Float64Array;
  private shifted: ShiftedTridiagonal[] = [];
  /** For each alpha and output, (T + alpha)^-1 Q y. */
  private solved: Float64Array[][] = [];

  constructor(private readonly context: JobContext<RidgeJobArgs>) {
    const { cols, outputs, weights, alphas } = context.args;
    this.n = weights.length;
    this.width = cols + (cols & 1) + 2;
    this.arena = new Arena(context);
    this.matrix = new Tridiagonal(context, this.arena, this.n);
    const perThread = (doubles: number) => {
      const bytes = Math.ceil((doubles * 8) / 64) * 64;
      return this.arena.alloc(bytes * context.threads) + bytes * context.thread;
    };
    const { stride } = this.matrix;
    this.at = {
      tile: perThread((BLOCK * cols) / 2 + 4),
      block: perThread(BLOCK * this.width),
      column: perThread(3 * (BLOCK + 2)),
      turned: perThread(TURNED * stride),
      targets: this.arena.alloc(outputs * stride * 8),
      found: this.arena.alloc(alphas.length * (outputs + 1) * this.n * 8),
    };
    this.arena.commit();
    this.means = this.findMeans();
    this.roots = weights.map((weight) => Math.sqrt(weight));
  }

  private rowOf(i: number): number {
    const { rows, cols } = this.context.args;
    return (rows ? rows[i] : i) * cols;
  }

  /** Of the columns, then of the targets; every worker finds the same. */
  private findMeans(): Float64Array {
    const { X, cols, targets, outputs, weights, totalWeight, fitIntercept } = this.context.args;
    const means = new Float64Array(cols + outputs);
    if (!fitIntercept) return means;
    for (let i = 0; i < this.n; i++) {
      for (let j = 0, p = this.rowOf(i); j < cols; j++) means[j] += (weights[i] * X[p + j]) / totalWeight;
      for (let k = 0; k < outputs; k++) means[cols + k] += (weights[i] * targets[k * this.n + i]) / totalWeight;
    }
    return means;
  }

  /** Fills the matrix: rows of a block against those up to the block's last, in tiles. */
  innerProducts(): void {
    const { context, n, width, arena, at, means, roots, matrix } = this;
    const { X, cols } = context.args;
    const { kernels } = context;
    const block = arena.float64(at.block, BLOCK * width);
    const tile = arena.float32(at.tile, BLOCK * cols);
    const column = arena.float64(at.column, 3 * (BLOCK + 2));
    const next = () => context.nextUnit() * BLOCK;
    for (let from = next(); from < n; from = next()) {
      const to = Math.min(n, from + BLOCK);
      block.fill(0);
      for (let i = from; i < to; i++) {
        // The kernel multiplies rows as they are: what their means add is taken off as its constant.
        const row = (i - from) * width;
        let constant = 0;
        for (let j = 0, p = this.rowOf(i); j < cols; j++) {
          const value = X[p + j] - means[j];
          block[row + j] = value;
          constant -= value * means[j];
        }
        block[row + width - 2] = constant;
      }
      for (let first = 0; first < to; first += BLOCK) {
        context.check();
        const count = Math.min(BLOCK, n - first);
        for (let r = 0; r < count; r++) {
          const p = this.rowOf(first + r);
          tile.set(X.subarray(p, p + cols), r * cols);
        }
        for (let b = 0; b < BLOCK; b += 3) {
          const stride = BLOCK + 2;
          kernels.linearScores3(at.tile, cols, count, cols, at.block + b * width * 8, width, at.column, stride);
          for (let line = 0; line < 3; line++) {
            const i = from + b + line;
            if (i >= to) break;
            const target = arena.float64(matrix.row(i), n);
            for (let r = 0; r < count; r++) {
              const other = first + r;
              if (other > i) break;
              const product = roots[i] * roots[other] * column[line * stride + r];
              target[other] = product;
              arena.float64(matrix.row(other) + i * 8, 1)[0] = product;
            }
          }
        }
      }
    }
    context.barrier();
  }

  reduce(): void {
    const { context, n, arena, at, matrix, means, roots } = this;
    const { outputs, targets, cols, alphas } = context.args;
    matrix.reduce();
    if (context.thread === 0) {
      for (let k = 0; k < outputs; k++) {
        const own = arena.float64(at.targets + k * matrix.stride * 8, n);
        for (let i = 0; i < n; i++) own[i] = roots[i] * (targets[k * n + i] - means[cols + k]);
      }
      matrix.turn(Array.from({ length: outputs }, (_, k) => at.targets + k * matrix.stride * 8));
    }
    context.barrier();
    this.shifted = alphas.map((alpha) => new ShiftedTridiagonal(matrix.diagonal, matrix.off, alpha));
    this.solved = this.shifted.map((shifted) =>
      Array.from({ length: outputs }, (_, k) => {
        const solution = arena.float64(at.targets + k * matrix.stride * 8, n).slice();
        shifted.solve(solution);
        return solution;
      }),
    );
  }

  /** For each row and alpha the row's entry on the diagonal of (K + alpha)^-1, and of its products with the targets. */
  leaveOneOut(): void {
    const { context, n, arena, at, matrix } = this;
    const { outputs } = context.args;
    const { stride } = matrix;
    const found = this.found();
    const next = () => context.nextUnit() * TURNED;
    for (let from = next(); from < n; from = next()) {
      context.check();
      const to = Math.min(n, from + TURNED);
      const turned = arena.float64(at.turned, TURNED * stride);
      turned.fill(0);
      for (let i = from; i < to; i++) turned[(i - from) * stride + i] = 1;
      matrix.turn(Array.from({ length: to - from }, (_, i) => at.turned + i * stride * 8));
      for (let i = from; i < to; i++) {
        const own = turned.subarray((i - from) * stride, (i - from) * stride + n);
        for (const [a, shifted] of this.shifted.entries()) {
          const place = a * (outputs + 1) * n;
          found[place + i] = shifted.quadratic(own);
          for (let k = 0; k < outputs; k++) found[place + (k + 1) * n + i] = dot(own, this.solved[a][k]);
        }
      }
    }
    context.barrier();
  }

  /** (alphas, 1 + outputs, n) */
  private found(): Float64Array {
    const { alphas, outputs } = this.context.args;
    return this.arena.float64(this.at.found, alphas.length * (outputs + 1) * this.n);
  }

  /** Worker 0. */
  result(): RidgeJobResult {
    const { context, n, means, roots } = this;
    const { X, cols, targets, outputs, weights, totalWeight, alphas, fitIntercept, heldOut } = context.args;
    const found = this.found();
    const share = fitIntercept ? 1 / totalWeight : 0;
    const errorsOf = (a: number, each: (i: number, k: number, error: number) => void): void => {
      const place = a * (outputs + 1) * n;
      for (let i = 0; i < n; i++) {
        // 1 - leverage, and the residual, both of the weighted rows.
        const rest = alphas[a] * found[place + i] - weights[i] * share;
        for (let k = 0; k < outputs; k++) each(i, k, (alphas[a] * found[place + (k + 1) * n + i]) / rest);
      }
    };
    const errors = Float64Array.from(alphas.length > 1 ? alphas : [], (_, a) => {
      let total = 0;
      errorsOf(a, (_i, _k, error) => {
        total += error * error;
      });
      return total / (totalWeight * outputs);
    });
    const best = errors.reduce((at, error, position) => (error < errors[at] ? position : at), 0);
    if (heldOut.length > 0) {
      errorsOf(best, (i, k, error) => {
        heldOut[k * n + i] = targets[k * n + i] - error / roots[i];
      });
    }
    const result = new Float64Array(outputs * cols);
    const squares = new Float64Array(cols);
    const place = best * (outputs + 1) * n;
    for (let i = 0; i < n; i++) {
      const p = this.rowOf(i);
      for (let j = 0; j < cols; j++) squares[j] += weights[i] * (X[p + j] - means[j]) ** 2;
      for (let k = 0; k < outputs; k++) {
        const factor = found[place + (k + 1) * n + i] * roots[i];
        for (let j = 0; j < cols; j++) result[k * cols + j] += factor * (X[p + j] - means[j]);
      }
    }
    context.report({ phase: 'fit', step: 3, total: 3 });
    return {
      weights: result,
      intercept: interceptOf(result, means, cols, outputs),
      deviation: squares.map((square) => Math.sqrt(square / totalWeight)),
      best,
      errors,
      singular: false,
    };
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
