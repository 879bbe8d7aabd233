import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../src/core/hash.js';
import { erfc, exp, expm1, log, log1p, pow, sigmoid, softmaxInPlace, softplus } from '../../src/core/math.js';

/** Both are within an ulp or two of the truth, so of each other within a few. */
const close = (actual: number, expected: number, ulps = 4) => {
  if (!Number.isFinite(expected) || expected === 0 || Math.abs(expected) < 1e-307) {
    if (Number.isFinite(expected)) expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-320);
    else expect(actual).toBe(expected);
    return;
  }
  expect(Math.abs(actual - expected) / Math.abs(expected)).toBeLessThanOrEqual(ulps * 2 ** -53 * 2);
};

const view = new DataView(new ArrayBuffer(8));
/** Doubles in order as integers: neighbours differ by one. */
function ordinal(x: number): bigint {
  view.setFloat64(0, x);
  const bits = view.getBigInt64(0);
  return bits < 0n ? -(bits & 0x7fff_ffff_ffff_ffffn) : bits;
}
/** Doubles between two numbers of one sign; 0 for equal ones. */
function ulps(a: number, b: number): number {
  if (a === b) return 0;
  if (!Number.isFinite(a) || !Number.isFinite(b)) return Number.POSITIVE_INFINITY;
  return Math.abs(Number(ordinal(a) - ordinal(b)));
}
const double = (min: number, max: number) => fc.double({ min, max, noNaN: true });

describe('mathematics with one result everywhere', () => {
  it.each([
    // Python's math.erfc.
    [0, 1],
    [1e-10, 0.999999999887162],
    [0.3, 0.6713732405408726],
    [1.9, 0.0072095707647425325],
    [2, 0.004677734981047265],
    [2.1, 0.002979466656332984],
    [5, 1.5374597944280351e-12],
    [20, 5.3958656116079005e-176],
    [26.5, 2.2109076642637343e-307],
    [30, 0],
  ])('erfc(%f) is %f to twelve digits', (x, want) => {
    expect(Math.abs(erfc(x) - want)).toBeLessThanOrEqual(1e-12 * want);
    expect(erfc(Number.NaN)).toBeNaN();
  });

  it('exp and log agree with the engine to a few units in the last place', () => {
    fc.assert(
      fc.property(fc.double({ min: -745, max: 709.7, noNaN: true }), (x) => close(exp(x), Math.exp(x))),
      { numRuns: 3000 },
    );
    fc.assert(
      fc.property(fc.double({ min: 0, noNaN: true }), (x) => close(log(x), Math.log(x))),
      { numRuns: 3000 },
    );
  });

  it.each([
    ['exp', exp, Math.exp, double(-745.2, 710), 2],
    ['exp near 0', exp, Math.exp, double(-1, 1), 2],
    ['log', log, Math.log, double(0, Number.MAX_VALUE), 2],
    ['log near 1', log, Math.log, double(0.5, 2), 2],
    ['log of subnormal numbers', log, Math.log, double(5e-324, 2.3e-308), 2],
    ['log1p', log1p, Math.log1p, double(-1, Number.MAX_VALUE), 3],
    ['log1p near 0', log1p, Math.log1p, double(-1e-3, 1e-3), 3],
    ['expm1', expm1, Math.expm1, double(-50, 710), 4],
    ['expm1 near its overflow', expm1, Math.expm1, double(700, 709.8), 2],
  ])('%s is within a few units in the last place of the engine', (_name, run, reference, x, limit) => {
    fc.assert(
      fc.property(x, (value) => ulps(run(value), reference(value)) <= limit),
      { numRuns: 5000 },
    );
  });

  it('known values are exact', () => {
    expect([exp(0), exp(2), log(2), log(10), log(Math.E)]).toEqual([1, 7.38905609893065, Math.LN2, Math.LN10, 1]);
    expect(ulps(exp(1), Math.E)).toBeLessThanOrEqual(1);
    for (let k = -1074; k <= 1023; k++) expect(ulps(log(2 ** k), k * Math.LN2)).toBeLessThanOrEqual(1);
    expect([log(Number.MAX_VALUE), log1p(1e308), log1p(-1)]).toEqual([709.782712893384, Math.log(1e308), -Infinity]);
    expect(exp(709.782712893384)).toBeLessThan(Number.POSITIVE_INFINITY);
    expect([Object.is(log1p(-0), -0), Object.is(expm1(-0), -0)]).toEqual([true, true]);
  });

  it('expm1, log1p, sigmoid, softplus and pow agree with the engine', () => {
    fc.assert(
      fc.property(fc.double({ min: -30, max: 30, noNaN: true }), (x) => {
        close(expm1(x), Math.expm1(x), 8);
        close(sigmoid(x), 1 / (1 + Math.exp(-x)), 8);
        close(softplus(x), Math.log1p(Math.exp(x)), 8);
        if (x > -0.999) close(log1p(x), Math.log1p(x), 8);
      }),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(
        fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
        fc.double({ min: -20, max: 20, noNaN: true }),
        (x, y) => {
          // The rounding of y ln x is magnified by its size.
          close(pow(x, y), x ** y, 4 + 2 * Math.abs(y * Math.log(x)));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('keeps the limits', () => {
    expect([exp(0), exp(-1e9), exp(1e9), exp(Number.NEGATIVE_INFINITY)]).toEqual([1, 0, Number.POSITIVE_INFINITY, 0]);
    expect(exp(Number.NaN)).toBeNaN();
    expect([log(1), log(0), log(Number.POSITIVE_INFINITY)]).toEqual([
      0,
      Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ]);
    expect(log(-1)).toBeNaN();
    expect(log(5e-324)).toBeCloseTo(-744.4400719213812, 10);
    expect([sigmoid(-1000), sigmoid(1000), softplus(-1000), softplus(1000)]).toEqual([0, 1, 0, 1000]);
    expect([pow(0, 0), pow(0, 2), pow(0, -1), pow(2, 10), pow(2, -2), pow(9, 0.5)]).toEqual([
      1,
      0,
      Number.POSITIVE_INFINITY,
      1024,
      0.25,
      3,
    ]);
  });

  it('softmax sums to 1 and never overflows', () => {
    const scores = Float64Array.of(9, 1000, 1001, 999, 9);
    softmaxInPlace(scores, 1, 3);
    expect(scores[0] + scores[4]).toBe(18);
    expect(scores[1] + scores[2] + scores[3]).toBeCloseTo(1, 15);
    expect(scores[2] / scores[1]).toBeCloseTo(Math.E, 12);
  });

  it('gives these very bits on every engine and processor', () => {
    const grid = Float64Array.from({ length: 20_000 }, (_, i) => (i - 10_000) * 0.0703 + 0.001);
    const values = new Float64Array(grid.length * 4);
    grid.forEach((x, i) => {
      values[4 * i] = exp(x);
      values[4 * i + 1] = log(Math.abs(x));
      values[4 * i + 2] = sigmoid(x);
      values[4 * i + 3] = log1p(Math.abs(x));
    });
    expect(sha256(values)).toMatchInlineSnapshot(`"af27e8f3d472c2e7257358b86cc6d919f618dae09339c61aeee77cf59b8eb130"`);
  });
});
