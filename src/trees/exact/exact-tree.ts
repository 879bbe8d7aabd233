/** A tree as exact growth makes it, its pruning, and its form as plain arrays. */
import { emptyTree, type Tree } from '../tree.js';
import type { ExactSplit, ExactSums } from './exact-scan.js';

export interface ExactTreeNode {
  readonly id: number;
  readonly sums: ExactSums;
  /** As a leaf. */
  readonly output: number;
  split?: ExactSplit;
  children?: [left: ExactTreeNode, right: ExactTreeNode];
}

/**
 * Takes back splits of less gain than `least` whose sides are leaves, from the bottom up. `movedTo` (by node) then says which node
 * the rows of a node that is gone belong to: its parent, if that stays.
 */
export function prune(node: ExactTreeNode, least: number, movedTo: Int32Array): void {
  if (!node.children || !node.split) return;
  for (const child of node.children) prune(child, least, movedTo);
  if (node.split.gain >= least || node.children.some((child) => child.children)) return;
  for (const child of node.children) movedTo[child.id] = node.id;
  node.children = undefined;
  node.split = undefined;
}

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/** The largest float32 below a float32: at or below it is below `condition`. */
function below(condition: number): number {
  if (condition === 0) return -1.401298464324817e-45;
  float[0] = condition;
  bits[0] += condition > 0 ? -1 : 1;
  return float[0];
}

/** The arrays of a tree, nodes level by level, its splits in that order, and for each node (0 .. nodes-1) the leaf its rows are in. */
export function toTree(
  root: ExactTreeNode,
  movedTo: Int32Array,
): { tree: Tree; leafOfNode: Int32Array; splits: ExactSplit[] } {
  const levelOrder = [root];
  for (let i = 0; i < levelOrder.length; i++) levelOrder.push(...(levelOrder[i].children ?? []));
  const inner = levelOrder.filter((node) => node.children);
  const leaves = levelOrder.filter((node) => !node.children);
  const place = new Map(inner.map((node, i): [ExactTreeNode, number] => [node, i]));
  for (const [i, leaf] of leaves.entries()) place.set(leaf, ~i);
  const tree = emptyTree(leaves.length);
  const splits: ExactSplit[] = [];
  for (const [i, { split, children, sums, output }] of inner.entries()) {
    if (!split || !children) continue;
    splits.push(split);
    tree.splitFeature[i] = split.feature;
    tree.threshold[i] = below(split.condition);
    tree.missingLeft[i] = split.missingLeft;
    tree.hasMissing[i] = 1;
    tree.left[i] = place.get(children[0]) ?? 0;
    tree.right[i] = place.get(children[1]) ?? 0;
    tree.gain[i] = split.gain;
    tree.internalValue[i] = output;
    tree.internalWeight[i] = sums.hessian;
    tree.internalCount[i] = sums.count;
  }
  const leafOfNode = new Int32Array(movedTo.length).fill(-1);
  for (const [i, leaf] of leaves.entries()) {
    tree.leafValue[i] = leaf.output;
    tree.leafWeight[i] = leaf.sums.hessian;
    tree.leafRows[i] = leaf.sums.count;
    leafOfNode[leaf.id] = i;
  }
  // Children have higher numbers than their parents.
  for (let id = 0; id < movedTo.length; id++) if (movedTo[id] !== id) leafOfNode[id] = leafOfNode[movedTo[id]];
  return { tree, leafOfNode, splits };
}
