/** The prediction kernels against the plain walk, on this thread and block by block. */
import { describe, expect, it } from 'vitest';
import { Matrix } from '../../src/core/matrix.js';
import { Random } from '../../src/core/random.js';
import { flattenTrees } from '../../src/trees/flat-trees.js';
import { packTrees } from '../../src/trees/packed-trees.js';
import { run } from '../../src/trees/predict-job.js';
import { BLOCK_ROWS } from '../../src/trees/prediction-block.js';
import { predictRows } from '../../src/trees/predictor.js';
import { type Ensemble, emptyTree, type Tree } from '../../src/trees/tree.js';
import { aloneContext } from '../kernels/alone.js';
import { randomCase, randomTree } from './random-trees.js';

/** Scores by the kernels, however few rows. */
async function scored(ensemble: Ensemble, X: Matrix): Promise<Float64Array> {
  const flat = flattenTrees(ensemble);
  const packed = await packTrees(flat, X.cols);
  const scores = new Float64Array(X.rows * ensemble.outputs);
  run(aloneContext({ flat, packed, data: X.data, cols: X.cols, rows: X.rows, scores }).context);
  return scores;
}

/** Each node has a leaf on one side. */
function chain(random: Random, leaves: number, features: number, side: 'left' | 'right'): Tree {
  const tree = randomTree(random, leaves, features, false);
  for (let node = 0; node < leaves - 1; node++) {
    const next = node < leaves - 2 ? node + 1 : ~(leaves - 1);
    tree.left[node] = side === 'left' ? next : ~node;
    tree.right[node] = side === 'left' ? ~node : next;
  }
  return tree;
}

describe('trees by kernels', () => {
  it.each([1, 3, 7, 16, 17, 95, 96, 97, 383, 384, 385, 1000])('score as by walking: %d rows', async (rows) => {
    const { ensemble, X } = randomCase(rows, 1 + (rows % 3), 9, rows);
    expect(await scored(ensemble, X)).toEqual(predictRows(ensemble, X));
  });

  it.each([1, 2, 7, 8, 9, 16, 17, 31, 64, 127, 128, 129, 300])('whatever their size: %d leaves', async (leaves) => {
    const { ensemble, X } = randomCase(leaves, 2, 7, 500);
    const random = new Random(leaves);
    ensemble.trees.forEach((_, t) => {
      if (t % 3 > 0) ensemble.trees[t] = randomTree(random, leaves, 6, false);
    });
    expect(await scored(ensemble, X)).toEqual(predictRows(ensemble, X));
  });

  it.each(['left', 'right'] as const)(
    'whatever their shape: leaves on one side only, nodes on the %s',
    async (side) => {
      const { ensemble, X } = randomCase(4, 1, 8, 500);
      const random = new Random(7);
      ensemble.trees = Array.from({ length: 8 }, (_, t) => chain(random, 5 + 17 * t, 6, side));
      expect(await scored(ensemble, X)).toEqual(predictRows(ensemble, X));
    },
  );

  it.each([1, 2, 253, 254, 255, 508, 509, 1500])('whatever the number of thresholds of a column: %d', async (count) => {
    const X = Matrix.zeros(900, 2);
    const random = new Random(count);
    const thresholds = Array.from({ length: count }, () => Math.fround(random.normal()));
    for (let i = 0; i < X.rows; i++) {
      const near = thresholds[random.int(count)];
      X.data[2 * i] = [near, near + 1e-7, near - 1e-7, Number.NaN, random.normal()][i % 5];
    }
    const trees = thresholds.map((threshold, t) => {
      const tree = emptyTree(2);
      tree.threshold[0] = threshold;
      [tree.missingLeft[0], tree.hasMissing[0], tree.left[0], tree.right[0]] = [t % 2, 1, ~0, ~1];
      tree.leafValue.set([random.normal(), random.normal()]);
      return tree;
    });
    const ensemble = { outputs: 1, features: 2, trees };
    expect(await scored(ensemble, X)).toEqual(predictRows(ensemble, X));
  });

  it.each([
    ['evenly', (u: number) => u],
    ['in a crowd and far out', (u: number) => Math.sinh(40 * (u - 0.5))],
    ['next to each other', (u: number) => 1 + Math.round(500 * u) * 2 ** -23],
    ['in many crowds', (u: number) => Math.round(20 * u) + Math.round(u * 1e5) * 1e-6],
    ['as far apart as float32 goes', (u: number) => (2 * u - 1) * 3.4e38],
    ['below the smallest normal number', (u: number) => u * 1e-39],
  ])('however the thresholds of a column lie: %s', async (_how, place) => {
    for (const count of [3, 4, 5, 6, 9, 60, 250]) {
      const random = new Random(count);
      const thresholds = Array.from({ length: count }, () => Math.fround(place(random.float())));
      const X = Matrix.zeros(1000, 1);
      for (let i = 0; i < X.rows; i++) {
        const near = thresholds[random.int(count)];
        X.data[i] = [near, near * (1 + 2 ** -22), near * (1 - 2 ** -22), place(random.float()), Number.NaN, -near][
          i % 6
        ];
      }
      const trees = thresholds.map((threshold, t) => {
        const tree = emptyTree(2);
        tree.threshold[0] = threshold;
        [tree.missingLeft[0], tree.hasMissing[0], tree.left[0], tree.right[0]] = [t % 2, 1, ~0, ~1];
        tree.leafValue.set([0, 2 ** (t % 50)]);
        return tree;
      });
      const ensemble = { outputs: 1, features: 1, trees };
      expect(await scored(ensemble, X)).toEqual(predictRows(ensemble, X));
    }
  });

  it('with thresholds and values that are infinite or missing', async () => {
    const { ensemble, X } = randomCase(11, 1, 40, 700);
    const special = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 0, -0];
    const random = new Random(5);
    for (const { threshold } of ensemble.trees) {
      for (let i = random.int(4); i < threshold.length; i += 4) threshold[i] = special[random.int(5)];
    }
    for (let p = 0; p < X.data.length; p += 3) X.data[p] = special[random.int(5)];
    expect(await scored(ensemble, X)).toEqual(predictRows(ensemble, X));
  });

  it('with sums rounded to float32 after each tree, from where they start', async () => {
    for (const outputs of [1, 3]) {
      const { ensemble, X } = randomCase(outputs, outputs, 13, 600);
      for (const { leafValue } of ensemble.trees) leafValue.set(leafValue.map(Math.fround));
      const rounding = { ...ensemble, float32Start: [0.1, -2, 1 / 3].slice(0, outputs).map(Math.fround) };
      const scores = await scored(rounding, X);
      expect(scores).toEqual(predictRows(rounding, X));
      expect(scores).toEqual(scores.map(Math.fround));
    }
  });

  it('the same for a row wherever it lies in its block', async () => {
    const { ensemble, X } = randomCase(21, 2, 30, BLOCK_ROWS + 50);
    const all = await scored(ensemble, X);
    for (const i of [0, 5, BLOCK_ROWS - 1, BLOCK_ROWS, BLOCK_ROWS + 49]) {
      expect(await scored(ensemble, X.take([i]))).toEqual(all.slice(2 * i, 2 * i + 2));
    }
  });
});
