/**
 * Rows that two splits share by content, and whether that is a leak. Discrete tables (survey answers, one-hot categories) hold equal rows by
 * nature; a row of continuous values that turns up in two splits was copied.
 */
import { Matrix } from '../core/matrix.js';
import { Table } from '../core/table.js';
import { Turns } from '../core/turns.js';
import { cell, dataRows, hashRows, mixIn, type RowHashes, type SplitX, sameRow } from './row-hash.js';

/** One split as seen here. */
export interface ContentPart {
  readonly X: SplitX;
  readonly y: ArrayLike<number>;
}

/** Equal rows (features and label) of two parts. */
export interface SharedContent {
  /** Rows of the later part that also occur in the earlier one, and for each a row of the earlier part that equals it. */
  readonly later: number[];
  readonly earlier: number[];
  /** Share of the earlier part's own rows that occur more than once in it: how much such data repeats anyway. */
  readonly repeats: number;
  /** Whether the rows were copied (see `areCopies`), rather than equal by nature. */
  readonly copied: boolean;
}

/** Rows of one part by content: hash table from 64-bit hash to the first row that has it. */
export interface ContentIndex {
  readonly part: ContentPart;
  readonly hashes: RowHashes;
  /** Open addressing; row + 1, 0 is free. */
  readonly slots: Uint32Array;
  /** How many rows of the part equal each row. */
  readonly copies: Uint32Array;
  /** Rows that are the first of their content. */
  readonly distinct: number;
}

/** O(rows * columns), in short turns. */
export async function indexContent(part: ContentPart, turns = new Turns()): Promise<ContentIndex> {
  const hashes = await hashRows(part.X, turns);
  await turns.pause();
  mixIn(hashes, part.y);
  const rows = hashes.a.length;
  let size = 16;
  while (size < rows * 2) size *= 2;
  const slots = new Uint32Array(size);
  const first = new Uint32Array(rows);
  const copies = new Uint32Array(rows);
  const index = { part, hashes, slots, copies, distinct: 0 };
  let distinct = 0;
  for (let i = 0; i < rows; i++) {
    if (i % 4096 === 0) await turns.pause();
    const slot = slotOf(index, hashes, part, i);
    if (slots[slot] === 0) {
      slots[slot] = i + 1;
      distinct++;
    }
    first[i] = slots[slot] - 1;
    copies[first[i]]++;
  }
  for (let i = 0; i < rows; i++) copies[i] = copies[first[i]];
  return { ...index, distinct };
}

/** The slot that holds a row equal to row `i` of `part`, or the free one where it would go. */
function slotOf(index: Omit<ContentIndex, 'distinct'>, hashes: RowHashes, part: ContentPart, i: number): number {
  const mask = index.slots.length - 1;
  for (let slot = hashes.a[i] & mask; ; slot = (slot + 1) & mask) {
    const row = index.slots[slot] - 1;
    if (row < 0) return slot;
    if (index.hashes.a[row] !== hashes.a[i] || index.hashes.b[row] !== hashes.b[i]) continue;
    if (index.part.y[row] === part.y[i] && sameRow(index.part.X, row, part.X, i)) return slot;
  }
}

/** Rows that occur in both parts; `later` should be the one that judges (validation, test, holdout). */
export async function sharedContent(
  earlier: ContentIndex,
  later: ContentIndex,
  turns = new Turns(),
): Promise<SharedContent | undefined> {
  const found = { later: [] as number[], earlier: [] as number[] };
  for (let i = 0; i < later.hashes.a.length; i++) {
    if (i % 4096 === 0) await turns.pause();
    const row = earlier.slots[slotOf(earlier, later.hashes, later.part, i)] - 1;
    if (row < 0) continue;
    found.later.push(i);
    found.earlier.push(row);
  }
  if (found.later.length === 0) return undefined;
  let repeated = 0;
  for (const count of earlier.copies) if (count > 1) repeated++;
  const repeats = repeated / earlier.copies.length;
  return { ...found, repeats, copied: await areCopies(earlier, later, found, repeats, turns) };
}

/**
 * Copies, when either
 * - more rows are shared than data that repeats this much in itself explains: with w the share of the earlier part's rows that
 *   have an equal one in their own part (plus four standard errors), n later rows share n w on average; beyond four standard
 *   deviations above that, they were copied; or
 * - more than three times n w are shared, and one of them is the only row of its content in both parts and holds a value of its own in a
 *   continuous column (one in which most values are different): chance does not do that. Where w is 0, a single row is enough.
 */
async function areCopies(
  earlier: ContentIndex,
  later: ContentIndex,
  found: { later: number[]; earlier: number[] },
  repeats: number,
  turns: Turns,
): Promise<boolean> {
  const rows = earlier.copies.length;
  const share = Math.min(1, repeats + 4 * Math.sqrt(Math.max(repeats, 1 / rows) / rows));
  const expected = share * later.copies.length;
  if (found.later.length > expected + 4 * Math.sqrt(expected) + 1) return true;
  if (found.later.length <= 3 * repeats * later.copies.length) return false;
  const single = found.later.flatMap((row, k) =>
    later.copies[row] === 1 && earlier.copies[found.earlier[k]] === 1 ? [found.earlier[k]] : [],
  );
  return single.length > 0 && continuousIn(earlier, single, turns);
}

/** Rows looked at to tell continuous columns from discrete ones. */
const SAMPLE = 4096;
const MIN_DISTINCT = 0.5;

/** Whether one of `rows` holds, in a column whose values are mostly different, a value that no other sampled row has. */
async function continuousIn(index: ContentIndex, rows: number[], turns: Turns): Promise<boolean> {
  const { X } = index.part;
  const total = dataRows(X);
  const step = Math.max(1, Math.floor(total / SAMPLE));
  const sample: number[] = [];
  for (let i = 0; i < total; i += step) sample.push(i);
  for (const read of columnReaders(X)) {
    await turns.pause();
    const counts = new Map<number | string, number>();
    for (const row of sample) counts.set(read(row), (counts.get(read(row)) ?? 0) + 1);
    if (counts.size < 2 || counts.size < MIN_DISTINCT * sample.length) continue;
    const own = rows.some((row) => {
      const value = read(row);
      return !Number.isNaN(value) && (counts.get(value) ?? 0) <= 1;
    });
    if (own) return true;
  }
  return false;
}

/** Values of each column by row; of windows, those of the last step. */
function columnReaders(X: SplitX): ((row: number) => number | string)[] {
  if (X instanceof Table) return X.columnNames.map((name) => (row: number) => cell(X, name, row));
  const base = X instanceof Matrix ? X : X.base;
  const at = X instanceof Matrix ? (row: number) => row : (row: number) => X.ends[row];
  return Array.from({ length: base.cols }, (_, j) => (row: number) => base.data[at(row) * base.cols + j]);
}
