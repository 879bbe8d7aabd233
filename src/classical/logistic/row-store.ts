/**
 * The training rows in a job's memory, cut into chunks whose number depends on the data alone, and into tiles that stay in the second-level
 * cache. Columns whose mean is far from 0 are held as differences from it, which lose nothing and keep float32 sums exact enough.
 */
import type { Arena } from '../../kernels/arena.js';
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

/** Rows of a tile. */
export const TILE = 64;
const MOST_CHUNKS = 128;
/** Bytes that the partial sums of all chunks may take. */
const PARTIAL_BUDGET = 64 * 2 ** 20;
const RESIDENT_LIMIT = 2.5 * 2 ** 30;
/** Rows that a column's origin is estimated from. */
const ORIGIN_SAMPLE = 256;
/** Standard deviations that a mean has to be away from 0 for the column to be held as differences. */
const FAR = 4;

export class RowStore {
  readonly count: number;
  readonly cols: number;
  /** Values from one row to the next. */
  readonly width: number;
  /** Doubles of one output's coefficients: weights rounded up to even, intercept, padding. */
  readonly stride: number;
  readonly chunks: number;
  /** (width,) what each column is held as a difference from. */
  readonly origin: Float32Array;
  readonly yAddress: number;
  readonly weightsAddress: number;
  private readonly chunkRows: number;
  private readonly resident: boolean;
  private readonly moved: boolean;
  private readonly x: number;
  private readonly tile: number;
  private readonly originAddress: number;

  constructor(
    private readonly context: JobContext<unknown>,
    readonly source: RowsSource,
    private readonly arena: Arena,
  ) {
    const { cols, outputs } = source;
    const { thread, threads } = context;
    this.count = source.y.length;
    this.cols = cols;
    this.width = Math.ceil(cols / 4) * 4;
    this.stride = even(cols) + 2;
    const most = Math.max(8, Math.min(MOST_CHUNKS, Math.floor(PARTIAL_BUDGET / (outputs * this.stride * 8))));
    this.chunkRows = Math.ceil(Math.max(this.count / most, TILE) / TILE) * TILE;
    this.chunks = Math.ceil(this.count / this.chunkRows);
    this.resident = this.count * this.width * 4 <= (source.residentLimit ?? RESIDENT_LIMIT);
    this.origin = originOf(this);
    this.moved = this.origin.some((value) => value !== 0);
    this.x = this.resident ? arena.alloc(this.count * this.width * 4 + 16) : 0;
    this.yAddress = arena.alloc((this.count + 2) * 4);
    this.weightsAddress = arena.alloc((this.count + 2) * 8);
    this.originAddress = arena.alloc(this.width * 4);
    const bytes = TILE * this.width * 4 + 64;
    this.tile = arena.alloc(bytes * threads) + bytes * thread;
  }

  get y(): Int32Array {
    return this.arena.int32(this.yAddress, this.count + 2);
  }

  get weights(): Float64Array {
    return this.arena.float64(this.weightsAddress, this.count + 2);
  }

  /** Each tile of a chunk: its first row and how many it has. */
  forTiles(chunk: number, visit: (row: number, rows: number) => void): void {
    const end = Math.min(this.count, (chunk + 1) * this.chunkRows);
    for (let row = chunk * this.chunkRows; row < end; row += TILE) {
      this.context.check();
      visit(row, Math.min(TILE, end - row));
    }
  }

  /** Once for every row, before anything else is asked for: brings them into the job's memory. */
  bring(row: number, rows: number): void {
    const { source } = this;
    this.y.set(source.y.subarray(row, row + rows), row);
    this.weights.set(source.weights.subarray(row, row + rows), row);
    if (this.resident) this.copyRows(row, rows, this.x + row * this.width * 4);
  }

  /** Where the rows lie, `width` values apart; copies them there when X is not resident. */
  tileAddress(row: number, rows: number): number {
    if (this.resident) return this.x + row * this.width * 4;
    this.copyRows(row, rows, this.tile);
    return this.tile;
  }

  private copyRows(row: number, rows: number, address: number): void {
    const { cols, width, source } = this;
    const target = this.arena.float32(address, rows * width);
    if (!source.rows && width === cols) target.set(source.X.subarray(row * cols, (row + rows) * cols));
    else {
      for (let i = 0; i < rows; i++) {
        const from = this.sourceRow(row + i) * cols;
        target.set(source.X.subarray(from, from + cols), i * width);
      }
    }
    if (!this.moved) return;
    this.arena.float32(this.originAddress, width).set(this.origin);
    this.context.kernels.centreRows(address, width, rows, this.originAddress);
  }

  /** The row of X that a training row is. */
  sourceRow(row: number): number {
    return this.source.rows ? this.source.rows[row] : row;
  }
}

function originOf({ count, cols, width, source }: RowStore): Float32Array {
  const sample = Math.min(count, ORIGIN_SAMPLE);
  const sums = new Float64Array(cols);
  const squares = new Float64Array(cols);
  const first = (source.rows ? source.rows[0] : 0) * cols;
  for (let i = 0; i < sample; i++) {
    const row = Math.floor((i * count) / sample);
    const p = (source.rows ? source.rows[row] : row) * cols;
    for (let j = 0; j < cols; j++) {
      const difference = source.X[p + j] - source.X[first + j];
      sums[j] += difference;
      squares[j] += difference * difference;
    }
  }
  const origin = new Float32Array(width);
  for (let j = 0; j < cols; j++) {
    const offset = sums[j] / sample;
    const mean = source.X[first + j] + offset;
    const variance = Math.max(0, squares[j] / sample - offset * offset);
    const value = Math.fround(mean);
    if (mean * mean > FAR * FAR * variance && Number.isFinite(value)) origin[j] = value;
  }
  return origin;
}

export const even = (n: number): number => n + (n & 1);

/** total[j] = sum over parts, first to last, of parts[part * size + j]. */
export function addInOrder(total: Float64Array, parts: Float64Array, count: number, size: number): void {
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
