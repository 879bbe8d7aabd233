// The best set of categories of a node by its histogram. The criterion is that of split.ts.

// Limits of a scan, f64 each, in units of the integer sums.
const SUM_G: usize = 0, SUM_H: usize = 8, ROWS: usize = 16, LAMBDA: usize = 24, ALPHA: usize = 32, LEAST_H: usize = 40, LEAST_ROWS: usize = 48;
const SMOOTH: usize = 56, MORE_LAMBDA: usize = 64, CATEGORY_ROWS: usize = 72, GROUP_ROWS: usize = 80, MOST: usize = 88, WHOLE: usize = 96, RANKED_H: usize = 104;

// @ts-ignore: decorator
@inline
function side(g: f64, h: f64, lambda: f64, alpha: f64): f64 {
  const t = max(abs(g) - alpha, 0.0);
  return t * t / (h + lambda);
}

/**
 * The best set of categories to go left, of a node's histogram over `bins` categories: one against the rest, or (`oneHot` 0) a
 * run from either end of the categories sorted by G / (H + smooth) (Fisher, 1958); those of a small H count as 0. Rows are counted by their share of the hessian.
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

/** Ends of up to so many entries are selected from far more; otherwise all are sorted, which is faster. */
const MOST_SELECTED: i32 = 64;

export function scanSorted(histogram: usize, bins: i32, limits: usize, scratch: usize, best: f64, out: usize): f64 {
  const sumG = load<f64>(limits, SUM_G), sumH = load<f64>(limits, SUM_H), rows = load<f64>(limits, ROWS);
  const lambda = load<f64>(limits, LAMBDA) + load<f64>(limits, MORE_LAMBDA), alpha = load<f64>(limits, ALPHA);
  const leastH = load<f64>(limits, LEAST_H), leastRows = load<f64>(limits, LEAST_ROWS), groupRows = load<f64>(limits, GROUP_ROWS);
  const perHessian = rows / sumH;
  const sign = orderSign(limits);
  const used = listCategories(histogram, bins, perHessian, limits, scratch);
  const most = min(<i32>load<f64>(limits, MOST), load<f64>(limits, WHOLE) != 0 ? used : (used + 1) >> 1);
  // Both ends in the order in which they are gathered.
  const few = most <= MOST_SELECTED && most <= used >> 1 && most * most < 3 * used;
  let ends = scratch + (<usize>used << 4);
  if (few) selectEnds(scratch, used, ends, most);
  else ends = sortCategories(scratch, ends, used);
  const high = few ? ends + (<usize>most << 4) : ends + (<usize>(used - 1) << 4);
  const step: isize = few ? 16 : -16;
  let bestEnd = 0, bestLength = 0;
  for (let end = 0; end < 2; end++) {
    let sumLeftG: i64 = 0, sumLeftH: i64 = 0;
    let n: f64 = 0, group: f64 = 0;
    let entry = end ? high : ends;
    for (let i = 0; i < most; i++) {
      const p = histogram + (<usize>load<u32>(entry, 8) << 4);
      entry += end ? step : 16;
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
  // XGBoost's set is that of the low end, whichever was gathered: categories that training did not see go with the others. Missing
  // values stay with what was not gathered, so the set can only be turned over where there are none.
  const missing = histogram + (<usize>bins << 4);
  if (bestEnd && sign < 0 && load<i64>(missing) == 0 && load<i64>(missing, 8) == 0) {
    writeBelow(few ? scratch : ends, used, high + step * (bestLength - 1), histogram, out);
    return best;
  }
  let sums = i64x2.splat(0);
  let entry = bestEnd ? high : ends;
  for (let i = 0; i < bestLength; i++) {
    const bin = load<u32>(entry, 8);
    entry += bestEnd ? step : 16;
    sums = i64x2.add(sums, v128.load(histogram + (<usize>bin << 4)));
    store<u32>(out + (<usize>i << 2), bin, 20);
  }
  v128.store(out, sums);
  store<i32>(out, bestLength, 16);
  return best;
}

/**
 * XGBoost, which scans whole, sorts by the values of leaves, which fall as gradients rise: of equal sets the first counts, and equal categories
 * stay in their order.
 */
function orderSign(limits: usize): f64 {
  return load<f64>(limits, WHOLE) != 0 ? -1 : 1;
}

/** Writes the set of the entries that come before `end` in the order of keys, equal ones by bin. */
function writeBelow(entries: usize, count: i32, end: usize, histogram: usize, out: usize): void {
  const key = load<f64>(end), endBin = load<u32>(end, 8);
  const last = entries + (<usize>count << 4);
  let sums = i64x2.splat(0), length = 0;
  for (let entry = entries; entry < last; entry += 16) {
    const own = load<f64>(entry), bin = load<u32>(entry, 8);
    if (own > key || (own == key && bin >= endBin)) continue;
    sums = i64x2.add(sums, v128.load(histogram + (<usize>bin << 4)));
    store<u32>(out + (<usize>length << 2), bin, 20);
    length++;
  }
  v128.store(out, sums);
  store<i32>(out, length, 16);
}

/** Categories with rows enough: f64 G / (H + smooth), or 0 where H is small; u32 bin; 16 bytes each. Returns how many. */
function listCategories(histogram: usize, bins: i32, perHessian: f64, limits: usize, out: usize): i32 {
  const leastRows = load<f64>(limits, CATEGORY_ROWS), smooth = load<f64>(limits, SMOOTH), ranked = load<f64>(limits, RANKED_H);
  const sign = orderSign(limits);
  const all = ranked != 0;
  // Every category is written and those that do not count are written over: which have rows here cannot be foretold.
  let entry = out;
  for (let bin = 0; bin < bins; bin++) {
    const p = histogram + (<usize>bin << 4);
    const h = <f64>load<i64>(p, 8);
    store<f64>(entry, h < ranked ? 0.0 : (sign * <f64>load<i64>(p)) / (h + smooth));
    store<u32>(entry, bin, 8);
    const counts = (<i32>(h > 0) | <i32>all) & <i32>(floor(h * perHessian + 0.5) >= leastRows);
    entry += <usize>counts << 4;
  }
  return <i32>((entry - out) >> 4);
}

/**
 * The `most` entries of the lowest keys, ascending (equal ones in their order), then those of the highest, descending (equal ones in
 * reverse): all that is wanted of many. `out` has room for both.
 */
function selectEnds(entries: usize, count: i32, out: usize, most: i32): void {
  const bytes = <usize>most << 4;
  const low = out, high = out + bytes, end = high + bytes;
  for (let p = low; p < high; p += 16) {
    store<f64>(p, Infinity);
    store<f64>(p + bytes, -Infinity);
  }
  const last = entries + (<usize>count << 4);
  for (let p = entries; p < last; p += 16) {
    const key = load<f64>(p);
    if (key < load<f64>(high - 16)) {
      let at = high - 16;
      for (; at > low && load<f64>(at - 16) > key; at -= 16) v128.store(at, v128.load(at - 16));
      v128.store(at, v128.load(p));
    }
  }
  // From the last one, so that an equal one that comes too late is passed over.
  for (let p = last - 16; p >= entries; p -= 16) {
    const key = load<f64>(p);
    if (key > load<f64>(end - 16)) {
      let at = end - 16;
      for (; at > high && load<f64>(at - 16) < key; at -= 16) v128.store(at, v128.load(at - 16));
      v128.store(at, v128.load(p));
    }
  }
}

/**
 * Merge sort of entries by key, equal ones in their order, without a branch on keys: which of two is lower cannot be foretold.
 * Returns which of the two places holds the result.
 */
function sortCategories(from: usize, to: usize, count: i32): usize {
  const whole = count & ~3;
  for (let start = 0; start < whole; start += 4) sortFour(from + (<usize>start << 4));
  insertionSort(from, whole, count);
  for (let width = 4; width < count; width <<= 1) {
    for (let start = 0; start < count; start += 2 * width) {
      merge(from, to, start, min(start + width, count), min(start + 2 * width, count));
    }
    const swap = from;
    from = to;
    to = swap;
  }
  return from;
}

/** Each of four entries to the place of its rank. */
// @ts-ignore: decorator
@inline
function sortFour(p: usize): void {
  const a = v128.load(p), b = v128.load(p, 16), c = v128.load(p, 32), d = v128.load(p, 48);
  const ka = f64x2.extract_lane(a, 0), kb = f64x2.extract_lane(b, 0), kc = f64x2.extract_lane(c, 0), kd = f64x2.extract_lane(d, 0);
  const ab = <usize>(ka <= kb), ac = <usize>(ka <= kc), ad = <usize>(ka <= kd);
  const bc = <usize>(kb <= kc), bd = <usize>(kb <= kd), cd = <usize>(kc <= kd);
  v128.store(p + ((3 - ab - ac - ad) << 4), a);
  v128.store(p + ((2 + ab - bc - bd) << 4), b);
  v128.store(p + ((1 + ac + bc - cd) << 4), c);
  v128.store(p + ((ad + bd + cd) << 4), d);
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
  let a = from + (<usize>start << 4), b = from + (<usize>middle << 4), p = to + (<usize>start << 4);
  const endA = b, endB = from + (<usize>end << 4);
  while (a < endA && b < endB) {
    const first = load<f64>(a) <= load<f64>(b);
    v128.store(p, v128.load(select<usize>(a, b, first)));
    const step = <usize>first << 4;
    a += step;
    b += 16 - step;
    p += 16;
  }
  const rest = a < endA ? a : b;
  memory.copy(p, rest, (a < endA ? endA : endB) - rest);
}
