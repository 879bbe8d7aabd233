import { describe, expect, it } from 'vitest';
import { Matrix } from '../../src/core/matrix.js';
import { Random } from '../../src/core/random.js';
import { binRows, findBins } from '../../src/trees/binning.js';
import { plainBin } from '../oracles/histogram.js';
import { BINNING, binned, binsOf, KINDS, randomMatrix } from './random-rows.js';

describe('binning', () => {
  it.each([1, 2, 7, 300, 9000])('gives every value the bin its cuts say, by row and by column (%i rows)', (rows) => {
    const X = randomMatrix(new Random(rows), rows, [...KINDS, ...KINDS, 'normal', 'gaps', 'integer']);
    const { mapper, matrix, context } = binned(X);
    const bins = binsOf(context.memory, matrix, mapper);
    const bytes = new Uint8Array(context.memory.buffer);
    for (const [f, column] of mapper.columns.entries()) {
      const expected = Array.from({ length: rows }, (_, i) => plainBin(mapper.cuts[f], X.data[i * X.cols + column]));
      expect(bins[f]).toEqual(expected);
      expect([...bytes.subarray(matrix.columnMajor + f * matrix.pitch).subarray(0, rows)]).toEqual(expected);
      expect(mapper.hasMissing[f]).toBe(expected.includes(mapper.cuts[f].length + 1) ? 1 : 0);
    }
  });

  it('leaves out constant and all-missing columns, and keeps one whose only news is that values are missing', () => {
    const X = Matrix.from([1, 2, 3, 4, 5, 6, 7, 8].map((i) => [7, Number.NaN, i > 4 ? 1 : Number.NaN, i]));
    expect([...binned(X).mapper.columns]).toEqual([2, 3]);
  });

  it('puts minus zero with zero and infinities in the outer bins', () => {
    const X = Matrix.from(
      [-0, 0, 1, 2, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].flatMap((v) => [[v], [v], [v]]),
    );
    const { mapper, matrix, context } = binned(X, { minDataInBin: 1 });
    const [bins] = binsOf(context.memory, matrix, mapper);
    expect(bins[0]).toBe(bins[3]);
    expect(bins[15]).toBe(0);
    expect(bins[12]).toBe(mapper.cuts[0].length);
  });

  it('finds cuts from a seeded sample, and missing values wherever they are', () => {
    const random = new Random(5);
    const X = randomMatrix(random, 20_000, ['normal', 'normal']);
    X.data[2 * 19_999] = Number.NaN;
    const once = binned(X, { sampleCount: 500 });
    expect(once.mapper.cuts[0].length).toBeLessThan(170);
    expect([...once.mapper.hasMissing]).toEqual([1, 0]);
    expect(binned(X, { sampleCount: 500 }).mapper).toEqual(once.mapper);
    expect(binned(X, { sampleCount: 500, seed: 2 }).mapper).not.toEqual(once.mapper);
  });

  it('of listed rows equals binning a copy of them', () => {
    const X = randomMatrix(new Random(8), 500, ['normal', 'gaps', 'integer']);
    const list = Uint32Array.from({ length: 200 }, (_, i) => 2 * i + 1);
    const copy = binned(X.take(list));
    const { context, arena } = binned(X.take([0]));
    const source = { data: X.data, cols: X.cols, rows: list.length, list };
    const mapper = findBins(context, arena, source, BINNING);
    const matrix = binRows(context, arena, source, mapper, { columns: true });
    expect(mapper).toEqual(copy.mapper);
    expect(binsOf(context.memory, matrix, mapper)).toEqual(binsOf(copy.context.memory, copy.matrix, copy.mapper));
  });
});
