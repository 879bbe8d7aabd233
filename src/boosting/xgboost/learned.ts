/** Trees of the engine as XGBoost keeps them: float32 throughout, a direction for NaN at every node, leaves in its order. */

import { float32AtOrBelow, justBelow, LARGEST_FLOAT32 } from '../../core/float32.js';
import type { Tree } from '../../trees/tree.js';
import { sortLeaves } from './nodes.js';

/** The condition of a split must be finite. */
const LARGEST_THRESHOLD = justBelow(LARGEST_FLOAT32);

export function asXGBoostTree(tree: Tree): Tree {
  const nodes = tree.leafCount - 1;
  const single = (values: Float64Array) => values.map(Math.fround);
  return sortLeaves({
    ...tree,
    threshold: tree.threshold.map((t, node) =>
      tree.categories?.[node] ? 0 : Math.min(LARGEST_THRESHOLD, float32AtOrBelow(t)),
    ),
    // Where training saw no NaN, XGBoost sends it right.
    missingLeft: tree.missingLeft.map((left, node) => (tree.hasMissing[node] ? left : 0)),
    hasMissing: new Uint8Array(nodes).fill(1),
    gain: single(tree.gain),
    internalValue: single(tree.internalValue),
    internalWeight: single(tree.internalWeight),
    leafValue: single(tree.leafValue),
    leafWeight: single(tree.leafWeight),
  });
}
