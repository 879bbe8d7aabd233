/**
 * The pass over the rows that an optimiser asks for again and again: log-loss and its gradient at given coefficients, in float64, or
 * with sums in float32 for the way to an optimum. Partial sums belong to chunks and are added in their order.
 */
import type { Arena } from '../../kernels/arena.js';
import type { JobContext } from '../../kernels/job.js';
import { addInOrder, type RowStore, sum, TILE } from './row-store.js';

export class LossPass {
  /** Of this worker: (outputs, TILE) doubles, and as many floats after them. */
  readonly scores: number;
  private readonly coefficients: number;
  private readonly narrow: number;
  private readonly partials: number;
  private readonly losses: number;
  /** Of each chunk: the weight of the rows whose own class has the largest score, from the last pass in float64. */
  private readonly hitsAddress: number;
  private readonly outputs: number;

  constructor(
    private readonly context: JobContext<unknown>,
    private readonly store: RowStore,
    private readonly arena: Arena,
  ) {
    const { outputs } = store.source;
    const { thread, threads } = context;
    this.outputs = outputs;
    this.coefficients = arena.alloc(outputs * store.stride * 8);
    this.narrow = arena.alloc(outputs * store.width * 4);
    this.partials = arena.alloc(store.chunks * Math.max(outputs, 2) * store.stride * 8);
    this.losses = arena.alloc(store.chunks * 8);
    this.hitsAddress = arena.alloc(store.chunks * 8);
    const bytes = Math.ceil((outputs * TILE * 12) / 64) * 64;
    this.scores = arena.alloc(bytes * threads) + bytes * thread;
  }

  /** Memory of every chunk, for passes of another kind: two lines of coefficients at least. */
  partialOf(chunk: number, size: number): { address: number; values: Float64Array } {
    const address = this.partials + chunk * size * 8;
    return { address, values: this.arena.float64(address, size) };
  }

  /** Sums of those over the chunks. */
  total(size: number): Float64Array {
    const total = new Float64Array(size);
    addInOrder(total, this.arena.float64(this.partials, this.store.chunks * size), this.store.chunks, size);
    return total;
  }

  /** `cols` weights and the intercept for each output, for columns less `origin`. */
  write(coefficients: Float64Array, origin: Float32Array | undefined): void {
    const { store, outputs } = this;
    const { cols, stride, width } = store;
    const target = this.arena.float64(this.coefficients, outputs * stride);
    const narrow = this.arena.float32(this.narrow, outputs * width);
    for (let k = 0; k < outputs; k++) {
      const weights = coefficients.subarray(k * (cols + 1), k * (cols + 1) + cols);
      let intercept = coefficients[k * (cols + 1) + cols];
      if (origin) for (let j = 0; j < cols; j++) intercept += origin[j] * weights[j];
      target.set(weights, k * stride);
      narrow.set(weights, k * width);
      target[k * stride + stride - 2] = intercept;
    }
  }

  /** Writes the partial sums of a chunk: the gradient for columns less `origin`, and the loss. */
  evaluate(chunk: number, coarse: boolean): void {
    const { store, outputs } = this;
    const { stride, width } = store;
    const { address: partial, values: gradient } = this.partialOf(chunk, outputs * stride);
    const scores = this.arena.float64(this.scores, outputs * TILE);
    gradient.fill(0);
    const { y, weights } = store;
    let loss = 0;
    let hits = 0;
    store.forTiles(chunk, (row, rows) => {
      const x = store.tileAddress(row, rows);
      if (coarse) this.coarseScores(x, rows);
      else {
        this.score(x, rows, width);
        for (let i = 0; i < rows; i++) if (this.largest(scores, i) === y[row + i]) hits += weights[row + i];
      }
      loss += this.residuals(row, rows);
      if (coarse) this.coarseGradient(x, rows, partial);
      else this.gradient(x, rows, partial);
      for (let k = 0; k < outputs; k++) {
        let residual = 0;
        for (let i = k * TILE; i < k * TILE + rows; i++) residual += scores[i];
        gradient[k * stride + stride - 2] += residual;
      }
    });
    this.arena.float64(this.losses, store.chunks)[chunk] = loss;
    if (!coarse) this.arena.float64(this.hitsAddress, store.chunks)[chunk] = hits;
  }

  /** Worker 0, after all chunks: the gradient by weights and intercepts, and the loss. */
  collect(gradient: Float64Array): number {
    const { store, outputs } = this;
    const { cols, stride, origin } = store;
    const total = this.total(outputs * stride);
    for (let k = 0; k < outputs; k++) {
      const intercept = total[k * stride + stride - 2];
      for (let j = 0; j < cols; j++) gradient[k * (cols + 1) + j] = total[k * stride + j] + origin[j] * intercept;
      gradient[k * (cols + 1) + cols] = intercept;
    }
    return sum(this.arena.float64(this.losses, store.chunks));
  }

  /** The class with the largest score of row i of the tile, the first on ties. */
  private largest(scores: Float64Array, i: number): number {
    if (this.outputs === 1) return scores[i] > 0 ? 1 : 0;
    let best = 0;
    for (let k = 1; k < this.outputs; k++) if (scores[k * TILE + i] > scores[best * TILE + i]) best = k;
    return best;
  }

  /** Worker 0: weight of all such rows at the coefficients of the last pass in float64. */
  hits(): number {
    return sum(this.arena.float64(this.hitsAddress, this.store.chunks));
  }

  /** Scores of rows `xStride` values apart. */
  score(x: number, rows: number, xStride: number): void {
    const { coefficients, scores, outputs } = this;
    const { cols, stride } = this.store;
    const { kernels } = this.context;
    let k = 0;
    for (; k + 3 <= outputs; k += 3) {
      const w = coefficients + k * stride * 8;
      kernels.linearScores3(x, xStride, rows, cols, w, stride, scores + k * TILE * 8, TILE);
    }
    for (; k < outputs; k++) {
      kernels.linearScores1(x, xStride, rows, cols, coefficients + k * stride * 8, scores + k * TILE * 8);
    }
  }

  private coarseScores(x: number, rows: number): void {
    const { narrow, scores, outputs } = this;
    const { width, stride } = this.store;
    const { kernels } = this.context;
    const b = this.arena.float64(this.coefficients, outputs * stride);
    const at = stride - 2;
    let k = 0;
    for (; k + 3 <= outputs; k += 3) {
      const [b0, b1, b2] = [b[k * stride + at], b[(k + 1) * stride + at], b[(k + 2) * stride + at]];
      kernels.coarseScores3(x, width, rows, narrow + k * width * 4, b0, b1, b2, scores + k * TILE * 8, TILE);
    }
    for (; k < outputs; k++) {
      kernels.coarseScores1(x, width, rows, narrow + k * width * 4, b[k * stride + at], scores + k * TILE * 8);
    }
  }

  /** Scores become weighted residuals; the loss. */
  private residuals(row: number, rows: number): number {
    const { scores, outputs, store } = this;
    const { kernels } = this.context;
    const { classes, oneVsRest } = store.source;
    const y = store.yAddress + row * 4;
    const weights = store.weightsAddress + row * 8;
    if (outputs === 1) return kernels.sigmoidResiduals(scores, rows, y, 1, weights);
    if (oneVsRest) {
      let loss = 0;
      for (let k = 0; k < outputs; k++) loss += kernels.sigmoidResiduals(scores + k * TILE * 8, rows, y, k, weights);
      return loss;
    }
    return kernels.softmaxResiduals(scores, TILE, rows, classes, y, weights);
  }

  private gradient(x: number, rows: number, partial: number): void {
    const { scores, outputs } = this;
    const { cols, stride, width } = this.store;
    const { kernels } = this.context;
    let k = 0;
    for (; k + 3 <= outputs; k += 3) {
      const r = scores + k * TILE * 8;
      kernels.linearGradient3(x, width, rows, cols, r, TILE, partial + k * stride * 8, stride);
    }
    for (; k < outputs; k++) {
      kernels.linearGradient1(x, width, rows, cols, scores + k * TILE * 8, partial + k * stride * 8);
    }
  }

  private coarseGradient(x: number, rows: number, partial: number): void {
    const { scores, outputs } = this;
    const { cols, stride, width } = this.store;
    const { kernels } = this.context;
    const narrow = scores + outputs * TILE * 8;
    kernels.narrowAll(scores, outputs * TILE, narrow);
    let k = 0;
    for (; k + 3 <= outputs; k += 3) {
      const r = narrow + k * TILE * 4;
      kernels.coarseGradient3(x, width, rows, cols, r, TILE, partial + k * stride * 8, stride);
    }
    for (; k < outputs; k++) {
      kernels.coarseGradient1(x, width, rows, cols, narrow + k * TILE * 4, partial + k * stride * 8);
    }
  }
}
