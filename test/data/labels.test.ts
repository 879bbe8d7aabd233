import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../src/core/errors.js';
import { fixedHorizonLabels, tripleBarrierLabels } from '../../src/data/labels.js';
import { ewmVolatility } from '../../src/data/volatility.js';
import { type PlainBars, plainFixedHorizon, plainTripleBarrier } from '../oracles/labels.js';

const bars: fc.Arbitrary<PlainBars> = fc
  .array(
    fc.record({
      close: fc.integer({ min: 90, max: 110 }),
      up: fc.integer({ min: 0, max: 4 }),
      down: fc.integer({ min: 0, max: 4 }),
      group: fc.constantFrom('a', 'b'),
      step: fc.integer({ min: 0, max: 3 }),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((rows) => {
    let time = 0;
    return {
      close: rows.map((r) => r.close),
      high: rows.map((r) => r.close + r.up),
      low: rows.map((r) => r.close - r.down),
      times: rows.map((r) => (time += r.step)),
      groups: rows.map((r) => r.group),
    };
  });

const refuses = (run: () => unknown, text: string) => {
  expect(run).toThrow(InvalidInputError);
  expect(run).toThrow(text);
};

describe('fixedHorizonLabels', () => {
  it('is the sign of the return over the horizon, unknown where the horizon is not complete', () => {
    const out = fixedHorizonLabels({
      close: [100, 102, 100, 100, 99],
      times: [0, 10, 20, 30, 40],
      horizon: 2,
      threshold: 0.015,
    });
    expect([...out.labels]).toEqual([0, -1, 0, Number.NaN, Number.NaN]);
    expect([...out.labelEnds]).toEqual([20, 30, 40, Number.NaN, Number.NaN]);
    expect(out.returns[1]).toBe(100 / 102 - 1);
  });

  it('equals the plain definition for interleaved groups', () => {
    fc.assert(
      fc.property(bars, fc.integer({ min: 1, max: 6 }), fc.constantFrom(0, 0.02), (b, horizon, threshold) => {
        const out = fixedHorizonLabels({ ...b, horizon, threshold });
        const expected = plainFixedHorizon(b, horizon, threshold);
        expect([...out.labels]).toEqual(expected.map((e) => e.label));
        expect([...out.labelEnds]).toEqual(expected.map((e) => e.end));
      }),
    );
  });

  it('crosses no session gap', () => {
    const out = fixedHorizonLabels({
      close: [1, 2, 3, 4],
      times: [0, 60_000, 3_600_000, 3_660_000],
      horizon: 1,
      sessionGap: 120_000,
    });
    expect([...out.labels]).toEqual([1, Number.NaN, 1, Number.NaN]);
  });

  it('is unknown where a price is missing, and counts rows where there are no times', () => {
    const out = fixedHorizonLabels({ close: [1, Number.NaN, 2, 3], horizon: 1 });
    expect([...out.labels]).toEqual([Number.NaN, Number.NaN, 1, Number.NaN]);
    expect(out.labelEnds[2]).toBe(3);
  });

  it('refuses empty, non-positive and infinite prices, odd horizons, wrong lengths, times that run backwards', () => {
    refuses(() => fixedHorizonLabels({ close: [], horizon: 1 }), 'empty');
    refuses(() => fixedHorizonLabels({ close: [1, -37], horizon: 1 }), 'row 1');
    refuses(() => fixedHorizonLabels({ close: [Number.POSITIVE_INFINITY, 1], horizon: 1 }), 'row 0');
    refuses(() => fixedHorizonLabels({ close: [1, 2], horizon: 0 }), 'horizon');
    refuses(() => fixedHorizonLabels({ close: [1, 2], horizon: 1, threshold: -1 }), 'threshold');
    refuses(() => fixedHorizonLabels({ close: [1, 2], horizon: 1, times: [1] }), 'times');
    refuses(() => fixedHorizonLabels({ close: [1, 2], horizon: 1, times: [2, 1] }), 'earlier');
    refuses(() => fixedHorizonLabels({ close: [1, 2], horizon: 1, sessionGap: 5 }), 'sessionGap');
  });
});

describe('tripleBarrierLabels', () => {
  it('equals the plain definition', () => {
    fc.assert(
      fc.property(
        bars,
        fc.integer({ min: 1, max: 6 }),
        fc.constantFrom(1, 2, Number.POSITIVE_INFINITY),
        (b, horizon, upper) => {
          const volatility = b.close.map((_, i) => (i % 7 === 3 ? Number.NaN : 0.01 * (1 + (i % 3))));
          const out = tripleBarrierLabels({ ...b, horizon, upper, lower: 1.5, volatility });
          const expected = plainTripleBarrier(b, horizon, upper, 1.5, volatility);
          expect([...out.labels]).toEqual(expected.map((e) => e.label));
          expect([...out.labelEnds]).toEqual(expected.map((e) => e.end));
        },
      ),
    );
  });

  it('says which barrier was touched, and when', () => {
    const out = tripleBarrierLabels({
      close: [100, 100, 103, 100, 97, 100, 100, 100],
      times: [0, 1, 2, 3, 4, 5, 6, 7],
      horizon: 3,
      upper: 2,
      lower: 2,
      volatility: new Array(8).fill(0.01),
    });
    expect(out.touched).toEqual(['upper', 'upper', 'lower', 'lower', 'upper', null, null, null]);
    expect([...out.labelEnds.subarray(0, 5)]).toEqual([2, 2, 3, 4, 5]);
    expect(out.returns[0]).toBe(103 / 100 - 1);
  });

  it('a bar that spans both barriers counts as the lower one', () => {
    const out = tripleBarrierLabels({
      close: [100, 100],
      high: [100, 110],
      low: [100, 90],
      horizon: 1,
      upper: 1,
      lower: 1,
      volatility: [0.01, 0.01],
    });
    expect(out.touched[0]).toBe('lower');
  });

  it('no label depends on bars after its end, nor on the volatility of later rows', () => {
    const close = Array.from({ length: 200 }, (_, i) => 100 + Math.sin(i) * 3 + (i % 7));
    const options = { horizon: 5, upper: 1, lower: 1 };
    const before = tripleBarrierLabels({ close, ...options });
    const changed = close.map((c, i) => (i > 150 ? c * 1.5 : c));
    const after = tripleBarrierLabels({ close: changed, ...options });
    for (let i = 0; i < 145; i++) expect(after.labels[i]).toBe(before.labels[i]);
    expect(before.labels.filter((l) => !Number.isNaN(l)).length).toBeGreaterThan(100);
  });

  it('refuses barriers and volatilities that are none', () => {
    const base = { close: [1, 2, 3], horizon: 1, upper: 1, lower: 1 };
    refuses(() => tripleBarrierLabels({ ...base, upper: 0 }), 'upper');
    refuses(() => tripleBarrierLabels({ ...base, lower: Number.NaN }), 'lower');
    refuses(() => tripleBarrierLabels({ ...base, volatility: [1, 1] }), 'volatility');
    refuses(() => tripleBarrierLabels({ ...base, volatility: [1, -1, 1] }), 'row 1');
    refuses(() => tripleBarrierLabels({ ...base, high: [1, 2] }), 'high');
  });
});

describe('ewmVolatility', () => {
  it('is the exponentially weighted standard deviation of the returns so far', () => {
    const close = Array.from({ length: 60 }, (_, i) => 100 + ((i * 37) % 11));
    const out = ewmVolatility(close, { span: 10, minPeriods: 5 });
    const alpha = 2 / 11;
    for (const i of [4, 5, 30, 59]) {
      const returns = close.slice(1, i + 1).map((c, k) => c / close[k] - 1);
      const weights = returns.map((_, k) => (1 - alpha) ** (returns.length - 1 - k));
      const total = weights.reduce((a, b) => a + b, 0);
      const mean = returns.reduce((a, r, k) => a + weights[k] * r, 0) / total;
      const squares = weights.reduce((a, w) => a + w * w, 0);
      const variance = returns.reduce((a, r, k) => a + weights[k] * (r - mean) ** 2, 0) / (total - squares / total);
      if (i < 5) expect(out[i]).toBeNaN();
      else expect(out[i]).toBeCloseTo(Math.sqrt(variance), 12);
    }
  });

  it('starts anew with each group', () => {
    const out = ewmVolatility([1, 2, 1, 2, 5, 6, 5, 6], { groups: [0, 0, 0, 0, 1, 1, 1, 1], minPeriods: 2, span: 5 });
    expect(out[4]).toBeNaN();
    expect(out[5]).toBeNaN();
    expect(out[6]).toBeGreaterThan(0);
  });
});
