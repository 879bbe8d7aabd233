/**
 * Conditions `slot > border` for rows that come alone: a row's numbers become ranks among their slot's borders once, and a condition is
 * then a difference of two integers, its sign the answer.
 */
import type { Plan } from './plan.js';

/** Slots and borders of a slot that fit into a condition's word, 16 bits each. */
const MOST = 1 << 15;

export interface RowConditions {
  /** (conditions,) slot in the upper half, rank of the border in the lower. */
  readonly words: Int32Array;
  /** Different borders in ascending order, slot by slot; those of slot s lie from first[s] to first[s + 1] - 1. */
  readonly borders: Float32Array;
  readonly first: Int32Array;
  /** (slots,) of the row at hand: borders below its number. */
  readonly ranks: Int32Array;
}

/** Undefined where a condition does not fit into a word. */
export function layOutConditions({ trees, slots }: Plan): RowConditions | undefined {
  const { slot, border } = trees;
  const wanted = Array.from({ length: slots }, () => new Set<number>());
  // Nothing is more than a border that is no number: as if it were infinite.
  const limit = (c: number) => (Number.isNaN(border[c]) ? Number.POSITIVE_INFINITY : border[c]);
  for (let c = 0; c < slot.length; c++) wanted[slot[c]].add(limit(c));
  const sorted = wanted.map((values) => Float32Array.from(values).sort());
  if (slots > MOST || sorted.some(({ length }) => length > MOST)) return undefined;
  const first = new Int32Array(slots + 1);
  for (const [s, { length }] of sorted.entries()) first[s + 1] = first[s] + length;
  const borders = new Float32Array(first[slots]);
  for (const [s, values] of sorted.entries()) borders.set(values, first[s]);
  const rankOf = sorted.map((values) => new Map(Array.from(values, (value, rank) => [value, rank])));
  const words = Int32Array.from(slot, (s, c) => (s << 16) | (rankOf[s].get(limit(c)) ?? 0));
  return { words, borders, first, ranks: new Int32Array(slots) };
}

/** Ranks of a row whose number of slot s is values[s * stride + at]. NaN is more than no border. */
export function rankRow(
  { borders, first, ranks }: RowConditions,
  values: Float32Array,
  stride: number,
  at: number,
): void {
  for (let s = 0; s < ranks.length; s++) {
    const value = values[s * stride + at];
    let low = first[s];
    let count = first[s + 1] - low;
    // Without a branch that depends on the row: half of what is left is skipped, or is not.
    while (count > 0) {
      const half = (count + 1) >> 1;
      low += Number(value > borders[low + half - 1]) * half;
      count -= half;
    }
    ranks[s] = low - first[s];
  }
}

/** 1 if a condition holds for the row at hand, else 0. */
export function holds(word: number, ranks: Int32Array): number {
  return ((word & 0xffff) - ranks[word >>> 16]) >>> 31;
}
