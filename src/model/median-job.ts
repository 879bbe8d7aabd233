/**
 * Medians of many columns inside the worker pool. An even sample of the rows gives each column two borders that its median is
 * very likely between; one pass over all rows counts what lies around them and keeps what lies between. Counts are integers and ranks exact,
 * so neither the sample nor the threads show in the result; where the borders miss, the column is ranked whole.
 */
import { Arena } from '../kernels/arena.js';
import type { JobContext } from '../kernels/job.js';
import { medianOf, sortableKey } from './ranks.js';

export interface MedianJobArgs {
  /** (rows, cols), row-major, in shared memory. */
  readonly X: Float32Array;
  readonly cols: number;
}

export interface MedianJobResult {
  /** (cols,), NaN where no value is known. */
  readonly medians: Float64Array;
  /** Values that are no NaN. */
  readonly known: number;
}

const SAMPLE = 2048;
/** Ranks of the sample between the middle and a border: four standard deviations of the middle's rank. */
const MARGIN = 2 * Math.sqrt(SAMPLE);
/** Share of a column's rows that is kept between its borders at most, twice what is expected. */
const KEPT = (4 * MARGIN) / SAMPLE;
/** Bytes for kept values. */
const KEPT_BUDGET = 256 * 2 ** 20;
const TILE_BYTES = 1 << 16;
/** Columns are taken by so many. */
const GROUP = 16;
/** Bytes of the counts of a radix selection. */
const RADIX_BYTES = 8192;
/** Lists of the kernel's counts. */
const BELOW = 0;
const UP_TO = 1;
const BELOW_HIGH = 2;
const UP_TO_HIGH = 3;
const KNOWN = 4;
const BETWEEN = 5;

export function run(context: JobContext<MedianJobArgs>): MedianJobResult | undefined {
  const { cols, X } = context.args;
  const rows = X.length / cols;
  const capacity = Math.ceil(KEPT * rows) + 64;
  const most = Math.floor(KEPT_BUDGET / (4 * capacity * context.threads));
  const width = Math.min(cols, Math.max(GROUP, most - (most % GROUP)));
  const group = new ColumnRanks(context, rows, width, capacity);
  const medians = new Float64Array(cols);
  let known = 0;
  for (let from = 0; from < cols; from += width) known += group.rank(from, Math.min(width, cols - from), medians);
  return context.thread === 0 ? { medians, known } : undefined;
}

class ColumnRanks {
  private readonly padded: number;
  private readonly tileRows: number;
  private readonly low: number;
  private readonly high: number;
  /** Of worker 0; the others' follow. */
  private readonly counts: number;
  private readonly lists: number;
  private readonly tile: number;
  /** (sample, width) */
  private readonly sample: number;
  private readonly sampleRows: number;
  /** Of this worker: values of one column, and as much room again. */
  private readonly values: number;
  private readonly keys: number;
  private readonly radix: number;
  private readonly results: number;
  private readonly arena: Arena;

  constructor(
    private readonly context: JobContext<MedianJobArgs>,
    private readonly rows: number,
    private readonly width: number,
    private readonly capacity: number,
  ) {
    const { threads } = context;
    const arena = new Arena(context);
    this.arena = arena;
    this.padded = Math.ceil(width / 4) * 4;
    this.tileRows = Math.max(1, Math.floor(TILE_BYTES / (width * 4)));
    this.low = arena.alloc(this.padded * 4);
    this.high = arena.alloc(this.padded * 4);
    this.results = arena.alloc(width * 16);
    this.counts = arena.alloc(threads * this.countsSize * 4);
    this.lists = arena.alloc(threads * this.listsSize * 4);
    this.tile = arena.allocEach(this.tileRows * width * 4 + 16);
    this.sampleRows = Math.min(SAMPLE, rows);
    this.sample = arena.alloc(this.sampleRows * width * 4);
    const longest = Math.max(this.sampleRows, threads * capacity) * 4 + 4;
    this.values = arena.allocEach(longest);
    this.keys = arena.allocEach(longest);
    this.radix = arena.allocEach(RADIX_BYTES);
    arena.commit();
  }

  private get countsSize(): number {
    return 6 * this.padded;
  }

  private get listsSize(): number {
    return this.padded * this.capacity;
  }

  /** Writes medians of columns from .. from + width - 1 and returns their number of known values; the same in every worker. */
  rank(from: number, width: number, medians: Float64Array): number {
    const { context } = this;
    this.forUnits(Math.ceil(this.sampleRows / GROUP), (unit) => this.read(from, width, unit));
    this.forUnits(Math.ceil(width / GROUP), (unit) => this.place(unit * GROUP, Math.min(width, (unit + 1) * GROUP)));
    const counts = this.arena.int32(this.counts + context.thread * this.countsSize * 4, this.countsSize).fill(0);
    context.barrier();
    const chunks = Math.ceil(this.rows / this.tileRows);
    this.forUnits(chunks, (chunk) => this.count(from, width, chunk, counts.byteOffset));
    const results = this.arena.float64(this.results, 2 * width);
    this.forUnits(width, (column) => {
      const { median, known } = this.settle(from, column);
      results[2 * column] = median;
      results[2 * column + 1] = known;
    });
    let known = 0;
    for (let column = 0; column < width; column++) {
      medians[from + column] = results[2 * column];
      known += results[2 * column + 1];
    }
    return known;
  }

  /** Each unit by one worker; all are done when it returns. */
  private forUnits(units: number, work: (unit: number) => void): void {
    const { context } = this;
    context.barrier();
    for (let unit = context.nextUnit(); unit < units; unit = context.nextUnit()) {
      context.check();
      work(unit);
    }
    context.barrier();
  }

  /** Rows of the sample. */
  private read(from: number, width: number, unit: number): void {
    const { X, cols } = this.context.args;
    const sample = this.arena.float32(this.sample, this.sampleRows * this.width);
    const end = Math.min(this.sampleRows, (unit + 1) * GROUP);
    for (let i = unit * GROUP; i < end; i++) {
      const p = Math.floor((i * this.rows) / this.sampleRows) * cols + from;
      sample.set(X.subarray(p, p + width), i * this.width);
    }
  }

  /** Borders of columns first .. end - 1, from the sample. */
  private place(first: number, end: number): void {
    const { kernels } = this.context;
    const low = this.arena.float32(this.low, this.padded);
    const high = this.arena.float32(this.high, this.padded);
    for (let column = first; column < end; column++) {
      const count = kernels.knownOf(this.sample + column * 4, this.width, this.sampleRows, this.values);
      const middle = (count - 1) / 2;
      low[column] = count > 0 ? this.ranked(count, Math.max(0, Math.round(middle - MARGIN))) : Number.NaN;
      high[column] = count > 0 ? this.ranked(count, Math.min(count - 1, Math.round(middle + MARGIN))) : Number.NaN;
    }
  }

  /** Of the first values of this worker's room. */
  private ranked(count: number, rank: number): number {
    return this.context.kernels.rankedFloat(this.values, count, rank, this.keys, this.radix);
  }

  private count(from: number, width: number, chunk: number, counts: number): void {
    const { context, tile, tileRows, capacity } = this;
    const { X, cols } = context.args;
    const first = chunk * tileRows;
    const rows = Math.min(tileRows, this.rows - first);
    const target = this.arena.float32(tile, rows * width);
    if (width === cols) target.set(X.subarray(first * cols, (first + rows) * cols));
    else {
      for (let i = 0; i < rows; i++) {
        const p = (first + i) * cols + from;
        target.set(X.subarray(p, p + width), i * width);
      }
    }
    const lists = this.lists + context.thread * this.listsSize * 4;
    context.kernels.countAround(tile, width, rows, width, this.low, this.high, counts, lists, capacity);
  }

  private settle(from: number, column: number): { median: number; known: number } {
    const { padded, capacity, arena } = this;
    const { threads } = this.context;
    const all = arena.int32(this.counts, threads * this.countsSize);
    const total = (list: number) => {
      let sum = 0;
      for (let t = 0; t < threads; t++) sum += all[t * this.countsSize + list * padded + column];
      return sum;
    };
    const known = total(KNOWN);
    if (known === 0) return { median: Number.NaN, known };
    const values = arena.float32(this.values, threads * capacity);
    let listed = 0;
    for (let t = 0; t < threads; t++) {
      const own = all[t * this.countsSize + BETWEEN * padded + column];
      if (own > capacity) return { median: this.rankWhole(from + column), known };
      values.set(arena.float32(this.lists + (t * this.listsSize + column * capacity) * 4, own), listed);
      listed += own;
    }
    const low = arena.float32(this.low, padded)[column];
    const high = arena.float32(this.high, padded)[column];
    const [below, upTo, belowHigh, upToHigh] = [BELOW, UP_TO, BELOW_HIGH, UP_TO_HIGH].map(total);
    const valueAt = (rank: number): number | undefined => {
      if (rank < below || rank >= upToHigh) return undefined;
      if (rank < upTo) return low;
      return rank < belowHigh ? this.ranked(listed, rank - upTo) : high;
    };
    const first = valueAt((known - 1) >> 1);
    const second = known % 2 === 1 ? first : valueAt(known >> 1);
    if (first === undefined || second === undefined) return { median: this.rankWhole(from + column), known };
    return { median: Math.fround((first + second) / 2) + 0, known };
  }

  private rankWhole(column: number): number {
    const { X, cols } = this.context.args;
    const bits = new Uint32Array(X.buffer, X.byteOffset, X.length);
    const keys = new Uint32Array(this.rows);
    let count = 0;
    for (let p = column; p < bits.length; p += cols) {
      if ((bits[p] & 0x7fffffff) <= 0x7f800000) keys[count++] = sortableKey(bits[p]);
    }
    return medianOf(keys.subarray(0, count)) ?? Number.NaN;
  }
}
