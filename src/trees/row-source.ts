/** Where rows of X come from, and columns gathered from them, which are far apart in memory. */

/** Rows of a dense row-major matrix: all of them, or those listed. */
export interface RowSource {
  readonly data: Float32Array;
  readonly cols: number;
  readonly rows: number;
  /** Row numbers into `data`, one for each of `rows`. */
  readonly list?: Uint32Array;
}

/** Rows whose cache lines are read for one column after the other before going on. */
const GATHERED = 1024;

/** Writes `count` rows of the given columns into `out`, column after column. */
export function gather(
  source: RowSource,
  columns: readonly number[],
  from: number,
  count: number,
  out: Float32Array,
): void {
  const { data, cols, list } = source;
  for (let start = 0; start < count; start += GATHERED) {
    const end = Math.min(count, start + GATHERED);
    for (let j = 0; j < columns.length; j++) {
      if (list) gatherListed(data, cols, columns[j], list, from, start, end, out, j * count);
      else gatherColumn(data, cols, columns[j], from, start, end, out, j * count);
    }
  }
}

// Two small functions of their own, so that each sees one kind of arrays only and stays optimised.

function gatherColumn(
  data: Float32Array,
  cols: number,
  column: number,
  from: number,
  start: number,
  end: number,
  out: Float32Array,
  at: number,
): void {
  for (let i = start, p = (from + start) * cols + column; i < end; i++, p += cols) out[at + i] = data[p];
}

function gatherListed(
  data: Float32Array,
  cols: number,
  column: number,
  list: Uint32Array,
  from: number,
  start: number,
  end: number,
  out: Float32Array,
  at: number,
): void {
  for (let i = start; i < end; i++) out[at + i] = data[list[from + i] * cols + column];
}
