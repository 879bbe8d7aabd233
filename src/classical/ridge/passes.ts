/**
 * The passes of ridge regression over its rows, shared by the workers of a job. Rows are cut into slices that the data alone decides, any
 * worker does any slice, and worker 0 adds them up in order: the thread count changes no bit.
 */
import { Arena } from '../../kernels/arena.js';
import type { JobContext } from '../../kernels/job.js';
import { Phases } from '../../kernels/phases.js';
import type { RidgeJobArgs } from './job-args.js';

/** Rows that stay in the second-level cache while all columns are worked on. */
const TILE = 64;
const MOST_SLICES = 8;
/** Bytes that the partial matrices of all slices may take. */
const SLICE_BUDGET = 512 * 2 ** 20;

const SUMS = 1;
const PRODUCTS = 2;
const LEFT_OUT = 3;

export class RidgePasses {
  readonly count: number;
  private readonly cols: number;
  /** Doubles of one row of a product, or of one vector that rows are multiplied with. */
  private readonly width: number;
  private readonly slices: number;
  /** Columns and targets. */
  private readonly lines: number;
  private readonly arena: Arena;
  private readonly at: Addresses;
  /** What to do, and for LEFT_OUT the position of the alpha whose predictions are to be kept, or -1. */
  private readonly phase: Int32Array;
  private readonly center: Float64Array;
  private readonly phases: Phases;

  constructor(
    private readonly context: JobContext<RidgeJobArgs>,
    /** `leaveOneOut` will be asked for. */
    leavesOut: boolean,
  ) {
    const { cols, weights, outputs } = context.args;
    this.count = weights.length;
    this.cols = cols;
    this.lines = cols + outputs;
    this.width = cols + (cols & 1) + 2;
    const bytes = this.lines * this.width * 8;
    this.slices = Math.max(1, Math.min(MOST_SLICES, Math.floor(SLICE_BUDGET / bytes), Math.ceil(this.count / TILE)));
    this.arena = new Arena(context);
    this.at = {
      phase: this.arena.alloc(64),
      center: this.arena.alloc((this.lines + 1) * 8),
      partials: this.arena.alloc(this.slices * bytes),
      vectors: leavesOut ? this.arena.alloc(cols * this.width * 8) : 0,
      spectrum: this.arena.alloc((outputs + 1) * cols * 8),
      errors: this.arena.alloc(this.slices * context.args.alphas.length * 8),
      tile: this.arena.allocEach(TILE * cols * 4 + 16),
      columns: this.arena.allocEach(this.lines * TILE * 8),
    };
    this.arena.commit();
    this.phase = this.arena.int32(this.at.phase, 2);
    this.center = this.arena.float64(this.at.center, this.lines);
    this.phases = new Phases(context, this.phase, (phase) => this.work(phase));
  }

  /** Workers other than 0. */
  serve(): void {
    this.phases.serve();
  }

  stop(): void {
    this.phases.stop();
  }

  private work(phase: number): void {
    for (let slice = this.context.nextUnit(); slice < this.slices; slice = this.context.nextUnit()) {
      const from = Math.floor((slice * this.count) / this.slices);
      const to = Math.floor(((slice + 1) * this.count) / this.slices);
      const partial = this.at.partials + slice * this.lines * this.width * 8;
      if (phase === LEFT_OUT) this.errorsOf(slice).fill(0);
      else this.arena.float64(partial, this.lines * this.width).fill(0);
      for (let row = from; row < to; row += TILE) {
        this.context.check();
        const rows = Math.min(TILE, to - row);
        this.copyRows(row, rows);
        if (phase === SUMS) this.addSums(row, rows, partial);
        else if (phase === PRODUCTS) this.addProducts(row, rows, partial);
        else this.leaveOut(row, rows, this.errorsOf(slice));
      }
    }
  }

  /** Worker 0: weighted means of the columns, then of the targets; zeros without an intercept. They are what rows are centred by. */
  means(): Float64Array {
    const { cols, lines, center } = this;
    const { totalWeight: total, fitIntercept } = this.context.args;
    if (!fitIntercept) return center.slice();
    this.phases.together(SUMS);
    const sums = this.addUp(lines);
    for (let j = 0; j < lines; j++) center[j] = (j < cols ? sums[j] : sums[(j - cols + 1) * this.width]) / total;
    return center.slice();
  }

  private addSums(row: number, rows: number, partial: number): void {
    const { at, cols } = this;
    const { targets, weights, outputs } = this.context.args;
    const columns = this.arena.float64(at.columns, TILE);
    for (let i = 0; i < rows; i++) columns[i] = weights[row + i];
    this.context.kernels.linearGradient1(at.tile, cols, rows, cols, at.columns, partial);
    const sums = this.arena.float64(partial, this.lines * this.width);
    for (let k = 0; k < outputs; k++) {
      for (let i = 0; i < rows; i++) sums[(k + 1) * this.width] += weights[row + i] * targets[k * this.count + row + i];
    }
  }

  /**
   * Worker 0, after `means`: sums of weight * (x_j - center_j) * (x_k - center_k), (cols, cols), and of the same with targets for x_j,
   * (outputs, cols).
   */
  products(): { gram: Float64Array; cross: Float64Array } {
    const { cols, width, lines, center } = this;
    this.phases.together(PRODUCTS);
    const sums = this.addUp(lines);
    const gram = new Float64Array(cols * cols);
    for (let j = 0; j < cols; j++) {
      // The last entry of a line is the sum of its factors, 0 but for rounding.
      for (let k = j; k < cols; k++) {
        gram[j * cols + k] = gram[k * cols + j] = sums[j * width + k] - center[k] * sums[j * width + width - 1];
      }
    }
    const cross = new Float64Array((lines - cols) * cols);
    for (let j = cols; j < lines; j++) {
      for (let k = 0; k < cols; k++) {
        cross[(j - cols) * cols + k] = sums[j * width + k] - center[k] * sums[j * width + width - 1];
      }
    }
    return { gram, cross };
  }

  private addProducts(row: number, rows: number, partial: number): void {
    const { at, cols, lines, width, center } = this;
    const { kernels } = this.context;
    const { targets, weights } = this.context.args;
    const tile = this.arena.float32(at.tile, rows * cols);
    const columns = this.arena.float64(at.columns, lines * TILE);
    const sums = this.arena.float64(partial, lines * width);
    for (let j = 0; j < lines; j++) {
      let sum = 0;
      for (let i = 0; i < rows; i++) {
        const value = j < cols ? tile[i * cols + j] : targets[(j - cols) * this.count + row + i];
        sum += columns[j * TILE + i] = weights[row + i] * (value - center[j]);
      }
      sums[j * width + width - 1] += sum;
    }
    // Of the symmetric part only columns from the line's own on are needed; the kernel takes them by pairs.
    let j = 0;
    for (; j + 3 <= lines; j += 3) {
      const k = Math.min(j, cols - 1) & ~1;
      const from = j + 3 <= cols ? k : 0;
      const target = partial + (j * width + from) * 8;
      kernels.linearGradient3(
        at.tile + from * 4,
        cols,
        rows,
        cols - from,
        at.columns + j * TILE * 8,
        TILE,
        target,
        width,
      );
    }
    for (; j < lines; j++) {
      const from = j < cols ? j & ~1 : 0;
      const target = partial + (j * width + from) * 8;
      kernels.linearGradient1(at.tile + from * 4, cols, rows, cols - from, at.columns + j * TILE * 8, target);
    }
  }

  /**
   * Worker 0, after `products`: weighted sums, one for each alpha, of the squared errors of predicting each row by the model of all others,
   * (y - fit) / (1 - leverage) with the leverage from the eigenvectors of the Gram matrix (Golub, Heath and Wahba, 1979).
   * `vectors` holds them by row, `spectrum` their values and, for each output, their products with `cross`. With `keep`, the predictions
   * themselves for the alpha of that position are written to `heldOut`, (outputs, n) in shared memory.
   */
  leaveOneOut(vectors: Float64Array, spectrum: Float64Array, keep = -1): Float64Array {
    const { cols, width, center } = this;
    const target = this.arena.float64(this.at.vectors, cols * width);
    for (let j = 0; j < cols; j++) {
      const vector = vectors.subarray(j * cols, (j + 1) * cols);
      let constant = 0;
      for (let k = 0; k < cols; k++) constant -= vector[k] * center[k];
      target.set(vector, j * width);
      target.fill(0, j * width + cols, (j + 1) * width);
      target[j * width + width - 2] = constant;
    }
    this.arena.float64(this.at.spectrum, spectrum.length).set(spectrum);
    this.phase[1] = keep;
    this.phases.together(LEFT_OUT);
    const { alphas } = this.context.args;
    const total = new Float64Array(alphas.length);
    for (let slice = 0; slice < this.slices; slice++) {
      const errors = this.errorsOf(slice);
      for (let a = 0; a < alphas.length; a++) total[a] += errors[a];
    }
    return total;
  }

  private errorsOf(slice: number): Float64Array {
    const { length } = this.context.args.alphas;
    return this.arena.float64(this.at.errors + slice * length * 8, length);
  }

  private leaveOut(row: number, rows: number, errors: Float64Array): void {
    const { at, cols, count, center } = this;
    const { targets, weights, outputs, alphas, totalWeight, heldOut } = this.context.args;
    this.multiply(rows);
    const columns = this.arena.float64(at.columns, cols * TILE);
    const spectrum = this.arena.float64(at.spectrum, (outputs + 1) * cols);
    const share = this.context.args.fitIntercept ? 1 / totalWeight : 0;
    const fits = new Float64Array(outputs);
    for (let i = 0; i < rows; i++) {
      const weight = weights[row + i];
      for (let a = 0; a < alphas.length; a++) {
        if (this.phase[1] >= 0 && this.phase[1] !== a) continue;
        let leverage = share;
        fits.fill(0);
        for (let j = 0; j < cols; j++) {
          const part = columns[j * TILE + i] / (spectrum[j] + alphas[a]);
          leverage += part * columns[j * TILE + i];
          for (let k = 0; k < outputs; k++) fits[k] += part * spectrum[(k + 1) * cols + j];
        }
        for (let k = 0; k < outputs; k++) {
          const at = k * count + row + i;
          const fit = fits[k] + center[cols + k];
          const error = (targets[at] - fit) / (1 - weight * leverage);
          errors[a] += weight * error * error;
          if (this.phase[1] === a) heldOut[at] = targets[at] - error;
        }
      }
    }
  }

  /** Products of the tile's centred rows with the vectors, one column of `columns` each. */
  private multiply(rows: number): void {
    const { at, cols, width } = this;
    const { kernels } = this.context;
    let j = 0;
    for (; j + 3 <= cols; j += 3) {
      const w = at.vectors + j * width * 8;
      kernels.linearScores3(at.tile, cols, rows, cols, w, width, at.columns + j * TILE * 8, TILE);
    }
    for (; j < cols; j++) {
      kernels.linearScores1(at.tile, cols, rows, cols, at.vectors + j * width * 8, at.columns + j * TILE * 8);
    }
  }

  private addUp(lines: number): Float64Array {
    const size = lines * this.width;
    const total = new Float64Array(size);
    const parts = this.arena.float64(this.at.partials, this.slices * size);
    for (let slice = 0; slice < this.slices; slice++) {
      for (let j = 0; j < size; j++) total[j] += parts[slice * size + j];
    }
    return total;
  }

  private copyRows(row: number, rows: number): void {
    const { cols } = this;
    const { X, rows: index } = this.context.args;
    const target = this.arena.float32(this.at.tile, rows * cols);
    if (!index) {
      target.set(X.subarray(row * cols, (row + rows) * cols));
      return;
    }
    for (let i = 0; i < rows; i++) target.set(X.subarray(index[row + i] * cols, (index[row + i] + 1) * cols), i * cols);
  }
}

interface Addresses {
  readonly phase: number;
  readonly center: number;
  readonly partials: number;
  readonly vectors: number;
  readonly spectrum: number;
  readonly errors: number;
  readonly tile: number;
  readonly columns: number;
}
