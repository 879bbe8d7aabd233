/** Trees that test thresholds, a node to a quarter of a cache line, for walking a row alone; the same bits as `addScores`. */
import { float32AtOrBelow } from '../core/float32.js';
import type { FlatTrees } from './flat-trees.js';

/** Words of a node: column, float32 threshold, left child, right child; a child is the first word of a node, or ~leaf. */
const NODE = 4;

export interface RowTrees {
  readonly words: Int32Array;
  /** The same memory. */
  readonly floats: Float32Array;
  readonly roots: Int32Array;
}

export function layOutRowTrees({ feature, threshold, children, roots }: FlatTrees): RowTrees {
  const words = new Int32Array(feature.length * NODE);
  const floats = new Float32Array(words.buffer);
  const placeOf = (child: number) => (child >= 0 ? child * NODE : child);
  for (let i = 0, at = 0; i < feature.length; i++, at += NODE) {
    words[at] = feature[i];
    floats[at + 1] = float32AtOrBelow(threshold[i]);
    words[at + 2] = placeOf(children[2 * i]);
    words[at + 3] = placeOf(children[2 * i + 1]);
  }
  return { words, floats, roots: Int32Array.from(roots, placeOf) };
}

/** Adds each tree's leaf value to `out[at + tree % outputs]`, in the order of the trees, for the row at `row`, which has no NaN. */
export function addRowScores(
  { words, floats, roots }: RowTrees,
  { outputs, leafValue, float32Start }: FlatTrees,
  data: Float32Array,
  row: number,
  out: Float64Array,
  at: number,
): void {
  const count = roots.length;
  // Where a walk after the last tree begins: at its leaf.
  const done = ~0;
  for (let t = 0; t < count; t += 4) {
    // Four walks wait for memory together, and none guesses a branch.
    let a = roots[t];
    let b = t + 1 < count ? roots[t + 1] : done;
    let c = t + 2 < count ? roots[t + 2] : done;
    let d = t + 3 < count ? roots[t + 3] : done;
    while ((a | b | c | d) >= 0) {
      a = words[a + 2 + Number(data[row + words[a]] > floats[a + 1])];
      b = words[b + 2 + Number(data[row + words[b]] > floats[b + 1])];
      c = words[c + 2 + Number(data[row + words[c]] > floats[c + 1])];
      d = words[d + 2 + Number(data[row + words[d]] > floats[d + 1])];
    }
    while (a >= 0) a = words[a + 2 + Number(data[row + words[a]] > floats[a + 1])];
    while (b >= 0) b = words[b + 2 + Number(data[row + words[b]] > floats[b + 1])];
    while (c >= 0) c = words[c + 2 + Number(data[row + words[c]] > floats[c + 1])];
    while (d >= 0) d = words[d + 2 + Number(data[row + words[d]] > floats[d + 1])];
    for (let i = 0; i < 4 && t + i < count; i++) {
      const p = at + ((t + i) % outputs);
      const sum = out[p] + leafValue[~(i === 0 ? a : i === 1 ? b : i === 2 ? c : d)];
      out[p] = float32Start ? Math.fround(sum) : sum;
    }
  }
}

export function hasMissing(data: Float32Array, from: number, to: number): boolean {
  for (let p = from; p < to; p++) if (Number.isNaN(data[p])) return true;
  return false;
}
