/** Numeric trees laid out for the prediction kernels, by size: as the leaves each node rules out, or as nodes to walk. */
import { Turns } from '../core/turns.js';
import { float32AtOrBelow } from './bin-mapper.js';
import { type BinTest, BorderColumns } from './border-columns.js';
import type { FlatTrees } from './flat-trees.js';
import { type PackedTrees, TREE_BYTES, TreeKind, writeTree } from './prediction-block.js';
import { ImageWriter } from './prediction-image.js';

/** Leaves whose bits make a byte. */
const GROUP = 8;
/** Beyond so many leaves a tree is walked. */
const MOST_LEAVES = 128;
const NODE_BYTES = 12;
/** Repeats a byte in all four of a word. */
const FOUR_TIMES = 0x01010101;

interface InnerNode {
  /** In `FlatTrees`. */
  readonly node: number;
  /** Of the tree's leaves, counted from the left, those below its left child. */
  readonly first: number;
  end: number;
}

interface OrderedTree {
  /** Parents first. */
  readonly inner: readonly InnerNode[];
  /** From the left, by their numbers in `FlatTrees`. */
  readonly leaves: readonly number[];
}

/** Lays out trees that test thresholds only, those of output 0 first; shared memory, so that worker threads read it in place. */
export async function packTrees(flat: FlatTrees, cols: number): Promise<PackedTrees> {
  const turns = new Turns();
  const image = new ImageWriter();
  const columns = new BorderColumns(Array.from({ length: cols }, (_, j) => ({ offset: 4 * j, stride: 4 * cols })));
  const trees: OrderedTree[] = [];
  for (let k = 0; k < flat.outputs; k++) {
    for (let t = k; t < flat.roots.length; t += flat.outputs) {
      const tree = inOrder(flat, flat.roots[t]);
      trees.push(tree);
      if (isSmall(tree)) for (const { node } of tree.inner) columns.want(flat.feature[node], borderOf(flat, node));
      await turns.pause();
    }
  }
  columns.settle();
  const table = image.reserve(trees.length * TREE_BYTES);
  for (const [t, tree] of trees.entries()) {
    const at = table + t * TREE_BYTES;
    if (isSmall(tree)) packBits(image, at, flat, tree, columns);
    else packNodes(image, at, flat, tree);
    await turns.pause();
  }
  const filled = columns.write(image);
  return { ...filled, binColumns: columns.count, trees: table, image: image.finish() };
}

const isSmall = ({ leaves }: OrderedTree) => leaves.length <= MOST_LEAVES;

/** Values of X are float32: they compare with a threshold as with the float32 at or below it, and never exceed NaN. */
function borderOf(flat: FlatTrees, node: number): number {
  const threshold = flat.threshold[node];
  return Number.isNaN(threshold) ? Number.POSITIVE_INFINITY : float32AtOrBelow(threshold);
}

/** Left subtrees first. */
function inOrder(flat: FlatTrees, root: number): OrderedTree {
  const inner: InnerNode[] = [];
  const leaves: number[] = [];
  // A node comes back on the stack to note where its left leaves end.
  const stack: (number | InnerNode)[] = [root];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (typeof next !== 'number') next.end = leaves.length;
    else if (next < 0) leaves.push(~next);
    else {
      const entry = { node: next, first: leaves.length, end: 0 };
      inner.push(entry);
      stack.push(flat.children[2 * next + 1], entry, flat.children[2 * next]);
    }
  }
  return { inner, leaves };
}

function packBits(
  image: ImageWriter,
  at: number,
  flat: FlatTrees,
  { inner, leaves }: OrderedTree,
  columns: BorderColumns,
): void {
  const groups: { test: BinTest; bits: number }[][] = Array.from(
    { length: Math.ceil(leaves.length / GROUP) },
    () => [],
  );
  for (const { node, first, end } of inner) {
    const test = columns.above(flat.feature[node], borderOf(flat, node), flat.missing[node] === 1);
    for (let g = Math.floor(first / GROUP); g * GROUP < end; g++) {
      groups[g].push({ test, bits: lowest(end - g * GROUP) & ~lowest(first - g * GROUP) });
    }
  }
  const bytes = groups.reduce((sum, nodes) => sum + 4 + nodes.length * NODE_BYTES, 0);
  const body = image.reserve(bytes);
  let p = body;
  for (const nodes of groups) {
    image.uint32(p, nodes.length);
    p += 4;
    for (const { test, bits } of nodes) {
      image.uint32(p, test.column);
      image.uint32(p + 4, (test.cut & 255) * FOUR_TIMES);
      image.uint32(p + 8, bits * FOUR_TIMES);
      p += NODE_BYTES;
    }
  }
  const values = writeValues(image, flat, leaves, 0);
  writeTree(image, at, { kind: TreeKind.bits, count: groups.length, body, values });
}

/** The lowest `count` bits of a byte. */
function lowest(count: number): number {
  return count >= GROUP ? 255 : count <= 0 ? 0 : (1 << count) - 1;
}

function packNodes(image: ImageWriter, at: number, flat: FlatTrees, { inner, leaves }: OrderedTree): void {
  const body = image.reserve((inner.length + leaves.length) * 16);
  const place = new Map<number, number>();
  for (const [i, { node }] of inner.entries()) place.set(node, i * 16);
  for (const [i, leaf] of leaves.entries()) place.set(~leaf, (inner.length + i) * 16);
  for (const [i, { node }] of inner.entries()) {
    const p = body + i * 16;
    image.uint32(p, flat.feature[node] * 4 + flat.missing[node]);
    image.float32(p + 4, float32AtOrBelow(flat.threshold[node]));
    for (const side of [0, 1]) image.uint32(p + 8 + 4 * side, place.get(flat.children[2 * node + side]) ?? 0);
  }
  for (let i = inner.length; i < inner.length + leaves.length; i++) {
    for (const side of [0, 1]) image.uint32(body + i * 16 + 8 + 4 * side, i * 16);
  }
  const values = writeValues(image, flat, leaves, inner.length);
  writeTree(image, at, { kind: TreeKind.walk, count: 0, body, values });
}

/** Leaf values after those of `before` nodes. */
function writeValues(image: ImageWriter, flat: FlatTrees, leaves: readonly number[], before: number): number {
  const at = image.reserve((before + leaves.length) * 8);
  for (const [i, leaf] of leaves.entries()) image.float64(at + (before + i) * 8, flat.leafValue[leaf]);
  return at;
}
