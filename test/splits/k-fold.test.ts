/** K-fold splitters without time: every row tested as often as promised, classes and groups where they belong. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError, InvalidInputError } from '../../src/core/errors.js';
import { GroupKFold } from '../../src/splits/group-k-fold.js';
import { KFold } from '../../src/splits/k-fold.js';
import { RepeatedKFold, RepeatedStratifiedKFold } from '../../src/splits/repeated-k-fold.js';
import type { Fold, Splitter } from '../../src/splits/splitter.js';
import { StratifiedKFold } from '../../src/splits/stratified-k-fold.js';
import { WalkForward } from '../../src/splits/walk-forward.js';
import { rowsInTime, sorted, timesTested } from './row-problems.js';

const count = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const wholes = (folds: readonly Fold[], rows: number): void => {
  for (const { train, test } of folds) expect(sorted([...train, ...test])).toEqual(count(rows));
};
const seeds = { shuffle: fc.boolean(), seed: fc.nat(1000) };

describe('KFold', () => {
  it('tests every row once, trains on all others, and sizes differ by at most one', () => {
    fc.assert(
      fc.property(
        fc.record({ rows: fc.integer({ min: 2, max: 60 }), folds: fc.integer({ min: 2, max: 9 }), ...seeds }),
        (o) => {
          if (o.rows < o.folds) return;
          const { rows, ...options } = o;
          const folds = [...new KFold(options).split({ rows })];
          wholes(folds, rows);
          expect(timesTested(folds, rows)).toEqual(count(rows).map(() => 1));
          const sizes = folds.map(({ test }) => test.length);
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
          expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
        },
      ),
      { numRuns: 150, seed: 1 },
    );
  });

  it('shuffles by its seed alone', () => {
    const tests = (seed: number) =>
      [...new KFold({ shuffle: true, seed }).split({ rows: 50 })].map(({ test }) => [...test]);
    expect(tests(1)).toEqual(tests(1));
    expect(tests(1)).not.toEqual(tests(2));
  });

  it('refuses more folds than rows, no rows, and unknown options', () => {
    expect(() => new KFold({ folds: 5 }).split({ rows: 4 })).toThrow(InvalidInputError);
    expect(() => new KFold().split({ rows: 0 })).toThrow(InvalidInputError);
    expect(() => new KFold().split({ rows: 10, y: [1] })).toThrow(/y has 1 values for 10 rows/);
    expect(() => new KFold({ n_splits: 3 } as object)).toThrow(ConfigError);
  });
});

describe('StratifiedKFold', () => {
  it('shares every class and the sizes out to within one row', () => {
    fc.assert(
      fc.property(
        fc.record({
          y: fc.array(fc.integer({ min: -1, max: 2 }), { minLength: 4, maxLength: 80 }),
          folds: fc.integer({ min: 2, max: 5 }),
          ...seeds,
        }),
        ({ y, ...options }) => {
          const classes = [...new Set(y)];
          const splitter = new StratifiedKFold(options);
          if (classes.some((c) => y.filter((v) => v === c).length < options.folds)) {
            expect(() => splitter.split({ rows: y.length, y })).toThrow(InvalidInputError);
            return;
          }
          const folds = [...splitter.split({ rows: y.length, y })];
          wholes(folds, y.length);
          expect(timesTested(folds, y.length)).toEqual(y.map(() => 1));
          for (const c of [...classes, undefined]) {
            const sizes = folds.map(({ test }) => [...test].filter((row) => c === undefined || y[row] === c).length);
            expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
          }
        },
      ),
      { numRuns: 200, seed: 2 },
    );
  });

  it('needs labels', () => {
    expect(() => new StratifiedKFold().split({ rows: 10 })).toThrow(/needs the labels/);
    expect(() => new StratifiedKFold({ folds: 2 }).split({ rows: 4, y: [0, 0, Number.NaN, 1] })).toThrow(
      InvalidInputError,
    );
  });
});

describe('GroupKFold', () => {
  it('tests every row once, with no group in train and test, and no part without a group', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...'abcdefghij'), { minLength: 2, maxLength: 80 }),
        fc.integer({ min: 2, max: 6 }),
        (groups, folds) => {
          const splitter = new GroupKFold({ folds });
          if (new Set(groups).size < folds) {
            expect(() => splitter.split({ rows: groups.length, groups })).toThrow(/groups cannot be cut/);
            return;
          }
          const found = [...splitter.split({ rows: groups.length, groups })];
          wholes(found, groups.length);
          expect(timesTested(found, groups.length)).toEqual(groups.map(() => 1));
          for (const { train, test } of found) {
            const tested = new Set(Array.from(test, (row) => groups[row]));
            expect(tested.size).toBeGreaterThan(0);
            expect([...train].filter((row) => tested.has(groups[row]))).toEqual([]);
          }
        },
      ),
      { numRuns: 200, seed: 3 },
    );
  });

  it('needs groups, for every row', () => {
    expect(() => new GroupKFold().split({ rows: 10 })).toThrow(/needs groups/);
    expect(() => new GroupKFold({ folds: 2 }).split({ rows: 3, groups: ['a', '', undefined as never] })).toThrow(
      InvalidInputError,
    );
  });
});

describe('RepeatedKFold', () => {
  const repeated: [string, (folds: number, repeats: number) => Splitter][] = [
    ['RepeatedKFold', (folds, repeats) => new RepeatedKFold({ folds, repeats })],
    ['RepeatedStratifiedKFold', (folds, repeats) => new RepeatedStratifiedKFold({ folds, repeats })],
  ];
  it.each(repeated)('%s tests every row once in each repeat, differently', (_, make) => {
    const y = count(40).map((i) => i % 3);
    const splitter = make(4, 3);
    const folds = [...splitter.split({ rows: 40, y })];
    expect(folds).toHaveLength(splitter.splits);
    for (let r = 0; r < 3; r++) {
      expect(timesTested(folds.slice(4 * r, 4 * r + 4), 40)).toEqual(count(40).map(() => 1));
    }
    expect([...folds[0].test]).not.toEqual([...folds[4].test]);
    expect(() => splitter.split({ rows: 3, y: [0, 1, 2] })).toThrow(InvalidInputError);
  });
});

describe('WalkForward', () => {
  it('tests the last bars once each, from earlier rows whose labels are known, and loses none', () => {
    let compared = 0;
    fc.assert(
      fc.property(
        rowsInTime,
        fc.record({
          folds: fc.integer({ min: 1, max: 5 }),
          gap: fc.nat(3),
          window: fc.constantFrom('expanding' as const, 'rolling' as const),
        }),
        ({ times, labelEnds }, options) => {
          const distinct = [...new Set(times)].sort((a, b) => a - b);
          const testSize = Math.floor(distinct.length / (options.folds + 1));
          const first = distinct.length - options.folds * testSize;
          const split = () => [...new WalkForward(options).split({ rows: times.length, times, labelEnds })];
          const expected = count(options.folds).map((f) => {
            const begin = first + f * testSize;
            const bars = distinct.slice(
              options.window === 'rolling' ? f * testSize : 0,
              Math.max(0, begin - options.gap),
            );
            return {
              train: count(times.length).filter((i) => bars.includes(times[i]) && labelEnds[i] < distinct[begin]),
              test: count(times.length).filter((i) => distinct.slice(begin, begin + testSize).includes(times[i])),
            };
          });
          if (testSize === 0 || first <= options.gap || expected.some(({ train }) => train.length === 0)) {
            expect(split).toThrow(InvalidInputError);
            return;
          }
          compared++;
          const folds = split();
          expect(folds.map(({ train, test }) => ({ train: sorted(train), test: sorted(test) }))).toEqual(expected);
          expect(timesTested(folds, times.length)).toEqual(times.map((t) => (t >= distinct[first] ? 1 : 0)));
        },
      ),
      { numRuns: 400, seed: 5 },
    );
    expect(compared).toBeGreaterThan(80);
  });

  it('rolls a window of the size asked for, and expands from it', () => {
    const sizes = (window: 'rolling' | 'expanding') =>
      [...new WalkForward({ folds: 3, window, trainSize: 40, testSize: 10, gap: 5 }).split({ rows: 100 })].map(
        ({ train, test }) => [train.length, train[0], test[0], test.length],
      );
    expect(sizes('rolling')).toEqual([
      [40, 25, 70, 10],
      [40, 35, 80, 10],
      [40, 45, 90, 10],
    ]);
    expect(sizes('expanding')).toEqual([
      [65, 0, 70, 10],
      [75, 0, 80, 10],
      [85, 0, 90, 10],
    ]);
    const rest = [...new WalkForward({ folds: 4, trainSize: 20 }).split({ rows: 100 })];
    expect(rest.map(({ train, test }) => [train.length, test.length])).toEqual([
      [20, 20],
      [40, 20],
      [60, 20],
      [80, 20],
    ]);
  });

  it('refuses sizes that the rows do not have', () => {
    expect(() => new WalkForward({ folds: 5 }).split({ rows: 5 })).toThrow(/too few/);
    expect(() => new WalkForward({ folds: 2, testSize: 40, trainSize: 30 }).split({ rows: 100 })).toThrow(/too few/);
    expect(() => new WalkForward({ trainSize: 200 }).split({ rows: 100 })).toThrow(/too few/);
    expect(() => new WalkForward({ window: 'growing' as 'rolling' })).toThrow(ConfigError);
  });
});
