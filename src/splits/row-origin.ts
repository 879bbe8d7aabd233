/**
 * Which rows of which ledger an array holds. Kept beside the arrays, by the memory they lie in, so that it costs the caller nothing and follows
 * views, windows and whatever else shares that memory; copies are followed where the library makes them (`inheritRows`).
 */
import { Matrix } from '../core/matrix.js';
import type { SplitRole } from '../core/split.js';
import { Windows } from '../core/windows.js';
import { RowSet } from './row-set.js';

/** Rows in one piece of memory. */
interface Origin {
  /** What numbers the rows: their ledger. */
  readonly source: object;
  /** Absent for arrays that belong to no split. */
  readonly role?: SplitRole;
  /** Bytes from `from` to `to`, `rowBytes` a row; for objects that are no typed array one byte a row. */
  readonly from: number;
  readonly to: number;
  readonly rowBytes: number;
  /** Number of each row in the source; `NOWHERE` for rows that belong to no sample. Absent: `first`, `first + 1`, ... */
  readonly ids?: Uint32Array;
  readonly first: number;
  /** What computed the values and learned from rows in order to: fitted preprocessing. */
  readonly makers: readonly object[];
}

/** A row of the base of windows that is no window's last. */
const NOWHERE = 0xffffffff;

/** Most origins remembered for one piece of memory, latest first: sliding containers over one matrix would add without end. */
const MOST = 256;

const origins = new WeakMap<object, Origin[]>();

interface Place {
  readonly owner: object;
  readonly from: number;
  readonly to: number;
  readonly rowBytes: number;
}

/** Where X lies; undefined for what holds no rows. */
function placeOf(X: unknown): Place | undefined {
  if (X instanceof Windows) return placeOf(X.base);
  if (X instanceof Matrix) {
    const { buffer, byteOffset, byteLength } = X.data;
    if (byteLength === 0) return undefined;
    return { owner: buffer, from: byteOffset, to: byteOffset + byteLength, rowBytes: X.cols * 4 };
  }
  // Models of rows and windows of the same samples take both at once.
  if (X !== null && typeof X === 'object' && 'sequences' in X) return placeOf(X.sequences);
  if (X === null || typeof X !== 'object') return undefined;
  const { rowCount, length } = X as { rowCount?: number; length?: number };
  const rows = rowCount ?? length ?? 0;
  return rows > 0 ? { owner: X, from: 0, to: rows, rowBytes: 1 } : undefined;
}

export interface OriginOf {
  /** What numbers the rows: their ledger. */
  readonly source: object;
  readonly role?: SplitRole;
  /** Row numbers in the source, one a row of X; absent: consecutive from `first`. */
  readonly ids?: Uint32Array;
  readonly first?: number;
  readonly makers?: readonly object[];
}

/** Notes which rows X holds. The same memory already noted for the same source keeps what was noted. */
export function noteOrigin(X: unknown, { source, role, ids, first = 0, makers = [] }: OriginOf): void {
  const place = placeOf(X);
  if (!place) return;
  const { owner, from, to, rowBytes } = place;
  const list = origins.get(owner) ?? [];
  if (list.some((one) => one.source === source && one.role === role && one.from === from && one.to === to)) return;
  const own = ids && (X instanceof Windows ? byBaseRow(X, ids) : ids);
  list.unshift({ source, role, from, to, rowBytes, ids: own, first, makers });
  origins.set(owner, list.slice(0, MOST));
}

function byBaseRow(X: Windows, ids: Uint32Array): Uint32Array {
  const rows = new Uint32Array(X.base.rows).fill(NOWHERE);
  X.ends.forEach((end, i) => {
    rows[end] = ids[i];
  });
  return rows;
}

/** Rows that X holds of one noted piece of memory. */
export interface HeldRows {
  readonly source: object;
  readonly role?: SplitRole;
  readonly rows: RowSet;
  readonly makers: readonly object[];
}

/** Everything known of the rows of X, latest first; where splits know them, what arrays without a role say is left out. */
export function rowsIn(X: unknown): HeldRows[] {
  const place = placeOf(X);
  const noted = place && origins.get(place.owner);
  if (!noted) return [];
  const found = noted.filter(({ from, to }) => place.from < to && from < place.to);
  const known = found.some(({ role }) => role !== undefined) ? found.filter(({ role }) => role !== undefined) : found;
  return known.map((origin) => ({
    source: origin.source,
    role: origin.role,
    rows: heldRows(X, place, origin),
    makers: origin.makers,
  }));
}

function heldRows(X: unknown, place: Place, origin: Origin): RowSet {
  const { ids, first, rowBytes } = origin;
  const whole = Math.max(1, rowBytes);
  const start = Math.max(0, Math.floor((place.from - origin.from) / whole));
  const noted = ids?.length ?? Math.ceil((origin.to - origin.from) / whole);
  const end = Math.min(noted, Math.ceil((place.to - origin.from) / whole));
  if (X instanceof Windows) {
    // Windows stand for their last rows.
    const base = place.from - origin.from;
    const rows = X.ends.map((row) => (base + row * place.rowBytes) / whole).filter((row) => row >= 0 && row < noted);
    return RowSet.of(ids ? rows.map((row) => ids[row]).filter((id) => id !== NOWHERE) : rows.map((row) => first + row));
  }
  if (!ids) return RowSet.range(first + start, first + end);
  const all = start === 0 && end === ids.length ? ids : ids.subarray(start, end);
  return RowSet.of(all.includes(NOWHERE) ? all.filter((id) => id !== NOWHERE) : all);
}

/**
 * Notes that `copy` holds rows of `source`: the given ones in that order, or all. `makers` are fitted on rows and shaped the copy's values.
 * Nothing is noted where nothing is known of the source.
 */
export function inheritRows(
  source: unknown,
  copy: unknown,
  { rows, makers = [] }: { rows?: ArrayLike<number>; makers?: readonly object[] } = {},
): void {
  const place = placeOf(source);
  const noted = place && origins.get(place.owner);
  if (!noted || source === copy) return;
  // Only what lies exactly where the source lies: of a part of it the row numbers would have to be worked out again.
  for (const one of [...noted].reverse()) {
    if (one.from !== place.from || one.to !== place.to) continue;
    const idOf = (row: number) => (one.ids ? one.ids[row] : one.first + row);
    const at = (row: number) => (source instanceof Windows ? source.ends[row] : row);
    noteOrigin(copy, {
      ...one,
      ids: rows ? Uint32Array.from(rows, (row) => idOf(at(row))) : one.ids,
      makers: [...one.makers, ...makers],
    });
  }
}
