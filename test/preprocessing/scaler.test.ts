import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../src/core/errors.js';
import { Matrix } from '../../src/core/matrix.js';
import { Table } from '../../src/core/table.js';
import { inverseNormal } from '../../src/preprocessing/normal.js';
import type { ScalingOptions } from '../../src/preprocessing/options.js';
import { PreprocessingPipeline } from '../../src/preprocessing/pipeline.js';
import { quantileOracle } from '../oracles/series.js';
import { firstDifference } from './close-to.js';

/** The column `a` scaled after fitting on `fit`. */
function scaled(
  fit: readonly number[],
  values: readonly number[],
  scaling: ScalingOptions | ScalingOptions['method'],
): number[] {
  const X = Table.fromColumns({ a: fit });
  const pipeline = new PreprocessingPipeline({ scaling }).fit({ role: 'train', X, y: new Float64Array(fit.length) });
  return [...pipeline.transform(Table.fromColumns({ a: values })).data];
}

const column = fc.array(
  fc.double({ min: -1e4, max: 1e4, noNaN: true }).map((v) => Math.fround(v)),
  { minLength: 2, maxLength: 50 },
);
const spread = (x: readonly number[]) => Math.max(...x) - Math.min(...x) > 1e-3;

describe('scaling', () => {
  it('standard scaling gives training rows mean 0 and deviation 1', () => {
    fc.assert(
      fc.property(column.filter(spread), (x) => {
        const mean = x.reduce((a, b) => a + b, 0) / x.length;
        const deviation = Math.sqrt(x.reduce((a, b) => a + (b - mean) ** 2, 0) / x.length);
        const expected = x.map((value) => (value - mean) / deviation);
        expect(firstDifference(scaled(x, x, 'standard'), expected, 1e-6)).toBeUndefined();
      }),
    );
  });

  it('robust scaling uses the median and the distance of quantiles', () => {
    fc.assert(
      fc.property(column.filter(spread), (x) => {
        const distance = quantileOracle(x, 0.9) - quantileOracle(x, 0.2);
        fc.pre(distance > 1e-3);
        const expected = x.map((value) => (value - quantileOracle(x, 0.5)) / distance);
        expect(
          firstDifference(scaled(x, x, { method: 'robust', quantileRange: [20, 90] }), expected, 1e-6),
        ).toBeUndefined();
      }),
    );
  });

  it('min-max scaling reaches both ends of its range, and cuts beyond it only when asked', () => {
    const options: ScalingOptions = { method: 'min-max', range: [-1, 3] };
    expect(scaled([10, 20, 15], [10, 20, 15, 25], options)).toEqual([-1, 3, 1, 5]);
    expect(scaled([10, 20, 15], [10, 25, 0], { ...options, clip: true })).toEqual([-1, 3, -1]);
  });

  it('the quantile transform gives ranks in order, ends at 0 and 1, and holds new values to them', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: -500, max: 500 }), { minLength: 2, maxLength: 40 }), (x) => {
        const sorted = [...x].sort((a, b) => a - b);
        const expected = x.map((value) => sorted.indexOf(value) / (x.length - 1));
        expect(firstDifference(scaled(x, x, 'quantile'), expected, 1e-6)).toBeUndefined();
        expect(scaled(x, [-1000, 1000], 'quantile')).toEqual([0, 1]);
      }),
    );
  });

  it('the normal quantile transform is the inverse of the distribution function, bounded at its ends', () => {
    const x = Array.from({ length: 101 }, (_, i) => i);
    const z = scaled(x, [25, 50, 75, -5, 105], { method: 'quantile', output: 'normal' });
    expect(
      firstDifference(z, [-0.6744897501960817, 0, 0.6744897501960817, -5.199337582, 5.199337582], 1e-6),
    ).toBeUndefined();
    expect(inverseNormal(0.975)).toBeCloseTo(1.959963984540054, 14);
    expect([inverseNormal(0), inverseNormal(1), inverseNormal(2)]).toEqual([-Infinity, Infinity, NaN]);
  });

  for (const method of ['standard', 'robust', 'min-max', 'quantile'] as const) {
    it(`${method}: a constant column becomes 0, and another value in it stays finite`, () => {
      for (const value of [0, 0.1, 1e8 + 0.1, -3]) {
        const out = scaled([value, value, value], [value, value + 1], method);
        expect(out[0]).toBe(0);
        expect(Number.isFinite(out[1])).toBe(true);
      }
    });

    it(`${method}: missing values stay missing without imputation, and do not count`, () => {
      const fit = [1, Number.NaN, 2, 5];
      const X = Table.fromColumns({ a: fit });
      const options = { scaling: method, imputation: 'none' as const };
      const pipeline = new PreprocessingPipeline(options).fit({ role: 'train', X, y: new Float64Array(4) });
      const out = [...pipeline.transform(X).data];
      expect(out[1]).toBeNaN();
      if (method !== 'quantile') expect([out[0], out[2], out[3]]).toEqual(scaled([1, 2, 5], [1, 2, 5], method));
    });

    it(`${method}: filled values count as values of the training rows`, () => {
      expect(scaled([1, Number.NaN, 2, 5, 9, Number.NaN], [1, 4], method)).toEqual(
        scaled([1, 3.5, 2, 5, 9, 3.5], [1, 4], method),
      );
    });
  }

  it('a column may have a method of its own', () => {
    const X = Table.fromColumns({ a: [0, 10], b: [0, 10] });
    const options = { scaling: { method: 'min-max' as const, columns: { b: 'none' as const } } };
    const out = new PreprocessingPipeline(options).fit({ role: 'train', X, y: new Float64Array(2) }).transform(X);
    expect([...out.data]).toEqual([0, 0, 1, 10]);
  });

  it('a large offset costs no accuracy', () => {
    const x = Array.from({ length: 1000 }, (_, i) => 1e9 + (i % 2));
    expect(
      firstDifference(
        scaled(x, x, 'standard'),
        x.map((_, i) => (i % 2 ? 1 : -1)),
        1e-6,
      ),
    ).toBeUndefined();
  });

  it('values too large for float32, or for their own statistics, are an InvalidInputError that names the column', () => {
    expect(() => scaled([1, 2], [1e300], 'none')).toThrow(/Column 'a', row 0/);
    expect(() => scaled([1e308, -1e308], [1], 'standard')).toThrow(InvalidInputError);
  });

  it('long matrices are read in panels with the same result as column by column', () => {
    const rows = 5000;
    const cols = 19;
    const data = Float32Array.from({ length: rows * cols }, (_, i) => Math.sin(i * 1.7) * ((i % cols) + 1));
    const matrix = Matrix.wrap(data, cols);
    const names = Array.from({ length: cols }, (_, j) => `f${j}`);
    const table = Table.fromColumns(
      Object.fromEntries(
        names.map((name, j) => [name, Float64Array.from({ length: rows }, (_, i) => data[i * cols + j])]),
      ),
    );
    const of = (X: Matrix | Table) => new PreprocessingPipeline().fit({ role: 'train', X, y: new Float64Array(rows) });
    expect(of(matrix).trainStatistics).toEqual(of(table).trainStatistics);
    expect(of(matrix).transform(matrix).data).toEqual(of(table).transform(table).data);
  });
});
