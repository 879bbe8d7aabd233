/** A forest as plain arrays in shared memory, tree after tree: what growing produces, prediction walks and the file holds. */

export interface Forest {
  /** Values a leaf holds: one a class, or 1. */
  readonly outputs: number;
  /** Columns of X. */
  readonly features: number;
  /** (trees + 1,) where the inner nodes, and the leaves, of each tree begin. */
  readonly nodeStarts: Int32Array;
  readonly leafStarts: Int32Array;
  /** Column of X an inner node looks at; parents come before their children. */
  readonly feature: Int32Array;
  /** A value at or below it goes left. */
  readonly threshold: Float32Array;
  /** 1: a missing value goes left. */
  readonly missingLeft: Uint8Array;
  /** Left child of node i at 2i, right at 2i + 1, both counted within their tree: a node, or ~leaf. */
  readonly children: Int32Array;
  /** How much a split lessened the impurity, times the weight of its rows. */
  readonly gain: Float32Array;
  /** Weight of the training rows of an inner node, and of a leaf. */
  readonly weight: Float32Array;
  readonly leafWeight: Float32Array;
  /** Which of `values` a leaf holds. */
  readonly leafValue: Int32Array;
  /** (n * outputs,) shares of the classes or values. Of classes, the first `outputs` are the pure ones: class k alone. */
  readonly values: Float64Array;
}

/** Entries of a forest's arrays. */
export interface ForestSize {
  readonly trees: number;
  readonly nodes: number;
  readonly leaves: number;
  readonly values: number;
}

export function sizeOf({ nodeStarts, feature, leafValue, values, outputs }: Forest): ForestSize {
  return {
    trees: nodeStarts.length - 1,
    nodes: feature.length,
    leaves: leafValue.length,
    values: values.length / outputs,
  };
}

const shared = (bytes: number): SharedArrayBuffer => new SharedArrayBuffer(bytes);

/** A forest of that size, all zero. */
export function emptyForest({ trees, nodes, leaves, values }: ForestSize, outputs: number, features: number): Forest {
  return {
    outputs,
    features,
    nodeStarts: new Int32Array(shared((trees + 1) * 4)),
    leafStarts: new Int32Array(shared((trees + 1) * 4)),
    feature: new Int32Array(shared(nodes * 4)),
    threshold: new Float32Array(shared(nodes * 4)),
    missingLeft: new Uint8Array(shared(nodes)),
    children: new Int32Array(shared(nodes * 8)),
    gain: new Float32Array(shared(nodes * 4)),
    weight: new Float32Array(shared(nodes * 4)),
    leafWeight: new Float32Array(shared(leaves * 4)),
    leafValue: new Int32Array(shared(leaves * 4)),
    values: new Float64Array(shared(values * outputs * 8)),
  };
}

/** Pure classes come first among the values; targets have none. */
export function firstValues(outputs: number, classification: boolean): Float64Array {
  if (!classification) return new Float64Array(0);
  return Float64Array.from({ length: outputs * outputs }, (_, i) => (i % (outputs + 1) === 0 ? 1 : 0));
}

/** One tree of a forest: the same arrays, its leaves' own values after those of `firstValues`, which it leaves out. */
export interface GrownTree extends Omit<Forest, 'outputs' | 'features' | 'nodeStarts' | 'leafStarts' | 'values'> {
  readonly ownValues: Float64Array;
}

/** Writes a tree into its place; `values` is where its own values begin, `pure` the number of values that all trees share. */
export function placeTree(
  forest: Forest,
  tree: GrownTree,
  at: { node: number; leaf: number; value: number },
  pure: number,
): void {
  for (const name of ['feature', 'threshold', 'missingLeft', 'gain', 'weight'] as const)
    forest[name].set(tree[name], at.node);
  forest.children.set(tree.children, 2 * at.node);
  forest.leafWeight.set(tree.leafWeight, at.leaf);
  const shift = at.value - pure;
  for (let i = 0; i < tree.leafValue.length; i++) {
    const value = tree.leafValue[i];
    forest.leafValue[at.leaf + i] = value < pure ? value : value + shift;
  }
  forest.values.set(tree.ownValues, at.value * forest.outputs);
}

/** The first `trees` trees and then all of another forest's: of the same outputs and columns. */
export function concatForests(a: Forest, b: Forest, pure: number): Forest {
  const [x, y] = [sizeOf(a), sizeOf(b)];
  const size = {
    trees: x.trees + y.trees,
    nodes: x.nodes + y.nodes,
    leaves: x.leaves + y.leaves,
    values: x.values + y.values - pure,
  };
  const forest = emptyForest(size, a.outputs, a.features);
  for (const name of ['feature', 'threshold', 'missingLeft', 'gain', 'weight', 'children', 'leafWeight'] as const) {
    forest[name].set(a[name]);
    forest[name].set(b[name], a[name].length);
  }
  forest.values.set(a.values);
  forest.values.set(b.values.subarray(pure * b.outputs), a.values.length);
  forest.leafValue.set(a.leafValue);
  for (let i = 0; i < y.leaves; i++) {
    const value = b.leafValue[i];
    forest.leafValue[x.leaves + i] = value < pure ? value : value + x.values - pure;
  }
  forest.nodeStarts.set(a.nodeStarts);
  forest.leafStarts.set(a.leafStarts);
  for (let t = 1; t <= y.trees; t++) {
    forest.nodeStarts[x.trees + t] = x.nodes + b.nodeStarts[t];
    forest.leafStarts[x.trees + t] = x.leaves + b.leafStarts[t];
  }
  return forest;
}
