import { describe, expect, it } from 'vitest';
import { Matrix } from '../../src/core/matrix.js';
import { Random } from '../../src/core/random.js';
import { predictEnsemble, predictLeaves, predictRows } from '../../src/trees/predictor.js';
import { type Ensemble, emptyTree, type Tree } from '../../src/trees/tree.js';
import { leafOf, rawScores } from '../oracles/lightgbm-predict.js';

/** A random tree: each new node replaces a random leaf. */
function randomTree(random: Random, leaves: number, features: number, categorical: boolean): Tree {
  const tree = emptyTree(leaves);
  const slots: [node: number, side: 'left' | 'right'][] = [];
  const open = [0];
  for (let node = 0; node < leaves - 1; node++) {
    const leaf = open.splice(random.int(open.length), 1)[0];
    const slot = slots[leaf];
    if (slot) tree[slot[1]][slot[0]] = node;
    tree.left[node] = ~leaf;
    tree.right[node] = ~(node + 1);
    slots[leaf] = [node, 'left'];
    slots[node + 1] = [node, 'right'];
    open.push(leaf, node + 1);
    tree.splitFeature[node] = random.int(features);
    tree.threshold[node] = random.normal();
    tree.missingLeft[node] = random.int(2);
    tree.hasMissing[node] = random.int(2);
    if (categorical && random.int(3) === 0)
      (tree.categories ??= [])[node] = Uint32Array.of(random.uint32(), random.uint32());
  }
  tree.leafValue.forEach((_, i) => {
    tree.leafValue[i] = random.normal();
  });
  return tree;
}

function randomCase(
  seed: number,
  outputs: number,
  trees: number,
  rows: number,
  categorical = false,
): { ensemble: Ensemble; X: Matrix } {
  const random = new Random(seed);
  const features = 6;
  const X = Matrix.zeros(rows, features);
  for (let p = 0; p < X.data.length; p++) {
    const kind = random.int(10);
    X.data[p] =
      kind === 0 ? Number.NaN : kind === 1 ? 0 : categorical && kind < 6 ? random.int(80) - 4 : random.normal();
  }
  const ensemble = {
    outputs,
    features,
    trees: Array.from({ length: trees * outputs }, () => randomTree(random, 1 + random.int(20), features, categorical)),
  };
  return { ensemble, X };
}

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

  it('gives the same bits at once and on the pool, for 1, 2 and 4 threads', async () => {
    const { ensemble, X } = randomCase(3, 2, 40, 3000);
    const expected = predictRows(ensemble, X);
    for (const threads of [1, 2, 4]) expect(await predictEnsemble(ensemble, X, { threads })).toEqual(expected);
  });

  it('takes the first iterations only when asked', async () => {
    const { ensemble, X } = randomCase(5, 2, 10, 30);
    const first = { ...ensemble, trees: ensemble.trees.slice(0, 6) };
    expect(await predictEnsemble(ensemble, X, { threads: 1, iterations: 3 })).toEqual(predictRows(first, X));
  });

  it('takes no rows and trees without nodes', () => {
    const ensemble = { outputs: 1, features: 2, trees: [emptyTree(1)] };
    ensemble.trees[0].leafValue[0] = 0.5;
    expect([...predictRows(ensemble, Matrix.from([[1, Number.NaN]]))]).toEqual([0.5]);
    expect(predictRows(ensemble, Matrix.zeros(0, 2)).length).toBe(0);
  });
});
