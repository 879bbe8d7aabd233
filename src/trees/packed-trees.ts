/** Numeric trees laid out for the prediction kernels, by size: as the leaves each node rules out, or as nodes to walk. */
import type { Arena } from '../kernels/arena.js';
import type { KernelExports } from '../kernels/exports.js';
import { float32AtOrBelow } from './bin-mapper.js';
import type { FlatTrees } from './flat-trees.js';

/** Rows a kernel scores at a time; X is given to it column after column. */
export const BLOCK_ROWS = 64;
const COLUMN_BYTES = BLOCK_ROWS * 4;
/** A word of leaf bits. */
const WORD = 32;
/** Beyond so many words of leaves a tree is walked. */
const MOST_WORDS = 4;

interface PackedTree {
  readonly values: number;
  /** One for each 32 leaves. */
  readonly words: readonly LeafWord[];
  /** Where the nodes of a large tree lie; it has no words. */
  readonly nodes: number;
}

/** The nodes with some of 32 leaves on their left. */
interface LeafWord {
  readonly nodes: number;
  /** Nodes at which NaN goes left; those at which it goes right follow. */
  readonly missingLeft: number;
  readonly missingRight: number;
}

export interface PackedTrees {
  readonly outputs: number;
  /** Sums are rounded to float32 after each tree. */
  readonly float32: boolean;
  readonly trees: readonly PackedTree[];
  /** A thread's remaining leaves. */
  readonly scratch: number;
}

interface InnerNode {
  /** In `FlatTrees`. */
  readonly node: number;
  /** Of the tree's leaves, counted from the left, those below its left child. */
  readonly first: number;
  end: number;
}

/** Lays out trees that test thresholds only; the same on every thread, written by the first. Usable after a barrier. */
export function packTrees(arena: Arena, flat: FlatTrees, thread: number, threads: number): PackedTrees {
  const writers: (() => void)[] = [];
  const trees = Array.from(flat.roots, (root): PackedTree => {
    const { inner, leaves } = inOrder(flat, root);
    const words = Math.ceil(leaves.length / WORD);
    return words <= MOST_WORDS ? packBits(inner, leaves, words) : packNodes(inner, leaves);
  });
  const scratch = arena.alloc(threads * MOST_WORDS * COLUMN_BYTES) + thread * MOST_WORDS * COLUMN_BYTES;
  arena.commit();
  if (thread === 0) for (const write of writers) write();
  return { outputs: flat.outputs, float32: flat.float32Start !== undefined, trees, scratch };

  function packBits(inner: readonly InnerNode[], leaves: readonly number[], count: number): PackedTree {
    const words = Array.from({ length: count }, (_, word): LeafWord => {
      const own = inner.filter(({ first, end }) => end > word * WORD && first < (word + 1) * WORD);
      own.sort((a, b) => flat.missing[a.node] - flat.missing[b.node]);
      const missingRight = own.filter(({ node }) => flat.missing[node] === 1).length;
      const nodes = arena.alloc(own.length * 12, 16);
      writers.push(() => writeBits(arena, flat, own, word * WORD, nodes));
      return { nodes, missingLeft: own.length - missingRight, missingRight };
    });
    const values = arena.alloc(leaves.length * 8, 16);
    writers.push(() => writeValues(arena, flat, leaves, values));
    return { values, words, nodes: 0 };
  }

  function packNodes(inner: readonly InnerNode[], leaves: readonly number[]): PackedTree {
    const count = inner.length + leaves.length;
    const nodes = arena.alloc(count * 16);
    const values = arena.alloc(count * 8);
    writers.push(() => {
      writeNodes(arena, flat, inner, leaves, nodes);
      writeValues(arena, flat, leaves, values + inner.length * 8);
    });
    return { values, words: [], nodes };
  }
}

/** A tree's nodes, parents first, and its leaves from the left, by their numbers in `flat`. */
function inOrder(flat: FlatTrees, root: number): { inner: InnerNode[]; leaves: number[] } {
  const inner: InnerNode[] = [];
  const leaves: number[] = [];
  // Left subtrees first; a node comes back on the stack to note where its left leaves end.
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

function writeBits(arena: Arena, flat: FlatTrees, inner: readonly InnerNode[], from: number, address: number): void {
  const words = arena.uint32(address, inner.length * 3);
  const floats = arena.float32(address, inner.length * 3);
  for (const [i, { node, first, end }] of inner.entries()) {
    words[3 * i] = flat.feature[node] * COLUMN_BYTES;
    // Values of X are float32: they compare with the threshold as with the float32 at or below it.
    floats[3 * i + 1] = float32AtOrBelow(flat.threshold[node]);
    words[3 * i + 2] = lowest(end - from) & ~lowest(first - from);
  }
}

/** The lowest `count` bits of a word. */
function lowest(count: number): number {
  return count >= WORD ? -1 : count <= 0 ? 0 : (1 << count) - 1;
}

function writeNodes(
  arena: Arena,
  flat: FlatTrees,
  inner: readonly InnerNode[],
  leaves: readonly number[],
  address: number,
): void {
  const count = inner.length + leaves.length;
  const words = arena.uint32(address, count * 4);
  const floats = arena.float32(address, count * 4);
  const place = new Map<number, number>();
  for (const [i, { node }] of inner.entries()) place.set(node, i * 16);
  for (const [i, leaf] of leaves.entries()) place.set(~leaf, (inner.length + i) * 16);
  for (const [i, { node }] of inner.entries()) {
    words[4 * i] = flat.feature[node] * COLUMN_BYTES + flat.missing[node];
    floats[4 * i + 1] = float32AtOrBelow(flat.threshold[node]);
    for (const side of [0, 1]) words[4 * i + 2 + side] = place.get(flat.children[2 * node + side]) ?? 0;
  }
  for (let i = inner.length; i < count; i++) words.set([0, 0, i * 16, i * 16], 4 * i);
}

function writeValues(arena: Arena, flat: FlatTrees, leaves: readonly number[], address: number): void {
  arena.float64(address, leaves.length).set(leaves.map((leaf) => flat.leafValue[leaf]));
}

/** Adds all trees to the sums at `out`, (rows, outputs), of up to 64 rows whose columns lie at `x`. */
export function scoreBlock(kernels: KernelExports, packed: PackedTrees, x: number, rows: number, out: number): void {
  const { outputs, float32, trees, scratch } = packed;
  const stride = outputs * 8;
  for (let t = 0, k = 0; t < trees.length; t++, k = k + 1 === outputs ? 0 : k + 1) {
    const { values, words, nodes } = trees[t];
    const sums = out + k * 8;
    if (words.length === 0) kernels.scoreLargeTree(nodes, values, x, rows, sums, stride);
    else {
      for (let w = 0; w < words.length; w++) {
        const { nodes, missingLeft, missingRight } = words[w];
        kernels.remainingLeaves(nodes, missingLeft, missingRight, x, rows, scratch + w * COLUMN_BYTES);
      }
      kernels.addFirstLeaf(scratch, values, rows, sums, stride);
    }
    if (float32) kernels.roundToFloat32(rows, sums, stride);
  }
}

/** Writes rows from .. from+rows-1 of row-major X column after column, 64 rows apart; the rest of each column is left as it is. */
export function transposeBlock(data: Float32Array, cols: number, from: number, rows: number, out: Float32Array): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0, p = (from + i) * cols, q = i; j < cols; j++, p++, q += BLOCK_ROWS) out[q] = data[p];
  }
}
