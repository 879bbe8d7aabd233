/** The Gram matrix of the rows, or of a sample of them: what the curvature of the objective is made of. Slices are added in order. */
import { sigmoid, softmaxInPlace } from '../../core/math.js';
import type { Arena } from '../../kernels/arena.js';
import type { JobContext } from '../../kernels/job.js';
import type { LossPass } from './loss-pass.js';
import { addInOrder, type RowStore, TILE } from './row-store.js';

/** Parts the rows are cut in. */
export const GRAM_SLICES = 8;

/** The coordinates z = (x - center) / scale. */
export interface Frame {
  readonly center: Float64Array;
  readonly scale: Float64Array;
  readonly intercept: boolean;
}

/** Where and for which outputs the curvature is taken. */
export interface CurvaturePoint {
  readonly point: Float64Array;
  readonly output: number;
  readonly other?: number;
  /** Of all rows, not a sample of them, and in float64. */
  readonly allRows?: boolean;
}

export class GramPass {
  /** Doubles from one line of the matrix to the next, and values from one row of z to the next. */
  private readonly width: number;
  private readonly grams: number;
  private readonly columns: number;
  private readonly narrow: number;
  private readonly tile: number;
  private readonly statistics: number;
  private readonly asked: number;
  private readonly probabilities: Float64Array;

  constructor(
    private readonly context: JobContext<unknown>,
    private readonly store: RowStore,
    private readonly losses: LossPass,
    private readonly arena: Arena,
    /** Rows of a sample. */
    readonly sampleRows: number,
  ) {
    const size = store.cols + 1;
    const { thread, threads } = context;
    this.width = Math.ceil(size / 4) * 4;
    this.probabilities = new Float64Array(store.source.outputs);
    const perThread = (bytes: number) => arena.alloc(bytes * threads) + bytes * thread;
    this.asked = arena.alloc(64);
    this.statistics = arena.alloc(2 * size * 8);
    this.grams = arena.alloc(GRAM_SLICES * size * this.width * 8);
    this.tile = perThread(TILE * this.width * 4 + 64);
    this.columns = perThread(size * TILE * 8);
    this.narrow = perThread(size * TILE * 4);
  }

  /** What to do, for all workers: the two outputs (or -1), the rows, and whether sums may be float32. */
  private get request(): Int32Array {
    return this.arena.int32(this.asked, 4);
  }

  /** Worker 0, before the slices are asked for. */
  ask({ center, scale, intercept }: Frame, at?: CurvaturePoint): void {
    const { cols } = this.store;
    const statistics = this.arena.float64(this.statistics, 2 * (cols + 1));
    for (let j = 0; j < cols; j++) {
      statistics[j] = center[j];
      statistics[cols + 1 + j] = 1 / scale[j];
    }
    statistics[2 * cols + 1] = intercept ? 1 : 0;
    if (at) this.losses.write(at.point, undefined);
    const output = at ? at.output : -1;
    const rows = at?.allRows ? this.store.count : this.sampleRows;
    this.request.set([output, at?.other ?? output, rows, at?.allRows ? 0 : 1]);
  }

  /** Worker 0, after all slices. */
  collect(): Float64Array {
    const { width, store } = this;
    const size = store.cols + 1;
    const total = new Float64Array(size * width);
    addInOrder(total, this.arena.float64(this.grams, GRAM_SLICES * total.length), GRAM_SLICES, total.length);
    const { weights } = store;
    const sample = this.request[2];
    let sampleWeight = 0;
    for (let i = 0; i < sample; i++) sampleWeight += weights[this.sampleRow(i, sample)];
    const gram = new Float64Array(size * size);
    for (let a = 0; a < size; a++) {
      for (let b = a; b < size; b++) gram[a * size + b] = gram[b * size + a] = total[a * width + b] / sampleWeight;
    }
    return gram;
  }

  private sampleRow(i: number, sample: number): number {
    return Math.floor((i * this.store.count) / sample);
  }

  slice(slice: number): void {
    const size = this.store.cols + 1;
    const gram = this.grams + slice * size * this.width * 8;
    this.arena.float64(gram, size * this.width).fill(0);
    const [, , sample, coarse] = this.request;
    const from = Math.floor((slice * sample) / GRAM_SLICES);
    const to = Math.floor(((slice + 1) * sample) / GRAM_SLICES);
    for (let start = from; start < to; start += TILE) {
      this.context.check();
      const rows = Math.min(TILE, to - start);
      this.standardise(start, rows);
      if (coarse) this.addCoarse(rows, gram);
      else this.add(rows, gram);
    }
  }

  // Line k of the Gram matrix is the gradient of an output whose residuals are column k; only columns from k on are needed.

  private add(rows: number, gram: number): void {
    const { tile, columns, width } = this;
    const { kernels } = this.context;
    const size = this.store.cols + 1;
    for (let k = 0; k < size; k += 3) {
      const j = k & ~1;
      const g = gram + (k * width + j) * 8;
      if (k + 3 <= size) {
        kernels.linearGradient3(tile + j * 4, width, rows, size - j, columns + k * TILE * 8, TILE, g, width);
        continue;
      }
      for (let l = k; l < size; l++) {
        const line = gram + (l * width + j) * 8;
        kernels.linearGradient1(tile + j * 4, width, rows, size - j, columns + l * TILE * 8, line);
      }
    }
  }

  private addCoarse(rows: number, gram: number): void {
    const { tile, columns, narrow, width } = this;
    const { kernels } = this.context;
    const size = this.store.cols + 1;
    kernels.narrowAll(columns, size * TILE, narrow);
    for (let k = 0; k < size; k += 3) {
      const j = k & ~3;
      const g = gram + (k * width + j) * 8;
      if (k + 3 <= size) {
        kernels.coarseGradient3(tile + j * 4, width, rows, size - j, narrow + k * TILE * 4, TILE, g, width);
        continue;
      }
      for (let l = k; l < size; l++) {
        const line = gram + (l * width + j) * 8;
        kernels.coarseGradient1(tile + j * 4, width, rows, size - j, narrow + l * TILE * 4, line);
      }
    }
  }

  /** Writes z of sample rows into the tile, and h * weight * z by column into `columns`. */
  private standardise(start: number, rows: number): void {
    const { store, width } = this;
    const { cols, source, weights } = store;
    const size = cols + 1;
    const statistics = this.arena.float64(this.statistics, 2 * size);
    const tile = this.arena.float32(this.tile, TILE * width);
    const columns = this.arena.float64(this.columns, size * TILE);
    const [output, other, sample] = this.request;
    for (let i = 0; i < rows; i++) {
      const p = store.sourceRow(this.sampleRow(start + i, sample)) * cols;
      const z = i * width;
      for (let j = 0; j < cols; j++) tile[z + j] = (source.X[p + j] - statistics[j]) * statistics[size + j];
      tile[z + cols] = statistics[size + cols];
    }
    if (output >= 0) this.losses.score(this.tile, rows, width);
    for (let i = 0; i < rows; i++) {
      const weight = weights[this.sampleRow(start + i, sample)] * (output < 0 ? 1 : this.curvature(i, output, other));
      for (let j = 0; j < size; j++) columns[j * TILE + i] = weight * tile[i * width + j];
    }
  }

  /** Second derivative of the log-loss of row i of the tile by the scores of two outputs, from its scores. */
  private curvature(i: number, output: number, other: number): number {
    const { outputs, oneVsRest } = this.store.source;
    const scores = this.arena.float64(this.losses.scores, outputs * TILE);
    if (outputs === 1 || oneVsRest) {
      const p = sigmoid(scores[output * TILE + i]);
      return output === other ? p * (1 - p) : 0;
    }
    const { probabilities } = this;
    for (let k = 0; k < outputs; k++) probabilities[k] = scores[k * TILE + i];
    softmaxInPlace(probabilities, 0, outputs);
    return probabilities[output] * ((output === other ? 1 : 0) - probabilities[other]);
  }
}
