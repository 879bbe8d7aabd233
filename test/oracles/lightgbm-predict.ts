/** LightGBM's prediction written out plainly: one row, one tree, one step at a time. */
import type { LightGBMFile } from '../../src/boosting/lightgbm/format.js';
import type { Ensemble, Tree } from '../../src/trees/tree.js';

function goesLeft(tree: Tree, node: number, value: number): boolean {
  const bitset = tree.categories?.[node];
  if (bitset) {
    if (Number.isNaN(value)) return tree.hasMissing[node] === 1 && tree.missingLeft[node] === 1;
    const category = Math.trunc(value);
    if (!(category >= 0 && category < bitset.length * 32)) return false;
    return ((bitset[category >> 5] >>> (category & 31)) & 1) === 1;
  }
  if (Number.isNaN(value)) return tree.hasMissing[node] ? tree.missingLeft[node] === 1 : 0 <= tree.threshold[node];
  return value <= tree.threshold[node];
}

export function leafOf(tree: Tree, row: ArrayLike<number>): number {
  if (tree.leafCount === 1) return 0;
  let at = 0;
  while (at >= 0) at = goesLeft(tree, at, row[tree.splitFeature[at]]) ? tree.left[at] : tree.right[at];
  return ~at;
}

/** Raw scores of one row, one an output. */
export function rawScores(ensemble: Ensemble, row: ArrayLike<number>): number[] {
  const scores = new Array<number>(ensemble.outputs).fill(0);
  ensemble.trees.forEach((tree, i) => {
    scores[i % ensemble.outputs] += tree.leafValue[leafOf(tree, row)];
  });
  return scores;
}

/** Raw scores by a model file, whose zeros may count as missing. */
export function rawScoresOfFile(file: LightGBMFile, row: readonly number[]): number[] {
  const seen = row.map((value, f) =>
    file.zeroMissing?.[f] && Math.abs(value) <= Math.fround(1e-35) ? Number.NaN : value,
  );
  return rawScores(file.ensemble, seen);
}
