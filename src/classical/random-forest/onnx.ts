/** A forest as an ONNX graph: one tree ensemble whose leaves hold a tree's share of the mean. */
import type { OnnxBody } from '../../model/onnx/export.js';
import { addOnnxTrees } from '../../trees/onnx-trees.js';
import { emptyTree, type Tree } from '../../trees/tree.js';
import { type Forest, sizeOf } from './forest.js';

export function forestOnnx(forest: Forest): OnnxBody {
  const { outputs, features } = forest;
  const { trees: count } = sizeOf(forest);
  return (graph, X) => {
    const trees = Array.from({ length: count }, (_, t) => treeOf(forest, t));
    const leafValues = trees.map((_, t) => leafValuesOf(forest, t, count));
    const sums = addOnnxTrees(graph, X, { trees, outputs, features }, { leafValues });
    if (outputs === 1) return sums;
    // Float32 sums of thousands of shares are not exactly 1.
    const total = graph.node('ReduceSum', [sums, graph.vector('int64', [1])], { keepdims: { int: 1 } });
    return graph.node('Div', [sums, total]);
  };
}

/** A tree as the other tree models have it, its leaf values left out. */
export function treeOf(forest: Forest, t: number): Tree {
  const { nodeStarts, leafStarts, feature, threshold, missingLeft, children, gain, weight, leafWeight } = forest;
  const [from, to] = [nodeStarts[t], nodeStarts[t + 1]];
  const tree = emptyTree(to - from + 1);
  for (let i = 0; i < to - from; i++) {
    tree.splitFeature[i] = feature[from + i];
    tree.threshold[i] = threshold[from + i];
    tree.missingLeft[i] = missingLeft[from + i];
    tree.hasMissing[i] = 1;
    tree.left[i] = children[2 * (from + i)];
    tree.right[i] = children[2 * (from + i) + 1];
    tree.gain[i] = gain[from + i];
    tree.internalWeight[i] = weight[from + i];
  }
  tree.leafWeight.set(leafWeight.subarray(leafStarts[t], leafStarts[t + 1]));
  return tree;
}

/** (leaves * outputs,) divided by the number of trees. */
function leafValuesOf({ leafStarts, leafValue, values, outputs }: Forest, t: number, trees: number): Float64Array {
  const leaves = leafStarts[t + 1] - leafStarts[t];
  const out = new Float64Array(leaves * outputs);
  for (let k = 0; k < leaves; k++) {
    const value = leafValue[leafStarts[t] + k] * outputs;
    for (let o = 0; o < outputs; o++) out[k * outputs + o] = values[value + o] / trees;
  }
  return out;
}
