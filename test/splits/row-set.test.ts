/** Sets of rows: the same answers as plain sets of numbers. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../src/core/errors.js';
import { RowSet } from '../../src/splits/row-set.js';

const rows = fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 60 });
const setOf = (numbers: readonly number[]) => RowSet.of(Uint32Array.from(numbers));
const plain = (numbers: readonly number[]) => [...new Set(numbers)].sort((a, b) => a - b);

describe('RowSet', () => {
  it('holds each row once, ascending, and gives its runs', () => {
    fc.assert(
      fc.property(rows, (numbers) => {
        const set = setOf(numbers);
        const expected = plain(numbers);
        expect(set.size).toBe(expected.length);
        expect(Array.from({ length: set.size }, (_, k) => set.at(k))).toEqual(expected);
        const spread = set.ranges().flatMap(([a, b]) => Array.from({ length: b - a + 1 }, (_, i) => a + i));
        expect(spread).toEqual(expected);
        expect(RowSet.fromRanges(set.ranges()).equals(set)).toBe(true);
        const ranges = set.ranges();
        for (let i = 1; i < ranges.length; i++) expect(ranges[i][0]).toBeGreaterThan(ranges[i - 1][1] + 1);
      }),
    );
  });

  it('finds the rows that two sets share', () => {
    fc.assert(
      fc.property(rows, rows, fc.integer({ min: 1, max: 5 }), (a, b, limit) => {
        const both = plain(a).filter((row) => b.includes(row));
        expect(setOf(a).shared(setOf(b), limit)).toEqual({ count: both.length, rows: both.slice(0, limit) });
        expect(setOf(a).equals(setOf(b))).toBe(plain(a).join() === plain(b).join());
      }),
    );
  });

  it('treats a run of rows as the list of them', () => {
    expect(RowSet.range(3, 6).equals(setOf([5, 4, 3]))).toBe(true);
    expect(RowSet.range(3, 3).size).toBe(0);
    expect(RowSet.range(3, 3).ranges()).toEqual([]);
  });

  it('refuses ranges that do not ascend', () => {
    for (const ranges of [
      [[2, 1]],
      [
        [0, 3],
        [3, 4],
      ],
      [[-1, 2]],
      [[0, 0.5]],
    ] as [number, number][][])
      expect(() => RowSet.fromRanges(ranges)).toThrow(InvalidInputError);
  });
});
