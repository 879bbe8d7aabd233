/** A forest as explanations read it: the mean of its trees' values. */
import type { ExplainedTree, TreeExplanation } from '../../model/explanation.js';
import { type Forest, sizeOf } from './forest.js';

/** Of two classes the trees hold the share of the second. */
export function explainedForest(
  forest: Forest,
): Pick<TreeExplanation, 'treeCount' | 'tree' | 'covers' | 'start' | 'scale' | 'outputs' | 'features' | 'complement'> {
  const { outputs, features } = forest;
  const { trees } = sizeOf(forest);
  const complement = outputs === 2;
  const kept = complement ? [1] : Array.from({ length: outputs }, (_, k) => k);
  return {
    treeCount: trees,
    tree: (t) => explainedTree(forest, t, kept),
    covers: true,
    start: new Float64Array(kept.length),
    scale: 1 / trees,
    outputs: kept.length,
    features,
    ...(complement ? { complement } : {}),
  };
}

function explainedTree(forest: Forest, tree: number, kept: readonly number[]): ExplainedTree {
  const { nodeStarts, leafStarts, outputs, leafValue, values, missingLeft } = forest;
  const [from, to] = [nodeStarts[tree], nodeStarts[tree + 1]];
  const [firstLeaf, endLeaf] = [leafStarts[tree], leafStarts[tree + 1]];
  const width = kept.length;
  const feature = forest.feature.subarray(from, to);
  return {
    children: forest.children.subarray(2 * from, 2 * to),
    slot: feature,
    border: forest.threshold.subarray(from, to),
    missing: Uint8Array.from(missingLeft.subarray(from, to), (left) => 1 - left),
    player: feature,
    nodeCover: forest.weight.subarray(from, to),
    leafCover: forest.leafWeight.subarray(firstLeaf, endLeaf),
    values: Float64Array.from({ length: (endLeaf - firstLeaf) * width }, (_, i) => {
      return values[leafValue[firstLeaf + Math.floor(i / width)] * outputs + kept[i % width]];
    }),
    width,
    output: 0,
  };
}
