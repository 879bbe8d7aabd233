import { describe, expect, it } from 'vitest';
import { Matrix } from '../../src/core/matrix.js';
import { Random } from '../../src/core/random.js';
import { iterationsOf, predictEnsemble, predictLeaves, predictRows } from '../../src/trees/predictor.js';
import { type Ensemble, emptyTree } from '../../src/trees/tree.js';
import { leafOf, rawScores } from '../oracles/lightgbm-predict.js';
import { randomCase, randomTree } from './random-trees.js';

const plain = (ensemble: Ensemble, X: Matrix) =>
  Array.from({ length: X.rows }, (_, i) => rawScores(ensemble, X.row(i))).flat();

describe('prediction of tree ensembles', () => {
  it.each([
    ['one output', 1, false],
    ['three outputs', 3, false],
    ['categorical splits', 2, true],
  ])('equals the plain walk: %s', (_what, outputs, categorical) => {
    for (let seed = 0; seed < 20; seed++) {
      const { ensemble, X } = randomCase(seed, outputs, 7, 90, categorical);
      expect([...predictRows(ensemble, X)]).toEqual(plain(ensemble, X));
      const leaves = predictLeaves(ensemble, X);
      ensemble.trees.forEach((tree, t) => {
        for (let i = 0; i < X.rows; i++) expect(leaves[i * ensemble.trees.length + t]).toBe(leafOf(tree, X.row(i)));
      });
    }
  });

  it.each([
    ['one output', 1, undefined],
    ['three outputs, a number of trees that is no multiple of four', 3, undefined],
    ['sums in float32', 2, [0.1, 0.7]],
  ])('gives rows that come alone, again and again, the bits of all at once: %s', (_what, outputs, start) => {
    for (const seed of [1, 2]) {
      const { ensemble: trees, X } = randomCase(seed, outputs, 7, 60);
      const ensemble = { ...trees, float32Start: start?.map(Math.fround) };
      const all = predictRows(ensemble, X);
      for (let i = 0; i < X.rows; i++) {
        const [alone, missing] = [X.row(i), X.row(i).some(Number.isNaN)];
        const expected = all.subarray(i * outputs, (i + 1) * outputs);
        expect(predictRows(ensemble, Matrix.from([alone])), `row ${i}, missing: ${missing}`).toEqual(expected);
      }
    }
  });

  it('gives the same bits at once and on the pool, for 1, 2 and 4 threads', async () => {
    const { ensemble, X } = randomCase(3, 2, 40, 3000);
    const expected = predictRows(ensemble, X);
    for (const threads of [1, 2, 4]) expect(await predictEnsemble(ensemble, X, { threads })).toEqual(expected);
  });

  it.each([
    ['a few leaves', 2],
    ['a word of leaves', 32],
    ['two words', 33],
    ['four words', 128],
    ['more than bits are kept for', 129],
    ['many', 700],
  ])('scores trees of every size by kernel as by walking: %s', async (_what, leaves) => {
    const { ensemble, X } = randomCase(leaves, 3, 30, 1201);
    const random = new Random(leaves);
    for (let i = 0; i < 90; i += 2) ensemble.trees[i] = randomTree(random, leaves, 6, false);
    for (let p = 0; p < 40; p++) X.data[random.int(X.data.length)] = (p % 2 ? 1 : -1) * Number.POSITIVE_INFINITY;
    const expected = predictRows(ensemble, X);
    for (const threads of [1, 3]) expect(await predictEnsemble(ensemble, X, { threads })).toEqual(expected);
  });

  it('compares with thresholds between two float32 values, and beyond them, as float64 would', async () => {
    const X = Matrix.zeros(40_000, 1);
    const random = new Random(2);
    const ensemble: Ensemble = { outputs: 1, features: 1, trees: [] };
    for (let t = 0; t < 6; t++) {
      const tree = emptyTree(2);
      const x = Math.fround(random.normal());
      tree.threshold[0] = [x, x + 1e-12, x - 1e-12, 1e-50, -1e-50, Number.MAX_VALUE][t];
      tree.left[0] = ~0;
      tree.right[0] = ~1;
      tree.leafValue.set([2 ** -t, -(3 ** t)]);
      ensemble.trees.push(tree);
      for (let i = t; i < X.rows; i += 6) X.data[i] = [x, 0, -0, 1e-45, -1e-45, Number.POSITIVE_INFINITY][i % 7];
    }
    const scores = await predictEnsemble(ensemble, X, { threads: 2 });
    expect(scores).toEqual(predictRows(ensemble, X));
    for (let i = 0; i < 100; i++) expect(predictRows(ensemble, Matrix.from([X.row(i)]))[0]).toBe(scores[i]);
  });

  it('takes the first iterations only when asked', async () => {
    const { ensemble, X } = randomCase(5, 2, 10, 30);
    const first = { ...ensemble, trees: ensemble.trees.slice(0, 6) };
    expect(await predictEnsemble(ensemble, X, { threads: 1, iterations: 3 })).toEqual(predictRows(first, X));
  });

  it('keeps the last range of iterations, so that it is laid out once, and gives each range its own trees', () => {
    const { ensemble } = randomCase(6, 2, 10, 30);
    const early = iterationsOf(ensemble, 0, 4);
    expect(iterationsOf(ensemble, 0, 4)).toBe(early);
    expect(early.trees).toEqual(ensemble.trees.slice(0, 8));
    expect(iterationsOf(ensemble, 4, 10).trees).toEqual(ensemble.trees.slice(8));
    expect(iterationsOf(ensemble, 0, 4)).toEqual(early);
    expect(iterationsOf(ensemble, 0, 10)).toBe(ensemble);
  });

  it('leaves out where boosting started for iterations from a later one on', () => {
    const ensemble = { ...randomCase(6, 2, 10, 30).ensemble, float32Start: [0.5, -1] };
    expect(iterationsOf(ensemble, 0, 4).float32Start).toEqual([0.5, -1]);
    expect(iterationsOf(ensemble, 3, 4).float32Start).toEqual([0, 0]);
  });

  it('takes no rows and trees without nodes', () => {
    const ensemble = { outputs: 1, features: 2, trees: [emptyTree(1)] };
    ensemble.trees[0].leafValue[0] = 0.5;
    expect([...predictRows(ensemble, Matrix.from([[1, Number.NaN]]))]).toEqual([0.5]);
    expect(predictRows(ensemble, Matrix.zeros(0, 2)).length).toBe(0);
  });
});
