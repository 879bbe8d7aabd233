/** Random ensembles and rows for them. */
import { Matrix } from '../../src/core/matrix.js';
import { Random } from '../../src/core/random.js';
import { type Ensemble, emptyTree, type Tree } from '../../src/trees/tree.js';

/** A random tree: each new node replaces a random leaf. */
export function randomTree(random: Random, leaves: number, features: number, categorical: boolean): Tree {
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

export function randomCase(
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
