/** What an ensemble's features contributed, summed over its splits. */
import type { ImportanceKind } from '../model/types.js';
import type { Tree } from './tree.js';

/** (features,) sums over all splits: their gain, their number, or the hessians of the rows they split. */
export function treeImportance(trees: readonly Tree[], features: number, kind: ImportanceKind): Float64Array {
  const values = new Float64Array(features);
  for (const tree of trees) {
    for (const [node, feature] of tree.splitFeature.entries()) {
      values[feature] += kind === 'split' ? 1 : kind === 'gain' ? tree.gain[node] : tree.internalWeight[node];
    }
  }
  return values;
}
