// Splits by absolute error: the loss of both sides about their medians, found in a tree of partial sums over the node's targets in
// ascending order (Fenwick, 1994), into which rows come bin after bin, from the left and from the right.
import { bytes, first, minLeaf, minWeight, order, rowCount, second } from './forest-plan';
import { isPresent, mayCut, offer, scanFeature } from './forest-best';

/** Rows of the node at hand, and its place. */
let count: i32 = 0, begin: i32 = 0;
let setWeight: f64 = 0, setSum: f64 = 0;

// Rank of each row, rows by target, rows by bin, all u32; the tree's weights and sums, f64 from 1 on; then lists of 257 entries.
// @ts-ignore: decorator
@inline
function ranks(): usize { return order; }
// @ts-ignore: decorator
@inline
function byTarget(): usize { return order + (<usize>rowCount << 2); }
// @ts-ignore: decorator
@inline
function byBin(): usize { return order + (<usize>rowCount << 3); }
// @ts-ignore: decorator
@inline
function weightTree(): usize { return order + <usize>(rowCount + (rowCount & 1)) * 12; }
// @ts-ignore: decorator
@inline
function sumTree(): usize { return weightTree() + (<usize>(rowCount + 1) << 3); }
// @ts-ignore: decorator
@inline
function starts(): usize { return sumTree() + (<usize>(rowCount + 1) << 3); }
// @ts-ignore: decorator
@inline
function losses(): usize { return starts() + 260 * 4; }

// @ts-ignore: decorator
@inline
function targetOf(row: u32): f64 { return load<f64>(second + (<usize>(begin + <i32>row) << 3)); }
// @ts-ignore: decorator
@inline
function weightOf(row: u32): f64 { return load<f64>(first + (<usize>(begin + <i32>row) << 3)); }
// @ts-ignore: decorator
@inline
function word(list: usize, i: i32): u32 { return load<u32>(list + (<usize>i << 2)); }
// @ts-ignore: decorator
@inline
function setWord(list: usize, i: i32, value: u32): void { store<u32>(list + (<usize>i << 2), value); }

/** The median by weight of a node's targets: the middle between two where exactly half the weight lies below. */
export function medianOf(from: i32, rows: i32): f64 {
  sortByTarget(from, rows);
  let all: f64 = 0;
  for (let i = 0; i < count; i++) all += weightOf(<u32>i);
  let below: f64 = 0;
  for (let i = 0; i < count; i++) {
    below += weightOf(word(byTarget(), i));
    const target = targetOf(word(byTarget(), i));
    if (2 * below == all && i + 1 < count) return (target + targetOf(word(byTarget(), i + 1))) / 2;
    if (2 * below >= all) return target;
  }
  return targetOf(word(byTarget(), count - 1));
}

/** Prepares a node's cuts; returns minus its loss. */
export function absoluteTotals(from: i32, rows: i32): f64 {
  sortByTarget(from, rows);
  for (let i = 0; i < count; i++) setWord(ranks(), <i32>word(byTarget(), i), <u32>i);
  emptyTree();
  for (let i = 0; i < count; i++) insert(<u32>i);
  return -loss();
}

/** The node's rows by target, those of one target in their order. */
function sortByTarget(from: i32, rows: i32): void {
  begin = from;
  count = rows;
  for (let i = 0; i < count; i++) setWord(byTarget(), i, <u32>i);
  let list = byTarget(), other = byBin();
  for (let width = 1; width < count; width *= 2) {
    for (let low = 0; low < count; low += 2 * width) merge(list, other, low, min(low + width, count), min(low + 2 * width, count));
    const t = list;
    list = other;
    other = t;
  }
  if (list != byTarget()) memory.copy(byTarget(), list, <usize>count << 2);
}

function merge(from: usize, to: usize, low: i32, middle: i32, high: i32): void {
  let a = low, b = middle;
  for (let i = low; i < high; i++) {
    if (a < middle && (b >= high || targetOf(word(from, a)) <= targetOf(word(from, b)))) setWord(to, i, word(from, a++));
    else setWord(to, i, word(from, b++));
  }
}

function emptyTree(): void {
  memory.fill(weightTree(), 0, <usize>(count + 1) << 3);
  memory.fill(sumTree(), 0, <usize>(count + 1) << 3);
  setWeight = setSum = 0;
}

function insert(row: u32): void {
  const weight = weightOf(row), product = weight * targetOf(row);
  setWeight += weight;
  setSum += product;
  for (let i = <i32>word(ranks(), <i32>row) + 1; i <= count; i += i & -i) {
    const at = <usize>i << 3;
    store<f64>(weightTree() + at, load<f64>(weightTree() + at) + weight);
    store<f64>(sumTree() + at, load<f64>(sumTree() + at) + product);
  }
}

/** Of the rows in the tree, about their median: the first target up to which half the weight lies. */
function loss(): f64 {
  const half = setWeight / 2;
  let at = 0;
  let weight: f64 = 0, sum: f64 = 0;
  for (let step = <i32>1 << (31 - <i32>clz(count)); step > 0; step >>= 1) {
    if (at + step > count) continue;
    const next = weight + load<f64>(weightTree() + (<usize>(at + step) << 3));
    if (next >= half) continue;
    at += step;
    weight = next;
    sum += load<f64>(sumTree() + (<usize>at << 3));
  }
  const median = targetOf(word(byTarget(), min(at, count - 1)));
  return median * weight - sum + (setSum - sum) - median * (setWeight - weight);
}

/** Tries the cuts of a feature whose bins lie at `bytes`; `missingBin` first, if `missingLeft`, else last. */
export function scanAbsolute(feature: i32, missingBin: i32, missingLeft: bool): void {
  scanFeature(feature, missingLeft);
  sortByBin();
  emptyTree();
  let rows = 0;
  if (missingLeft) rows = insertBin(missingBin);
  let before = -1;
  // Loss, rows and weight to the left of each bin's upper end.
  for (let bin = 0; bin < 256; bin++) {
    if (!isPresent(bin) || (missingLeft && bin == missingBin)) continue;
    rows += insertBin(bin);
    const at = losses() + <usize>bin * 24;
    store<f64>(at, loss());
    store<f64>(at, <f64>rows, 8);
    store<f64>(at, setWeight, 16);
  }
  emptyTree();
  rows = 0;
  let after = -1;
  for (let bin = 255; bin >= 0; bin--) {
    if (!isPresent(bin) || (missingLeft && bin == missingBin)) continue;
    if (after >= 0) {
      const at = losses() + <usize>bin * 24;
      const enough = rows >= minLeaf && <i32>load<f64>(at, 8) >= minLeaf && setWeight >= minWeight && load<f64>(at, 16) >= minWeight;
      store<f64>(at, enough ? -(load<f64>(at) + loss()) : NaN);
    }
    rows += insertBin(bin);
    after = bin;
  }
  for (let bin = 0; bin < 256; bin++) {
    if (!isPresent(bin) || (missingLeft && bin == missingBin)) continue;
    if (before >= 0 && mayCut(before, bin)) offer(load<f64>(losses() + <usize>before * 24), before, bin);
    before = bin;
  }
}

/** Rows in the order of their bins. */
function sortByBin(): void {
  memory.fill(starts(), 0, 257 << 2);
  for (let i = 0; i < count; i++) {
    const bin = <i32>load<u8>(bytes + <usize>i) + 1;
    setWord(starts(), bin, word(starts(), bin) + 1);
  }
  for (let bin = 0; bin < 256; bin++) setWord(starts(), bin + 1, word(starts(), bin + 1) + word(starts(), bin));
  for (let i = 0; i < count; i++) {
    const bin = <i32>load<u8>(bytes + <usize>i);
    const at = word(starts(), bin);
    setWord(byBin(), <i32>at, <u32>i);
    setWord(starts(), bin, at + 1);
  }
}

/** After the sort, `starts` holds where each bin ends. */
function insertBin(bin: i32): i32 {
  const from = bin > 0 ? <i32>word(starts(), bin - 1) : 0, to = <i32>word(starts(), bin);
  for (let i = from; i < to; i++) insert(word(byBin(), i));
  return to - from;
}
