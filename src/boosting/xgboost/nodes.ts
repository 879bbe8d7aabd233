/**
 * A tree as XGBoost numbers its nodes: the root is 0, and a node gets its number when its parent is split, left before right.
 * Here splits are numbered in the order they were made, so that split i has the children 2i + 1 and 2i + 2 there.
 */
import type { Tree } from '../../trees/tree.js';

/** XGBoost's number of each split and of each leaf. */
export interface NodeNumbers {
  readonly splits: Int32Array;
  readonly leaves: Int32Array;
}

export function nodeNumbers(tree: Tree): NodeNumbers {
  const splits = new Int32Array(tree.leafCount - 1);
  const leaves = new Int32Array(tree.leafCount);
  for (let i = 0; i < splits.length; i++) {
    // Where the categories of a node go left here, they go right there.
    const swapped = tree.categories?.[i] ? 1 : 0;
    for (const [child, number] of [
      [tree.left[i], 2 * i + 1 + swapped],
      [tree.right[i], 2 * i + 2 - swapped],
    ]) {
      if (child >= 0) splits[child] = number;
      else leaves[~child] = number;
    }
  }
  return { splits, leaves };
}

/** The same tree with its leaves in the order of XGBoost's numbers, as a file gives them back. */
export function sortLeaves(tree: Tree): Tree {
  const { leaves } = nodeNumbers(tree);
  const order = Array.from(leaves.keys()).sort((a, b) => leaves[a] - leaves[b]);
  const place = new Int32Array(leaves.length);
  for (const [at, leaf] of order.entries()) place[leaf] = at;
  const child = (c: number) => (c >= 0 ? c : ~place[~c]);
  const sorted = (values: Float64Array) => Float64Array.from(order, (leaf) => values[leaf]);
  return {
    ...tree,
    left: tree.left.map(child),
    right: tree.right.map(child),
    leafValue: sorted(tree.leafValue),
    leafWeight: sorted(tree.leafWeight),
    leafRows: sorted(tree.leafRows),
  };
}
