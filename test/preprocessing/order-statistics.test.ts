import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quantiles } from '../../src/preprocessing/order-statistics.js';
import { summarize } from '../../src/preprocessing/statistics.js';

const LEVELS = [0, 0.1, 0.25, 0.5, 0.75, 0.999, 1];

const bySorting = (values: Float64Array): number[] => {
  const sorted = values.slice().sort();
  return LEVELS.map((level) => {
    const position = level * (sorted.length - 1);
    const low = Math.floor(position);
    const high = Math.min(low + 1, sorted.length - 1);
    const t = position - low;
    return t < 0.5
      ? sorted[low] + (sorted[high] - sorted[low]) * t
      : sorted[high] - (sorted[high] - sorted[low]) * (1 - t);
  });
};

const shapes: Record<string, (i: number, n: number) => number> = {
  ascending: (i) => i,
  descending: (i) => -i,
  constant: () => 3.5,
  'two values': (i) => i % 2,
  'few values': (i) => (i * 7919) % 5,
  'one far outlier': (i) => (i === 17 ? 1e300 : Math.sin(i)),
  'far outliers on both sides': (i) => (i === 17 ? 1e308 : i === 20 ? -1e308 : Math.sin(i)),
  'heavy tails': (i) => Math.tan(i * 1.7) ** 3,
  'organ pipe': (i, n) => Math.min(i, n - i),
  denormal: (i) => (i % 100) * 5e-324,
};

describe('quantiles by selection', () => {
  it('are those of the sorted values, on any values', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 300 }),
        (list) => {
          const values = Float64Array.from(list, (v) => Math.max(-1e300, Math.min(1e300, v)) + 0);
          expect(quantiles(values.slice(), LEVELS)).toEqual(bySorting(values));
        },
      ),
    );
  });

  for (const [name, make] of Object.entries(shapes)) {
    it.each([1, 2, 15, 16, 17, 4096, 4097, 20_000])(`are those of the sorted values: ${name}, %d rows`, (n) => {
      const values = Float64Array.from({ length: n }, (_, i) => make(i, n));
      expect(quantiles(values.slice(), LEVELS)).toEqual(bySorting(values));
    });
  }
});

describe('the summary of a column', () => {
  const summary = (values: number[]) => summarize(Float64Array.from(values), new Float64Array(values.length));

  it('is undefined without known values', () => {
    expect(summary([])).toBeUndefined();
    expect(summary([Number.NaN, Number.NaN])).toBeUndefined();
  });

  it('leaves missing values out and counts them', () => {
    expect(summary([1, Number.NaN, 3, Number.NaN, 5])).toEqual({
      count: 3,
      missing: 2,
      mean: 3,
      standardDeviation: Math.sqrt(8 / 3),
      minimum: 1,
      maximum: 5,
      median: 3,
      lowerQuartile: 2,
      upperQuartile: 4,
    });
  });

  it('keeps its digits far from zero', () => {
    // 1e9 + {0, 1, ..., 9} over and over: mean 1e9 + 4.5 and variance 8.25 exactly.
    const values = Array.from({ length: 10_000 }, (_, i) => 1e9 + (i % 10));
    expect(summary(values)?.mean).toBe(1e9 + 4.5);
    expect(summary(values)?.standardDeviation).toBeCloseTo(Math.sqrt(8.25), 12);
  });

  it('gives a constant column a deviation of exactly zero', () => {
    expect(summary(new Array(997).fill(0.1))).toMatchObject({ mean: 0.1, standardDeviation: 0 });
  });
});
