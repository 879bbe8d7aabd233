/** One tree of ours as XGBoost's arrays. */

import { justAbove } from '../../core/float32.js';
import type { Tree } from '../../trees/tree.js';
import type { DocumentValue } from './document.js';
import { nodeNumbers } from './nodes.js';

const NO_PARENT = 2 ** 31 - 1;
/** What XGBoost leaves in the condition of a node that has none. */
const NO_CONDITION = 1.401298464324817e-45;

/** `trees`: one tree, or trees of one shape that become one with a vector in each leaf. */
export function treeDocument(trees: readonly Tree[], id: number, features: number): DocumentValue {
  const [tree] = trees;
  const outputs = trees.length;
  const { splits, leaves } = nodeNumbers(tree);
  const count = splits.length + leaves.length;
  const left = new Int32Array(count).fill(-1);
  const right = new Int32Array(count).fill(-1);
  const parents = new Int32Array(count);
  const conditions = new Float32Array(count);
  const indices = new Int32Array(count);
  const types = new Uint8Array(count);
  const defaultLeft = new Uint8Array(count);
  const gains = new Float32Array(count);
  const hessians = new Float32Array(count);
  const weights = new Float32Array(count * outputs);
  for (const [i, node] of splits.entries()) {
    const categorical = tree.categories?.[i] !== undefined;
    left[node] = 2 * i + 1;
    right[node] = 2 * i + 2;
    parents[2 * i + 1] = parents[2 * i + 2] = node;
    indices[node] = tree.splitFeature[i];
    types[node] = categorical ? 1 : 0;
    // Ours go left when they are in the set, XGBoost's right.
    defaultLeft[node] = categorical ? 1 - tree.missingLeft[i] : tree.missingLeft[i];
    conditions[node] = categorical ? NO_CONDITION : justAbove(Math.fround(tree.threshold[i]));
    gains[node] = tree.gain[i];
    hessians[node] = tree.internalWeight[i];
    for (let k = 0; k < outputs; k++) weights[node * outputs + k] = trees[k].internalValue[i];
  }
  const vectors = new Float32Array(outputs > 1 ? leaves.length * outputs : 0);
  for (const [i, node] of leaves.entries()) {
    hessians[node] = tree.leafWeight[i];
    if (outputs > 1) right[node] = i;
    conditions[node] = outputs > 1 ? NO_CONDITION : tree.leafValue[i];
    for (let k = 0; k < outputs; k++) {
      weights[node * outputs + k] = trees[k].leafValue[i];
      if (outputs > 1) vectors[i * outputs + k] = trees[k].leafValue[i];
    }
  }
  parents[0] = outputs > 1 ? -1 : NO_PARENT;
  return {
    base_weights: weights,
    ...categoryArrays(tree, splits),
    default_left: defaultLeft,
    id,
    ...(outputs > 1 ? { leaf_weights: vectors } : {}),
    left_children: left,
    loss_changes: gains,
    parents,
    right_children: right,
    split_conditions: conditions,
    split_indices: indices,
    split_type: types,
    sum_hessian: hessians,
    tree_param: {
      num_deleted: '0',
      num_feature: String(features),
      num_nodes: String(count),
      size_leaf_vector: String(outputs),
    },
  };
}

function categoryArrays(tree: Tree, splits: Int32Array) {
  const categories: number[] = [];
  const nodes: { node: number; start: number; size: number }[] = [];
  for (const [i, set] of (tree.categories ?? []).entries()) {
    if (!set) continue;
    const start = categories.length;
    for (let value = 0; value < set.length * 32; value++) {
      if ((set[value >> 5] >>> (value & 31)) & 1) categories.push(value);
    }
    nodes.push({ node: splits[i], start, size: categories.length - start });
  }
  nodes.sort((a, b) => a.node - b.node);
  return {
    categories: Int32Array.from(categories),
    categories_nodes: Int32Array.from(nodes, ({ node }) => node),
    categories_segments: BigInt64Array.from(nodes, ({ start }) => BigInt(start)),
    categories_sizes: BigInt64Array.from(nodes, ({ size }) => BigInt(size)),
  };
}
