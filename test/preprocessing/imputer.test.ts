import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/core/errors.js';
import type { Matrix } from '../../src/core/matrix.js';
import { Table } from '../../src/core/table.js';
import type { PreprocessingOptions } from '../../src/preprocessing/options.js';
import { PreprocessingPipeline } from '../../src/preprocessing/pipeline.js';

const { NaN: missing } = Number;
const train = (X: Table | Matrix) => ({
  role: 'train' as const,
  X,
  y: new Float64Array(X instanceof Table ? X.rowCount : X.rows),
});

/** Features of new rows after fitting on X, unscaled, one array a row. */
function imputed(X: Table | Matrix, rows: Table | Matrix, options: PreprocessingOptions): number[][] {
  const out = new PreprocessingPipeline({ scaling: 'none', ...options }).fit(train(X)).transform(rows);
  return Array.from({ length: out.rows }, (_, i) => [...out.row(i)]);
}

const X = Table.fromColumns({ a: [1, 2, 2, 11, missing], b: [5, missing, 7, missing, 6] });
const rows = Table.fromColumns({ a: [missing, 100], b: [missing, missing] });

describe('imputation', () => {
  it('fills with statistics of the known training values, whatever the new rows hold', () => {
    expect(imputed(X, rows, { imputation: 'median' })).toEqual([
      [2, 6],
      [100, 6],
    ]);
    expect(imputed(X, rows, { imputation: 'mean' })).toEqual([
      [4, 6],
      [100, 6],
    ]);
    expect(imputed(X, rows, { imputation: 'most-frequent' })).toEqual([
      [2, 5],
      [100, 5],
    ]);
    expect(imputed(X, rows, { imputation: { strategy: 'constant', value: -1 } })).toEqual([
      [-1, -1],
      [100, -1],
    ]);
    expect(imputed(X, rows, { imputation: { strategy: 'constant' } })).toEqual([
      [0, 0],
      [100, 0],
    ]);
    expect(imputed(X, rows, { imputation: 'none' })).toEqual([
      [missing, missing],
      [100, missing],
    ]);
  });

  it('a column may have a strategy of its own, also one with the name of an object property', () => {
    expect(imputed(X, rows, { imputation: { strategy: 'mean', columns: { b: 'most-frequent' } } })[0]).toEqual([4, 5]);
    const odd = Table.fromColumns({ constructor: [1, missing], toString: [3, missing] });
    const columns = Object.fromEntries([['constructor', { strategy: 'constant' as const, value: 9 }]]);
    const options: PreprocessingOptions = { imputation: { columns } };
    expect(imputed(odd, odd, options)[1]).toEqual([9, 3]);
  });

  it('the smallest of equally frequent values is taken, also of text', () => {
    const ties = Table.fromColumns({ n: [3, 1, 3, 1, missing], t: ['y', 'x', 'x', 'y', null] });
    const options: PreprocessingOptions = { imputation: 'most-frequent', encoding: 'ordinal' };
    expect(imputed(ties, ties, options)[4]).toEqual([1, 0]);
  });

  it('missing indicators come last, for columns with a missing training value, and follow the new rows', () => {
    const table = Table.fromColumns({ a: [1, missing], b: [1, 2], t: ['x', null] });
    const pipeline = new PreprocessingPipeline({ scaling: 'none', imputation: { indicators: true } }).fit(train(table));
    expect(pipeline.featureNamesOut).toEqual(['a', 'b', 't_x', 'a_missing', 't_missing']);
    const out = pipeline.transform(Table.fromColumns({ a: [missing, 3], b: [missing, 4], t: ['x', null] }));
    expect([...out.row(0)]).toEqual([1, 1.5, 1, 1, 0]);
    expect([...out.row(1)]).toEqual([3, 4, 0, 0, 1]);
  });

  it('a column without any training value is dropped and on record, or filled with the constant when kept', () => {
    const table = Table.fromColumns({ a: [1, 2], empty: [missing, missing] });
    const dropping = new PreprocessingPipeline({ imputation: { indicators: true } }).fit(train(table));
    expect(dropping.featureNamesOut).toEqual(['a']);
    expect(dropping.trainStatistics.dropped).toEqual([{ column: 'empty', reason: 'all missing' }]);
    expect(imputed(table, table, { dropAllMissing: false })).toEqual([
      [1, 0],
      [2, 0],
    ]);
    expect(imputed(table, Table.fromColumns({ a: [1], empty: [7] }), { dropAllMissing: false })).toEqual([[1, 7]]);
  });

  it('constant columns are dropped and on record when asked', () => {
    const table = Table.fromColumns({ a: [1, 2], same: [5, 5], text: ['x', 'x'] });
    expect(new PreprocessingPipeline().fit(train(table)).featureNamesOut).toEqual(['a', 'same', 'text_x']);
    const dropping = new PreprocessingPipeline({ dropConstant: true }).fit(train(table));
    expect(dropping.featureNamesOut).toEqual(['a']);
    expect(dropping.trainStatistics.dropped.map(({ column }) => column)).toEqual(['same', 'text']);
  });

  it('a text constant for numbers is a ConfigError that names the column', () => {
    const options: PreprocessingOptions = { imputation: { strategy: 'constant', value: 'none' } };
    expect(() => new PreprocessingPipeline(options).fit(train(X))).toThrow(ConfigError);
    expect(() => new PreprocessingPipeline(options).fit(train(X))).toThrow(/'a'/);
  });

  it('text is filled by the most frequent category or a text constant, and left alone otherwise', () => {
    const text = Table.fromColumns({ t: ['b', 'a', 'b', null] });
    const last = (options: PreprocessingOptions) => imputed(text, text, options)[3];
    expect(last({ imputation: 'most-frequent' })).toEqual([0, 1]);
    expect(last({ imputation: 'median' })).toEqual([0, 0]);
    expect(last({ imputation: { strategy: 'constant', value: 'none' } })).toEqual([0, 0, 1]);
    expect(last({ imputation: { strategy: 'constant', value: 0 } })).toEqual([0, 0]);
  });

  it('very many categories are counted without overflowing the stack', () => {
    const n = 300_000;
    const text = Table.fromColumns({ t: Array.from({ length: n }, (_, i) => (i === 5 ? null : `c${i}`)) });
    const options: PreprocessingOptions = { imputation: 'most-frequent', encoding: 'frequency' };
    expect(imputed(text, text.slice(5, 6), options)[0][0]).toBeCloseTo(2 / n, 12);
  });
});
