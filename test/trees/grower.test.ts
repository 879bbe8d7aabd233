import { describe, expect, it } from 'vitest';
import type { Matrix } from '../../src/core/matrix.js';
import { Random } from '../../src/core/random.js';
import { type GrowerOptions, TreeGrower } from '../../src/trees/grower.js';
import { depthWise, leafWise } from '../../src/trees/growth-policy.js';
import { Histograms } from '../../src/trees/histogram.js';
import { RowPartition } from '../../src/trees/partition.js';
import type { Tree } from '../../src/trees/tree.js';
import { plainHistogram, plainQuantised, plainScale } from '../oracles/histogram.js';
import { leafOf } from '../oracles/lightgbm-predict.js';
import { growPlainTree } from '../oracles/tree-growth.js';
import { binned, binsOf, type ColumnKind, KINDS, randomMatrix } from './random-rows.js';

const OPTIONS: GrowerOptions = {
  maxLeaves: 12,
  maxDepth: 0,
  minDataInLeaf: 5,
  minSumHessianInLeaf: 1e-3,
  minGainToSplit: 0,
  lambdaL1: 0,
  lambdaL2: 0,
  policy: leafWise,
};

const SEED = 5;

/** Gradients that depend on X a little, with hessians like those of weighted rows. */
function randomGradients(random: Random, X: Matrix, span = 1): Float32Array {
  const pairs = new Float32Array(2 * X.rows);
  for (let i = 0; i < X.rows; i++) {
    const weight = span ** random.float();
    const value = X.data[i * X.cols];
    pairs[2 * i] = weight * (random.normal() + (Number.isNaN(value) ? 1 : Math.tanh(value)));
    pairs[2 * i + 1] = weight * (0.05 + 0.2 * random.float());
  }
  return pairs;
}

interface TestOptions extends GrowerOptions {
  categoricalColumns?: number[];
}

function grow(X: Matrix, pairs: Float32Array, options: TestOptions, sample?: Uint32Array, features?: Set<number>) {
  const categorical = { columns: options.categoricalColumns ?? [] };
  const { context, arena, mapper, matrix } = binned(X, { minDataInBin: 1, categorical });
  const gradients = arena.alloc(pairs.byteLength + 8);
  const list = sample ? arena.alloc(sample.byteLength) : 0;
  const grower = new TreeGrower(context, arena, mapper, matrix, options);
  arena.commit();
  arena.float32(gradients, pairs.length).set(pairs);
  if (sample) arena.uint32(list, sample.length).set(sample);
  const grown = grower.grow(gradients, list, sample?.length ?? X.rows, features, SEED);
  const rowsOf = (leaf: number): number[] => {
    const { begin, count } = grown.leafRows[leaf];
    return [...arena.uint32(grower.partition.rowsAt(begin), count)];
  };
  return { grown, mapper, bins: binsOf(context.memory, matrix, mapper), rowsOf };
}

function compareToPlain(X: Matrix, pairs: Float32Array, options: TestOptions, sample?: Uint32Array, bits = 30): void {
  const { grown, mapper, bins, rowsOf } = grow(X, pairs, options, sample);
  const g = Float32Array.from({ length: X.rows }, (_, i) => pairs[2 * i]);
  const h = Float32Array.from({ length: X.rows }, (_, i) => pairs[2 * i + 1]);
  const [scaleG, scaleH] = [plainScale(g, bits), plainScale(h, bits)];
  const plain = growPlainTree(
    {
      bins,
      valueBins: mapper.cuts.map((cuts) => cuts.length + 1),
      hasMissing: Array.from(mapper.hasMissing, (flag) => flag === 1),
      categorical: Array.from(mapper.columns, (_, feature) => mapper.categories?.[feature] !== undefined),
      g: plainQuantised(g, scaleG),
      h: plainQuantised(h, scaleH),
      scaleG,
      scaleH,
      rows: sample ? [...sample] : Array.from({ length: X.rows }, (_, i) => i),
    },
    { ...byFeature(options, mapper.columns), seed: SEED, order: options.policy === depthWise ? 'depth' : 'leaf' },
  );
  if (bits < 30) {
    // Sums are scanned in f32: of splits that part the rows alike, another may be taken, with its sides the other way round.
    const byRows = (leaves: { rows: number[]; value: number }[]) =>
      leaves
        .map(({ rows, value }) => ({ rows: rows.toSorted((a, b) => a - b), value: value.toPrecision(12) }))
        .sort((a, b) => a.rows[0] - b.rows[0])
        // As text: toEqual takes seconds for tens of thousands of numbers.
        .map(({ rows, value }) => `${value}: ${rows.join(' ')}`);
    const leaves = Array.from(grown.tree.leafValue, (value, i) => ({ rows: rowsOf(i), value }));
    expect(byRows(leaves)).toEqual(byRows(plain.leaves));
    expectRowsInLeaves(grown.tree, X, rowsOf);
    return;
  }
  const splits = grown.tests.map(({ feature, bin, missingLeft, bins: set }, i) => ({
    feature,
    bin,
    missingLeft,
    gain: grown.tree.gain[i],
    set: set && membersOf(set),
  }));
  const expected = plain.splits.map(({ feature, bin, missingLeft, gain, set }) => ({
    feature,
    bin,
    missingLeft,
    gain,
    set,
  }));
  expect(splits.length).toBe(expected.length);
  for (const [i, split] of splits.entries()) {
    expect({ ...split, gain: 0 }).toEqual({ ...expected[i], gain: 0 });
    expect(Math.abs(split.gain - expected[i].gain)).toBeLessThan(1e-8 * Math.max(1, Math.abs(expected[i].gain)));
  }
  for (const [i, leaf] of plain.leaves.entries()) {
    expect(rowsOf(i)).toEqual(leaf.rows);
    expect(grown.tree.leafRows[i]).toBe(leaf.rows.length);
    expect(grown.tree.leafValue[i]).toBeCloseTo(leaf.value, 12);
  }
  expectRowsInLeaves(grown.tree, X, rowsOf);
}

function membersOf(set: Uint32Array): number[] {
  return Array.from({ length: 32 * set.length }, (_, i) => i).filter((i) => (set[i >> 5] >>> (i & 31)) & 1);
}

/** The twin knows features by their number, options by their column. */
function byFeature(options: GrowerOptions, columns: Int32Array): GrowerOptions {
  const { monotone, interactions } = options;
  return {
    ...options,
    monotone: monotone && Array.from(columns, (column) => monotone[column]),
    interactions: interactions?.map((set) => set.map((column) => columns.indexOf(column))),
  };
}

/** Walking the finished tree on raw values ends where training put the row. */
function expectRowsInLeaves(tree: Tree, X: Matrix, rowsOf: (leaf: number) => number[]): void {
  for (let leaf = 0; leaf < tree.leafCount; leaf++) {
    expect(rowsOf(leaf).filter((row) => leafOf(tree, X.row(row)) !== leaf)).toEqual([]);
  }
}

/** The columns tested at each depth. */
function featuresByDepth(tree: Tree): Set<number>[] {
  const levels: Set<number>[] = [];
  const visit = (node: number, depth: number): void => {
    if (node < 0) return;
    (levels[depth] ??= new Set()).add(tree.splitFeature[node]);
    visit(tree.left[node], depth + 1);
    visit(tree.right[node], depth + 1);
  };
  visit(0, 0);
  return levels;
}

const variants: [string, Partial<GrowerOptions>][] = [
  ['defaults', {}],
  ['level by level', { policy: depthWise, maxDepth: 3 }],
  ['L2', { lambdaL2: 3 }],
  ['L1 and L2, the exact scan', { lambdaL1: 0.7, lambdaL2: 1 }],
  ['limits on hessian and gain', { minDataInLeaf: 0, minSumHessianInLeaf: 3, minGainToSplit: 0.5 }],
  ['a huge lambda, the exact scan', { lambdaL2: 1e9 }],
  ['depth 2', { maxDepth: 2 }],
  ['two leaves', { maxLeaves: 2 }],
  ['capped outputs', { maxDeltaStep: 0.3, lambdaL1: 0.2 }],
  ['outputs pulled towards the parent', { pathSmooth: 7 }],
  ['monotone columns', { monotone: [1, -1, 1, 0, 0, 0, -1] }],
  ['monotone columns, held back near the root', { monotone: [1, -1, 1, 0, 0, 0, -1], monotonePenalty: 1.5 }],
  ['monotone columns, gain within bounds', { monotone: [1, -1, 1, 0, 0, 0, 1], gainWithinBounds: true, lambdaL2: 1 }],
  ['sets of columns', { interactions: [[0, 1], [1, 2, 3], [6]] }],
  ['random thresholds', { extraTrees: true, extraSeed: 9 }],
  [
    'all limits at once',
    {
      maxDeltaStep: 0.5,
      pathSmooth: 3,
      monotone: [1, 0, -1, 0, 0, 0, 1],
      monotonePenalty: 0.5,
      interactions: [
        [0, 1, 2],
        [2, 3, 6],
      ],
      minGainToSplit: 0.2,
      policy: depthWise,
    },
  ],
];

describe('growing a tree', () => {
  it.each(variants)('equals the plain twin: %s', (_name, options) => {
    for (let seed = 0; seed < 3; seed++) {
      const random = new Random(seed);
      const X = randomMatrix(random, 150, KINDS);
      compareToPlain(X, randomGradients(random, X), { ...OPTIONS, ...options });
    }
  });

  it('equals the plain twin on weights that span a factor of a million', () => {
    for (let seed = 0; seed < 4; seed++) {
      const random = new Random(100 + seed);
      const X = randomMatrix(random, 200, KINDS);
      compareToPlain(X, randomGradients(random, X, 1e6), { ...OPTIONS, lambdaL1: 1e-12 });
    }
  });

  it('equals the plain twin on a sample of the rows', () => {
    const random = new Random(31);
    const X = randomMatrix(random, 300, KINDS);
    const sample = Uint32Array.from({ length: 300 }, (_, i) => i).filter(() => random.int(2) === 0);
    compareToPlain(X, randomGradients(random, X), OPTIONS, sample);
  });

  const narrow: typeof variants = [
    ['defaults', {}],
    ['level by level', { policy: depthWise, maxDepth: 3 }],
    ['L2', { lambdaL2: 3 }],
    ['limits on hessian and gain', { minDataInLeaf: 0, minSumHessianInLeaf: 3, minGainToSplit: 0.5 }],
    ['leaves of a single row', { minDataInLeaf: 1, minSumHessianInLeaf: 0, maxLeaves: 40 }],
    ['a huge lambda, the exact scan', { lambdaL2: 1e9 }],
    ['few histograms in memory', { histogramBytes: 0, minDataInLeaf: 2, maxLeaves: 30 }],
  ];

  it.each(narrow)('equals the plain twin by 16-bit gradients: %s', (_name, options) => {
    for (let seed = 0; seed < 3; seed++) {
      const random = new Random(50 + seed);
      const X = randomMatrix(random, 150 + 60 * seed, KINDS);
      compareToPlain(X, randomGradients(random, X), { ...OPTIONS, ...options, narrowRows: 0 }, undefined, 16);
    }
  });

  it('equals the plain twin by 16-bit gradients where large nodes need wide sums', () => {
    const random = new Random(61);
    const X = randomMatrix(random, 36_000, ['gaps', 'integer']);
    const pairs = randomGradients(random, X);
    const options = { ...OPTIONS, minDataInLeaf: 20, maxLeaves: 4 };
    compareToPlain(X, pairs, options, undefined, 16);
    const { tree } = grow(X, pairs, { ...options, maxLeaves: 30 }).grown;
    expect(grow(X, pairs, { ...options, maxLeaves: 30, histogramBytes: 0 }).grown.tree).toEqual(tree);
  });

  it('keeps 30 bits where a few rows have far larger gradients than the others', () => {
    const random = new Random(62);
    const X = randomMatrix(random, 400, KINDS);
    const pairs = randomGradients(random, X);
    pairs[100] = 1e4;
    compareToPlain(X, pairs, { ...OPTIONS, narrowRows: 0 }, undefined, 30);
  });

  it('gives equal columns to the lowest, and no split where nothing can be gained', () => {
    const random = new Random(3);
    const X = randomMatrix(random, 400, ['constant', 'normal', 'normal']);
    for (let i = 0; i < X.rows; i++) X.data[3 * i + 2] = X.data[3 * i + 1];
    const { grown } = grow(X, randomGradients(random, X), OPTIONS);
    expect(new Set(grown.tree.splitFeature)).toEqual(new Set([1]));
    const flat = new Float32Array(800).map((_, i) => (i % 2 === 0 ? 0 : 1));
    expect(grow(X, flat, OPTIONS).grown.tree.leafCount).toBe(1);
  });

  it('uses only the features it may', () => {
    const random = new Random(4);
    const X = randomMatrix(random, 400, ['normal', 'normal', 'gaps', 'integer']);
    const { grown } = grow(X, randomGradients(random, X), OPTIONS, undefined, new Set([1, 3]));
    expect([...new Set(grown.tree.splitFeature)].sort()).toEqual([1, 3]);
  });

  it('draws a share of the features for each level, and of those for each node', () => {
    const random = new Random(12);
    const X = randomMatrix(
      random,
      600,
      Array.from({ length: 12 }, () => 'normal' as const),
    );
    const pairs = randomGradients(random, X);
    const options = { ...OPTIONS, minDataInLeaf: 2, maxLeaves: 32 };
    const level = grow(X, pairs, { ...options, featureFractionByLevel: 0.1 }).grown.tree;
    for (const features of featuresByDepth(level)) expect(features.size).toBe(1);
    const both = grow(X, pairs, { ...options, featureFractionByLevel: 0.2, featureFractionByNode: 0.5 }).grown.tree;
    for (const features of featuresByDepth(both)) expect(features.size).toBeLessThanOrEqual(2);
    const node = grow(X, pairs, { ...options, featureFractionByNode: 1 / 12 }).grown.tree;
    expect(Math.max(...featuresByDepth(node).map((features) => features.size))).toBeGreaterThan(2);
  });

  it('grows the same tree where few open nodes fit into memory', () => {
    const random = new Random(13);
    const X = randomMatrix(random, 500, KINDS);
    const pairs = randomGradients(random, X);
    for (const policy of [leafWise, depthWise]) {
      const options = { ...OPTIONS, policy, minDataInLeaf: 2, maxLeaves: 40 };
      const { tree } = grow(X, pairs, options).grown;
      expect(tree.leafCount).toBe(40);
      for (const histogramBytes of [0, 3 * 32768]) {
        expect(grow(X, pairs, { ...options, histogramBytes }).grown.tree).toEqual(tree);
      }
    }
  });

  it('can part missing values from all others', () => {
    const random = new Random(9);
    const X = randomMatrix(random, 300, ['gaps']);
    const pairs = new Float32Array(600);
    for (let i = 0; i < 300; i++) pairs.set([Number.isNaN(X.data[i]) ? -1 : 1, 1], 2 * i);
    const { grown } = grow(X, pairs, { ...OPTIONS, maxLeaves: 2 });
    expect(grown.tree.threshold[0]).toBe(Number.MAX_VALUE);
    expect([...grown.tree.leafValue]).toEqual([-1, 1]);
  });
});

describe('growing a tree with categories', () => {
  const kinds: ColumnKind[] = ['normal', 'categories', 'few categories', 'gaps', 'categories'];
  const limits = { maxOneHot: 4, smooth: 2, l2: 1, maxThreshold: 32, minDataPerGroup: 4 };
  const categoricalColumns = [1, 2, 4];
  const gradients = (random: Random, X: Matrix): Float32Array => {
    const pairs = randomGradients(random, X);
    for (let i = 0; i < X.rows; i++) {
      pairs[2 * i] += Math.sin(X.data[i * X.cols + 1]) + (X.data[i * X.cols + 2] === 1 ? 1 : 0);
    }
    return pairs;
  };

  it.each<[string, Partial<GrowerOptions>]>([
    ["LightGBM's rules", {}],
    ['one against the rest everywhere', { categorical: { ...limits, maxOneHot: 1000 } }],
    ['few categories on a side', { categorical: { ...limits, maxThreshold: 2, smooth: 0, minDataPerGroup: 0 } }],
    ['from end to end', { categorical: { ...limits, wholeScan: true, minDataPerCategory: 0, l2: 0 } }],
    [
      "XGBoost's rules",
      {
        categorical: {
          ...limits,
          wholeScan: true,
          minDataPerCategory: 0,
          minDataPerGroup: 1,
          l2: 0,
          smooth: 1,
          minHessianToRank: 3,
        },
      },
    ],
    ['L1 and L2', { lambdaL1: 0.3, lambdaL2: 2 }],
    ['level by level', { policy: depthWise, maxDepth: 3, minGainToSplit: 0.5 }],
    [
      'interactions',
      {
        interactions: [
          [0, 1],
          [2, 4],
        ],
      },
    ],
  ])('equals the plain twin: %s', (_name, options) => {
    let sets = 0;
    for (let seed = 0; seed < 3; seed++) {
      const random = new Random(seed);
      const X = randomMatrix(random, 250, kinds);
      const all = { ...OPTIONS, categorical: limits, categoricalColumns, ...options };
      const pairs = gradients(random, X);
      compareToPlain(X, pairs, all);
      sets += grow(X, pairs, all).grown.tree.categories?.filter(Boolean).length ?? 0;
    }
    expect(sets).toBeGreaterThan(6);
  });

  it.each<[string, Partial<GrowerOptions>]>([
    ["LightGBM's rules", {}],
    ['few histograms in memory', { histogramBytes: 0, maxLeaves: 30, minDataInLeaf: 2 }],
    ['level by level', { policy: depthWise, maxDepth: 3, lambdaL2: 1 }],
  ])('equals the plain twin by 16-bit gradients: %s', (_name, options) => {
    for (let seed = 0; seed < 3; seed++) {
      const random = new Random(20 + seed);
      const X = randomMatrix(random, 250, kinds);
      const all = { ...OPTIONS, categorical: limits, categoricalColumns, narrowRows: 0, ...options };
      compareToPlain(X, gradients(random, X), all, undefined, 16);
    }
  });

  it('equals the plain twin by 16-bit gradients where large nodes need wide sums', () => {
    const random = new Random(41);
    const X = randomMatrix(random, 33_500, ['gaps', 'few categories', 'categories']);
    const options = { ...OPTIONS, minDataInLeaf: 20, categorical: limits, categoricalColumns: [1, 2] };
    const pairs = randomGradients(random, X);
    for (let i = 0; i < X.rows; i++) pairs[2 * i] += Math.sin(X.data[3 * i + 2]);
    compareToPlain(X, pairs, { ...options, maxLeaves: 3 }, undefined, 16);
    const { tree } = grow(X, pairs, { ...options, maxLeaves: 30 }).grown;
    expect(tree.categories?.some(Boolean)).toBe(true);
    expect(grow(X, pairs, { ...options, maxLeaves: 30, histogramBytes: 0 }).grown.tree).toEqual(tree);
  });

  it('equals the plain twin for thousands of categories', () => {
    const random = new Random(8);
    const X = randomMatrix(random, 1200, ['many categories', 'normal', 'few categories']);
    const pairs = randomGradients(random, X);
    for (let i = 0; i < X.rows; i++) pairs[2 * i] += Math.sin(X.data[3 * i]) || 0;
    const few = { ...limits, smooth: 1, minDataPerGroup: 1, maxThreshold: 500 };
    for (const categorical of [few, { ...few, wholeScan: true }, { ...few, maxThreshold: 20 }]) {
      const options = { ...OPTIONS, maxLeaves: 4, categorical, categoricalColumns: [0, 2] };
      compareToPlain(X, pairs, options);
      expect(grow(X, pairs, options).grown.tree.categories?.some((set) => set && set.length > 8)).toBe(true);
      const { tree } = grow(X, pairs, { ...options, maxLeaves: 30 }).grown;
      expect(grow(X, pairs, { ...options, maxLeaves: 30, histogramBytes: 0 }).grown.tree).toEqual(tree);
    }
  });

  it('sends missing and unknown categories, and those without a bin, to the right', () => {
    const random = new Random(2);
    const X = randomMatrix(random, 300, ['categories']);
    const pairs = new Float32Array(600).map((_, i) => (i % 2 ? 1 : X.data[i / 2] === 0 ? -1 : 1));
    const options = { ...OPTIONS, maxLeaves: 2, categorical: limits, categoricalColumns: [0] };
    const { tree } = grow(X, pairs, options).grown;
    expect(tree.categories).toEqual([Uint32Array.of(1)]);
    for (const value of [Number.NaN, -1, 1, 1000]) expect(leafOf(tree, [value])).toBe(1);
    expect(leafOf(tree, [0])).toBe(0);
  });
});

describe('sums in a node of 80,000 rows', () => {
  const rows = 80_000;
  const kinds: ColumnKind[] = ['integer', 'gaps', ...Array.from({ length: 9 }, () => 'normal' as const)];
  const random = new Random(77);
  const X = randomMatrix(random, rows, kinds);
  const { context, arena, mapper, matrix } = binned(X);
  const partition = new RowPartition(context, matrix, arena);
  const histograms = new Histograms(context, matrix, arena, 2);
  const gradients = arena.alloc(rows * 8);
  const list = Array.from({ length: rows }, (_, i) => i);
  const rowsFrom = (begin: number, count: number) => ({
    rows: partition.rowsAt(begin),
    pairs: partition.pairsAt(begin),
    count,
  });
  arena.commit();

  it('are exact where every gradient is as large as can be', () => {
    const pairs = arena.float32(gradients, 2 * rows);
    for (let i = 0; i < rows; i++) pairs.set([random.int(4) ? 1 - 2 ** -24 : -1, 1 - 2 ** -24], 2 * i);
    const { scale, sums } = partition.load(gradients, 0, rows);
    expect(scale).toEqual({ gradient: 2 ** 29, hessian: 2 ** 30 });
    const g = plainQuantised(
      pairs.filter((_, i) => i % 2 === 0),
      scale.gradient,
    );
    const h = plainQuantised(
      pairs.filter((_, i) => i % 2 === 1),
      scale.hessian,
    );
    const bins = binsOf(context.memory, matrix, mapper);
    const slot = histograms.take();
    for (const unit of histograms.units) histograms.build(slot, unit, rowsFrom(0, rows));
    for (let f = 0; f < mapper.columns.length; f++) {
      const expected = plainHistogram(bins[f], list, g, h).flatMap((bin) => [bin.g, bin.h]);
      expect([...arena.int64(histograms.featureAddress(slot, f), 512)]).toEqual(expected);
    }
    expect(sums.hessian).toBe(h.reduce((sum, value) => sum + BigInt(value), 0n));
  });

  it('of one side and the other make up the whole', () => {
    partition.load(gradients, 0, rows);
    const test = { feature: 1, bin: 100, missingBin: mapper.cuts[1].length + 1, missingLeft: 1 };
    const left = partition.split({ begin: 0, count: rows }, test);
    const bins = binsOf(context.memory, matrix, mapper)[1];
    const goesLeft = (row: number): boolean => bins[row] <= 100 || bins[row] === test.missingBin;
    expect([...arena.uint32(partition.rowsAt(0), left)]).toEqual(list.filter(goesLeft));
    expect([...arena.uint32(partition.rowsAt(left), rows - left)]).toEqual(list.filter((row) => !goesLeft(row)));
    const [whole, part, other] = [new Histograms(context, matrix, arena, 3)].flatMap((store) => {
      arena.commit();
      const slots = [store.take(), store.take(), store.take()];
      const [a, b, c] = slots.map((slot) => store.address(slot));
      for (const unit of store.units) {
        store.build(slots[0], unit, rowsFrom(0, rows));
        store.build(slots[1], unit, rowsFrom(0, left));
        store.build(slots[2], unit, rowsFrom(left, rows - left));
      }
      context.kernels.subtractHistogram(a, b, 0, mapper.columns.length);
      return [a, b, c].map((address) => arena.int64(address, mapper.columns.length * 512));
    });
    expect(part.some((sum) => sum !== 0n)).toBe(true);
    expect(whole).toEqual(other);
  });
});
