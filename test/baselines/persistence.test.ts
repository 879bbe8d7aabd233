import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PersistenceBaseline } from '../../src/baselines/persistence.js';
import { DataLeakageError, InvalidInputError, NotFittedError } from '../../src/core/errors.js';
import { Matrix } from '../../src/core/matrix.js';
import type { Split, SplitRole } from '../../src/core/split.js';
import { type PlainRows, plainPersistence } from '../oracles/persistence.js';

function split<R extends SplitRole>(role: R, rows: PlainRows): Split<R> {
  return {
    role,
    X: Matrix.zeros(rows.y.length, 1),
    y: Float64Array.from(rows.y),
    times: Float64Array.from(rows.times),
    labelEnds: Float64Array.from(rows.labelEnds),
    groups: rows.groups,
  };
}

const train: PlainRows = { y: [1, 1, -1, 1], times: [0, 1, 2, 3], labelEnds: [2, 3, 4, 5] };

/** Rows with small integer times, so that ties are common; labels end at, or up to six steps after, their row's time. */
const rowsOf = (minLength: number, groups: boolean) =>
  fc
    .array(
      fc.record({
        y: fc.constantFrom(-1, 0, 1),
        time: fc.integer({ min: 0, max: 12 }),
        wait: fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constant(Number.NaN)),
        group: fc.constantFrom('a', 'b'),
      }),
      { minLength, maxLength: 25 },
    )
    .map(
      (rows): PlainRows => ({
        y: rows.map((r) => r.y),
        times: rows.map((r) => r.time),
        labelEnds: rows.map((r) => r.time + r.wait),
        groups: groups ? rows.map((r) => r.group) : undefined,
      }),
    );

describe('PersistenceBaseline', () => {
  it('repeats the label that became known last', () => {
    const test: PlainRows = { y: [-1, -1, 1], times: [3, 4, 9], labelEnds: [8, 10, 12] };
    const { predictions } = new PersistenceBaseline().fit(split('train', train)).predict(split('test', test));
    // At 3 the label of training row 1 is known, at 4 that of row 2; at 9 the test split's own row 0, whose label ended at 8.
    expect([...predictions]).toEqual([1, -1, -1]);
  });

  it('is the plain O(n²) rule, for any times, label ends, groups and earlier splits', () => {
    fc.assert(
      fc.property(
        fc.boolean().chain((groups) => fc.tuple(rowsOf(1, groups), rowsOf(0, groups), rowsOf(1, groups))),
        ([first, second, rows]) => {
          const baseline = new PersistenceBaseline('regression').fit(split('train', first));
          const got = baseline.predict(split('test', rows), [split('validation', second)]).predictions;
          const mean = first.y.reduce((a, b) => a + b, 0) / first.y.length;
          const want = plainPersistence(rows, [first, second]).map((v) => Math.fround(Number.isNaN(v) ? mean : v));
          expect([...got]).toEqual(want);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('never uses a label before its labelEnd: labels still open at a row change nothing for it', () => {
    fc.assert(
      fc.property(rowsOf(1, false), rowsOf(1, false), fc.nat(), (first, rows, pick) => {
        const at = pick % rows.y.length;
        const now = rows.times[at];
        const turned = { ...rows, y: rows.y.map((y, i) => (rows.labelEnds[i] <= now ? y : 9)) };
        const baseline = new PersistenceBaseline('regression').fit(split('train', first));
        const before = baseline.predict(split('test', rows)).predictions[at];
        expect(baseline.predict(split('test', turned)).predictions[at]).toBe(before);
      }),
    );
  });

  it('never uses the label of the row itself, even when it is known at once', () => {
    const rows: PlainRows = { y: [5, 6, 7], times: [1, 2, 3], labelEnds: [1, 2, 3] };
    const baseline = new PersistenceBaseline('regression').fit(split('train', { y: [4], times: [0], labelEnds: [0] }));
    expect([...baseline.predict(split('test', rows)).predictions]).toEqual([4, 5, 6]);
  });

  it('does not count its training rows twice when it predicts them', () => {
    const own = split('train', { y: [5, 6, 7], times: [1, 2, 3], labelEnds: [1, 2, 3] });
    expect([...new PersistenceBaseline('regression').fit(own).predict(own).predictions]).toEqual([6, 5, 6]);
  });

  it('gives the shares of what followed each label in training, smoothed by the prior', () => {
    const rows: PlainRows = { y: [0, 0, 1, 0], times: [0, 1, 2, 3], labelEnds: [0, 1, 2, 3] };
    const baseline = new PersistenceBaseline().fit(split('train', rows));
    const { probabilities, classes, predictions } = baseline.predict(
      split('test', { y: [1], times: [4], labelEnds: [9] }),
    );
    expect(classes).toEqual([0, 1]);
    expect(predictions[0]).toBe(0);
    // After a 0 came 0 once and 1 once; the prior is 3/4, 1/4.
    expect([...(probabilities as Matrix).row(0)]).toEqual([1.75 / 3, 1.25 / 3].map(Math.fround));
  });

  it('falls back to the prior before any label is known', () => {
    const late: PlainRows = { y: [0, 1, 1, 1], times: [0, 0, 0, 0], labelEnds: [50, 50, 50, 50] };
    const output = new PersistenceBaseline().fit(split('train', late)).predict(split('test', train));
    expect(output.predictions[0]).toBe(1);
    expect([...(output.probabilities as Matrix).row(0)]).toEqual([0.25, 0.75]);
  });

  it('takes training rows only', () => {
    expect(() => new PersistenceBaseline().fit(split('test', train) as unknown as Split<'train'>)).toThrow(
      DataLeakageError,
    );
  });

  it('says what it needs when times or label ends are missing', () => {
    const bare = { ...split('train', train), labelEnds: undefined };
    expect(PersistenceBaseline.applies(bare)).toBe(false);
    expect(() => new PersistenceBaseline().fit(bare)).toThrow(InvalidInputError);
    const shorter = { ...split('train', train), labelEnds: new Float64Array(2) };
    expect(() => new PersistenceBaseline().fit(shorter)).toThrow(/2 labelEnds for 4 rows/);
    const timeless = split('train', { ...train, times: [0, Number.NaN, 2, 3] });
    expect(() => new PersistenceBaseline().fit(timeless)).toThrow(/Row 1/);
  });

  it('asks for fit before predict', () => {
    expect(() => new PersistenceBaseline().predict(split('test', train))).toThrow(NotFittedError);
  });
});
