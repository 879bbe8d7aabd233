/** Numeric trees laid out for the prediction kernels, by size: as the leaves each node rules out, or as nodes to walk. */

import { float32AtOrBelow } from '../core/float32.js';
import { Turns } from '../core/turns.js';
import { BorderColumns } from './border-columns.js';
import type { FlatTrees } from './flat-trees.js';
import { type PackedTrees, TREE_BYTES, TreeKind, writeTree } from './prediction-block.js';
import { ImageWriter } from './prediction-image.js';
import { TreeOrder } from './tree-order.js';

/** Leaves whose bits make a byte. */
const GROUP = 8;
/** Beyond so many leaves a tree is walked. */
const MOST_LEAVES = 128;
const NODE_BYTES = 12;
/** Trees that are laid out between two looks at the clock. */
const TREES_A_TURN = 8;
/** Repeats a byte in all four of a word. */
const FOUR_TIMES = 0x01010101;

/** Lays out trees that test thresholds only, those of output 0 first; shared memory, so that worker threads read it in place. */
export async function packTrees(flat: FlatTrees, cols: number): Promise<PackedTrees> {
  const turns = new Turns();
  const image = new ImageWriter();
  const columns = new BorderColumns(Array.from({ length: cols }, (_, j) => ({ offset: 4 * j, stride: 4 * cols })));
  const { outputs, roots, feature } = flat;
  const borders = bordersOf(flat.threshold);
  const tree = new TreeOrder(flat);
  for (let t = 0; t < roots.length; t++) {
    tree.read(roots[t]);
    if (tree.leafCount > MOST_LEAVES) continue;
    for (let i = 0; i < tree.innerCount; i++) columns.want(feature[tree.inner[i]], borders[tree.inner[i]]);
    if (t % TREES_A_TURN === 0) await turns.pause();
  }
  columns.settle();
  await turns.pause();
  const table = image.reserve(roots.length * TREE_BYTES);
  let at = table;
  for (let k = 0; k < outputs; k++) {
    for (let t = k; t < roots.length; t += outputs, at += TREE_BYTES) {
      tree.read(roots[t]);
      if (tree.leafCount > MOST_LEAVES) packNodes(image, at, flat, tree);
      else packBits(image, at, flat, tree, borders, columns);
      if (t % TREES_A_TURN === 0) await turns.pause();
    }
  }
  const filled = columns.write(image);
  return { ...filled, binColumns: columns.count, trees: table, image: image.finish() };
}

/** Values of X are float32: they compare with a threshold as with the float32 at or below it, and never exceed NaN. */
function bordersOf(threshold: Float64Array): Float32Array {
  const borders = Float32Array.from(threshold);
  for (let i = 0; i < borders.length; i++) {
    if (borders[i] <= threshold[i]) continue;
    borders[i] = Number.isNaN(threshold[i]) ? Number.POSITIVE_INFINITY : float32AtOrBelow(threshold[i]);
  }
  return borders;
}

function packBits(
  image: ImageWriter,
  at: number,
  { feature, missing, leafValue }: FlatTrees,
  tree: TreeOrder,
  borders: Float32Array,
  columns: BorderColumns,
): void {
  const { inner, first, end, innerCount, leafCount } = tree;
  const groups = Math.ceil(leafCount / GROUP);
  // Nodes of each group, then where its next one goes.
  const next = new Int32Array(groups);
  let nodes = 0;
  for (let i = 0; i < innerCount; i++) {
    for (let g = Math.floor(first[i] / GROUP); g * GROUP < end[i]; g++, nodes++) next[g]++;
  }
  const body = image.reserve(groups * 4 + nodes * NODE_BYTES);
  for (let g = 0, p = body; g < groups; g++) {
    const count = next[g];
    image.uint32(p, count);
    next[g] = p + 4;
    p += 4 + count * NODE_BYTES;
  }
  for (let i = 0; i < innerCount; i++) {
    const node = inner[i];
    const { column, cut } = columns.above(feature[node], borders[node], missing[node] === 1);
    for (let g = Math.floor(first[i] / GROUP); g * GROUP < end[i]; g++) {
      const bits = lowest(end[i] - g * GROUP) & ~lowest(first[i] - g * GROUP);
      image.uint32(next[g], column);
      image.uint32(next[g] + 4, (cut & 255) * FOUR_TIMES);
      image.uint32(next[g] + 8, bits * FOUR_TIMES);
      next[g] += NODE_BYTES;
    }
  }
  const values = writeValues(image, leafValue, tree, 0);
  writeTree(image, at, { kind: TreeKind.bits, count: groups, body, values });
}

/** The lowest `count` bits of a byte. */
function lowest(count: number): number {
  return count >= GROUP ? 255 : count <= 0 ? 0 : (1 << count) - 1;
}

/** Inner nodes, then leaves, which are their own children. */
function packNodes(image: ImageWriter, at: number, flat: FlatTrees, tree: TreeOrder): void {
  const { inner, leaves, innerCount, leafCount } = tree;
  const body = image.reserve((innerCount + leafCount) * 16);
  const place = new Map<number, number>();
  for (let i = 0; i < innerCount; i++) place.set(inner[i], i * 16);
  for (let i = 0; i < leafCount; i++) place.set(~leaves[i], (innerCount + i) * 16);
  for (let i = 0, p = body; i < innerCount; i++, p += 16) {
    const node = inner[i];
    image.uint32(p, flat.feature[node] * 4 + flat.missing[node]);
    image.float32(p + 4, float32AtOrBelow(flat.threshold[node]));
    image.uint32(p + 8, place.get(flat.children[2 * node]) ?? 0);
    image.uint32(p + 12, place.get(flat.children[2 * node + 1]) ?? 0);
  }
  for (let i = innerCount; i < innerCount + leafCount; i++) {
    image.uint32(body + i * 16 + 8, i * 16);
    image.uint32(body + i * 16 + 12, i * 16);
  }
  const values = writeValues(image, flat.leafValue, tree, innerCount);
  writeTree(image, at, { kind: TreeKind.walk, count: 0, body, values });
}

/** Leaf values after those of `before` nodes. */
function writeValues(
  image: ImageWriter,
  leafValue: Float64Array,
  { leaves, leafCount }: TreeOrder,
  before: number,
): number {
  const at = image.reserve((before + leafCount) * 8);
  for (let i = 0; i < leafCount; i++) image.float64(at + (before + i) * 8, leafValue[leaves[i]]);
  return at;
}
