/** Purged splitters give exactly the folds of their definitions, on random times, label spans and embargoes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError, InvalidInputError } from '../../src/core/errors.js';
import { CombinatorialPurgedKFold } from '../../src/splits/combinatorial-purged-k-fold.js';
import { PurgedKFold } from '../../src/splits/purged-k-fold.js';
import type { Fold } from '../../src/splits/splitter.js';
import { evenParts, trainBeside } from '../oracles/folds.js';
import { rowsInTime, sorted, timesTested } from './row-problems.js';

const distinct = (times: readonly number[]): number => new Set(times).size;
const bars = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

describe('PurgedKFold', () => {
  it('equals the plain oracle: parts, purge on both sides, embargo after', () => {
    let compared = 0;
    fc.assert(
      fc.property(rowsInTime, fc.integer({ min: 2, max: 7 }), ({ times, labelEnds, embargo }, folds) => {
        if (distinct(times) < folds) return;
        const part = evenParts({ times, labelEnds }, folds);
        const expected = bars(folds).map((f) => trainBeside({ times, labelEnds }, part, [f], embargo));
        const split = new PurgedKFold({ folds, embargo }).split({ rows: times.length, times, labelEnds });
        if (expected.some((train) => train.length === 0)) {
          expect(() => [...split]).toThrow(InvalidInputError);
          return;
        }
        compared++;
        const found = [...split];
        expect(found.map(({ test }) => sorted(test))).toEqual(
          bars(folds).map((f) => bars(times.length).filter((i) => part[i] === f)),
        );
        expect(found.map(({ train }) => sorted(train))).toEqual(expected);
      }),
      { numRuns: 400, seed: 1 },
    );
    expect(compared).toBeGreaterThan(120);
  });

  it('tests every row once, in time order, and never cuts rows of one time apart', () => {
    fc.assert(
      fc.property(rowsInTime, fc.integer({ min: 2, max: 7 }), ({ times }, folds) => {
        if (distinct(times) < folds) return;
        const found = [...new PurgedKFold({ folds }).split({ rows: times.length, times })];
        expect(timesTested(found, times.length)).toEqual(times.map(() => 1));
        for (const [f, { test }] of found.entries()) {
          expect(test.length).toBeGreaterThan(0);
          for (let i = 1; i < test.length; i++) expect(times[test[i]]).toBeGreaterThanOrEqual(times[test[i - 1]]);
          const next = found[f + 1]?.test[0];
          if (next !== undefined) expect(times[next]).toBeGreaterThan(times[test[test.length - 1]]);
        }
      }),
      { numRuns: 200, seed: 2 },
    );
  });

  it('cuts as evenly as the rows allow, and purges as many rows on either side as labels look ahead', () => {
    const split = [...new PurgedKFold({ folds: 5, horizon: 3, embargo: 0.02 }).split({ rows: 103 })];
    expect(split.map(({ test }) => test.length)).toEqual([21, 21, 21, 20, 20]);
    // In the middle: three rows before, three whose time lies within the test labels, three of embargo.
    expect(split.map(({ train }) => train.length)).toEqual([
      103 - 21 - 6,
      103 - 21 - 9,
      103 - 21 - 9,
      103 - 20 - 9,
      103 - 20 - 3,
    ]);
  });

  it('gives the same folds when gone through again', () => {
    const split = new PurgedKFold({ folds: 3 }).split({ rows: 10 });
    expect([...split]).toEqual([...split]);
  });

  it('refuses what cannot be split, before the first fold where it can', () => {
    const splitter = new PurgedKFold({ folds: 5 });
    expect(() => splitter.split({ rows: 4 })).toThrow(/4 rows cannot be cut into 5 folds/);
    expect(() => splitter.split({ rows: 6, times: [1, 1, 2, 2, 3, 3] })).toThrow(/3 distinct times/);
    expect(() => splitter.split({ rows: 0 })).toThrow(InvalidInputError);
    expect(() => splitter.split({ rows: 9, times: bars(8) })).toThrow(/times has 8 values for 9 rows/);
    expect(() => splitter.split({ rows: 9, times: bars(9), labelEnds: bars(9).map((t) => t - 1) })).toThrow(
      /label ends before the row's own time/,
    );
    expect(() => splitter.split({ rows: 9, times: [...bars(8), Number.NaN] })).toThrow(InvalidInputError);
    expect(() => new PurgedKFold({ horizon: 1 }).split({ rows: 9, labelEnds: bars(9) })).toThrow(
      /horizon and labelEnds/,
    );
    expect(() => [...new PurgedKFold({ folds: 2, embargo: 100 }).split({ rows: 10 })]).toThrow(
      /no row to train on in fold 1 of 2/,
    );
    expect(() => [...new PurgedKFold({ folds: 2, horizon: 10 }).split({ rows: 10 })]).toThrow(InvalidInputError);
  });

  it('refuses options that are unknown or out of range', () => {
    expect(() => new PurgedKFold({ folds: 1 })).toThrow(ConfigError);
    expect(() => new PurgedKFold({ embargo: -0.1 })).toThrow(ConfigError);
    expect(() => new PurgedKFold({ embargo: Number.NaN })).toThrow(ConfigError);
    expect(() => new PurgedKFold({ fold: 3 } as object)).toThrow(/unknown key 'fold'/);
    expect(() => new CombinatorialPurgedKFold({ folds: 4, testFolds: 4 })).toThrow(ConfigError);
    expect(() => new CombinatorialPurgedKFold({ folds: 40, testFolds: 20 })).toThrow(/splits/);
  });
});

const choose = (n: number, k: number): number[][] =>
  k === 0
    ? [[]]
    : bars(n).flatMap((first) =>
        choose(n - first - 1, k - 1).map((rest) => [first, ...rest.map((r) => r + first + 1)]),
      );

/** The folds, or undefined where purge and embargo eat one. */
function foldsOrUndefined(split: Iterable<Fold>): Fold[] | undefined {
  try {
    return [...split];
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidInputError);
    return undefined;
  }
}

describe('CombinatorialPurgedKFold', () => {
  const shapes = fc
    .record({ folds: fc.integer({ min: 3, max: 6 }), testFolds: fc.integer({ min: 1, max: 4 }) })
    .filter(({ folds, testFolds }) => testFolds < folds);

  it('equals the plain oracle on every choice of test parts', () => {
    let compared = 0;
    fc.assert(
      fc.property(rowsInTime, shapes, ({ times, labelEnds, embargo }, { folds, testFolds }) => {
        if (distinct(times) < folds) return;
        const data = { rows: times.length, times, labelEnds };
        const found = foldsOrUndefined(new CombinatorialPurgedKFold({ folds, testFolds, embargo }).split(data));
        const part = evenParts(data, folds);
        const expected = choose(folds, testFolds).map((tested) => ({
          train: trainBeside(data, part, tested, embargo),
          test: bars(times.length).filter((i) => tested.includes(part[i])),
        }));
        expect(found === undefined).toBe(expected.some(({ train }) => train.length === 0));
        if (!found) return;
        compared++;
        expect(found.map(({ train, test }) => ({ train: sorted(train), test: sorted(test) }))).toEqual(expected);
      }),
      { numRuns: 300, seed: 3 },
    );
    expect(compared).toBeGreaterThan(60);
  });

  it('puts the test parts together into paths: each tests every row once, and every tested row is in exactly one path', () => {
    fc.assert(
      fc.property(rowsInTime, shapes, ({ times }, { folds, testFolds }) => {
        if (distinct(times) < folds) return;
        const data = { rows: times.length, times };
        const splitter = new CombinatorialPurgedKFold({ folds, testFolds });
        const found = [...splitter.split(data)];
        const paths = splitter.paths(data);
        expect(splitter.splits).toBe(found.length);
        expect(paths).toHaveLength(splitter.pathCount);
        expect(timesTested(found, times.length)).toEqual(times.map(() => splitter.pathCount));
        const taken = new Set<string>();
        for (const path of paths) {
          // A value that names the split and the row shows whether it came from the right place.
          const values = path.collect(found.map(({ test }, s) => Array.from(test, (row) => s * 1000 + row)));
          expect(Array.from(values, (v) => v % 1000)).toEqual(bars(times.length));
          for (const v of values) taken.add(String(v));
        }
        expect(taken.size).toBe(times.length * splitter.pathCount);
      }),
      { numRuns: 150, seed: 4 },
    );
  });

  it('makes 15 splits and 5 paths of 6 parts, 2 tested, as in the book', () => {
    const splitter = new CombinatorialPurgedKFold({ folds: 6, testFolds: 2 });
    expect([splitter.splits, splitter.pathCount]).toEqual([15, 5]);
    const [first, second] = splitter.paths({ rows: 60 });
    expect(first.parts.map(({ split }) => split)).toEqual([0, 0, 1, 2, 3, 4]);
    expect(second.parts.map(({ split }) => split)).toEqual([1, 5, 5, 6, 7, 8]);
  });

  it('refuses to collect what is too short', () => {
    const [path] = new CombinatorialPurgedKFold({ folds: 3, testFolds: 1 }).paths({ rows: 9 });
    expect(() =>
      path.collect([
        [1, 2, 3],
        [1, 2],
        [1, 2, 3],
      ]),
    ).toThrow(/split 1 has 2 values/);
  });
});
