/**
 * A forest laid out for the kernel that predicts (assembly/forest-predict.ts): every node and leaf a slot of 8 bytes, siblings side by side and
 * a tree's slots depth first, then where the values of each slot begin, then the values.
 */
import { type Forest, sizeOf } from './forest.js';

const SLOT_BYTES = 8;
const LEAF = 2;

/** Where things lie in the image, and how a slot's bits are dealt out. */
export interface PackedForest {
  /** Shared; empty until `packTree` was called for each tree and `packValues` once. */
  readonly image: SharedArrayBuffer;
  /** Byte of the first slot's value offset, and of the values. */
  readonly offsets: number;
  readonly values: number;
  /** The bits of a column times 4; the left child's begin at bit `shift`. */
  readonly columnMask: number;
  readonly shift: number;
}

/** Larger images are not worth it, nor would they leave a job room. */
const MOST_BYTES = 2 ** 30;

/** Room for a forest; undefined where the numbers of its columns and slots do not go into 30 bits, or it is too large. */
export function reservePacked(forest: Forest): PackedForest | undefined {
  const { nodeStarts, features, values } = forest;
  const { trees, nodes, leaves } = sizeOf(forest);
  let most = 1;
  for (let t = 0; t < trees; t++) most = Math.max(most, 2 * (nodeStarts[t + 1] - nodeStarts[t]) + 1);
  const columnBits = bitsOf(features - 1);
  // The right child of the last node is a slot, too.
  if (columnBits + bitsOf(most) > 30) return undefined;
  const slots = nodes + leaves;
  const offsets = slots * SLOT_BYTES;
  const valuesAt = Math.ceil((offsets + slots * 4) / 8) * 8;
  const bytes = valuesAt + values.byteLength;
  if (bytes > MOST_BYTES) return undefined;
  return {
    image: new SharedArrayBuffer(bytes),
    offsets,
    values: valuesAt,
    columnMask: (2 ** columnBits - 1) * 4,
    shift: columnBits + 2,
  };
}

const bitsOf = (largest: number): number => 32 - Math.clz32(largest);

/** First slot of a tree: those before it have one each node and leaf. */
export function firstSlot({ nodeStarts, leafStarts }: Forest, tree: number): number {
  return nodeStarts[tree] + leafStarts[tree];
}

export function packValues({ values }: Forest, { image, values: at }: PackedForest): void {
  new Float64Array(image, at, values.length).set(values);
}

/** Writes the slots of one tree. */
export function packTree(forest: Forest, packed: PackedForest, tree: number): void {
  const { nodeStarts, leafStarts, feature, threshold, missingLeft, children, leafValue, outputs } = forest;
  const { image, shift } = packed;
  const [firstNode, nodes] = [nodeStarts[tree], nodeStarts[tree + 1] - nodeStarts[tree]];
  const first = firstSlot(forest, tree);
  const size = 2 * nodes + 1;
  const words = new Uint32Array(image, first * SLOT_BYTES, 2 * size);
  const thresholds = new Float32Array(image, first * SLOT_BYTES, 2 * size);
  const offsets = new Uint32Array(image, packed.offsets + first * 4, size);
  // Nodes (or ~leaf) that wait, and the slots kept for them.
  const waiting = new Int32Array(2 * (nodes + 1));
  let top = 0;
  let free = 1;
  waiting[top++] = nodes > 0 ? 0 : ~0;
  waiting[top++] = 0;
  while (top > 0) {
    const slot = waiting[--top];
    const at = waiting[--top];
    if (at < 0) {
      // What is above no value, and not below one that is missing, either: rows stay.
      thresholds[2 * slot] = Number.POSITIVE_INFINITY;
      words[2 * slot + 1] = (slot * 2 ** shift + LEAF) >>> 0;
      offsets[slot] = leafValue[leafStarts[tree] + ~at] * outputs * 8;
      continue;
    }
    const node = firstNode + at;
    thresholds[2 * slot] = threshold[node];
    words[2 * slot + 1] = (free * 2 ** shift + 4 * feature[node] + (missingLeft[node] ? 0 : 1)) >>> 0;
    waiting[top++] = children[2 * node + 1];
    waiting[top++] = free + 1;
    waiting[top++] = children[2 * node];
    waiting[top++] = free;
    free += 2;
  }
}
