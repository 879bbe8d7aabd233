import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HoldoutLockedError, InvalidInputError } from '../../src/core/errors.js';
import { Matrix } from '../../src/core/matrix.js';
import type { Split } from '../../src/core/split.js';
import { TimeSeriesDataContainer } from '../../src/data/container.js';
import { windowSplit } from '../../src/data/sequences.js';

/** One split whose only feature is the row number. */
function split(rows: { time: number; group: string }[]): Split<'train'> {
  return {
    role: 'train',
    X: Matrix.from(rows.map((_, i) => [i])),
    y: Float64Array.from(rows, (_, i) => i),
    weights: Float32Array.from(rows, (_, i) => i),
    times: Float64Array.from(rows, (r) => r.time),
    labelEnds: Float64Array.from(rows, (r) => r.time + 5),
    groups: rows.map((r) => r.group),
    rowIds: Uint32Array.from(rows, (_, i) => 100 + i),
  };
}

describe('windows of a split', () => {
  it('hold the rows of one entity that lie next to one another, and are labelled by the last', () => {
    const rows = fc.array(fc.record({ gap: fc.constantFrom(1, 1, 1, 20), group: fc.constantFrom('a', 'b') }), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 4 }), fc.boolean(), (steps, length, gaps) => {
        let time = 0;
        const data = steps.map(({ gap, group }) => ({ time: (time += gap), group }));
        const windows = windowSplit(split(data), length, gaps ? { maxGap: 10 } : {});
        const expected: number[][] = [];
        for (let last = 0; last < data.length; last++) {
          const own = data.map((_, i) => i).filter((i) => i <= last && data[i].group === data[last].group);
          const window = own.slice(-length);
          const parted = gaps && window.some((row, k) => k > 0 && data[row].time - data[window[k - 1]].time > 10);
          if (window.length === length && !parted) expected.push(window);
        }
        const found = Array.from({ length: windows.y.length }, (_, i) => [...windows.X.window(i)]);
        expect(found).toEqual(expected);
        const last = expected.map((window) => window[length - 1]);
        expect([...windows.y]).toEqual(last);
        expect([...(windows.weights ?? [])]).toEqual(last);
        expect([...(windows.rowIds ?? [])]).toEqual(last.map((row) => 100 + row));
        expect([...(windows.times ?? [])]).toEqual(last.map((row) => data[row].time));
        expect([...(windows.labelEnds ?? [])]).toEqual(last.map((row) => data[row].time + 5));
        expect(windows.groups).toEqual(last.map((row) => data[row].group));
      }),
      { seed: 5 },
    );
  });

  it('share the matrix of the split, unless entities are interleaved', () => {
    const one = split(Array.from({ length: 20 }, (_, i) => ({ time: i, group: i < 10 ? 'a' : 'b' })));
    expect(windowSplit(one, 3).X.base).toBe(one.X);
    const mixed = split(Array.from({ length: 20 }, (_, i) => ({ time: i, group: i % 2 === 0 ? 'a' : 'b' })));
    expect(windowSplit(mixed, 3).X.base.rows).toBe(20);
  });
});

describe('toSequences', () => {
  const rows = (from: number, n: number) => Array.from({ length: n }, (_, i) => [from + i]);
  const labels = (n: number) => Array.from({ length: n }, (_, i) => i % 2);
  const container = (times?: number[], holdout = 12) =>
    new TimeSeriesDataContainer({
      XTrain: rows(0, 50),
      yTrain: labels(50),
      XVal: rows(50, 20),
      yVal: labels(20),
      XTest: rows(70, 15),
      yTest: labels(15),
      XHoldout: rows(85, holdout),
      yHoldout: labels(holdout),
      times,
      featureNames: ['close'],
      symbol: 'ES',
      horizon: 3,
    });

  it('never lets a window cross a split, and keeps names, symbol and the seal', () => {
    const sequences = container().toSequences(10);
    expect([sequences.train, sequences.validation, sequences.test].map((s) => s.X.shape)).toEqual([
      [41, 10, 1],
      [11, 10, 1],
      [6, 10, 1],
    ]);
    expect([...sequences.validation.X.window(0)]).toEqual(rows(50, 10).flat());
    expect(sequences).toMatchObject({ featureNames: ['close'], symbol: 'ES', horizon: 3, seqLen: 10 });
    expect(sequences.holdout.rows).toBe(3);
    expect(() => Reflect.get(sequences.holdout, 'X')).toThrow(HoldoutLockedError);
    expect(sequences.holdout.unlock({ reason: 'test' }).X.shape).toEqual([3, 10, 1]);
  });

  it('ends windows at gaps in time', () => {
    const times = Array.from({ length: 97 }, (_, i) => i * 60_000 + (i >= 25 ? 3_600_000 * 17 : 0));
    expect(container(times).toSequences(10, { maxGap: 3_600_000 }).train.X.shape[0]).toBe(16 + 16);
    expect(container(times).toSequences(10).train.X.shape[0]).toBe(41);
  });

  it('adds 4 bytes and the labels a window, not the windows themselves', () => {
    const n = 20_000;
    const X = Matrix.zeros(n, 100);
    const part = { X, y: new Float64Array(n) };
    const large = new TimeSeriesDataContainer({
      XTrain: part.X,
      yTrain: part.y,
      XVal: part.X,
      yVal: part.y,
      XTest: part.X,
      yTest: part.y,
    });
    const before = process.memoryUsage();
    const { train } = large.toSequences(60);
    const after = process.memoryUsage();
    expect(train.X.base).toBe(X);
    // Materialised, train alone would take 480 MB.
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(2_000_000);
  });

  it('empties a holdout that has no window, and refuses other splits without one', () => {
    expect(container(undefined, 5).toSequences(10).holdout.rows).toBe(0);
    expect(() => container().toSequences(16)).toThrow(/test split has no window of 16 rows \(15 rows in all\)/);
    expect(() => container().toSequences(60)).toThrow(InvalidInputError);
  });

  it.each([0, -1, 1.5, Number.NaN, '60'])('refuses %s as a length', (length) => {
    expect(() => container().toSequences(length as number)).toThrow(InvalidInputError);
  });

  it('refuses a gap that is no time, or where there are no times', () => {
    expect(() => container().toSequences(5, { maxGap: 10 })).toThrow(/times/);
    const times = Array.from({ length: 97 }, (_, i) => i);
    expect(() => container(times).toSequences(5, { maxGap: 0 })).toThrow(InvalidInputError);
  });
});
