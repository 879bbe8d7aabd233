/** The validation rows a model sets aside when it needs some and was given none. */
import { Random } from '../core/random.js';
import type { Windows } from '../core/windows.js';
import { windowsOverlap } from './sequence-input.js';

const SHARE = 0.1;

/**
 * The last tenth of the rows, because rows are usually in time order; where those miss a class that the rest has,
 * a seeded tenth of each class instead. Too few rows for both parts: undefined. Of overlapping windows always the last tenth, and
 * training windows that share rows with it are left out.
 */
export function internalValidationRows(
  y: Float64Array,
  classes: number,
  seed: number,
  windows?: Windows,
): { train: Uint32Array; validation: Uint32Array } | undefined {
  const n = y.length;
  const size = Math.floor(n * SHARE);
  if (size < 1 || n - size < 2) return undefined;
  if (windows && windowsOverlap(windows)) return lastWindows(windows, size);
  const chosen = new Uint8Array(n).fill(0, 0, n - size).fill(1, n - size);
  if (classes > 0 && !coversAll(y, chosen, classes)) {
    chosen.fill(0);
    const random = new Random(seed);
    for (let k = 0; k < classes; k++) {
      const rows: number[] = [];
      for (let i = 0; i < n; i++) if (y[i] === k) rows.push(i);
      random.shuffle(rows);
      for (const row of rows.slice(0, Math.floor(rows.length * SHARE))) chosen[row] = 1;
    }
  }
  const validation = indices(chosen, 1);
  return validation.length === 0 ? undefined : { train: indices(chosen, 0), validation };
}

/** The `size` windows that end last, and those before that share no row with them. */
function lastWindows(windows: Windows, size: number): { train: Uint32Array; validation: Uint32Array } | undefined {
  const { ends, length } = windows;
  const order = byEnd(ends);
  const validation = order.slice(order.length - size);
  // All windows have one length: of the validation windows the first begins first.
  const begins = ends[validation[0]] + 1 - length;
  let kept = order.length - size;
  while (kept > 0 && ends[order[kept - 1]] >= begins) kept--;
  const train = order.slice(0, kept).sort();
  validation.sort();
  return train.length < 2 ? undefined : { train, validation };
}

/** Numbers of windows by their ends, equal ends in their own order. One number for both: sorting without a function is ten times faster. */
function byEnd(ends: Uint32Array): Uint32Array {
  const n = ends.length;
  const keys = new Float64Array(n);
  for (let i = 0; i < n; i++) keys[i] = ends[i] * n + i;
  keys.sort();
  const order = new Uint32Array(n);
  for (let i = 0; i < n; i++) order[i] = keys[i] % n;
  return order;
}

function coversAll(y: Float64Array, chosen: Uint8Array, classes: number): boolean {
  // Bit 0: among the rest, bit 1: among the chosen.
  const seen = new Uint8Array(classes);
  for (let i = 0; i < y.length; i++) seen[y[i]] |= 1 + chosen[i];
  return seen.every((where) => where === 3);
}

function indices(chosen: Uint8Array, value: number): Uint32Array {
  const out = new Uint32Array(chosen.length);
  let count = 0;
  for (let i = 0; i < chosen.length; i++) if (chosen[i] === value) out[count++] = i;
  return out.slice(0, count);
}
