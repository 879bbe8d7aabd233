/** Sets of row numbers: a run of rows costs nothing, others four bytes a row, shared with the split they came from where that is sorted. */
import { InvalidInputError } from '../core/errors.js';

/** Rows `first` to `last`, both included. */
export type RowRange = readonly [first: number, last: number];

/** Sorted copies of row numbers, one for each array they were given in. */
const sorted = new WeakMap<Uint32Array, Uint32Array>();

/** Row numbers, ascending, each once. */
export class RowSet {
  private constructor(
    /** Undefined: all rows from `first` to `last`. */
    private readonly rows: Uint32Array | undefined,
    readonly size: number,
    readonly first: number,
    readonly last: number,
  ) {}

  /** Rows `from` to `to` (exclusive). */
  static range(from: number, to: number): RowSet {
    return new RowSet(undefined, Math.max(0, to - from), from, to - 1);
  }

  /** The numbers in `rows`, in any order; the array must not change afterwards. */
  static of(rows: Uint32Array): RowSet {
    let own = sorted.get(rows);
    if (!own) sorted.set(rows, (own = ascending(rows)));
    return RowSet.ofAscending(own);
  }

  private static ofAscending(rows: Uint32Array): RowSet {
    if (rows.length === 0) return RowSet.range(0, 0);
    const [first, last] = [rows[0], rows[rows.length - 1]];
    const run = last - first + 1 === rows.length;
    return new RowSet(run ? undefined : rows, rows.length, first, last);
  }

  /** The inverse of `ranges`. Throws `InvalidInputError` for ranges that are not ascending whole numbers. */
  static fromRanges(ranges: readonly RowRange[]): RowSet {
    let size = 0;
    let before = -1;
    for (const [first, last] of ranges) {
      if (!(Number.isInteger(first) && Number.isInteger(last) && first > before && last >= first && last < 2 ** 32)) {
        throw new InvalidInputError(
          `Rows ${String(first)} to ${String(last)} are not the next rows of an ascending set`,
        );
      }
      size += last - first + 1;
      before = last;
    }
    if (ranges.length === 1) return RowSet.range(ranges[0][0], ranges[0][1] + 1);
    const rows = new Uint32Array(size);
    let at = 0;
    for (const [first, last] of ranges) for (let row = first; row <= last; row++) rows[at++] = row;
    return RowSet.ofAscending(rows);
  }

  /** The k-th row. */
  at(k: number): number {
    return this.rows ? this.rows[k] : this.first + k;
  }

  equals(other: RowSet): boolean {
    if (this.size !== other.size || this.first !== other.first || this.last !== other.last) return false;
    if (this.rows === other.rows) return true;
    for (let k = 0; k < this.size; k++) if (this.at(k) !== other.at(k)) return false;
    return true;
  }

  /** How many rows are in both, and the first of them. */
  shared(other: RowSet, limit = 20): { readonly count: number; readonly rows: readonly number[] } {
    const rows: number[] = [];
    if (this.size === 0 || other.size === 0 || this.last < other.first || other.last < this.first)
      return { count: 0, rows };
    let count = 0;
    for (let a = 0, b = 0; a < this.size && b < other.size; ) {
      const difference = this.at(a) - other.at(b);
      if (difference <= 0) a++;
      if (difference >= 0) b++;
      if (difference !== 0) continue;
      count++;
      if (rows.length < limit) rows.push(this.at(a - 1));
    }
    return { count, rows };
  }

  /** Runs of consecutive rows. */
  ranges(): RowRange[] {
    if (this.size === 0) return [];
    if (!this.rows) return [[this.first, this.last]];
    const out: RowRange[] = [];
    for (let k = 0, start = 0; k < this.size; k++) {
      if (k + 1 < this.size && this.rows[k + 1] === this.rows[k] + 1) continue;
      out.push([this.rows[start], this.rows[k]]);
      start = k + 1;
    }
    return out;
  }
}

function ascending(rows: Uint32Array): Uint32Array {
  for (let k = 1; k < rows.length; k++) {
    if (rows[k] > rows[k - 1]) continue;
    const order = rows.slice().sort();
    return order.filter((row, i) => i === 0 || row !== order[i - 1]);
  }
  return rows;
}
