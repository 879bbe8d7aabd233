/**
 * Medians of many columns inside the worker pool. An even sample of the rows gives each column two borders that its median is
 * very likely between; one pass over all rows counts what lies around them and keeps what lies between. Counts are integers and ranks exact,
 * so neither the sample nor the threads show in the result; where the borders miss, the column is ranked whole.
 */
import { Arena } from '../kernels/arena.js';
import type { JobContext } from '../kernels/job.js';
import { medianOf, ranked, sortableKey, toFloat } from './ranks.js';

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
/** Columns whose sample is read together: those of a cache line. */
const GROUP = 16;
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
  private readonly results: number;
  private readonly arena: Arena;

  constructor(
    private readonly context: JobContext<MedianJobArgs>,
    private readonly rows: number,
    width: number,
    private readonly capacity: number,
  ) {
    const { threads, thread } = context;
    const arena = new Arena(context);
    this.arena = arena;
    this.padded = Math.ceil(width / 4) * 4;
    this.tileRows = Math.max(1, Math.floor(TILE_BYTES / (width * 4)));
    this.low = arena.alloc(this.padded * 4);
    this.high = arena.alloc(this.padded * 4);
    this.results = arena.alloc(width * 16);
    this.counts = arena.alloc(threads * this.countsSize * 4);
    this.lists = arena.alloc(threads * this.listsSize * 4);
    const tileBytes = Math.ceil((this.tileRows * width * 4 + 16) / 64) * 64;
    this.tile = arena.alloc(threads * tileBytes) + thread * tileBytes;
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
    this.forUnits(Math.ceil(width / GROUP), (unit) =>
      this.place(from, unit * GROUP, Math.min(width, (unit + 1) * GROUP)),
    );
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

  /** Borders of columns first .. end - 1 of the group, from the sample. */
  private place(from: number, first: number, end: number): void {
    const { X, cols } = this.context.args;
    const bits = new Uint32Array(X.buffer, X.byteOffset, X.length);
    const size = Math.min(SAMPLE, this.rows);
    const keys = Array.from({ length: end - first }, () => new Uint32Array(size));
    const known = new Uint32Array(end - first);
    for (let i = 0; i < size; i++) {
      const p = Math.floor((i * this.rows) / size) * cols + from + first;
      for (let c = 0; c < keys.length; c++) {
        const value = bits[p + c];
        if ((value & 0x7fffffff) <= 0x7f800000) keys[c][known[c]++] = sortableKey(value);
      }
    }
    const low = this.arena.float32(this.low, this.padded);
    const high = this.arena.float32(this.high, this.padded);
    keys.forEach((all, c) => {
      const count = known[c];
      const own = all.subarray(0, count);
      const middle = (count - 1) / 2;
      const at = (rank: number) =>
        count > 0 ? toFloat(ranked(own.slice(), Math.min(Math.max(Math.round(rank), 0), count - 1))) : Number.NaN;
      low[first + c] = at(middle - MARGIN);
      high[first + c] = at(middle + MARGIN);
    });
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
    const between = new Uint32Array(total(BETWEEN));
    let listed = 0;
    for (let t = 0; t < threads; t++) {
      const own = all[t * this.countsSize + BETWEEN * padded + column];
      if (own > capacity) return { median: this.rankWhole(from + column), known };
      const bits = arena.uint32(this.lists + (t * this.listsSize + column * capacity) * 4, own);
      for (let i = 0; i < own; i++) between[listed++] = sortableKey(bits[i]);
    }
    const low = arena.float32(this.low, padded)[column];
    const high = arena.float32(this.high, padded)[column];
    const [below, upTo, belowHigh, upToHigh] = [BELOW, UP_TO, BELOW_HIGH, UP_TO_HIGH].map(total);
    const valueAt = (rank: number): number | undefined => {
      if (rank < below || rank >= upToHigh) return undefined;
      if (rank < upTo) return low;
      return rank < belowHigh ? toFloat(ranked(between.slice(), rank - upTo)) : high;
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
