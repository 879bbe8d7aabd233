// Columns of categories: bins of 16 bits, up to four columns side by side, 8 bytes a row. Their histograms hold two exact 64-bit sums
// a bin, gradient and hessian, 16 bytes, and are as long as their column needs. A set of bins is a bitset of 32-bit words.

/**
 * Bin of each value of `column`: the place in `bins` (u16) of the category among the `size` ascending ones at `categories` (f32).
 * Values are cut to whole numbers; NaN, negative ones and other categories get bin `other`. Bins are written 8 bytes apart. Returns how many
 * are `other`.
 */
export function assignCategories(
  column: usize, categories: usize, bins: usize, size: i32, other: i32, out: usize, count: i32,
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
    store<u16>(out + (<usize>i << 3), bin);
  }
  return others;
}

/** The same where `table` holds a bin (u16) for each code below `size`, `other` for codes that are no category. */
export function lookUpCategories(column: usize, table: usize, size: i32, other: i32, out: usize, count: i32): i32 {
  const end = <f32>size;
  let others = 0;
  for (let i = 0; i < count; i++) {
    const value = trunc(load<f32>(column + (<usize>i << 2)));
    let bin = other;
    if (value >= 0 && value < end) bin = <i32>load<u16>(table + (<usize><u32>value << 1));
    others += <i32>(bin == other);
    store<u16>(out + (<usize>i << 3), bin);
  }
  return others;
}

/** How many values of `column` are at or above `limit`. */
export function countFrom(column: usize, limit: f32, count: i32): i32 {
  let found = 0;
  for (let i = 0; i < count; i++) found += <i32>(load<f32>(column + (<usize>i << 2)) >= limit);
  return found;
}

/**
 * Histograms over `count` rows of up to four columns, whose bins of row 0 are at `bins`. `histograms` holds their addresses (u32 each, room
 * for four), then their lengths in bytes.
 * `rows` lists the row numbers, or is 0 for the first `count` rows; `pairs` holds (gradient, hessian), two i32 a row.
 */
export function buildCategories(histograms: usize, columns: i32, bins: usize, rows: usize, pairs: usize, count: i32): void {
  for (let i: usize = 0; i < <usize>columns; i++) {
    const entry = histograms + (i << 2);
    memory.fill(<usize>load<u32>(entry), 0, <usize>load<u32>(entry, 16));
  }
  const a = <usize>load<u32>(histograms), b = <usize>load<u32>(histograms, 4);
  const c = <usize>load<u32>(histograms, 8), d = <usize>load<u32>(histograms, 12);
  if (columns == 4) addToFour(a, b, c, d, bins, rows, pairs, count);
  else if (columns == 3) addToThree(a, b, c, bins, rows, pairs, count);
  else if (columns == 2) addToTwo(a, b, bins, rows, pairs, count);
  else addToOne(a, bins, rows, pairs, count);
}

// The loops below are exported functions so that each is optimised on its own: V8 does not replace a running one.

// @ts-ignore: decorator
@inline
function add(histogram: usize, bin: u32, sums: v128): void {
  const p = histogram + (<usize>bin << 4);
  v128.store(p, i64x2.add(v128.load(p), sums));
}

export function addToFour(a: usize, b: usize, c: usize, d: usize, bins: usize, rows: usize, pairs: usize, count: i32): void {
  for (let i: usize = 0; i < <usize>count; i++) {
    const row = rows ? <usize>load<u32>(rows + (i << 2)) : i;
    const low = load<u32>(bins + (row << 3)), high = load<u32>(bins + (row << 3), 4);
    const sums = i64x2.extend_low_i32x4_s(v128.load64_zero(pairs + (i << 3)));
    add(a, low & 0xffff, sums);
    add(b, low >> 16, sums);
    add(c, high & 0xffff, sums);
    add(d, high >> 16, sums);
  }
}

export function addToThree(a: usize, b: usize, c: usize, bins: usize, rows: usize, pairs: usize, count: i32): void {
  for (let i: usize = 0; i < <usize>count; i++) {
    const row = rows ? <usize>load<u32>(rows + (i << 2)) : i;
    const low = load<u32>(bins + (row << 3));
    const sums = i64x2.extend_low_i32x4_s(v128.load64_zero(pairs + (i << 3)));
    add(a, low & 0xffff, sums);
    add(b, low >> 16, sums);
    add(c, load<u16>(bins + (row << 3), 4), sums);
  }
}

export function addToTwo(a: usize, b: usize, bins: usize, rows: usize, pairs: usize, count: i32): void {
  for (let i: usize = 0; i < <usize>count; i++) {
    const row = rows ? <usize>load<u32>(rows + (i << 2)) : i;
    const low = load<u32>(bins + (row << 3));
    const sums = i64x2.extend_low_i32x4_s(v128.load64_zero(pairs + (i << 3)));
    add(a, low & 0xffff, sums);
    add(b, low >> 16, sums);
  }
}

export function addToOne(a: usize, bins: usize, rows: usize, pairs: usize, count: i32): void {
  for (let i: usize = 0; i < <usize>count; i++) {
    const row = rows ? <usize>load<u32>(rows + (i << 2)) : i;
    add(a, load<u16>(bins + (row << 3)), i64x2.extend_low_i32x4_s(v128.load64_zero(pairs + (i << 3))));
  }
}

/** from -= part, over `bins` bins. */
export function subtractBins(from: usize, part: usize, bins: i32): void {
  const end = from + (<usize>bins << 4);
  for (; from < end; from += 16, part += 16) v128.store(from, i64x2.sub(v128.load(from), v128.load(part)));
}

// @ts-ignore: decorator
@inline
function inSet(set: usize, bin: u32): usize {
  return <usize>((load<u32>(set + <usize>((bin >> 5) << 2)) >> (bin & 31)) & 1);
}

/** `partition` of partition.ts by a set: rows whose bin of the column is in `set`, which has a bit for every bin, go left. */
export function partitionBySet(
  rows: usize, pairs: usize, from: i32, to: i32, column: usize, set: usize,
  leftRows: usize, leftPairs: usize, rightRows: usize, rightPairs: usize,
): i32 {
  let left = <usize>from, right = <usize>from;
  for (let i = <usize>from; i < <usize>to; i++) {
    const row = load<u32>(rows + (i << 2));
    const pair = load<i64>(pairs + (i << 3));
    const goesLeft = inSet(set, load<u16>(column + (<usize>row << 3)));
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
 * `walkBins` of scores.ts for trees with category sets. A node is eight i32: the six of `walkBins`, the address of its set (0: a
 * threshold) and one unused. Where there is a set, the first is the address of its column.
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
      const at = <usize>load<u32>(node);
      const set = <usize>load<u32>(node, 24);
      if (set) {
        child = load<i32>(node + ((1 - inSet(set, load<u16>(at + (row << 3)))) << 2), 12);
      } else {
        const b = <i32>load<u8>(bins + at);
        const side = <usize>(b > load<i32>(node, 4)) << 2;
        child = b == load<i32>(node, 8) ? load<i32>(node, 20) : load<i32>(node + side, 12);
      }
    } while (child >= 0);
    const p = scores + (row << 3);
    store<f64>(p, load<f64>(p) + load<f64>(values + (<usize>~child << 3)));
  }
}
