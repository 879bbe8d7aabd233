/**
 * The columns of bytes that conditions `x > border` are asked of: a value's bin is the number of the column's borders below it.
 * A source (a column of X, or another number of a row) has a column for each 254 of its borders and each way NaN goes.
 */
import { BLOCK_ROWS } from './prediction-block.js';
import type { ImageWriter } from './prediction-image.js';
import { LOOKED_AT, rankTable } from './rank-table.js';

/** Borders of a column, so that bins from -128 on leave 127 above all of them. */
const MOST_BORDERS = 254;
const RECORD_BYTES = 32;
/** As in assembly/prediction-bins.ts: instead of levels, and what stands before a table. */
const BY_TABLE = -1;
const TABLE_HEAD = 16;
/** So that as many borders as the kernel looks at follow on each. */
const BEYOND = new Array<number>(LOOKED_AT).fill(Number.POSITIVE_INFINITY);
/** A cut that no bin is above. */
const NEVER = 127;
const NONE = -1;

/** Where a kernel finds the values of a source, in bytes: the first, and from one row to the next. */
export interface Source {
  readonly offset: number;
  readonly stride: number;
}

/** What a condition becomes: it holds for a row if its bin in the column, which begins at byte `column`, is above `cut`. */
export interface BinTest {
  readonly column: number;
  readonly cut: number;
}

/** A kernel's record of a column's borders, and which columns of bins they fill. */
interface Chunk {
  readonly source: number;
  readonly borders: Float32Array;
  readonly equal: boolean;
  /** NaN is below, above every border. */
  low: number;
  high: number;
}

export class BorderColumns {
  private readonly wanted: number[][];
  private readonly borders: Float32Array[] = [];
  private readonly chunks: Chunk[] = [];
  /** By source: the columns of its borders, MOST_BORDERS of them each, and those of single values. */
  private readonly parts: (Chunk | undefined)[][];
  private readonly singles: Map<number, Chunk>[];
  /** Columns of bins. */
  count = 0;

  constructor(private readonly sources: readonly Source[]) {
    this.wanted = sources.map(() => []);
    this.parts = sources.map(() => []);
    this.singles = sources.map(() => new Map());
  }

  /** Says that conditions will ask for a border (float32). First for all of them, then `settle`, then `above`. */
  want(source: number, border: number): void {
    this.wanted[source].push(border);
  }

  settle(): void {
    for (const [source, wanted] of this.wanted.entries()) {
      this.borders[source] = sortedOnce(wanted);
      wanted.length = 0;
    }
  }

  /** The condition x > border. NaN counts as more than every border, infinite ones too, or as less. */
  above(source: number, border: number, missingAbove: boolean): BinTest {
    const rank = rankOf(this.borders[source], border);
    const part = Math.floor(rank / MOST_BORDERS);
    const first = part * MOST_BORDERS;
    const chunk = (this.parts[source][part] ??= this.add({
      source,
      borders: this.borders[source].subarray(first, first + MOST_BORDERS),
      equal: false,
      low: NONE,
      high: NONE,
    }));
    if (missingAbove) {
      if (chunk.high === NONE) chunk.high = this.count++;
    } else if (chunk.low === NONE) chunk.low = this.count++;
    return { column: (missingAbove ? chunk.high : chunk.low) * BLOCK_ROWS, cut: rank - first - 128 };
  }

  /** The condition x === value. */
  equal(source: number, value: number): BinTest {
    let chunk = this.singles[source].get(value);
    if (!chunk) {
      chunk = this.add({ source, borders: Float32Array.of(value), equal: true, low: this.count++, high: NONE });
      this.singles[source].set(value, chunk);
    }
    return { column: chunk.low * BLOCK_ROWS, cut: 0 };
  }

  /** A condition that holds for no row. */
  never(): BinTest {
    return { column: 0, cut: NEVER };
  }

  /** Writes what the kernel that fills the columns reads. */
  write(image: ImageWriter): { records: number; recordCount: number } {
    const records = image.reserve(this.chunks.length * RECORD_BYTES);
    let at = records;
    for (const { source, borders, equal, low, high } of this.chunks) {
      const { offset, stride } = this.sources[source];
      const lookup = equal ? { at: writeFloats(image, borders), levels: 0, table: 0 } : writeLookup(image, borders);
      const fields = [offset, stride, lookup.at, lookup.levels, low, high, lookup.table];
      for (const [i, field] of fields.entries()) image.uint32(at + 4 * i, field);
      at += RECORD_BYTES;
    }
    return { records, recordCount: this.chunks.length };
  }

  private add(chunk: Chunk): Chunk {
    this.chunks.push(chunk);
    return chunk;
  }
}

/** Different values in ascending order. */
function sortedOnce(values: readonly number[]): Float32Array {
  const sorted = Float32Array.from(values).sort();
  let count = 0;
  for (let i = 0; i < sorted.length; i++) {
    // Zero without a sign.
    if (i === 0 || sorted[i] !== sorted[count - 1]) sorted[count++] = sorted[i] + 0;
  }
  return sorted.slice(0, count);
}

/** Sorted borders as the kernel finds a value among them: by a table where there is one, else by a search tree. */
function writeLookup(image: ImageWriter, borders: Float32Array): { at: number; levels: number; table: number } {
  const table = rankTable(borders);
  if (!table) {
    const levels = Math.ceil(Math.log2(borders.length + 1));
    return { at: writeSearchTree(image, borders, levels), levels, table: 0 };
  }
  const { origin, scale, starts } = table;
  const head = image.reserve(TABLE_HEAD + starts.length);
  for (const [i, value] of [origin, scale, starts.length - 1].entries()) image.float32(head + 4 * i, value);
  for (const [i, start] of starts.entries()) image.uint8(head + TABLE_HEAD + i, start);
  return { at: writeFloats(image, [...borders, ...BEYOND]), levels: BY_TABLE, table: head };
}

function writeFloats(image: ImageWriter, values: ArrayLike<number>): number {
  const at = image.reserve(4 * values.length);
  for (let i = 0; i < values.length; i++) image.float32(at + 4 * i, values[i]);
  return at;
}

/** Sorted borders level by level, the root at element 1 and the children of element k at 2k and 2k + 1; what is left over is infinite. */
function writeSearchTree(image: ImageWriter, borders: Float32Array, levels: number): number {
  const size = 2 ** levels;
  const at = image.reserve(size * 4);
  for (let level = 0, k = 1; level < levels; level++) {
    const step = size >> (level + 1);
    for (let rank = step - 1; rank < size - 1; rank += 2 * step, k++) {
      image.float32(at + 4 * k, rank < borders.length ? borders[rank] : Number.POSITIVE_INFINITY);
    }
  }
  return at;
}

/** Index of a value in sorted ones. */
function rankOf(sorted: Float32Array, value: number): number {
  let from = 0;
  let to = sorted.length - 1;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (sorted[middle] < value) from = middle + 1;
    else to = middle;
  }
  return from;
}
