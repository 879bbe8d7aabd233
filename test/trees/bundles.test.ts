import { describe, expect, it } from 'vitest';
import { Matrix } from '../../src/core/matrix.js';
import { Random } from '../../src/core/random.js';
import { TreeGrower } from '../../src/trees/grower.js';
import { leafWise } from '../../src/trees/growth-policy.js';
import { Histograms } from '../../src/trees/histogram.js';
import { RowPartition } from '../../src/trees/partition.js';
import { binned } from './random-rows.js';

const HOT = 40;

/** Two attributes as one-hot columns, mostly missing numbers that exclude each other, and two dense columns. */
function sparse(rows: number, seed: number): Matrix {
  const random = new Random(seed);
  return Matrix.from(
    Array.from({ length: rows }, () => {
      const row = new Array<number>(2 * HOT + 12).fill(0);
      row[random.int(HOT)] = 1;
      row[HOT + Math.floor(HOT * random.float() ** 3)] = 1;
      for (let j = 0; j < 10; j++) row[2 * HOT + j] = Number.NaN;
      row[2 * HOT + random.int(10)] = random.int(7);
      row[2 * HOT + 10] = Math.fround(random.normal());
      row[2 * HOT + 11] = random.int(5);
      return row;
    }),
  );
}

function gradients(X: Matrix, seed: number): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: 2 * X.rows }, (_, i) => {
    const row = X.row(i >> 1);
    return i % 2 ? 0.1 + random.float() : row[3] - row[HOT] + 0.3 * (row[2 * HOT + 4] || 0) + 0.5 * random.normal();
  });
}

/** The histograms of all rows, feature by feature: the sums of every bin with rows. */
function histograms(X: Matrix, bundle: boolean, kind: 'exact' | 'wide') {
  const { context, arena, mapper, matrix } = binned(X, { minDataInBin: 1 }, bundle);
  const partition = new RowPartition(context, matrix, arena);
  const store = new Histograms(context, matrix, arena, 2);
  const pairs = arena.alloc(X.rows * 8);
  arena.commit();
  arena.float32(pairs, 2 * X.rows).set(gradients(X, 4));
  partition.load(pairs, 0, X.rows, kind === 'wide');
  const slot = store.take();
  const rows = { rows: partition.rowsAt(0), pairs: partition.pairsAt(0), count: X.rows };
  store.begin(kind, [[slot, rows]]);
  for (const unit of store.units) {
    if (kind === 'wide') store.buildWide(slot, unit, rows);
    else store.build(slot, unit, rows);
  }
  const sums = mapper.cuts.map((cuts, f) => [
    ...arena.int64(store.featureAddress(slot, f), 2 * (cuts.length + 1 + mapper.hasMissing[f])),
  ]);
  return { sums, bundles: matrix.bundles };
}

describe('bundles of columns', () => {
  const X = sparse(3000, 1);

  it('are few where columns exclude each other', () => {
    const { bundles } = histograms(X, true, 'exact');
    // One an attribute, one of the numbers, the dense ones on their own.
    expect(bundles?.columns.map(({ count }) => count).sort((a, b) => b - a)).toEqual([HOT, HOT, 10, 1, 1]);
  });

  it.each(['exact', 'wide'] as const)('have the histograms of their columns: %s', (kind) => {
    const { sums, bundles } = histograms(X, true, kind);
    expect(bundles).toBeDefined();
    expect(sums).toEqual(histograms(X, false, kind).sums);
  });

  it('never hold two columns that meet in a row, however late', () => {
    for (const row of [0, 1500, 2999]) {
      const conflict = sparse(3000, 1);
      conflict.row(row).fill(1, 0, 2);
      const { sums, bundles } = histograms(conflict, true, 'exact');
      expect(bundles?.columns.length).toBeGreaterThan(5);
      expect(sums).toEqual(histograms(conflict, false, 'exact').sums);
    }
  });

  it('are not made where they would save little', () => {
    const random = new Random(2);
    const dense = Matrix.from(Array.from({ length: 500 }, () => [random.normal(), random.normal(), random.int(2)]));
    expect(histograms(dense, true, 'exact').bundles).toBeUndefined();
  });

  const options = {
    maxLeaves: 25,
    maxDepth: 0,
    minDataInLeaf: 3,
    minSumHessianInLeaf: 1e-3,
    minGainToSplit: 0,
    lambdaL1: 0,
    lambdaL2: 0,
    policy: leafWise,
  };

  it.each([
    ['30-bit gradients', {}],
    ['16-bit gradients', { narrowRows: 0 }],
    ['few histograms in memory', { histogramBytes: 0 }],
    ['16-bit gradients and few histograms in memory', { narrowRows: 0, histogramBytes: 0 }],
    ['bounded outputs', { maxDeltaStep: 0.5, pathSmooth: 2 }],
  ])('grow the same trees: %s', (_title, more) => {
    const grow = (bundle: boolean) => {
      const { context, arena, mapper, matrix } = binned(X, { minDataInBin: 1 }, bundle);
      expect(matrix.bundles !== undefined).toBe(bundle);
      const pairs = arena.alloc(X.rows * 8);
      const grower = new TreeGrower(context, arena, mapper, matrix, { ...options, ...more });
      arena.commit();
      arena.float32(pairs, 2 * X.rows).set(gradients(X, 5));
      return grower.grow(pairs, 0, X.rows).tree;
    };
    const tree = grow(true);
    expect(tree.leafCount).toBe(25);
    expect(tree).toEqual(grow(false));
  });
});
