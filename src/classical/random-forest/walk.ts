/** Rows through the trees of a forest: sums of leaf values in the order of the trees, and leaf numbers. */
import type { Forest } from './forest.js';

/** The child of a node of the tree whose nodes begin at `base`, without a branch. */
function stepOf(
  { feature, threshold, missingLeft, children }: Forest,
  base: number,
  at: number,
  data: Float32Array,
  row: number,
): number {
  const node = base + at;
  const value = data[row + feature[node]];
  const missingRight = Number(Number.isNaN(value)) & (1 - missingLeft[node]);
  return children[2 * node + (Number(value > threshold[node]) | missingRight)];
}

/** From node `from` (or ~leaf) of a tree to the leaf, counted within the tree, of the row that begins at `row`. */
function leafFrom(forest: Forest, base: number, from: number, data: Float32Array, row: number): number {
  let at = from;
  while (at >= 0) at = stepOf(forest, base, at, data, row);
  return ~at;
}

function rootOf({ nodeStarts }: Forest, tree: number): number {
  return nodeStarts[tree + 1] > nodeStarts[tree] ? 0 : ~0;
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
  for (let start = from; start < to; start += BLOCK) {
    const end = Math.min(to, start + BLOCK);
    for (let tree = fromTree; tree < toTree; tree++) addTree(forest, tree, data, start, end, from, sums);
  }
}

/** Four walks at a time wait for memory together, and none guesses a branch. */
function addTree(
  forest: Forest,
  tree: number,
  data: Float32Array,
  start: number,
  end: number,
  origin: number,
  sums: Float64Array,
): void {
  const { outputs, features, leafValue, values } = forest;
  const base = forest.nodeStarts[tree];
  const firstLeaf = forest.leafStarts[tree];
  const root = rootOf(forest, tree);
  const add = (i: number, leaf: number) => {
    const value = leafValue[firstLeaf + leaf] * outputs;
    const at = (i - origin) * outputs;
    for (let o = 0; o < outputs; o++) sums[at + o] += values[value + o];
  };
  let i = start;
  for (; i + 4 <= end; i += 4) {
    const row = i * features;
    let [a, b, c, d] = [root, root, root, root];
    while ((a | b | c | d) >= 0) {
      a = stepOf(forest, base, a, data, row);
      b = stepOf(forest, base, b, data, row + features);
      c = stepOf(forest, base, c, data, row + 2 * features);
      d = stepOf(forest, base, d, data, row + 3 * features);
    }
    add(i, leafFrom(forest, base, a, data, row));
    add(i + 1, leafFrom(forest, base, b, data, row + features));
    add(i + 2, leafFrom(forest, base, c, data, row + 2 * features));
    add(i + 3, leafFrom(forest, base, d, data, row + 3 * features));
  }
  for (; i < end; i++) add(i, leafFrom(forest, base, root, data, i * features));
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
    const [base, root] = [forest.nodeStarts[tree], rootOf(forest, tree)];
    for (let i = from; i < to; i++) {
      out[(i - from) * trees + tree] = leafFrom(forest, base, root, data, i * forest.features);
    }
  }
}
