import { describe, expect, it } from 'vitest';
import { Matrix } from '../../src/core/matrix.js';
import { Random } from '../../src/core/random.js';
import { categorySet, frequentCategories } from '../../src/trees/categories.js';
import { packEnsemble, unpackEnsemble } from '../../src/trees/ensemble-pack.js';
import { emptyTree } from '../../src/trees/tree.js';
import { binned, binsOf } from './random-rows.js';

const options = { maxBin: 255, minDataInBin: 3, most: 255 };

const frequent = (rows: Record<number, number>, more: Partial<typeof options & { byCategory: boolean }> = {}) => {
  const values = Object.keys(rows)
    .map(Number)
    .sort((a, b) => a - b);
  const counts = Int32Array.from(values, (value) => rows[value]);
  const { categories, known } = frequentCategories(Float32Array.from(values), counts, { ...options, ...more });
  return { categories: [...categories], known };
};

describe('bins of categories', () => {
  it('go to the most frequent first, of equal ones to the lower code', () => {
    expect(frequent({ 0: 10, 1: 30, 2: 10, 900: 50 })).toEqual({ categories: [900, 1, 0, 2], known: 100 });
  });

  it('by category go to every code up to the largest, also to those that do not occur', () => {
    const { categories, known } = frequent({ 1: 30, 3: 1 }, { byCategory: true });
    expect(categories).toEqual([0, 1, 2, 3]);
    expect(known).toBe(31);
    expect(frequent({ 1: 30, 300: 50 }, { byCategory: true }).categories).toEqual([300, 1]);
  });

  it('are refused to rare categories but the first two', () => {
    expect(frequent({ 3: 50, 4: 2, 5: 2, 6: 1 })).toEqual({ categories: [3, 4], known: 52 });
  });

  it('beyond maxBin are given until 99% of the rows have one, and never beyond the most there can be', () => {
    const even = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [i, 10]));
    expect(frequent(even, { maxBin: 20 }).categories.length).toBe(99);
    expect(frequent({ ...even, 0: 10_000 }, { maxBin: 20 }).categories.length).toBe(89);
    expect(frequent(even, { maxBin: 20, most: 30 })).toEqual({
      categories: Array.from({ length: 30 }, (_, i) => i),
      known: 300,
    });
  });

  it('are of whole numbers; negative values count as missing', () => {
    expect(frequent({ [-3]: 5, [-0.5]: 5, 0: 5, 0.9: 5, 1.2: 20 })).toEqual({ categories: [1, 0], known: 35 });
  });

  it('are not found for codes that float32 cannot tell apart', () => {
    expect(() => frequent({ [2 ** 24]: 5 })).toThrow(/below 16777216/);
  });

  it('hold their categories in the matrix, everything else the missing bin', () => {
    const values = [5, 5, 5, 5, 9, 9, 9, 2, 2, 2, 2, 2, 7, Number.NaN, -4, 1e6, 5.7];
    const X = Matrix.from(values.map((value) => [value]));
    const { mapper, matrix, context } = binned(X, { categorical: { columns: [0] } });
    expect(mapper.categories).toEqual([Int32Array.of(2, 5, 9)]);
    expect([...mapper.hasMissing]).toEqual([1]);
    expect(binsOf(context.memory, matrix, mapper)[0]).toEqual([1, 1, 1, 1, 2, 2, 2, 0, 0, 0, 0, 0, 3, 3, 3, 3, 1]);
  });

  it('number thousands, and are found by code and by search alike', () => {
    const random = new Random(4);
    const near = Array.from({ length: 9000 }, () => random.int(3000));
    const values = near.map((category) => [category, category * 5000, 1]);
    for (const row of [3, 50]) values[row] = [Number.NaN, Number.NaN, 2];
    const X = Matrix.from(values);
    const { mapper, matrix, context } = binned(X, { minDataInBin: 1, categorical: { columns: [1, 0] } });
    expect([...mapper.columns]).toEqual([2, 0, 1]);
    const [, first, second] = binsOf(context.memory, matrix, mapper);
    expect(first).toEqual(second);
    const categories = mapper.categories?.[1] ?? new Int32Array();
    expect(categories.length).toBeGreaterThan(2500);
    const expected = near.map((category, i) => (i === 3 || i === 50 ? -1 : categories.indexOf(category)));
    expect(first).toEqual(expected.map((bin) => (bin < 0 ? categories.length : bin)));
  });

  it('are at most 65,535: the rarest share the bin of missing values', () => {
    const X = Matrix.from(Array.from({ length: 70_000 }, (_, i) => [i < 66_000 ? i : i - 66_000]));
    const { mapper, matrix, context } = binned(X, { minDataInBin: 1, maxBin: 70_000, categorical: { columns: [0] } });
    expect(mapper.categories?.[0]?.length).toBe(65_535);
    const [bins] = binsOf(context.memory, matrix, mapper);
    expect(bins.slice(65_530, 65_540)).toEqual([65_530, 65_531, 65_532, 65_533, 65_534, ...Array(5).fill(65_535)]);
    expect([...mapper.hasMissing]).toEqual([1]);
  });

  it('are refused for a code of 2^24 in any row, sampled or not', () => {
    const X = Matrix.from(Array.from({ length: 900 }, (_, i) => [i % 7]));
    X.data[899] = 2 ** 24;
    expect(() => binned(X, { sampleCount: 100, categorical: { columns: [0] } })).toThrow(/below 16777216/);
  });

  it('leave out a column of one category', () => {
    const X = Matrix.from(Array.from({ length: 50 }, (_, i) => [4, i % 2 ? 4 : Number.NaN, i % 3]));
    expect([...binned(X, { categorical: { columns: [0, 1, 2] } }).mapper.columns]).toEqual([1, 2]);
  });
});

describe('sets of categories', () => {
  it('are as long as their largest member needs', () => {
    expect([...categorySet(Int32Array.of(40, 3, 0), Uint32Array.of(0b110))]).toEqual([0b1001]);
    expect([...categorySet(Int32Array.of(40, 3, 0), Uint32Array.of(0b011))]).toEqual([0b1000, 256]);
  });

  it('cross threads with their trees', () => {
    const random = new Random(1);
    const trees = [3, 1, 4, 2].map((leaves) => emptyTree(leaves));
    trees[0].categories = [undefined, Uint32Array.of(random.uint32(), 1)];
    trees[3].categories = [Uint32Array.of(6)];
    const back = unpackEnsemble(packEnsemble({ trees, outputs: 1, features: 2 }));
    expect(back.trees.map((tree) => tree.categories)).toEqual(trees.map((tree) => tree.categories));
    const none = unpackEnsemble(packEnsemble({ trees: [emptyTree(3)], outputs: 1, features: 2 }));
    expect(none.trees[0].categories).toBeUndefined();
  });
});
