import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../src/core/errors.js';
import { Random } from '../../src/core/random.js';
import type { Split } from '../../src/core/split.js';
import { Table } from '../../src/core/table.js';
import type { EncodingOptions, PreprocessingOptions } from '../../src/preprocessing/options.js';
import { PreprocessingPipeline } from '../../src/preprocessing/pipeline.js';

type Text = (string | null)[];

const trainOf = (
  X: Table,
  y: ArrayLike<number> = new Float64Array(X.rowCount),
  rest: Partial<Split<'train', Table>> = {},
) => ({
  role: 'train' as const,
  X,
  y: Float64Array.from(y),
  ...rest,
});

function fitted(text: Text, encoding: EncodingOptions, y?: ArrayLike<number>): PreprocessingPipeline {
  return new PreprocessingPipeline({ encoding }).fit(trainOf(Table.fromColumns({ t: text }), y));
}

/** Encoding of new rows, one array a row; a number beside the text keeps a column of missing text alone from being one of numbers. */
function encoded(pipeline: PreprocessingPipeline, text: Text): number[][] {
  const out = pipeline.transform(Table.fromColumns({ t: text }));
  return Array.from({ length: out.rows }, (_, i) => [...out.row(i)]);
}

describe('one-hot encoding', () => {
  it('gives one column a category in sorted order, numbers by size; unknown and missing text is all zeros', () => {
    const pipeline = fitted(['b', 'a', null, 'b'], {});
    expect(pipeline.featureNamesOut).toEqual(['t_a', 't_b']);
    expect(encoded(pipeline, ['a', 'b', 'c', null])).toEqual([
      [1, 0],
      [0, 1],
      [0, 0],
      [0, 0],
    ]);
    expect(fitted(['10', '9', '-1'], {}).featureNamesOut).toEqual(['t_-1', 't_9', 't_10']);
  });

  it('rare categories share one column, which unknown ones may join', () => {
    const text = ['a', 'a', 'a', 'b', 'b', 'c', 'd', null];
    const pipeline = fitted(text, { minFrequency: 2, unknown: 'infrequent' });
    expect(pipeline.featureNamesOut).toEqual(['t_a', 't_b', 't_infrequent']);
    expect(encoded(pipeline, ['a', 'c', 'zzz'])).toEqual([
      [1, 0, 0],
      [0, 0, 1],
      [0, 0, 1],
    ]);
    expect(encoded(fitted(text, { minFrequency: 0.25 }), ['b', 'c', 'zzz'])).toEqual([
      [0, 1, 0],
      [0, 0, 1],
      [0, 0, 0],
    ]);
  });

  it('drops the first category of all columns, or of those with two', () => {
    expect(fitted(['a', 'b', 'c'], { drop: 'first' }).featureNamesOut).toEqual(['t_b', 't_c']);
    expect(fitted(['a', 'b', 'c'], { drop: 'if-binary' }).featureNamesOut).toEqual(['t_a', 't_b', 't_c']);
    const pipeline = fitted(['a', 'b'], { drop: 'if-binary' });
    expect(pipeline.featureNamesOut).toEqual(['t_b']);
    expect(encoded(pipeline, ['a', 'b', 'c'])).toEqual([[0], [1], [0]]);
  });

  it('missing text may be a category of its own', () => {
    const pipeline = fitted(['a', null, 'b'], { missing: 'category' });
    expect(pipeline.featureNamesOut).toEqual(['t_a', 't_b', 't_missing']);
    expect(encoded(pipeline, [null, 'a'])).toEqual([
      [0, 0, 1],
      [1, 0, 0],
    ]);
  });

  it('unknown categories are an InvalidInputError with row and nearest category when asked', () => {
    const pipeline = fitted(['long', 'short'], { unknown: 'error' });
    expect(encoded(pipeline, ['long', null])).toEqual([
      [1, 0],
      [0, 0],
    ]);
    const attempt = () => encoded(pipeline, ['long', 'shrt']);
    expect(attempt).toThrow(InvalidInputError);
    expect(attempt).toThrow(
      expect.objectContaining({
        hint: expect.stringContaining("'short'"),
        details: expect.objectContaining({ rows: [1] }),
      }),
    );
  });

  it('is the same whatever the order of categories in the table', () => {
    const pipeline = fitted(['a', 'b', 'c'], {});
    const other = Table.fromEntries([
      ['t', { kind: 'categorical', codes: Int32Array.of(2, 0, -1), categories: ['c', 'x', 'a'] }],
    ]);
    expect([...pipeline.transform(other).data]).toEqual([1, 0, 0, 0, 0, 1, 0, 0, 0]);
  });

  it('an identifier is refused, not turned into a matrix that fills the memory', () => {
    const ids = Array.from({ length: 20_000 }, (_, i) => `id${i}`);
    const start = performance.now();
    expect(() => fitted(ids, {})).toThrow(/20000 categories/);
    expect(fitted(ids, { minFrequency: 2 }).featureNamesOut).toEqual(['t_infrequent']);
    expect(performance.now() - start).toBeLessThan(5000);
  });

  it('a category whose feature would have the name of another is refused', () => {
    expect(() => fitted(['missing', null], { missing: 'category' })).toThrow(/'t_missing'/);
  });
});

describe('ordinal and frequency encoding', () => {
  it('ordinal gives the place in sorted order; unknown and missing text is missing, or a code', () => {
    expect(encoded(fitted(['b', 'a', 'c'], { method: 'ordinal' }), ['a', 'c', 'x', null])).toEqual([
      [0],
      [2],
      [NaN],
      [NaN],
    ]);
    expect(encoded(fitted(['b', 'a'], { method: 'ordinal', unknownCode: -1 }), ['b', 'x', null])).toEqual([
      [1],
      [-1],
      [NaN],
    ]);
    const rare = fitted(['a', 'a', 'b', 'c'], { method: 'ordinal', minFrequency: 2, unknown: 'infrequent' });
    expect(encoded(rare, ['a', 'b', 'c', 'x'])).toEqual([[0], [1], [1], [1]]);
  });

  it('frequency gives the share of all training rows', () => {
    const text = ['a', 'a', 'b', null];
    expect(encoded(fitted(text, { method: 'frequency' }), ['a', 'b', 'x', null])).toEqual([[0.5], [0.25], [0], [0]]);
    expect(encoded(fitted(text, { method: 'frequency', missing: 'category' }), [null])).toEqual([[0.25]]);
  });

  it('none drops text; a numeric column can be treated as categories', () => {
    const X = Table.fromColumns({ t: ['a', 'b'], n: [7, -1] });
    const options: PreprocessingOptions = { encoding: { method: 'none', columns: { n: 'one-hot' } } };
    const pipeline = new PreprocessingPipeline(options).fit(trainOf(X));
    expect(pipeline.featureNamesOut).toEqual(['n_-1', 'n_7']);
    expect([...pipeline.transform(X).data]).toEqual([0, 1, 1, 0]);
  });

  it('an infinite number is no category: refused at fit and transform, or missing', () => {
    const table = (last: number) => Table.fromColumns({ n: [1, 2, last] });
    const options: PreprocessingOptions = { encoding: { columns: { n: 'one-hot' } } };
    expect(() => new PreprocessingPipeline(options).fit(trainOf(table(Infinity)))).toThrow(/row 2/);
    const pipeline = new PreprocessingPipeline(options).fit(trainOf(table(2)));
    expect(() => pipeline.transform(table(-Infinity))).toThrow(/row 2/);
    const lenient = new PreprocessingPipeline({ ...options, infinite: 'missing' }).fit(trainOf(table(Infinity)));
    expect(lenient.featureNamesOut).toEqual(['n_1', 'n_2']);
  });
});

/** The encoding of row i by its definition: the smoothed mean over rows of other folds (consecutive blocks). */
function outOfFoldOracle(text: readonly string[], y: readonly number[], folds: number, smoothing: number): number[] {
  const n = y.length;
  const count = Math.min(folds, n);
  const ends = Array.from({ length: count }, (_, f) => Math.floor(n / count) * (f + 1) + Math.min(f + 1, n % count));
  const foldOf = (i: number) => ends.findIndex((end) => i < end);
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  return y.map((_, i) => {
    const others = y.map((_, j) => j).filter((j) => foldOf(j) !== foldOf(i));
    const prior = mean(others.map((j) => y[j]));
    const own = others.filter((j) => text[j] === text[i]);
    if (own.length === 0) return prior;
    return (own.reduce((sum, j) => sum + y[j], 0) + smoothing * prior) / (own.length + smoothing);
  });
}

describe('target encoding', () => {
  const target = (encoding: EncodingOptions = {}) =>
    new PreprocessingPipeline({ encoding: { method: 'target', ...encoding } });

  it('training rows are encoded by other folds, as the definition says; new rows by all training rows', () => {
    const rows = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 0, max: 1 })), {
      minLength: 4,
      maxLength: 40,
    });
    fc.assert(
      fc.property(rows, fc.integer({ min: 2, max: 6 }), fc.constantFrom(0.5, 1, 10), (data, folds, smoothing) => {
        const text = data.map(([t]) => t);
        const y = data.map(([, label]) => label);
        fc.pre(y.includes(0) && y.includes(1));
        const train = trainOf(Table.fromColumns({ t: text }), y);
        const pipeline = target({ folds, smoothing }).fit(train);
        const expected = Float32Array.from(outOfFoldOracle(text, y, folds, smoothing));
        const actual = pipeline.transform(train).X.data;
        for (let i = 0; i < y.length; i++) expect(actual[i]).toBeCloseTo(expected[i], 6);
        const prior = y.reduce((a, b) => a + b, 0) / y.length;
        const own = y.filter((_, i) => text[i] === text[0]);
        const full = (own.reduce((a, b) => a + b, 0) + smoothing * prior) / (own.length + smoothing);
        expect(encoded(pipeline, [text[0], 'unseen'])[0][0]).toBeCloseTo(full, 6);
        expect(encoded(pipeline, ['unseen'])[0][0]).toBeCloseTo(prior, 6);
      }),
    );
  });

  for (const foldOrder of ['time', 'random'] as const) {
    it(`a training row never sees its own label (${foldOrder} folds): changing it leaves its encoding as it is`, () => {
      const random = new Random(5);
      const text = Array.from({ length: 60 }, () => 'abc'[random.int(3)]);
      const y = Float64Array.from(text, () => random.int(2));
      const X = Table.fromColumns({ t: text });
      const encode = (labels: Float64Array) => {
        const train = trainOf(X, labels);
        return target({ foldOrder, smoothing: 1 }).fit(train).transform(train).X.data;
      };
      const before = encode(y);
      for (let i = 0; i < y.length; i++) {
        const after = encode(y.map((label, j) => (j === i ? 1 - label : label)));
        expect(after[i]).toBe(before[i]);
        expect(after).not.toEqual(before);
      }
    });
  }

  it('planted labels: a column of identifiers tells nothing about the training labels', () => {
    const n = 400;
    const random = new Random(8);
    const y = Float64Array.from({ length: n }, () => random.int(2));
    const train = trainOf(Table.fromColumns({ t: Array.from({ length: n }, (_, i) => `id${i}`) }), y);
    const pipeline = target().fit(train);
    // In-fold means of single rows would be the labels themselves; out of fold each row gets the mean of the others.
    expect(new Set(pipeline.transform(train).X.data).size).toBeLessThanOrEqual(5);
    const leaking = pipeline.transform(train.X).data;
    expect(Array.from(leaking).every((value, i) => value > 0.9 === y[i] > 0.9)).toBe(true);
  });

  it('in time folds no row is encoded by a label whose span touches its fold', () => {
    const n = 40;
    const times = Float64Array.from({ length: n }, (_, i) => i);
    const labelEnds = times.map((time) => time + 3);
    const X = Table.fromColumns({ t: Array.from({ length: n }, () => 'a') });
    const encode = (y: Float64Array) => {
      const train = trainOf(X, y, { times, labelEnds });
      return target({ folds: 4, smoothing: 0, targetType: 'continuous' }).fit(train).transform(train).X.data;
    };
    const y = Float64Array.from({ length: n }, (_, i) => Math.sin(i));
    const before = encode(y);
    for (let j = 0; j < n; j++) {
      const after = encode(y.map((label, i) => (i === j ? label + 100 : label)));
      for (let i = 0; i < n; i++) {
        const first = Math.floor(i / 10) * 10;
        const touches = labelEnds[j] >= times[first] && times[j] <= labelEnds[first + 9];
        expect(after[i] !== before[i]).toBe(!touches);
      }
    }
  });

  it('several classes give one feature each; validation rows never change by their labels', () => {
    const X = Table.fromColumns({ t: ['a', 'a', 'b', 'b', 'a', 'b'] });
    const pipeline = target({ smoothing: 0 }).fit(trainOf(X, [-1, 0, 1, 1, 0, -1]));
    expect(pipeline.featureNamesOut).toEqual(['t_target_-1', 't_target_0', 't_target_1']);
    const validation = (y: number[]) =>
      pipeline.transform({ role: 'validation' as const, X, y: Float64Array.from(y) }).X;
    expect(validation([1, 1, 1, 1, 1, 1]).data).toEqual(validation([0, 0, 0, 0, 0, 0]).data);
    expect(Array.from(validation([0, 0, 0, 0, 0, 0]).row(0), (v) => Math.round(v * 3))).toEqual([1, 2, 0]);
  });

  const refused: [string, () => unknown, RegExp][] = [
    [
      'no labels',
      () => target().fit({ ...trainOf(Table.fromColumns({ t: ['a', 'b'] })), y: undefined } as never),
      /labels/,
    ],
    ['a missing label', () => target().fit(trainOf(Table.fromColumns({ t: ['a', 'b'] }), [1, Number.NaN])), /row 1/],
    ['one row', () => target().fit(trainOf(Table.fromColumns({ t: ['a'] }), [1])), /two training rows/],
    [
      'three classes said to be two',
      () => target({ targetType: 'binary' }).fit(trainOf(Table.fromColumns({ t: ['a', 'b', 'c'] }), [0, 1, 2])),
      /binary/,
    ],
  ];
  for (const [what, run, message] of refused) {
    it(`${what}: an InvalidInputError`, () => {
      expect(run).toThrow(InvalidInputError);
      expect(run).toThrow(message);
    });
  }

  it('label spans that leave nothing to encode by are an InvalidInputError', () => {
    const times = Float64Array.of(0, 1, 2, 3);
    const train = trainOf(Table.fromColumns({ t: ['a', 'b', 'a', 'b'] }), [0, 1, 0, 1], {
      times,
      labelEnds: times.map(() => 100),
    });
    const pipeline = target().fit(train);
    expect(() => pipeline.transform(train)).toThrow(/no other rows/);
  });
});
