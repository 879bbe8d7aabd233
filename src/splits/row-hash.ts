/** Rows compared by content: 64-bit hashes of all rows of a matrix, windows or table, and the exact comparison behind them. */
import { Matrix } from '../core/matrix.js';
import { Table } from '../core/table.js';
import { Turns } from '../core/turns.js';
import { Windows } from '../core/windows.js';

/** What a split's X may be. */
export type SplitX = Matrix | Windows | Table;

/** Two independent 32-bit lanes, one entry a row. */
export interface RowHashes {
  readonly a: Uint32Array;
  readonly b: Uint32Array;
}

/** Values hashed between two looks at the clock: about a millisecond. */
const VALUES_PER_STEP = 200_000;
const QUIET_NAN = 0x7fc00000;

/** All NaN alike, -0 as 0: equal to a model means equal here. */
function canonical(bits: number): number {
  if ((bits & 0x7fffffff) > 0x7f800000) return QUIET_NAN;
  return bits === 0x80000000 ? 0 : bits;
}

export function dataRows(X: SplitX): number {
  if (X instanceof Windows) return X.ends.length;
  return X instanceof Matrix ? X.rows : X.rowCount;
}

/** Hash of every row; equal rows have equal hashes, whatever kind of NaN stands for their missing values. Yields to the event loop. */
export async function hashRows(X: SplitX, turns = new Turns()): Promise<RowHashes> {
  const hashes = await hashContent(X, turns);
  for (const lane of [hashes.a, hashes.b]) for (let i = 0; i < lane.length; i++) lane[i] = finish(lane[i]);
  return hashes;
}

function hashContent(X: SplitX, turns: Turns): Promise<RowHashes> {
  if (X instanceof Windows) return hashWindows(X, turns);
  return X instanceof Matrix ? hashMatrix(X, turns) : hashTable(X, turns);
}

const newHashes = (rows: number): RowHashes => ({
  a: new Uint32Array(rows).fill(0x9e3779b9),
  b: new Uint32Array(rows).fill(0x85ebca6b),
});

// One step a lane: multiply by an odd constant, then fold the high bits down, which a product alone never does.
const stepA = (hash: number, word: number): number => {
  const x = Math.imul(hash ^ word, 0x2c1b3c6d);
  return x ^ (x >>> 15);
};
const stepB = (hash: number, word: number): number => {
  const x = Math.imul((hash + word) | 0, 0x297a2d39);
  return x ^ (x >>> 13);
};

/** Mixes a label or a time into the hash of every row. */
export function mixIn(hashes: RowHashes, values: ArrayLike<number>): void {
  const words = new Uint32Array(2);
  const view = new Float64Array(words.buffer);
  const { a, b } = hashes;
  for (let i = 0; i < a.length; i++) {
    // Adding 0 turns -0 into 0.
    view[0] = values[i] + 0;
    a[i] = stepA(stepA(a[i], words[0]), words[1]);
    b[i] = stepB(stepB(b[i], words[0]), words[1]);
  }
}

function finish(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return (x ^ (x >>> 15)) >>> 0;
}

async function hashMatrix(X: Matrix, turns: Turns): Promise<RowHashes> {
  const hashes = newHashes(X.rows);
  const words = new Uint32Array(X.data.buffer, X.data.byteOffset, X.data.length);
  const block = Math.max(1, Math.floor(VALUES_PER_STEP / Math.max(1, X.cols)));
  for (let from = 0; from < X.rows; from += block) {
    await turns.pause();
    hashBlock(words, X.cols, from, Math.min(X.rows, from + block), hashes);
  }
  return hashes;
}

function hashBlock(words: Uint32Array, cols: number, from: number, to: number, { a, b }: RowHashes): void {
  for (let i = from, p = from * cols; i < to; i++) {
    let x = a[i] | 0;
    let y = b[i] | 0;
    for (const end = p + cols; p < end; p++) {
      const word = canonical(words[p]);
      x = stepA(x, word);
      y = stepB(y, word);
    }
    a[i] = x;
    b[i] = y;
  }
}

/** A window's hash is that of its rows' hashes, so overlapping windows do not read their values again. */
async function hashWindows(X: Windows, turns: Turns): Promise<RowHashes> {
  const rows = await hashMatrix(X.base, turns);
  const hashes = newHashes(X.ends.length);
  const block = Math.max(1, Math.floor(VALUES_PER_STEP / X.length));
  for (let i = 0; i < X.ends.length; i++) {
    if (i % block === 0) await turns.pause();
    for (let row = X.ends[i] - X.length + 1; row <= X.ends[i]; row++) {
      hashes.a[i] = stepA(hashes.a[i], rows.a[row]);
      hashes.b[i] = stepB(hashes.b[i], rows.b[row]);
    }
  }
  return hashes;
}

async function hashTable(X: Table, turns: Turns): Promise<RowHashes> {
  const hashes = newHashes(X.rowCount);
  const { a, b } = hashes;
  for (const name of X.columnNames) {
    await turns.pause();
    const column = X.column(name);
    if (column.kind === 'categorical') {
      // By text, not by code: two tables may number their categories differently.
      const texts = column.categories.map(textHash);
      for (let i = 0; i < a.length; i++) {
        const word = column.codes[i] < 0 ? 0 : texts[column.codes[i]];
        a[i] = stepA(a[i], word);
        b[i] = stepB(b[i], word);
      }
    } else
      mixIn(
        hashes,
        column.values.map((v) => (Number.isNaN(v) ? Number.NaN : v)),
      );
  }
  return hashes;
}

function textHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = stepA(hash, text.charCodeAt(i));
  return hash | 1;
}

const sameNumber = (a: number, b: number): boolean => a === b || (Number.isNaN(a) && Number.isNaN(b));

/** Whether row `i` of `X` and row `j` of `Z` hold the same values (NaN equals NaN). */
export function sameRow(X: SplitX, i: number, Z: SplitX, j: number): boolean {
  if (X instanceof Table || Z instanceof Table)
    return X instanceof Table && Z instanceof Table && sameCells(X, i, Z, j);
  const x = X instanceof Windows ? X.window(i) : X.row(i);
  const z = Z instanceof Windows ? Z.window(j) : Z.row(j);
  if (x.length !== z.length) return false;
  for (let k = 0; k < x.length; k++) if (!sameNumber(x[k], z[k])) return false;
  return true;
}

function sameCells(X: Table, i: number, Z: Table, j: number): boolean {
  return X.columnNames.every((name) => {
    if (!Z.has(name)) return false;
    const x = cell(X, name, i);
    const z = cell(Z, name, j);
    return typeof x === 'number' && typeof z === 'number' ? sameNumber(x, z) : x === z;
  });
}

/** Text, or a number (NaN when missing). */
export function cell(X: Table, name: string, row: number): string | number {
  const column = X.column(name);
  if (column.kind !== 'categorical') return column.values[row];
  return column.codes[row] < 0 ? Number.NaN : column.categories[column.codes[row]];
}
