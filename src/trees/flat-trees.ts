/** An ensemble laid out for prediction: all nodes of all trees in shared arrays, and the walk over them. */
import type { Ensemble, Tree } from './tree.js';

/** Shared memory throughout, so that worker threads read it in place. */
export interface FlatTrees {
  readonly outputs: number;
  /** As in `Ensemble`. */
  readonly float32Start?: readonly number[];
  /** Start of each tree: a node >= 0, or ~leaf for a tree without nodes. */
  readonly roots: Int32Array;
  readonly feature: Int32Array;
  readonly threshold: Float64Array;
  /** Left child of node i at 2i, right at 2i + 1: a node, or ~leaf. */
  readonly children: Int32Array;
  /** Where NaN goes: 0 left, 1 right. */
  readonly missing: Uint8Array;
  readonly leafValue: Float64Array;
  /** Number of each leaf within its tree. */
  readonly leafNumber: Int32Array;
  /** Categorical nodes: start and length (in words) of their bitset in `bitsets`; a length of 0 is a threshold. */
  readonly bitsetStart?: Int32Array;
  readonly bitsetLength?: Int32Array;
  readonly bitsets?: Uint32Array;
}

const int32 = (length: number) => new Int32Array(new SharedArrayBuffer(length * 4));
const float64 = (length: number) => new Float64Array(new SharedArrayBuffer(length * 8));

/** Lays out the first `iterations` iterations (default all). */
export function flattenTrees(ensemble: Ensemble, iterations?: number): FlatTrees {
  const trees = iterations === undefined ? ensemble.trees : ensemble.trees.slice(0, iterations * ensemble.outputs);
  const leaves = trees.reduce((sum, tree) => sum + tree.leafCount, 0);
  const nodes = leaves - trees.length;
  const flat = {
    outputs: ensemble.outputs,
    float32Start: ensemble.float32Start,
    roots: int32(trees.length),
    feature: int32(nodes),
    threshold: float64(nodes),
    children: int32(nodes * 2),
    missing: new Uint8Array(new SharedArrayBuffer(nodes)),
    leafValue: float64(leaves),
    leafNumber: int32(leaves),
  };
  let node = 0;
  let leaf = 0;
  trees.forEach((tree, t) => {
    const child = (c: number) => (c >= 0 ? node + c : ~(leaf + ~c));
    flat.roots[t] = tree.leafCount > 1 ? node : ~leaf;
    for (let i = 0; i < tree.leafCount - 1; i++) {
      flat.feature[node + i] = tree.splitFeature[i];
      flat.threshold[node + i] = tree.threshold[i];
      flat.children[2 * (node + i)] = child(tree.left[i]);
      flat.children[2 * (node + i) + 1] = child(tree.right[i]);
      flat.missing[node + i] = missingGoesRight(tree, i) ? 1 : 0;
    }
    flat.leafValue.set(tree.leafValue, leaf);
    for (let i = 0; i < tree.leafCount; i++) flat.leafNumber[leaf + i] = i;
    node += tree.leafCount - 1;
    leaf += tree.leafCount;
  });
  return trees.some((tree) => tree.categories) ? { ...flat, ...flattenBitsets(trees, nodes) } : flat;
}

/** Without a direction of its own, NaN counts as 0, and a category that is missing is in no set. */
export function missingGoesRight(tree: Tree, node: number): boolean {
  if (tree.categories?.[node]) return tree.hasMissing[node] === 0 || tree.missingLeft[node] === 0;
  return tree.hasMissing[node] ? tree.missingLeft[node] === 0 : !(0 <= tree.threshold[node]);
}

function flattenBitsets(trees: readonly Tree[], nodes: number) {
  const sets = trees.flatMap((tree) => Array.from({ length: tree.leafCount - 1 }, (_, i) => tree.categories?.[i]));
  const bitsetStart = int32(nodes);
  const bitsetLength = int32(nodes);
  const words = sets.reduce((sum, set) => sum + (set?.length ?? 0), 0);
  const bitsets = new Uint32Array(new SharedArrayBuffer(words * 4));
  let at = 0;
  sets.forEach((set, i) => {
    if (!set) return;
    bitsetStart[i] = at;
    bitsetLength[i] = set.length;
    bitsets.set(set, at);
    at += set.length;
  });
  return { bitsetStart, bitsetLength, bitsets };
}

/** Rows walked tree by tree together: their values and one tree's nodes stay in the first cache. */
const BLOCK = 64;

/** What the scores of rows (rows * outputs) are before the first tree. */
export function fillStart({ outputs, float32Start }: FlatTrees, scores: Float64Array): void {
  if (!float32Start) scores.fill(0);
  else for (let i = 0; i < scores.length; i++) scores[i] = float32Start[i % outputs];
}

/** Adds each tree's leaf value to `out[(i - from) * outputs + tree % outputs]` for rows from .. to-1 of X, in the order of the trees. */
export function addScores(
  flat: FlatTrees,
  data: Float32Array,
  cols: number,
  from: number,
  to: number,
  out: Float64Array,
): void {
  const { outputs, roots, leafValue, float32Start, bitsetLength } = flat;
  const add = (p: number, leaf: number) => {
    const sum = out[p] + leafValue[leaf];
    out[p] = float32Start ? Math.fround(sum) : sum;
  };
  for (let start = from; start < to; start += BLOCK) {
    const end = Math.min(to, start + BLOCK);
    let t = 0;
    // Four walks at a time wait for memory together, and none guesses a branch.
    for (; !bitsetLength && t + 4 <= roots.length; t += 4) {
      const [k0, k1, k2, k3] = [t % outputs, (t + 1) % outputs, (t + 2) % outputs, (t + 3) % outputs];
      for (let i = start; i < end; i++) {
        const row = i * cols;
        const p = (i - from) * outputs;
        let [a, b, c, d] = [roots[t], roots[t + 1], roots[t + 2], roots[t + 3]];
        while ((a | b | c | d) >= 0) {
          a = stepOf(flat, a, data, row);
          b = stepOf(flat, b, data, row);
          c = stepOf(flat, c, data, row);
          d = stepOf(flat, d, data, row);
        }
        add(p + k0, leafFrom(flat, a, data, row));
        add(p + k1, leafFrom(flat, b, data, row));
        add(p + k2, leafFrom(flat, c, data, row));
        add(p + k3, leafFrom(flat, d, data, row));
      }
    }
    for (; t < roots.length; t++) {
      const k = t % outputs;
      for (let i = start; i < end; i++) add((i - from) * outputs + k, leafOf(flat, roots[t], data, i * cols));
    }
  }
}

/** Leaf number of every row in every tree: out[(i - from) * trees + tree]. */
export function findLeaves(
  flat: FlatTrees,
  data: Float32Array,
  cols: number,
  from: number,
  to: number,
  out: Int32Array,
): void {
  const { roots, leafNumber } = flat;
  for (let i = from; i < to; i++) {
    for (let t = 0; t < roots.length; t++)
      out[(i - from) * roots.length + t] = leafNumber[leafOf(flat, roots[t], data, i * cols)];
  }
}

/** The leaf (over all trees) that the row starting at `row` falls into. */
function leafOf(flat: FlatTrees, root: number, data: Float32Array, row: number): number {
  return flat.bitsetLength ? leafOfMixed(flat, root, data, row) : leafFrom(flat, root, data, row);
}

function leafFrom(flat: FlatTrees, node: number, data: Float32Array, row: number): number {
  let at = node;
  while (at >= 0) at = stepOf(flat, at, data, row);
  return ~at;
}

/** The child of a threshold's node, without a branch. */
function stepOf(
  { feature, threshold, children, missing }: FlatTrees,
  at: number,
  data: Float32Array,
  row: number,
): number {
  const value = data[row + feature[at]];
  const isMissing = Number(Number.isNaN(value));
  return children[2 * at + (Number(value > threshold[at]) | (isMissing & missing[at]))];
}

/** The same where some nodes test for a category. */
function leafOfMixed(flat: FlatTrees, root: number, data: Float32Array, row: number): number {
  const { feature, threshold, children, missing } = flat;
  let at = root;
  while (at >= 0) {
    const value = data[row + feature[at]];
    let right: number;
    if (Number.isNaN(value)) right = missing[at];
    else if (flat.bitsetLength?.[at]) right = inBitset(flat, at, Math.trunc(value)) ? 0 : 1;
    else right = value <= threshold[at] ? 0 : 1;
    at = children[2 * at + right];
  }
  return ~at;
}

function inBitset({ bitsetStart, bitsetLength, bitsets }: FlatTrees, node: number, category: number): boolean {
  if (!bitsetStart || !bitsetLength || !bitsets || !(category >= 0 && category < bitsetLength[node] * 32)) return false;
  return ((bitsets[bitsetStart[node] + (category >> 5)] >>> (category & 31)) & 1) === 1;
}
