import { describe, expect, it } from 'vitest';
import { DataLeakageError, HoldoutLockedError, InvalidInputError } from '../../src/core/errors.js';
import { Matrix } from '../../src/core/matrix.js';
import type { Windows } from '../../src/core/windows.js';
import { TimeSeriesDataContainer } from '../../src/data/container.js';

const arrays = () => ({
  XTrain: [
    [0.1, 1],
    [0.2, Number.NaN],
    [0.3, 3],
  ],
  yTrain: [-1, 0, 1],
  wTrain: [1, 0, 2],
  XVal: [
    [0.4, 1],
    [0.5, 2],
  ],
  yVal: [0, 1],
  XTest: [[0.6, 1]],
  yTest: [1],
  XHoldout: [[0.7, 5]],
  yHoldout: [-1],
});
type Parts = Record<string, unknown>;
const build = (change: Parts = {}) => new TimeSeriesDataContainer({ ...arrays(), ...change } as never);

describe('TimeSeriesDataContainer', () => {
  it('takes arrays as callers have them', () => {
    const container = build({
      featureNames: ['a', 'b'],
      symbol: 'ES',
      horizon: 20,
      times: { train: [1, 2, 3], test: [9] },
      groups: { validation: ['x', 'y'] },
    });
    expect(container.train).toMatchObject({
      role: 'train',
      y: Float64Array.of(-1, 0, 1),
      weights: Float32Array.of(1, 0, 2),
      times: Float64Array.of(1, 2, 3),
    });
    expect(container.train.X.rows).toBe(3);
    expect(container.validation.weights).toBeUndefined();
    expect(container.validation.groups).toEqual(['x', 'y']);
    expect(container.test.times).toEqual(Float64Array.of(9));
    expect(container).toMatchObject({ featureNames: ['a', 'b'], symbol: 'ES', horizon: 20 });
    expect(container.holdout.rows).toBe(1);
    expect(() => Reflect.get(container.holdout, 'X')).toThrow(HoldoutLockedError);
    expect(container.holdout.unlock({ reason: 'test' }).y).toEqual(Float64Array.of(-1));
  });

  it('copies labels and weights, and uses a Matrix without a copy', () => {
    const X = Matrix.from(arrays().XTrain);
    const y = Float64Array.of(0, 1, 0);
    const container = build({ XTrain: X, yTrain: y });
    y[0] = 7;
    expect(container.train.X).toBe(X);
    expect(container.train.y[0]).toBe(0);
  });

  it('takes times and groups as one array for all rows in order, and Dates', () => {
    const times = Array.from({ length: 7 }, (_, i) => new Date(i * 1000));
    const container = build({ times, groups: ['a', 'a', 'a', 'b', 'b', 'c', 'd'] });
    expect(container.validation.times).toEqual(Float64Array.of(3000, 4000));
    expect(container.test.groups).toEqual(['c']);
    expect(container.holdout.unlock({ reason: 'test' }).times).toEqual(Float64Array.of(6000));
  });

  it('names columns f0, f1, ... and has an empty holdout when none is given', () => {
    const container = build({ XHoldout: undefined, yHoldout: undefined });
    expect(container.featureNames).toEqual(['f0', 'f1']);
    expect(container.holdout.rows).toBe(0);
    expect(container.holdout.locked).toBe(true);
  });

  it('takes sequences', () => {
    const sequence = (n: number) => Array.from({ length: n }, (_, i) => [[i], [i + 0.5]]);
    const container = new TimeSeriesDataContainer<Windows>({
      XTrain: sequence(3),
      yTrain: [0, 1, 0],
      XVal: sequence(2),
      yVal: [0, 1],
      XTest: sequence(1),
      yTest: [1],
    });
    expect(container.seqLen).toBe(2);
    expect(container.train.X.shape).toEqual([3, 2, 1]);
    expect(() => container.toSequences(2)).toThrow(/already holds windows/);
  });

  it('summarises itself as plain data, without the times of a locked holdout', () => {
    const container = build({ times: [0, 1, 2, 3, 4, 5, 6] });
    const summary = container.summary();
    expect(JSON.parse(JSON.stringify(summary))).toEqual(summary);
    expect(summary.splits).toEqual([
      { role: 'train', rows: 3, from: '1970-01-01T00:00:00.000Z', to: '1970-01-01T00:00:00.002Z' },
      { role: 'validation', rows: 2, from: '1970-01-01T00:00:00.003Z', to: '1970-01-01T00:00:00.004Z' },
      { role: 'test', rows: 1, from: '1970-01-01T00:00:00.005Z', to: '1970-01-01T00:00:00.005Z' },
      { role: 'holdout', rows: 1 },
    ]);
    container.holdout.unlock({ reason: 'test' });
    expect(container.summary()).toMatchObject({ holdoutLocked: false });
    expect(container.summary().splits[3].from).toBe('1970-01-01T00:00:00.006Z');
  });

  it('checks leakage of all splits, the sealed holdout too, without opening it', async () => {
    await expect(build().assertNoLeakage()).resolves.toMatchObject({ ok: true });
    const leaking = build({ groups: { train: ['a', 'a', 'a'], holdout: ['a'] } });
    await expect(leaking.assertNoLeakage()).rejects.toBeInstanceOf(DataLeakageError);
    expect(leaking.holdout.locked).toBe(true);
    await expect(build({ XTest: [[0.1, 1]], yTest: [-1] }).assertNoLeakage()).rejects.toThrow(/copies of train rows/);
    expect((await leaking.checkLeakage()).findings[0].groups).toEqual(['a']);
  });
});

describe('TimeSeriesDataContainer refuses', () => {
  const cases: [string, Parts, RegExp][] = [
    ['a missing part', { XVal: undefined }, /XVal is missing/],
    ['missing labels', { yTest: null }, /yTest is missing/],
    ['a holdout without labels', { yHoldout: undefined }, /yHoldout is missing/],
    ['an empty part', { XVal: [], yVal: [] }, /empty/],
    ['rows without columns', { XVal: [[], []] }, /empty/],
    ['one-dimensional features', { XTrain: [1, 2, 3] }, /one-dimensional/],
    ['something that is no array', { XTrain: 7 }, /XTrain is number/],
    ['ragged rows', { XTrain: [[1, 2], [3], [4, 5]] }, /XTrain: .*row 1 has 1 values/],
    [
      'text in features',
      {
        XTrain: [
          [1, 'x'],
          [1, 2],
          [1, 2],
        ],
      },
      /XTrain: .*not a number/,
    ],
    ['infinite features', { XTest: [[Number.POSITIVE_INFINITY, 1]] }, /XTest holds Infinity in row 0, column 0/],
    ['splits with different columns', { XTest: [[1, 2, 3]] }, /test split has 3 columns, train has 2/],
    ['a holdout with different columns', { XHoldout: [[1]] }, /holdout split has 1 columns/],
    ['labels of the wrong length', { yTrain: [1, 2] }, /yTrain has 2 values for 3 rows/],
    ['NaN labels', { yTrain: [0, Number.NaN, 1] }, /yTrain: 1 labels are not finite numbers \(rows 1\)/],
    ['infinite labels', { yVal: [0, Number.NEGATIVE_INFINITY] }, /yVal/],
    ['text labels', { yTrain: ['a', 'b', 'c'] }, /yTrain/],
    ['negative weights', { wTrain: [1, -1, 1] }, /wTrain: 1 weights .* \(rows 1\)/],
    ['NaN weights', { wVal: [Number.NaN, 1] }, /wVal/],
    ['weights that are all zero', { wTrain: [0, 0, 0] }, /wTrain: all weights are zero/],
    ['weights of the wrong length', { wTest: [1, 2] }, /wTest has 2 values for 1 rows/],
    ['unsorted times', { times: { train: [3, 1, 2] } }, /times of the train split are not sorted \(rows 1/],
    ['times of the wrong length', { times: { train: [1] } }, /times.train has 1 values for 3 rows/],
    ['one array of times of the wrong length', { times: [1, 2, 3] }, /7 rows in all splits/],
    ['times that are no times', { times: { train: [1, Number.NaN, 3] } }, /times.train: 1 times/],
    ['times as text', { times: { train: ['2020-01-01', '2020-01-02', '2020-01-03'] } }, /times.train: 3 times/],
    ['times of an unknown split', { times: { val: [1, 2] } }, /unknown split 'val'/],
    ['label ends before their row', { times: { test: [5] }, labelEnds: { test: [4] } }, /label ends before/],
    ['rows without a group', { groups: { train: ['a', undefined, 'a'] } }, /groups.train: 1 rows have no group/],
    ['too few feature names', { featureNames: ['a'] }, /1 names for 2 columns/],
    ['feature names that repeat', { featureNames: ['a', 'a'] }, /'a' is there twice/],
    ['a horizon that is no count', { horizon: -1 }, /horizon/],
    ['a sequence length that is no count', { seqLen: 1.5 }, /seqLen/],
    ['rows in one split, windows in another', { XVal: [[[1, 2]], [[3, 4]]] }, /windows of 1 rows/],
  ];
  it.each(cases)('%s', (_, change, message) => {
    let error: unknown;
    try {
      build(change);
    } catch (e) {
      error = e;
    }
    expect(error).toBeInstanceOf(InvalidInputError);
    expect((error as InvalidInputError).message).toMatch(message);
    expect((error as InvalidInputError).hint).not.toBe('');
  });

  it('nothing at all', () => {
    expect(() => new TimeSeriesDataContainer(undefined as never)).toThrow(InvalidInputError);
    expect(() => new TimeSeriesDataContainer({} as never)).toThrow(/XTrain is missing/);
  });

  it('finished splits in the wrong role or of unusable values', () => {
    const good = build();
    const { train, validation, test, holdout } = good;
    expect(new TimeSeriesDataContainer({ train, validation, test, holdout }).train).toBe(train);
    expect(
      () => new TimeSeriesDataContainer({ train: { ...train, role: 'test' } as never, validation, test, holdout }),
    ).toThrow(InvalidInputError);
    expect(
      () => new TimeSeriesDataContainer({ train: { ...train, y: train.y.slice(1) }, validation, test, holdout }),
    ).toThrow(/train.y has 2/);
    const infinite = {
      ...train,
      X: Matrix.from([
        [1, 2],
        [3, 4],
        [Number.NEGATIVE_INFINITY, 5],
      ]),
    };
    expect(() => new TimeSeriesDataContainer({ train: infinite, validation, test, holdout })).toThrow(
      /train.X holds -Infinity in row 2, column 0/,
    );
  });
});
