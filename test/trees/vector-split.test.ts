import { describe, expect, it } from 'vitest';
import { Random } from '../../src/core/random.js';
import { type GrowerOptions, TreeGrower } from '../../src/trees/grower.js';
import { leafWise } from '../../src/trees/growth-policy.js';
import { plainQuantised, plainScale } from '../oracles/histogram.js';
import { growPlainVectorTree } from '../oracles/vector-tree-growth.js';
import { binned, binsOf, KINDS, randomMatrix } from './random-rows.js';

const OPTIONS: GrowerOptions = {
  maxLeaves: 10,
  maxDepth: 0,
  minDataInLeaf: 0,
  minSumHessianInLeaf: 1,
  minGainToSplit: 0,
  lambdaL1: 0,
  lambdaL2: 0.5,
  policy: leafWise,
};
const OUTPUTS = 3;

/** Grows on random data and returns the tree with its plain twin. */
function both(seed: number, changes: Partial<GrowerOptions>, rows = 200, share = 1) {
  const random = new Random(seed);
  const X = randomMatrix(random, rows, KINDS);
  const { context, arena, mapper, matrix } = binned(X, { minDataInBin: 1 });
  const options = { ...OPTIONS, ...changes };
  const grower = new TreeGrower(context, arena, mapper, matrix, options, OUTPUTS);
  const gradients = Array.from({ length: OUTPUTS }, () => arena.alloc(rows * 8));
  const sample = Uint32Array.from({ length: rows }, (_, i) => i).filter(() => random.float() < share);
  const list = arena.alloc(rows * 4);
  arena.commit();
  arena.uint32(list, sample.length).set(sample);
  for (const [k, address] of gradients.entries()) {
    const pairs = arena.float32(address, 2 * rows);
    for (let i = 0; i < rows; i++) {
      const value = X.data[i * X.cols + k];
      pairs[2 * i] = 10 ** k * (random.normal() + (Number.isNaN(value) ? 1 : value));
      pairs[2 * i + 1] = 0.2 + random.float();
    }
  }
  const quantised = gradients.map((address) => {
    const pairs = arena.float32(address, 2 * rows);
    return [0, 1].map((part) => {
      const values = pairs.filter((_, i) => i % 2 === part);
      const scale = plainScale(values);
      return plainQuantised(values, scale).map((value) => value / scale);
    });
  });
  const grown = grower.grow(gradients, share < 1 ? list : 0, share < 1 ? sample.length : rows);
  const plain = growPlainVectorTree({
    bins: binsOf(context.memory, matrix, mapper),
    valueBins: mapper.cuts.map((cuts) => cuts.length + 1),
    hasMissing: Array.from(mapper.hasMissing, (flag) => flag === 1),
    g: quantised.map(([g]) => g),
    h: quantised.map(([, h]) => h),
    rows: share < 1 ? [...sample] : Array.from({ length: rows }, (_, i) => i),
    lambda: options.lambdaL2,
    minSumHessian: options.minSumHessianInLeaf,
    cap: options.maxDeltaStep || Number.POSITIVE_INFINITY,
    maxLeaves: options.maxLeaves,
  });
  const rowsOf = (leaf: number): number[] => {
    const { begin, count } = grown.leafRows[leaf];
    return [...arena.uint32(grower.partition.rowsAt(begin), count)];
  };
  return { grown, plain, rowsOf };
}

describe('growing a tree with a vector in each leaf', () => {
  it.each([
    ['defaults', {}, 1],
    ['capped outputs', { maxDeltaStep: 0.6 }, 1],
    ['few open nodes in memory', { histogramBytes: 0 }, 1],
    ['on a sample of the rows', {}, 0.6],
  ] as const)('equals the plain twin: %s', (_name, changes, share) => {
    for (let seed = 0; seed < 4; seed++) {
      const { grown, plain, rowsOf } = both(seed, changes, 200, share);
      expect(grown.tests.length).toBe(plain.splits.length);
      for (const [i, expected] of plain.splits.entries()) {
        const { feature, bin, missingLeft } = grown.tests[i];
        const gain = grown.tree.gain[i];
        expect({ feature, bin, missingLeft }).toEqual({
          feature: expected.feature,
          bin: expected.bin,
          missingLeft: expected.missingLeft,
        });
        expect(gain / expected.gain).toBeCloseTo(1, 9);
      }
      const trees = [grown.tree, ...grown.others];
      for (const [i, leaf] of plain.leaves.entries()) {
        expect(rowsOf(i)).toEqual(leaf.rows);
        expect(trees.map((tree) => tree.leafValue[i] / leaf.values[trees.indexOf(tree)])).toEqual(
          leaf.values.map(() => expect.closeTo(1, 9)),
        );
      }
    }
  });

  it('gives trees of one shape, one an output', () => {
    const { grown } = both(9, {});
    expect(grown.others.length).toBe(OUTPUTS - 1);
    for (const tree of grown.others) {
      expect({ ...tree, leafValue: 0, internalValue: 0 }).toEqual({ ...grown.tree, leafValue: 0, internalValue: 0 });
      expect(tree.leafValue).not.toEqual(grown.tree.leafValue);
    }
  });

  it('draws features by level and node and keeps to interactions', () => {
    const { grown } = both(10, { featureFractionByLevel: 0.2 });
    expect(grown.tree.leafCount).toBeGreaterThan(1);
    const { grown: sets } = both(11, { interactions: [[0], [1]], featureFractionByNode: 0.9 });
    expect(new Set(sets.tree.splitFeature).size).toBe(1);
  });
});
