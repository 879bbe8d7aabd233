/** Rows through the trees of a forest: sums of leaf values in the order of the trees, and leaf numbers. */
import type { Forest } from './forest.js';

/** Leaf, counted within its tree, of the row that begins at `row`. */
function leafOf(forest: Forest, tree: number, data: Float32Array, row: number): number {
  const { feature, threshold, missingLeft, children, nodeStarts, leafStarts } = forest;
  const base = nodeStarts[tree];
  let at = nodeStarts[tree + 1] > base ? 0 : ~0;
  while (at >= 0) {
    const node = base + at;
    const value = data[row + feature[node]];
    const limit = threshold[node];
    // Neither above nor at or below: missing.
    const right = value > limit ? 1 : value <= limit ? 0 : 1 - missingLeft[node];
    at = children[2 * node + right];
  }
  return leafStarts[tree] + ~at;
}

/** Rows whose values and sums stay in the cache while all trees pass over them one after the other. */
const BLOCK = 256;

/** Adds trees `fromTree` .. `toTree`-1 to `sums` (rows * outputs, from row `from` on). */
export function addTrees(
  forest: Forest,
  [fromTree, toTree]: readonly [number, number],
  data: Float32Array,
  [from, to]: readonly [number, number],
  sums: Float64Array,
): void {
  const { outputs, features, leafValue, values } = forest;
  for (let start = from; start < to; start += BLOCK) {
    const end = Math.min(to, start + BLOCK);
    for (let tree = fromTree; tree < toTree; tree++) {
      for (let i = start; i < end; i++) {
        const value = leafValue[leafOf(forest, tree, data, i * features)] * outputs;
        const at = (i - from) * outputs;
        for (let o = 0; o < outputs; o++) sums[at + o] += values[value + o];
      }
    }
  }
}

/** Leaf number of each row in each tree, (rows * trees) row by row, into `out`. */
export function findLeaves(
  forest: Forest,
  data: Float32Array,
  [from, to]: readonly [number, number],
  out: Int32Array,
): void {
  const trees = forest.nodeStarts.length - 1;
  for (let tree = 0; tree < trees; tree++) {
    const first = forest.leafStarts[tree];
    for (let i = from; i < to; i++) {
      out[(i - from) * trees + tree] = leafOf(forest, tree, data, i * forest.features) - first;
    }
  }
}
