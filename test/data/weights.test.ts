import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../src/core/errors.js';
import {
  classBalanceWeights,
  combineWeights,
  normalizeWeights,
  timeDecayWeights,
  uniquenessWeights,
} from '../../src/data/weights.js';
import { plainUniqueness } from '../oracles/labels.js';

const refuses = (run: () => unknown, text: string) => {
  expect(run).toThrow(InvalidInputError);
  expect(run).toThrow(text);
};

describe('uniquenessWeights', () => {
  it('is 1 for labels that overlap with nothing, 1/k for k equal ones', () => {
    expect([...uniquenessWeights([0, 10, 20], [5, 15, 25])]).toEqual([1, 1, 1]);
    const third = expect.closeTo(1 / 3, 12);
    expect([...uniquenessWeights([0, 0, 0, 9], [5, 5, 5, 9])]).toEqual([third, third, third, expect.closeTo(1, 12)]);
  });

  it('equals the average of 1 / concurrency counted bar by bar', () => {
    const span = fc.tuple(
      fc.integer({ min: 0, max: 40 }),
      fc.oneof(fc.integer({ min: 0, max: 15 }), fc.constant(Number.NaN)),
    );
    fc.assert(
      fc.property(fc.array(span, { minLength: 1, maxLength: 60 }), (spans) => {
        const times = spans.map(([t]) => t);
        const ends = spans.map(([t, length]) => t + length);
        const expected = plainUniqueness(times, ends);
        uniquenessWeights(times, ends).forEach((w, i) => {
          expect(w).toBeCloseTo(expected[i], 12);
        });
      }),
    );
  });

  it('lets only labels of one group overlap', () => {
    expect([...uniquenessWeights([0, 0], [5, 5], { groups: ['a', 'b'] })]).toEqual([1, 1]);
  });

  it('takes 200,000 overlapping labels in well under a second', () => {
    const times = Float64Array.from({ length: 200_000 }, (_, i) => i);
    const start = performance.now();
    const weights = uniquenessWeights(
      times,
      times.map((t) => t + 50),
    );
    expect(performance.now() - start).toBeLessThan(2000);
    expect(weights[100_000]).toBeCloseTo(1 / 51, 9);
  });

  it('refuses spans that end before they start, and wrong lengths', () => {
    refuses(() => uniquenessWeights([5], [4]), 'Row 0');
    refuses(() => uniquenessWeights([Number.NaN], [4]), 'Row 0');
    refuses(() => uniquenessWeights([1, 2], [4]), 'labelEnds');
    refuses(() => uniquenessWeights([1], [4], { groups: [] }), 'groups');
  });
});

describe('the other weights', () => {
  it('time decay halves with every half-life', () => {
    expect([...timeDecayWeights([0, 50, 100], { halfLife: 50 })].map((w) => w.toFixed(12))).toEqual([
      '0.250000000000',
      '0.500000000000',
      '1.000000000000',
    ]);
    refuses(() => timeDecayWeights([1], { halfLife: 0 }), 'halfLife');
    refuses(() => timeDecayWeights([Number.NaN], { halfLife: 1 }), 'row 0');
  });

  it('class balance gives every class the same sum and mean weight 1', () => {
    const y = [-1, -1, -1, 0, 1, 1];
    const weights = classBalanceWeights(y);
    expect([...weights]).toEqual([6 / 9, 6 / 9, 6 / 9, 2, 1, 1]);
    const given = [1, 0, 3, 5, 1, 2];
    const balanced = classBalanceWeights(y, given);
    const sum = (c: number) => y.reduce((s, label, i) => s + (label === c ? given[i] * balanced[i] : 0), 0);
    expect(sum(-1)).toBeCloseTo(sum(0), 12);
    expect(sum(0)).toBeCloseTo(sum(1), 12);
    refuses(() => classBalanceWeights([1, Number.NaN]), 'row 1');
  });

  it('combined weights are the product with mean 1', () => {
    expect([...combineWeights([1, 2, 3], [2, 2, 2])]).toEqual([0.5, 1, 1.5]);
    refuses(() => combineWeights(), 'at least one');
    refuses(() => combineWeights([1], [1, 2]), 'weights 1');
    refuses(() => normalizeWeights([0, 0]), 'All weights are 0');
    refuses(() => normalizeWeights([1, -1]), 'row 1');
    refuses(() => normalizeWeights([]), 'no weights');
  });
});
