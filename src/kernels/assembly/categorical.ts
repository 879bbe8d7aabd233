// Categorical features: bins of categories, the best set of categories of a node, and rows split or walked by such a set.
// The criterion is that of split.ts. A set of bins is a bitset of 32-bit words.

/**
 * Bin of each value of `column`: the place in `bins` (u16) of the category among the `size` ascending ones at `categories` (f32).
 * Values are cut to whole numbers; NaN, negative ones and other categories get bin `other`. Returns how many those are.
 */
export function assignCategories(
  column: usize, categories: usize, bins: usize, size: i32, other: i32, out: usize, wide: i32, count: i32,
): i32 {
  let others = 0;
  for (let i = 0; i < count; i++) {
    const value = trunc(load<f32>(column + (<usize>i << 2)));
    let low = 0, high = size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (load<f32>(categories + (<usize>middle << 2)) < value) low = middle + 1;
      else high = middle;
    }
    let bin = other;
    if (low < size && load<f32>(categories + (<usize>low << 2)) == value) bin = <i32>load<u16>(bins + (<usize>low << 1));
    else others++;
    if (wide) store<u16>(out + (<usize>i << 1), bin);
    else store<u8>(out + <usize>i, bin);
  }
  return others;
}

// Limits of a scan, f64 each, in units of the integer sums.
const SUM_G: usize = 0, SUM_H: usize = 8, ROWS: usize = 16, LAMBDA: usize = 24, ALPHA: usize = 32, LEAST_H: usize = 40, LEAST_ROWS: usize = 48;
const SMOOTH: usize = 56, MORE_LAMBDA: usize = 64, CATEGORY_ROWS: usize = 72, GROUP_ROWS: usize = 80, MOST: usize = 88, WHOLE: usize = 96;

// @ts-ignore: decorator
@inline
function side(g: f64, h: f64, lambda: f64, alpha: f64): f64 {
  const t = max(abs(g) - alpha, 0.0);
  return t * t / (h + lambda);
}

/**
 * The best set of categories to go left, of a node's histogram over `bins` categories: one against the rest, or (`oneHot` 0) a
 * run from either end of the categories sorted by G / (H + smooth) (Fisher, 1958). Rows are counted by their share of the hessian.
 * One that scores above `best` is written: i64 gradient and hessian of the left side, i32 number of bins, these (u32). Returns the
 * better score. Ties go to the lower bin; to the run from the low end; to the shorter one. `scratch` holds 32 bytes a category.
 */
export function scanCategories(
  histogram: usize, bins: i32, oneHot: i32, limits: usize, scratch: usize, best: f64, out: usize,
): f64 {
  return oneHot ? scanOneByOne(histogram, bins, limits, best, out) : scanSorted(histogram, bins, limits, scratch, best, out);
}

export function scanOneByOne(histogram: usize, bins: i32, limits: usize, best: f64, out: usize): f64 {
  const sumG = load<f64>(limits, SUM_G), sumH = load<f64>(limits, SUM_H), rows = load<f64>(limits, ROWS);
  const lambda = load<f64>(limits, LAMBDA), alpha = load<f64>(limits, ALPHA);
  const leastH = load<f64>(limits, LEAST_H), leastRows = load<f64>(limits, LEAST_ROWS);
  const perHessian = rows / sumH;
  let bestBin = -1;
  for (let bin = 0; bin < bins; bin++) {
    const p = histogram + (<usize>bin << 4);
    const g = <f64>load<i64>(p), h = <f64>load<i64>(p, 8);
    const n = floor(h * perHessian + 0.5);
    if (h < leastH || sumH - h < leastH || n < leastRows || rows - n < leastRows) continue;
    const score = side(g, h, lambda, alpha) + side(sumG - g, sumH - h, lambda, alpha);
    if (score > best) { best = score; bestBin = bin; }
  }
  if (bestBin >= 0) {
    v128.store(out, v128.load(histogram + (<usize>bestBin << 4)));
    store<i32>(out, 1, 16);
    store<u32>(out, bestBin, 20);
  }
  return best;
}

export function scanSorted(histogram: usize, bins: i32, limits: usize, scratch: usize, best: f64, out: usize): f64 {
  const sumG = load<f64>(limits, SUM_G), sumH = load<f64>(limits, SUM_H), rows = load<f64>(limits, ROWS);
  const lambda = load<f64>(limits, LAMBDA) + load<f64>(limits, MORE_LAMBDA), alpha = load<f64>(limits, ALPHA);
  const leastH = load<f64>(limits, LEAST_H), leastRows = load<f64>(limits, LEAST_ROWS), groupRows = load<f64>(limits, GROUP_ROWS);
  const perHessian = rows / sumH;
  const used = listCategories(histogram, bins, perHessian, load<f64>(limits, CATEGORY_ROWS), load<f64>(limits, SMOOTH), scratch);
  const sorted = sortCategories(scratch, scratch + (<usize>used << 4), used);
  const most = min(<i32>load<f64>(limits, MOST), load<f64>(limits, WHOLE) != 0 ? used : (used + 1) >> 1);
  let bestEnd = 0, bestLength = 0;
  for (let end = 0; end < 2; end++) {
    let sumLeftG: i64 = 0, sumLeftH: i64 = 0;
    let n: f64 = 0, group: f64 = 0;
    for (let i = 0; i < most; i++) {
      const p = histogram + (<usize>load<u32>(sorted + (<usize>(end ? used - 1 - i : i) << 4), 8) << 4);
      sumLeftG += load<i64>(p);
      sumLeftH += load<i64>(p, 8);
      const own = floor(<f64>load<i64>(p, 8) * perHessian + 0.5);
      n += own;
      group += own;
      const g = <f64>sumLeftG, h = <f64>sumLeftH;
      if (h < leastH || n < leastRows) continue;
      if (sumH - h < leastH || rows - n < leastRows || rows - n < groupRows) break;
      if (group < groupRows) continue;
      group = 0;
      const score = side(g, h, lambda, alpha) + side(sumG - g, sumH - h, lambda, alpha);
      if (score > best) { best = score; bestEnd = end; bestLength = i + 1; }
    }
  }
  if (bestLength == 0) return best;
  let sums = i64x2.splat(0);
  for (let i = 0; i < bestLength; i++) {
    const bin = load<u32>(sorted + (<usize>(bestEnd ? used - 1 - i : i) << 4), 8);
    sums = i64x2.add(sums, v128.load(histogram + (<usize>bin << 4)));
    store<u32>(out + (<usize>i << 2), bin, 20);
  }
  v128.store(out, sums);
  store<i32>(out, bestLength, 16);
  return best;
}

/** Categories with rows enough: f64 G / (H + smooth), u32 bin; 16 bytes each. Returns how many. */
function listCategories(histogram: usize, bins: i32, perHessian: f64, leastRows: f64, smooth: f64, out: usize): i32 {
  let used = 0;
  for (let bin = 0; bin < bins; bin++) {
    const p = histogram + (<usize>bin << 4);
    const h = <f64>load<i64>(p, 8);
    if (h <= 0 || floor(h * perHessian + 0.5) < leastRows) continue;
    const entry = out + (<usize>used << 4);
    used++;
    store<f64>(entry, <f64>load<i64>(p) / (h + smooth));
    store<u32>(entry, bin, 8);
  }
  return used;
}

/** Merge sort of entries by key, equal ones in their order. Returns which of the two places holds the result. */
function sortCategories(from: usize, to: usize, count: i32): usize {
  for (let start = 0; start < count; start += 8) insertionSort(from, start, min(start + 8, count));
  for (let width = 8; width < count; width <<= 1) {
    for (let start = 0; start < count; start += 2 * width) {
      merge(from, to, start, min(start + width, count), min(start + 2 * width, count));
    }
    const swap = from;
    from = to;
    to = swap;
  }
  return from;
}

function insertionSort(entries: usize, from: i32, to: i32): void {
  for (let i = from + 1; i < to; i++) {
    const entry = v128.load(entries + (<usize>i << 4));
    const key = f64x2.extract_lane(entry, 0);
    let p = entries + (<usize>i << 4);
    const first = entries + (<usize>from << 4);
    while (p > first && load<f64>(p - 16) > key) {
      v128.store(p, v128.load(p - 16));
      p -= 16;
    }
    v128.store(p, entry);
  }
}

function merge(from: usize, to: usize, start: i32, middle: i32, end: i32): void {
  let a = from + (<usize>start << 4), b = from + (<usize>middle << 4);
  const endA = b, endB = from + (<usize>end << 4), endOut = to + (<usize>end << 4);
  for (let p = to + (<usize>start << 4); p < endOut; p += 16) {
    if (a < endA && (b >= endB || load<f64>(a) <= load<f64>(b))) { v128.store(p, v128.load(a)); a += 16; }
    else { v128.store(p, v128.load(b)); b += 16; }
  }
}

// @ts-ignore: decorator
@inline
function inSet(set: usize, bin: u32): usize {
  return <usize>((load<u32>(set + <usize>((bin >> 5) << 2)) >> (bin & 31)) & 1);
}

/** `partition` of partition.ts by a set: rows whose bin of the column is in `set` go left. */
export function partitionBySet(
  rows: usize, pairs: usize, from: i32, to: i32, column: usize, set: usize,
  leftRows: usize, leftPairs: usize, rightRows: usize, rightPairs: usize,
): i32 {
  let left = <usize>from, right = <usize>from;
  for (let i = <usize>from; i < <usize>to; i++) {
    const row = load<u32>(rows + (i << 2));
    const pair = load<i64>(pairs + (i << 3));
    const goesLeft = inSet(set, load<u8>(column + <usize>row));
    store<u32>(leftRows + (left << 2), row);
    store<i64>(leftPairs + (left << 3), pair);
    store<u32>(rightRows + (right << 2), row);
    store<i64>(rightPairs + (right << 3), pair);
    left += goesLeft;
    right += 1 - goesLeft;
  }
  return <i32>(left - <usize>from);
}

/**
 * `walkBins` of scores.ts for trees with category sets. A node is eight i32: the six of `walkBins`, the address of its set or 0
 * (a threshold), and one unused.
 */
export function walkMixedBins(
  nodes: usize, values: usize, planes: usize, stride: usize, sample: usize, from: i32, to: i32, scores: usize,
): void {
  for (let i = <usize>from; i < <usize>to; i++) {
    const row = sample ? <usize>load<u32>(sample + (i << 2)) : i;
    const bins = planes + row * stride;
    let child = 0;
    do {
      const node = nodes + (<usize>child << 5);
      const b = <i32>load<u8>(bins + <usize>load<u32>(node));
      const set = <usize>load<u32>(node, 24);
      if (set) child = load<i32>(node + ((1 - inSet(set, b)) << 2), 12);
      else if (b == load<i32>(node, 8)) child = load<i32>(node, 20);
      else child = load<i32>(node + (<usize>(b > load<i32>(node, 4)) << 2), 12);
    } while (child >= 0);
    const p = scores + (row << 3);
    store<f64>(p, load<f64>(p) + load<f64>(values + (<usize>~child << 3)));
  }
}
