/** An ensemble's trees as explanations read them: float32 borders, a direction for every NaN, covers. */
import { float32AtOrBelow } from '../core/float32.js';
import type { ExplainedTree, TreeExplanation } from '../model/explanation.js';
import { missingGoesRight } from './flat-trees.js';
import type { Ensemble, Tree } from './tree.js';

/** What weighs a node's sides: its training rows (LightGBM) or their hessians (XGBoost). */
export type Cover = 'rows' | 'hessians';

export function explainedTrees(
  { trees, outputs }: Ensemble,
  cover: Cover,
): Pick<TreeExplanation, 'treeCount' | 'tree' | 'covers'> {
  return { treeCount: trees.length, tree: (t) => explained(trees[t], t % outputs, cover), covers: true };
}

function explained(tree: Tree, output: number, cover: Cover): ExplainedTree {
  const { splitFeature, threshold, left, right, categories } = tree;
  const nodes = tree.leafCount - 1;
  const children = new Int32Array(2 * nodes);
  for (let i = 0; i < nodes; i++) {
    children[2 * i] = left[i];
    children[2 * i + 1] = right[i];
  }
  return {
    children,
    slot: splitFeature,
    border: Float32Array.from(threshold, borderOf),
    missing: Uint8Array.from({ length: nodes }, (_, i) => (missingGoesRight(tree, i) ? 1 : 0)),
    ...(categories ? { sets: categories } : {}),
    player: splitFeature,
    nodeCover: cover === 'rows' ? tree.internalCount : tree.internalWeight,
    leafCover: cover === 'rows' ? tree.leafRows : tree.leafWeight,
    values: tree.leafValue,
    width: 1,
    output,
  };
}

/** Values of X are float32: they compare with a threshold as with the float32 at or below it. Nothing is above one that is no number. */
function borderOf(threshold: number): number {
  return Number.isNaN(threshold) ? Number.POSITIVE_INFINITY : float32AtOrBelow(threshold);
}
