/**
 * Finds 64-bit combination hashes in a table, and builds them row by row: the arithmetic of category-hash.ts on pairs of 32-bit
 * halves, for it runs once a row and table.
 */
import { extendHash } from './category-hash.js';

/** Hashes with the row of the table each stands for; open addressing, at most half full. */
export interface CombinationTable {
  low: Uint32Array;
  high: Uint32Array;
  /** Row + 1 by slot; 0 is free. */
  slots: Int32Array;
}

/** Parts of a combination, already multiplied as `extendHash` does. */
export interface Terms {
  low: Uint32Array;
  high: Uint32Array;
}

const LOW_16 = 0xffff;
const WORD = 2 ** 32;
/** The multiplier of category-hash.ts: upper half, and lower half in two parts. */
const MULTIPLIER_HIGH = 0x4906ba49;
const MULTIPLIER_LOW = 0x4954cb65;
const MULTIPLIER_1 = MULTIPLIER_LOW >>> 16;
const MULTIPLIER_0 = MULTIPLIER_LOW & LOW_16;

/** The term of one part. */
export function termOf(part: number): { low: number; high: number } {
  const term = extendHash(0n, part);
  return { low: Number(term & 0xffffffffn), high: Number(term >> 32n) };
}

/** hash * multiplier + term of row i, in place. */
export function extendRow(hashes: Terms, i: number, termLow: number, termHigh: number): void {
  const low = hashes.low[i];
  const p0 = (low & LOW_16) * MULTIPLIER_0;
  const middle = (low & LOW_16) * MULTIPLIER_1 + (low >>> 16) * MULTIPLIER_0 + Math.floor(p0 / 65536);
  const product = (((middle & LOW_16) << 16) | (p0 & LOW_16)) >>> 0;
  const carried = (low >>> 16) * MULTIPLIER_1 + Math.floor(middle / 65536);
  const high = Math.imul(low, MULTIPLIER_HIGH) + Math.imul(hashes.high[i], MULTIPLIER_LOW);
  const sum = product + termLow;
  hashes.low[i] = sum;
  hashes.high[i] = (carried >>> 0) + high + termHigh + (sum >= WORD ? 1 : 0);
}

const slotOf = (low: number, high: number, mask: number) => (Math.imul(low ^ high, 0x9e3779b1) >>> 7) & mask;

/** The table of these hashes: row i is `hashes[i]`. */
export function buildTable(hashes: BigUint64Array): CombinationTable {
  const words = new Uint32Array(hashes.buffer, hashes.byteOffset, 2 * hashes.length);
  const low = Uint32Array.from({ length: hashes.length }, (_, i) => words[2 * i]);
  const high = Uint32Array.from({ length: hashes.length }, (_, i) => words[2 * i + 1]);
  let size = 2;
  while (size < 2 * hashes.length) size *= 2;
  const slots = new Int32Array(size);
  for (let i = 0; i < hashes.length; i++) {
    let at = slotOf(low[i], high[i], size - 1);
    while (slots[at] !== 0) at = (at + 1) & (size - 1);
    slots[at] = i + 1;
  }
  return { low, high, slots };
}

/** Row of a hash; the number of rows when it is not there. */
export function findRow({ low, high, slots }: CombinationTable, wantedLow: number, wantedHigh: number): number {
  const mask = slots.length - 1;
  for (let at = slotOf(wantedLow, wantedHigh, mask); slots[at] !== 0; at = (at + 1) & mask) {
    const row = slots[at] - 1;
    if (low[row] === wantedLow && high[row] === wantedHigh) return row;
  }
  return low.length;
}
