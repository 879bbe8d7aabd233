import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { float32AtOrBelow } from '../../src/core/float32.js';
import { cutPoints } from '../../src/trees/bin-mapper.js';

const column = fc
  .array(fc.tuple(fc.float({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: 1, max: 50 })), {
    minLength: 1,
  })
  .map((pairs) => {
    const byValue = new Map(pairs.map(([value, count]) => [value + 0, count]));
    const values = Float32Array.from(byValue.keys()).sort();
    return { values, counts: Int32Array.from(values, (value) => byValue.get(value) ?? 1) };
  });

function binCounts(values: Float32Array, counts: Int32Array, cuts: Float64Array): number[] {
  const bins = new Array<number>(cuts.length + 1).fill(0);
  values.forEach((value, i) => {
    bins[cuts.filter((cut) => value > cut).length] += counts[i];
  });
  return bins;
}

describe('cut points', () => {
  it('ascend, separate two neighbouring values each, and are no more than asked for', () => {
    fc.assert(
      fc.property(
        column,
        fc.integer({ min: 2, max: 40 }),
        fc.integer({ min: 1, max: 20 }),
        (c, maxBin, minDataInBin) => {
          const cuts = cutPoints(c.values, c.counts, { maxBin, minDataInBin });
          expect(cuts.length).toBeLessThan(maxBin);
          const bins = binCounts(c.values, c.counts, cuts);
          expect(bins.every((count) => count > 0)).toBe(true);
          expect([...cuts]).toEqual([...cuts].sort((a, b) => a - b));
        },
      ),
    );
  });

  it('give few distinct values a bin each, with at least minDataInBin rows in all but the last', () => {
    const values = Float32Array.of(-1, 0, 2, 3, 9);
    expect([...cutPoints(values, Int32Array.of(9, 9, 9, 9, 9), { maxBin: 5, minDataInBin: 3 })]).toEqual([
      -0.5, 1, 2.5, 6,
    ]);
    expect([...cutPoints(values, Int32Array.of(1, 1, 1, 3, 1), { maxBin: 5, minDataInBin: 3 })]).toEqual([2.5, 6]);
  });

  it('give a frequent value its own bin and divide the rest evenly', () => {
    const values = Float32Array.from({ length: 1001 }, (_, i) => i);
    const counts = new Int32Array(1001).fill(1);
    counts[500] = 1000;
    const cuts = cutPoints(values, counts, { maxBin: 11, minDataInBin: 1 });
    expect([...cuts]).toContain(499.5);
    expect([...cuts]).toContain(500.5);
    const others = binCounts(values, counts, cuts).filter((count) => count < 1000);
    expect(Math.max(...others)).toBeLessThanOrEqual(110);
  });

  it('of one value there are none', () => {
    expect(cutPoints(Float32Array.of(5), Int32Array.of(100), { maxBin: 255, minDataInBin: 3 }).length).toBe(0);
    expect(cutPoints(new Float32Array(), new Int32Array(), { maxBin: 255, minDataInBin: 3 }).length).toBe(0);
  });
});

describe('float32AtOrBelow', () => {
  it('compares with every float32 as the float64 does', () => {
    const float = fc.float({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(float, float, fc.double({ noNaN: true, min: -3e38, max: 3e38 }), (a, b, x) => {
        for (const cut of [(a + b) / 2, x]) {
          const below = float32AtOrBelow(cut);
          expect(Math.fround(below)).toBe(below);
          for (const value of [a, b, Math.fround(cut), below]) expect(value <= below).toBe(value <= cut);
        }
      }),
    );
  });
});
