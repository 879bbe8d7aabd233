import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quantiles } from '../../src/preprocessing/order-statistics.js';
import { type RollingSpec, rolling } from '../../src/preprocessing/rolling.js';
import { quantileOracle, rollingOracle } from '../oracles/series.js';
import { firstDifference } from './close-to.js';

const STATISTICS = ['mean', 'sum', 'std', 'min', 'max', 'median', 'quantile', 'skew', 'zscore', 'count'] as const;

/** Values with many ties and missing ones, or wide ones. */
const cell = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: -4, max: 4 }) },
  { weight: 2, arbitrary: fc.double({ min: -1000, max: 1000, noNaN: true }) },
  { weight: 1, arbitrary: fc.constant(Number.NaN) },
);
const series = fc.array(cell, { minLength: 1, maxLength: 60 });

const same = (values: readonly number[], spec: RollingSpec, tolerance: number) =>
  firstDifference(rolling(Float64Array.from(values), spec), rollingOracle(values, spec), tolerance);

describe('rolling statistics', () => {
  for (const statistic of STATISTICS) {
    it(`${statistic} equals the definition in every window, with missing values left out`, () => {
      fc.assert(
        fc.property(
          series,
          fc.integer({ min: 1, max: 70 }),
          fc.nat(),
          fc.double({ min: 0, max: 1 }),
          (x, window, p, q) => {
            const minPeriods = 1 + (p % window);
            const quantile = Number.isNaN(q) ? 0.5 : q;
            // The third moment of nearly equal values is mostly rounding, in any order of summation.
            const tolerance = statistic === 'skew' ? 1e-6 : statistic === 'zscore' ? 1e-9 : 1e-10;
            expect(same(x, { statistic, window, minPeriods, quantile }, tolerance)).toBeUndefined();
          },
        ),
        { numRuns: 150 },
      );
    });
  }

  it('a window gives the same bits wherever it lies in a table: nothing accumulates from rows outside it', () => {
    const tail = [0.1, 0.7, 0.2, 0.4, 0.3];
    const before = Array.from({ length: 500 }, (_, i) => 1e9 * Math.sin(i));
    for (const statistic of STATISTICS) {
      const spec = { statistic, window: 5, minPeriods: 5, quantile: 0.3 };
      const alone = rolling(Float64Array.from(tail), spec).at(-1);
      expect(rolling(Float64Array.from([...before, ...tail]), spec).at(-1)).toBe(alone);
    }
  });

  it('equal values have no spread, no skew and no z-score, whatever the rounding of their mean', () => {
    const x = Float64Array.from({ length: 7 }, () => 0.1);
    const spec = { window: 7, minPeriods: 7 };
    expect(rolling(x, { ...spec, statistic: 'std' })[6]).toBe(0);
    expect(rolling(x, { ...spec, statistic: 'skew' })[6]).toBeNaN();
    expect(rolling(x, { ...spec, statistic: 'zscore' })[6]).toBeNaN();
  });

  it('an overflow is missing, not infinite', () => {
    expect([...rolling(Float64Array.of(1e308, 1e308), { statistic: 'sum', window: 2, minPeriods: 1 })]).toEqual([
      1e308,
      Number.NaN,
    ]);
  });

  it('fewer known values than minPeriods give a missing result', () => {
    const x = Float64Array.of(1, Number.NaN, 3, 4);
    expect([...rolling(x, { statistic: 'mean', window: 2, minPeriods: 2 })]).toEqual([NaN, NaN, NaN, 3.5]);
    expect([...rolling(x, { statistic: 'count', window: 2, minPeriods: 1 })]).toEqual([1, 1, 1, 2]);
  });
});

describe('quantiles by selection', () => {
  it('equal those of the sorted values to the last bit but one, for short and long, crowded and spread inputs', () => {
    const lengths = [1, 2, 3, 15, 16, 17, 100, 4096, 4097, 9000];
    const kinds: ((i: number) => number)[] = [
      (i) => i % 3,
      (i) => Math.sin(i * 12.9898) * 1000,
      (i) => (i === 0 ? 1e300 : Math.sin(i)),
      (i) => -i,
      () => 7,
    ];
    const levels = [0, 0, 0.01, 0.25, 0.25, 0.3, 0.5, 0.75, 0.999, 1];
    for (const length of lengths) {
      for (const kind of kinds) {
        const x = Array.from({ length }, (_, i) => kind(i));
        const expected = levels.map((level) => quantileOracle(x, level));
        expect(firstDifference(quantiles(Float64Array.from(x), levels), expected, 1e-14)).toBeUndefined();
      }
    }
  });

  it('agree with sorting on random values', () => {
    const values = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(
        values,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 6 }),
        (x, q) => {
          const levels = [...q].sort((a, b) => a - b);
          const expected = levels.map((level) => quantileOracle(x, level));
          expect(firstDifference(quantiles(Float64Array.from(x), levels), expected, 1e-13)).toBeUndefined();
        },
      ),
    );
  });
});
