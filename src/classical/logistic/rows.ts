/**
 * The training rows inside a job, and the passes over them that its workers share. Rows are cut into chunks whose number
 * depends on the data alone; any worker may do any chunk, and worker 0 adds the partial sums in the order of the chunks:
 * so the thread count never changes a bit of the result.
 */
import { sigmoid, softmaxInPlace } from '../../core/math.js';
import { Arena } from '../../kernels/arena.js';
import type { JobContext } from '../../kernels/job.js';

/** What the rows are; typed arrays lie in shared memory. */
export interface RowsSource {
  /** (any, cols), row-major, finite. */
  readonly X: Float32Array;
  readonly cols: number;
  /** (n,) row of X of each training row; undefined when they are rows 0 .. n-1. */
  readonly rows?: Uint32Array;
  /** (n,) class index. */
  readonly y: Int32Array;
  /** (n,) positive weights. */
  readonly weights: Float64Array;
  readonly classes: number;
  readonly outputs: number;
  /** Several outputs: probabilities by softmax, or each output a two-class model of its own class against the rest. Default softmax. */
  readonly oneVsRest?: boolean;
  /** Bytes of X up to which it is copied into the job's memory; larger ones are copied tile by tile in each pass. Default 2.5 GiB. */
  readonly residentLimit?: number;
}

/** Rows whose scores are held at a time: the tile of X stays in the second-level cache between scores and gradient. */
const TILE = 64;
const MOST_CHUNKS = 128;
/** Bytes that the partial sums of all chunks may take. */
const PARTIAL_BUDGET = 64 * 2 ** 20;
const RESIDENT_LIMIT = 2.5 * 2 ** 30;
/** Parts the sample of the Gram matrix is cut in. */
const GRAM_SLICES = 8;

const STOP = 0;
const LOAD = 1;
const EVALUATE = 2;
const GRAM = 3;

type Phase = typeof STOP | typeof LOAD | typeof EVALUATE | typeof GRAM;

/** Weighted mean and variance of each column. */
export interface Moments {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
}

/** The coordinates z = (x - center) / scale. */
export interface Frame {
  readonly center: Float64Array;
  readonly scale: Float64Array;
  readonly intercept: boolean;
}

/** Where and for which outputs `gram` takes the curvature. */
export interface CurvaturePoint {
  readonly point: Float64Array;
  readonly output: number;
  readonly other?: number;
  /** Of all rows, not a sample of them. */
  readonly allRows?: boolean;
}

export class TrainingRows {
  readonly count: number;
  readonly cols: number;
  /** Doubles of one output's coefficients: weights rounded up to even, intercept, padding. */
  private readonly stride: number;
  private readonly chunkRows: number;
  private readonly chunks: number;
  private readonly resident: boolean;
  private readonly arena: Arena;
  private readonly at: Addresses;
  /** Views, made after the memory has its size. */
  /** What the workers are to do, and for GRAM the two outputs and the rows of the sample. */
  private readonly phase: Int32Array;
  private readonly y: Int32Array;
  private readonly weights: Float64Array;
  private readonly scores: Float64Array;
  private readonly probabilities: Float64Array;

  constructor(
    private readonly context: JobContext<unknown>,
    private readonly source: RowsSource,
    /** Rows of the Gram matrix's sample; 0 where none will be asked for. */
    readonly sampleRows: number,
    /** Gram matrices of all rows will be asked for. */
    private readonly wholeGrams = false,
  ) {
    const { cols, outputs } = source;
    this.count = source.y.length;
    this.cols = cols;
    this.stride = even(cols) + 2;
    const partialBytes = outputs * this.stride * 8;
    const most = Math.max(8, Math.min(MOST_CHUNKS, Math.floor(PARTIAL_BUDGET / partialBytes)));
    this.chunkRows = Math.ceil(Math.max(this.count / most, TILE) / TILE) * TILE;
    this.chunks = Math.ceil(this.count / this.chunkRows);
    this.resident = this.count * cols * 4 <= (source.residentLimit ?? RESIDENT_LIMIT);
    this.arena = new Arena(context);
    this.at = this.allocate();
    this.arena.commit();
    this.phase = this.arena.int32(this.at.phase, 4);
    this.y = this.arena.int32(this.at.y, this.count + 2);
    this.weights = this.arena.float64(this.at.weights, this.count + 2);
    this.scores = this.arena.float64(this.at.scores, outputs * TILE);
    this.probabilities = new Float64Array(outputs);
  }

  private allocate(): Addresses {
    const { arena, count, cols, stride } = this;
    const { outputs } = this.source;
    const { thread, threads } = this.context;
    const perThread = (bytes: number) => arena.alloc(bytes * threads) + bytes * thread;
    const grams = this.sampleRows > 0 || this.wholeGrams;
    const line = (bytes: number) => Math.ceil(bytes / 64) * 64;
    return {
      phase: arena.alloc(64),
      x: this.resident ? arena.alloc(count * cols * 4 + 16) : 0,
      y: arena.alloc((count + 2) * 4),
      weights: arena.alloc((count + 2) * 8),
      coefficients: arena.alloc(outputs * stride * 8),
      partials: arena.alloc(this.chunks * Math.max(outputs, 2) * stride * 8),
      losses: arena.alloc(this.chunks * 8),
      shift: arena.alloc(stride * 8),
      tile: perThread(line(TILE * (cols + 1) * 4 + 16)),
      scores: perThread(line(outputs * TILE * 8)),
      grams: grams ? arena.alloc(GRAM_SLICES * (cols + 1) * even(cols + 1) * 8) : 0,
      columns: grams ? perThread(line((cols + 1) * TILE * 8)) : 0,
    };
  }

  /** Workers other than 0: do what worker 0 asks for until it stops. */
  serve(): void {
    for (;;) {
      this.context.barrier();
      const phase = Atomics.load(this.phase, 0) as Phase;
      if (phase === STOP) return;
      this.work(phase);
      this.context.barrier();
    }
  }

  /** Worker 0: releases the others. */
  stop(): void {
    Atomics.store(this.phase, 0, STOP);
    this.context.barrier();
  }

  private together(phase: Phase): void {
    Atomics.store(this.phase, 0, phase);
    this.context.barrier();
    this.work(phase);
    this.context.barrier();
  }

  private work(phase: Phase): void {
    const units = phase === GRAM ? GRAM_SLICES : this.chunks;
    for (let unit = this.context.nextUnit(); unit < units; unit = this.context.nextUnit()) {
      if (phase === GRAM) this.gramSlice(unit);
      else if (phase === LOAD) this.loadChunk(unit);
      else this.evaluateChunk(unit);
    }
  }

  /** Worker 0: brings the rows into the job's memory; weighted mean and variance of the columns. */
  load(): Moments {
    const { cols, stride, chunks } = this;
    const shift = this.arena.float64(this.at.shift, stride);
    for (let j = 0; j < cols; j++) shift[j] = this.source.X[this.sourceRow(0) * cols + j];
    this.together(LOAD);
    const total = new Float64Array(2 * stride);
    const partials = this.arena.float64(this.at.partials, chunks * total.length);
    addInOrder(total, partials, chunks, total.length);
    const sumWeights = sum(this.source.weights);
    const mean = new Float64Array(cols);
    const variance = new Float64Array(cols);
    for (let j = 0; j < cols; j++) {
      const offset = total[j] / sumWeights;
      mean[j] = shift[j] + offset;
      // Exactly 0 for a constant column, because every difference from the shift is.
      variance[j] = Math.max(0, total[stride + j] / sumWeights - offset * offset);
    }
    return { mean, variance };
  }

  private loadChunk(chunk: number): void {
    const { at, stride, cols } = this;
    const size = 2 * stride;
    const sums = at.partials + chunk * size * 8;
    this.arena.float64(sums, size).fill(0);
    this.forTiles(chunk, (row, rows) => {
      this.y.set(this.source.y.subarray(row, row + rows), row);
      this.weights.set(this.source.weights.subarray(row, row + rows), row);
      if (this.resident) this.copyRows(row, rows, at.x + row * cols * 4);
      this.context.kernels.linearMoments(
        this.tileAddress(row, rows),
        rows,
        cols,
        at.weights + row * 8,
        at.shift,
        sums,
        sums + stride * 8,
      );
    });
  }

  /**
   * Worker 0: sum of weight * log-loss over all rows at the given coefficients, and its gradient.
   * Both hold, for each output, `cols` weights and the intercept.
   */
  evaluate(coefficients: Float64Array, gradient: Float64Array): number {
    const { cols, stride, chunks } = this;
    const { outputs } = this.source;
    const size = outputs * stride;
    this.writeCoefficients(coefficients);
    this.together(EVALUATE);
    const total = new Float64Array(size);
    addInOrder(total, this.arena.float64(this.at.partials, chunks * size), chunks, size);
    for (let k = 0; k < outputs; k++) {
      gradient.set(total.subarray(k * stride, k * stride + cols), k * (cols + 1));
      gradient[k * (cols + 1) + cols] = total[k * stride + stride - 2];
    }
    return sum(this.arena.float64(this.at.losses, chunks));
  }

  private writeCoefficients(coefficients: Float64Array): void {
    const { cols, stride } = this;
    const { outputs } = this.source;
    const target = this.arena.float64(this.at.coefficients, outputs * stride);
    for (let k = 0; k < outputs; k++) {
      target.set(coefficients.subarray(k * (cols + 1), k * (cols + 1) + cols), k * stride);
      target[k * stride + stride - 2] = coefficients[k * (cols + 1) + cols];
    }
  }

  private evaluateChunk(chunk: number): void {
    const { at, stride } = this;
    const { outputs } = this.source;
    const partial = at.partials + chunk * outputs * stride * 8;
    const gradient = this.arena.float64(partial, outputs * stride);
    gradient.fill(0);
    let loss = 0;
    this.forTiles(chunk, (row, rows) => {
      const x = this.tileAddress(row, rows);
      this.scoreTile(x, rows, this.cols);
      loss += this.residuals(row, rows);
      this.gradientTile(x, rows, partial);
      for (let k = 0; k < outputs; k++) {
        let residual = 0;
        for (let i = k * TILE; i < k * TILE + rows; i++) residual += this.scores[i];
        gradient[k * stride + stride - 2] += residual;
      }
    });
    this.arena.float64(at.losses, this.chunks)[chunk] = loss;
  }

  private scoreTile(x: number, rows: number, xStride: number): void {
    const { at, cols, stride } = this;
    const { kernels } = this.context;
    const { outputs } = this.source;
    let k = 0;
    for (; k + 3 <= outputs; k += 3) {
      const w = at.coefficients + k * stride * 8;
      kernels.linearScores3(x, xStride, rows, cols, w, stride, at.scores + k * TILE * 8, TILE);
    }
    for (; k < outputs; k++) {
      kernels.linearScores1(x, xStride, rows, cols, at.coefficients + k * stride * 8, at.scores + k * TILE * 8);
    }
  }

  private residuals(row: number, rows: number): number {
    const { at } = this;
    const { kernels } = this.context;
    const { outputs, classes, oneVsRest } = this.source;
    const y = at.y + row * 4;
    const weights = at.weights + row * 8;
    if (outputs === 1) return kernels.sigmoidResiduals(at.scores, rows, y, 1, weights);
    if (oneVsRest) {
      let loss = 0;
      for (let k = 0; k < outputs; k++) loss += kernels.sigmoidResiduals(at.scores + k * TILE * 8, rows, y, k, weights);
      return loss;
    }
    return kernels.softmaxResiduals(at.scores, TILE, rows, classes, y, weights);
  }

  private gradientTile(x: number, rows: number, partial: number): void {
    const { at, cols, stride } = this;
    const { kernels } = this.context;
    const { outputs } = this.source;
    let k = 0;
    for (; k + 3 <= outputs; k += 3) {
      const r = at.scores + k * TILE * 8;
      kernels.linearGradient3(x, cols, rows, cols, r, TILE, partial + k * stride * 8, stride);
    }
    for (; k < outputs; k++) {
      kernels.linearGradient1(x, cols, rows, cols, at.scores + k * TILE * 8, partial + k * stride * 8);
    }
  }

  /**
   * Worker 0: weighted mean of h z z^T over an even sample of the rows, where z is (x - center) / scale in float32 with a last
   * column of ones (of zeros without an intercept), shape (cols + 1, cols + 1). Without `at`, h is 1; with it, h is the second derivative
   * of the log-loss by the scores of two outputs (one, if `other` is left out) at a point in the coordinates of z.
   */
  gram(frame: Frame, at?: CurvaturePoint): Float64Array {
    const { cols, stride } = this;
    const width = even(cols + 1);
    const statistics = this.arena.float64(this.at.partials, 2 * stride);
    statistics.set(frame.center);
    for (let j = 0; j < cols; j++) statistics[stride + j] = 1 / frame.scale[j];
    statistics[stride + cols] = frame.intercept ? 1 : 0;
    if (at) this.writeCoefficients(at.point);
    const sample = at?.allRows ? this.count : this.sampleRows;
    this.phase[1] = at ? at.output : -1;
    this.phase[2] = at ? (at.other ?? at.output) : -1;
    this.phase[3] = sample;
    this.together(GRAM);
    const total = new Float64Array((cols + 1) * width);
    addInOrder(total, this.arena.float64(this.at.grams, GRAM_SLICES * total.length), GRAM_SLICES, total.length);
    let sampleWeight = 0;
    for (let i = 0; i < sample; i++) sampleWeight += this.weights[this.sampleRow(i)];
    const size = cols + 1;
    const gram = new Float64Array(size * size);
    for (let a = 0; a < size; a++) {
      for (let b = a; b < size; b++) gram[a * size + b] = gram[b * size + a] = total[a * width + b] / sampleWeight;
    }
    return gram;
  }

  private sampleRow(i: number): number {
    return Math.floor((i * this.count) / this.phase[3]);
  }

  private gramSlice(slice: number): void {
    const { at } = this;
    const { kernels } = this.context;
    const size = this.cols + 1;
    const width = even(size);
    const gram = at.grams + slice * size * width * 8;
    this.arena.float64(gram, size * width).fill(0);
    const sample = this.phase[3];
    const from = Math.floor((slice * sample) / GRAM_SLICES);
    const to = Math.floor(((slice + 1) * sample) / GRAM_SLICES);
    for (let start = from; start < to; start += TILE) {
      this.context.check();
      const rows = Math.min(TILE, to - start);
      this.standardiseSample(start, rows);
      // Row k of the Gram matrix is the gradient of an output whose residuals are column k; only columns from k on are needed.
      let k = 0;
      for (; k + 3 <= size; k += 3) {
        const j = k & ~1;
        const g = gram + (k * width + j) * 8;
        kernels.linearGradient3(at.tile + j * 4, size, rows, size - j, at.columns + k * TILE * 8, TILE, g, width);
      }
      for (; k < size; k++) {
        const j = k & ~1;
        const g = gram + (k * width + j) * 8;
        kernels.linearGradient1(at.tile + j * 4, size, rows, size - j, at.columns + k * TILE * 8, g);
      }
    }
  }

  /** Writes z of sample rows into the tile, and h * weight * z by column into `columns`. */
  private standardiseSample(start: number, rows: number): void {
    const { cols, stride, source } = this;
    const size = cols + 1;
    const statistics = this.arena.float64(this.at.partials, 2 * stride);
    const tile = this.arena.float32(this.at.tile, TILE * size);
    const columns = this.arena.float64(this.at.columns, size * TILE);
    for (let i = 0; i < rows; i++) {
      const p = this.sourceRow(this.sampleRow(start + i)) * cols;
      const z = i * size;
      for (let j = 0; j < cols; j++) tile[z + j] = (source.X[p + j] - statistics[j]) * statistics[stride + j];
      tile[z + cols] = statistics[stride + cols];
    }
    const [, output, other] = this.phase;
    if (output >= 0) this.scoreTile(this.at.tile, rows, size);
    for (let i = 0; i < rows; i++) {
      const weight = this.weights[this.sampleRow(start + i)] * (output < 0 ? 1 : this.curvature(i, output, other));
      for (let j = 0; j < size; j++) columns[j * TILE + i] = weight * tile[i * size + j];
    }
  }

  /** Second derivative of the log-loss of row i of the tile by the scores of two outputs, from its scores. */
  private curvature(i: number, output: number, other: number): number {
    const { outputs, oneVsRest } = this.source;
    if (outputs === 1 || oneVsRest) {
      const p = sigmoid(this.scores[output * TILE + i]);
      return output === other ? p * (1 - p) : 0;
    }
    const { probabilities } = this;
    for (let k = 0; k < outputs; k++) probabilities[k] = this.scores[k * TILE + i];
    softmaxInPlace(probabilities, 0, outputs);
    return probabilities[output] * ((output === other ? 1 : 0) - probabilities[other]);
  }

  // ---- tiles -------------------------------------------------------------------------------------------------------------

  private forTiles(chunk: number, visit: (row: number, rows: number) => void): void {
    const end = Math.min(this.count, (chunk + 1) * this.chunkRows);
    for (let row = chunk * this.chunkRows; row < end; row += TILE) {
      this.context.check();
      visit(row, Math.min(TILE, end - row));
    }
  }

  /** Where the rows lie; copies them there when X is not resident. */
  private tileAddress(row: number, rows: number): number {
    if (this.resident) return this.at.x + row * this.cols * 4;
    this.copyRows(row, rows, this.at.tile);
    return this.at.tile;
  }

  private copyRows(row: number, rows: number, address: number): void {
    const { cols, source } = this;
    const target = this.arena.float32(address, rows * cols);
    if (!source.rows) {
      target.set(source.X.subarray(row * cols, (row + rows) * cols));
      return;
    }
    for (let i = 0; i < rows; i++) {
      const from = source.rows[row + i] * cols;
      target.set(source.X.subarray(from, from + cols), i * cols);
    }
  }

  private sourceRow(row: number): number {
    return this.source.rows ? this.source.rows[row] : row;
  }
}

interface Addresses {
  readonly phase: number;
  readonly x: number;
  readonly y: number;
  readonly weights: number;
  readonly coefficients: number;
  readonly partials: number;
  readonly losses: number;
  readonly shift: number;
  readonly tile: number;
  readonly scores: number;
  readonly grams: number;
  readonly columns: number;
}

const even = (n: number): number => n + (n & 1);

/** total[j] = sum over parts, first to last, of parts[part * size + j]. */
function addInOrder(total: Float64Array, parts: Float64Array, count: number, size: number): void {
  for (let part = 0; part < count; part++) {
    const offset = part * size;
    for (let j = 0; j < size; j++) total[j] += parts[offset + j];
  }
}

export function sum(values: Float64Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}
