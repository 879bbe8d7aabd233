import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alphaOf, ewm } from '../../src/preprocessing/ewm.js';
import { difference, lag, relativeChange } from '../../src/preprocessing/lags.js';
import { ewmOracle, lagOracle } from '../oracles/series.js';
import { firstDifference } from './close-to.js';

const cell = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.double({ min: -100, max: 100, noNaN: true }),
  fc.constant(NaN),
);
const series = fc.array(cell, { minLength: 1, maxLength: 50 });
const missing = (value: number) => (Number.isFinite(value) ? value : Number.NaN);

describe('lags and differences', () => {
  it('equal their definitions for any distance, also beyond the start', () => {
    fc.assert(
      fc.property(series, fc.integer({ min: 1, max: 60 }), (x, periods) => {
        const values = Float64Array.from(x);
        const before = lagOracle(x, periods);
        expect([...lag(values, periods)]).toEqual(before);
        expect([...difference(values, periods)]).toEqual(x.map((v, i) => missing(v - before[i])));
        expect([...relativeChange(values, periods)]).toEqual(x.map((v, i) => missing(v / before[i] - 1)));
        expect([...values]).toEqual(x);
      }),
    );
  });

  it('a change from zero is missing, not infinite', () => {
    expect([...relativeChange(Float64Array.of(0, 5, 10), 1)]).toEqual([NaN, NaN, 1]);
  });
});

describe('exponentially weighted statistics', () => {
  for (const statistic of ['mean', 'std'] as const) {
    it(`${statistic} equals the weighted sum over all rows so far, missing rows counting as steps`, () => {
      fc.assert(
        fc.property(
          series,
          fc.double({ min: 0.02, max: 0.98, noNaN: true }),
          fc.integer({ min: 1, max: 5 }),
          (x, alpha, m) => {
            const spec = { statistic, alpha, minPeriods: m };
            // The deviation of equal values is the root of rounding.
            const tolerance = statistic === 'std' ? 1e-6 : 1e-10;
            expect(firstDifference(ewm(Float64Array.from(x), spec), ewmOracle(x, spec), tolerance)).toBeUndefined();
          },
        ),
        { numRuns: 200 },
      );
    });
  }

  it('span, half-life and alpha say the same thing', () => {
    expect(alphaOf({ span: 9 })).toBe(0.2);
    expect(alphaOf({ alpha: 0.3 })).toBe(0.3);
    expect((1 - alphaOf({ halfLife: 5 })) ** 5).toBeCloseTo(0.5, 14);
    // Without loss for long half-lives: alpha = ln 2 / h - (ln 2 / h)^2 / 2 + ...
    const rate = Math.LN2 / 1e9;
    expect(Math.abs(alphaOf({ halfLife: 1e9 }) / (rate - rate ** 2 / 2) - 1)).toBeLessThan(1e-14);
  });

  it('alpha 1 forgets everything: the mean is the last known value, the deviation is missing', () => {
    const x = Float64Array.of(4, 7, Number.NaN, 9);
    expect([...ewm(x, { statistic: 'mean', alpha: 1, minPeriods: 1 })]).toEqual([4, 7, 7, 9]);
    expect([...ewm(x, { statistic: 'std', alpha: 1, minPeriods: 1 })]).toEqual([NaN, NaN, NaN, NaN]);
  });
});
