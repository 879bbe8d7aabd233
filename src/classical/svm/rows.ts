/** Lists of rows, by plain loops: iterators over typed arrays are fifty times slower, and these lists are made on the main thread. */

/** Ascending numbers below n that are kept. */
export function rowsWhere(n: number, keep: (row: number) => boolean): Uint32Array {
  const out = new Uint32Array(n);
  let count = 0;
  for (let i = 0; i < n; i++) if (keep(i)) out[count++] = i;
  return out.slice(0, count);
}

/** values[rows[0]], values[rows[1]], ... in an array of the same kind. */
export function pick<T extends Uint8Array | Uint32Array | Float64Array>(values: T, rows: Uint32Array): T {
  const out = new (values.constructor as new (length: number) => T)(rows.length);
  for (let i = 0; i < rows.length; i++) out[i] = values[rows[i]];
  return out;
}

/** One after the other. */
export function joined(parts: readonly Uint32Array[]): Uint32Array {
  const out = new Uint32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
