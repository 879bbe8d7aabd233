/** Rows in descending order of score and the weighted counts above every distinct score: what ROC, precision-recall and threshold metrics stand on. */

const DIGIT_BITS = 11;
const DIGITS = 3;
const BUCKETS = 1 << DIGIT_BITS;

/**
 * Row numbers in descending order of score; equal scores keep their row order. Radix sort on the upper half of the float64 bits, then
 * each run of equal upper halves by the lower half: about linear in the rows. Scores must not be NaN.
 */
export function descendingOrder(scores: Float64Array): Uint32Array {
  const n = scores.length;
  const order = new Uint32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  if (isDescending(scores)) return order;
  const upper = upperKeys(scores);
  const sorted = radixSort(upper, order);
  sortRuns(sorted, upper, scores);
  return sorted;
}

function isDescending(scores: Float64Array): boolean {
  for (let i = 1; i < scores.length; i++) if (scores[i] > scores[i - 1]) return false;
  return true;
}

/** Which 32-bit half of a float64 holds its sign: 1 on little-endian machines. */
const UPPER = new Uint32Array(Float64Array.of(-1).buffer)[0] === 0 ? 1 : 0;

/** The upper 32 bits of keys whose unsigned ascending order is the descending order of the scores; 0 and -0 share one key. */
function upperKeys(scores: Float64Array): Uint32Array {
  const words = new Uint32Array(scores.slice().buffer);
  const keys = new Uint32Array(scores.length);
  for (let i = 0; i < keys.length; i++) {
    const bits = words[2 * i + UPPER];
    // Positive numbers: all bits but the sign flipped; negative numbers already fall as their bits rise. -0 is such a 0.
    keys[i] = bits < 0x80000000 || scores[i] === 0 ? ~bits & 0x7fffffff : bits;
  }
  return keys;
}

/** `order` (which is overwritten) by ascending key, stable. Digits that are the same everywhere cost nothing. */
function radixSort(keys: Uint32Array, order: Uint32Array): Uint32Array {
  const n = order.length;
  const counts = digitCounts(keys);
  let from = order;
  let to: Uint32Array = new Uint32Array(n);
  for (let d = 0; d < DIGITS; d++) {
    const shift = d * DIGIT_BITS;
    const next = counts.subarray(d * BUCKETS, (d + 1) * BUCKETS);
    if (next[(keys[0] >>> shift) & (BUCKETS - 1)] === n) continue;
    let position = 0;
    for (let b = 0; b < BUCKETS; b++) {
      const count = next[b];
      next[b] = position;
      position += count;
    }
    for (let i = 0; i < n; i++) {
      const row = from[i];
      to[next[(keys[row] >>> shift) & (BUCKETS - 1)]++] = row;
    }
    const swap = from;
    from = to;
    to = swap;
  }
  return from;
}

function digitCounts(keys: Uint32Array): Uint32Array {
  const counts = new Uint32Array(DIGITS * BUCKETS);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    counts[key & (BUCKETS - 1)]++;
    counts[BUCKETS + ((key >>> DIGIT_BITS) & (BUCKETS - 1))]++;
    counts[2 * BUCKETS + (key >>> (2 * DIGIT_BITS))]++;
  }
  return counts;
}

/** Runs up to this length are sorted by insertion: of scores spread over a range nearly all are of two or three rows. */
const SHORT_RUN = 24;

/** Sorts every run of equal keys by descending score, then by row. */
function sortRuns(order: Uint32Array, keys: Uint32Array, scores: Float64Array): void {
  for (let start = 0, end = 0; start < order.length; start = end) {
    const key = keys[order[start]];
    let ordered = true;
    for (end = start + 1; end < order.length && keys[order[end]] === key; end++)
      if (scores[order[end]] > scores[order[end - 1]]) ordered = false;
    if (ordered) continue;
    if (end - start <= SHORT_RUN) insertionSort(order, start, end, scores);
    else order.subarray(start, end).sort((a, b) => scores[b] - scores[a] || a - b);
  }
}

function insertionSort(order: Uint32Array, start: number, end: number, scores: Float64Array): void {
  for (let i = start + 1; i < end; i++) {
    const row = order[i];
    let at = i;
    for (; at > start && scores[order[at - 1]] < scores[row]; at--) order[at] = order[at - 1];
    order[at] = row;
  }
}

/** Weight of positive and of negative rows whose score is at least `thresholds[i]`; thresholds are the distinct scores, descending. */
export interface ThresholdCounts {
  thresholds: Float64Array;
  truePositives: Float64Array;
  falsePositives: Float64Array;
}

/** Cumulative counts at every distinct score; rows of weight 0 are left out. */
export function thresholdCounts(positive: Uint8Array, scores: Float64Array, weights?: Float64Array): ThresholdCounts {
  const order = descendingOrder(scores);
  const thresholds = new Float64Array(order.length);
  const truePositives = new Float64Array(order.length);
  const falsePositives = new Float64Array(order.length);
  let size = 0;
  let tp = 0;
  let fp = 0;
  for (let i = 0; i < order.length; i++) {
    const row = order[i];
    const w = weights ? weights[row] : 1;
    if (w === 0) continue;
    if (positive[row] === 1) tp += w;
    else fp += w;
    if (size === 0 || scores[row] !== thresholds[size - 1]) thresholds[size++] = scores[row];
    truePositives[size - 1] = tp;
    falsePositives[size - 1] = fp;
  }
  return {
    thresholds: thresholds.subarray(0, size),
    truePositives: truePositives.subarray(0, size),
    falsePositives: falsePositives.subarray(0, size),
  };
}
