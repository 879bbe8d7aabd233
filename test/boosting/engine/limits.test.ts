/** Boosting under limits: what each promises about predictions and paths, for any number of threads. */
import { describe, expect, it } from 'vitest';
import { type BoostingParams, defaultBoostingParams } from '../../../src/boosting/engine/params.js';
import { trainBoosting } from '../../../src/boosting/engine/train.js';
import { ConfigError } from '../../../src/core/errors.js';
import { Matrix } from '../../../src/core/matrix.js';
import { Random } from '../../../src/core/random.js';
import { predictRows } from '../../../src/trees/predictor.js';
import type { Ensemble, Tree } from '../../../src/trees/tree.js';

import { failure, randomData } from './data.js';

const CONTEXT = { seed: 3, threads: 1 };

const params = (changes: Partial<BoostingParams> = {}): BoostingParams => ({
  ...defaultBoostingParams,
  objective: { kind: 'regression' },
  numIterations: 20,
  learningRate: 0.2,
  minDataInLeaf: 5,
  ...changes,
});

/** y rises with column 0 and falls with column 1, with noise that tempts a free model to do otherwise. */
function noisySlopes(rows: number, seed: number): { X: Matrix; y: Float64Array } {
  const random = new Random(seed);
  const X = Matrix.zeros(rows, 4);
  for (let p = 0; p < X.data.length; p++) X.data[p] = random.int(20) === 0 ? Number.NaN : random.normal();
  const y = Float64Array.from({ length: rows }, (_, i) => {
    const [a, b, c] = Array.from(X.row(i), (value) => (Number.isNaN(value) ? 0 : value));
    return a + 0.3 * Math.sin(8 * a) - b + 0.3 * Math.sin(8 * b) + c * c + 0.3 * random.normal();
  });
  return { X, y };
}

/** Predictions along a grid of one column, the others held at random values: (points, grid). */
function curves(ensemble: Ensemble, column: number): Float64Array[] {
  const random = new Random(99);
  return Array.from({ length: 30 }, () => {
    const point = Array.from({ length: 4 }, () => random.normal());
    const grid = Array.from({ length: 120 }, (_, i) => point.with(column, -3 + i / 20));
    return predictRows(ensemble, Matrix.from(grid));
  });
}

const steps = (curve: Float64Array): number[] => Array.from(curve.subarray(1), (value, i) => value - curve[i]);

/** The sets of columns met on each way from the root of a tree to a leaf. */
function paths(tree: Tree): Set<number>[] {
  const found: Set<number>[] = [];
  const visit = (node: number, path: readonly number[]): void => {
    if (node < 0) found.push(new Set(path));
    else for (const child of [tree.left[node], tree.right[node]]) visit(child, [...path, tree.splitFeature[node]]);
  };
  if (tree.leafCount > 1) visit(0, []);
  return found;
}

describe('boosting under limits', () => {
  it.each([
    ['leaf by leaf', {}],
    ['level by level, gain within bounds', { growth: 'depth', maxDepth: 5, numLeaves: 0, gainWithinBounds: true }],
    ['held back near the root', { monotonePenalty: 1.2 }],
    ['with smoothing and a cap', { pathSmooth: 5, maxDeltaStep: 0.5 }],
  ] as const)('predictions never leave the direction of a monotone column: %s', async (_name, changes) => {
    const data = noisySlopes(1500, 1);
    const free = (await trainBoosting(data, params(changes), CONTEXT)).ensemble;
    const bound = (await trainBoosting(data, params({ ...changes, monotone: [1, -1, 0, 0] }), CONTEXT)).ensemble;
    for (const [column, direction] of [
      [0, 1],
      [1, -1],
    ] as const) {
      const falls = (ensemble: Ensemble) =>
        curves(ensemble, column)
          .flatMap(steps)
          .filter((s) => s * direction < -1e-12);
      expect(falls(bound)).toEqual([]);
      expect(falls(free).length).toBeGreaterThan(0);
    }
    expect(
      curves(bound, 0)
        .flatMap(steps)
        .some((step) => step > 0.1),
    ).toBe(true);
  });

  it('only columns of one set meet on a path, and a column in no set is not used', async () => {
    const data = noisySlopes(1500, 2);
    const sets = [[0, 1], [1, 3], [3]];
    const { ensemble } = await trainBoosting(data, params({ interactions: sets }), CONTEXT);
    const found = ensemble.trees.flatMap(paths);
    for (const path of found) expect(sets.some((set) => [...path].every((column) => set.includes(column)))).toBe(true);
    expect(found.some((path) => path.size === 2)).toBe(true);
    const free = (await trainBoosting(data, params(), CONTEXT)).ensemble.trees.flatMap(paths);
    expect(free.some((path) => path.size > 2)).toBe(true);
  });

  it('no leaf moves a score by more than maxDeltaStep times the learning rate', async () => {
    const data = noisySlopes(800, 3);
    const { ensemble } = await trainBoosting(data, params({ maxDeltaStep: 0.25, boostFromAverage: false }), CONTEXT);
    const values = ensemble.trees.flatMap((tree) => [...tree.leafValue].map(Math.abs));
    expect(Math.max(...values)).toBeCloseTo(0.05, 12);
  });

  it('smoothing draws leaves of few rows towards their parents', async () => {
    const data = noisySlopes(800, 4);
    const spread = async (pathSmooth: number): Promise<number> => {
      const { ensemble } = await trainBoosting(data, params({ pathSmooth, numIterations: 1 }), CONTEXT);
      const values = [...ensemble.trees[0].leafValue];
      return Math.max(...values) - Math.min(...values);
    };
    const [none, some, much] = [await spread(0), await spread(10), await spread(1000)];
    expect(some).toBeLessThan(0.9 * none);
    expect(much).toBeLessThan(0.5 * some);
  });

  it('numLeaves 0 fills a tree to its depth', async () => {
    const data = noisySlopes(2000, 5);
    for (const growth of ['leaf', 'depth'] as const) {
      const changes = { growth, numLeaves: 0, maxDepth: 6, minDataInLeaf: 0, minSumHessianInLeaf: 0, numIterations: 2 };
      const { ensemble } = await trainBoosting(data, params(changes), CONTEXT);
      for (const tree of ensemble.trees) expect(tree.leafCount).toBeGreaterThan(50);
    }
  });

  it('level by level and leaf by leaf end in the same leaves where only the depth is limited', async () => {
    const data = noisySlopes(1000, 6);
    const changes = { numLeaves: 0, maxDepth: 4 };
    const [leaf, depth] = await Promise.all(
      (['leaf', 'depth'] as const).map((growth) => trainBoosting(data, params({ ...changes, growth }), CONTEXT)),
    );
    const [a, b] = [predictRows(leaf.ensemble, data.X), predictRows(depth.ensemble, data.X)];
    expect(Math.max(...a.map((value, i) => Math.abs(value - b[i])))).toBeLessThan(1e-9);
  });

  it.each([
    ['monotone', { monotone: [1, 0, -1, 0, 0, 0, 0, 0], monotonePenalty: 0.3 }],
    [
      'interactions',
      {
        interactions: [
          [0, 1, 2],
          [2, 3, 4, 5],
          [6, 7],
        ],
      },
    ],
    ['extra trees', { extraTrees: true }],
    ['fractions', { featureFraction: 0.8, featureFractionByLevel: 0.8, featureFractionByNode: 0.6 }],
    ['outputs', { maxDeltaStep: 0.4, pathSmooth: 2, growth: 'depth' }],
  ] as const)(
    'the same bytes for 1, 2 and 4 threads, others for another seed where there is chance: %s',
    async (name, changes) => {
      const data = randomData(7, 20_000, 8, 2);
      const settings = params({ ...changes, objective: { kind: 'binary' }, numIterations: 8 });
      const leaves = async (threads: number, seed: number) =>
        (await trainBoosting(data, settings, { seed, threads })).ensemble.trees;
      const [one, two, four] = await Promise.all([1, 2, 4].map((threads) => leaves(threads, 1)));
      expect(two).toEqual(one);
      expect(four).toEqual(one);
      if (name === 'extra trees' || name === 'fractions') expect(await leaves(1, 2)).not.toEqual(one);
    },
  );

  it('one tree for three classes learns about as well as three, the same bytes on any threads', async () => {
    const data = randomData(9, 20_000, 8, 3);
    const objective = { kind: 'multiclass', classes: 3 } as const;
    const settings = params({ objective, multiOutput: true, baggingFraction: 0.8, baggingFreq: 1, numIterations: 12 });
    const runs = await Promise.all([1, 2, 4].map((threads) => trainBoosting(data, settings, { seed: 1, threads })));
    for (const run of runs) {
      expect(run.ensemble.trees).toEqual(runs[0].ensemble.trees);
      expect(run.history).toEqual(runs[0].history);
    }
    const [first, second, third] = runs[0].ensemble.trees;
    expect(second.splitFeature).toEqual(first.splitFeature);
    expect(third.threshold).toEqual(first.threshold);
    const apart = await trainBoosting(data, { ...settings, multiOutput: false }, CONTEXT);
    const losses = [apart, runs[0]].map(({ history }) => history[11].trainLoss);
    expect(losses[1]).toBeLessThan(1.1 * losses[0]);
    expect(losses[1]).toBeLessThan(0.8 * runs[0].history[0].trainLoss);
  });

  it('refuses settings that contradict each other or the data', async () => {
    const data = noisySlopes(50, 8);
    const wrong: Partial<BoostingParams>[] = [
      { numLeaves: 0, maxDepth: -1 },
      { monotone: [1, 0] },
      { interactions: [[0, 4]] },
      { interactions: [[]] },
      { interactions: [[0.5]] },
      { monotone: [0, 0, 1, 0], categorical: { ...defaultBoostingParams.categorical, columns: [2] } },
      { monotone: [0, 0, 1, 0], objective: { kind: 'l1' } },
      { monotone: [0, 0, 1, 0], multiOutput: true },
      { extraTrees: true, multiOutput: true },
    ];
    for (const changes of wrong) {
      expect(await failure(trainBoosting(data, params(changes), CONTEXT)), JSON.stringify(changes)).toBeInstanceOf(
        ConfigError,
      );
    }
  });
});
