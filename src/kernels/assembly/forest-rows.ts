// The rows of a tree's nodes: each node is one stretch of the row numbers and of what comes with them, in ascending order of rows.
import { mathLog } from './math';
import {
  byColumn, byRow, bytes, first, pitch, rest, rowCount, rows, rowStride, second, spareFirst, spareRows, spareSecond,
} from './forest-plan';

/**
 * Rows that `counts` (u16, or 0: each once) drew go into the tree, the others to `rest`. Packed: four u16, the count of the row's class
 * (u32 at `labels`) in its lane, and one row in the last. Returns the number of rows in the tree.
 */
export function forestLoadPacked(counts: usize, labels: usize): i32 {
  let inside: usize = 0, outside: usize = 0;
  for (let i: usize = 0; i < <usize>rowCount; i++) {
    const count: u64 = counts ? load<u16>(counts + (i << 1)) : 1;
    store<u32>(rows + (inside << 2), <u32>i);
    store<u64>(first + (inside << 3), (count << (<u64>load<u32>(labels + (i << 2)) << 4)) | (<u64>1 << 48));
    store<u32>(rest + (outside << 2), <u32>i);
    const taken = <usize>(count != 0);
    inside += taken;
    outside += 1 - taken;
  }
  return <i32>inside;
}

/** The same with weights: count * weight (f64 at `weights`, or 0: 1) * factor of the class, and the class or target as f64. */
export function forestLoadWeighted(counts: usize, weights: usize, labels: usize, targets: usize, factors: usize): i32 {
  let inside: usize = 0, outside: usize = 0;
  for (let i: usize = 0; i < <usize>rowCount; i++) {
    let weight: f64 = counts ? <f64>load<u16>(counts + (i << 1)) : 1;
    const taken = <usize>(weight != 0);
    if (weights) weight *= load<f64>(weights + (i << 3));
    if (factors) weight *= load<f64>(factors + (<usize>load<u32>(labels + (i << 2)) << 3));
    const kept = taken & <usize>(weight > 0);
    store<u32>(rows + (inside << 2), <u32>i);
    store<f64>(first + (inside << 3), weight);
    store<f64>(second + (inside << 3), targets ? load<f64>(targets + (i << 3)) : <f64>load<u32>(labels + (i << 2)));
    store<u32>(rest + (outside << 2), <u32>i);
    inside += kept;
    outside += 1 - kept;
  }
  return <i32>inside;
}

/** How many draws fell on each class, f64 at `out`. */
export function forestClassCounts(counts: usize, labels: usize, classCount: i32, out: usize): void {
  memory.fill(out, 0, <usize>classCount << 3);
  for (let i: usize = 0; i < <usize>rowCount; i++) {
    const p = out + (<usize>load<u32>(labels + (i << 2)) << 3);
    store<f64>(p, load<f64>(p) + (counts ? <f64>load<u16>(counts + (i << 1)) : 1));
  }
}

/** x log x of 0 .. count-1. */
export function forestLogTable(out: usize, count: i32): void {
  store<f64>(out, 0);
  for (let i = 1; i < count; i++) store<f64>(out + (<usize>i << 3), <f64>i * mathLog(<f64>i));
}

/** A node of many rows reads a column, which its rows then share lines of; a small one its rows, which stay in the cache below it. */
// @ts-ignore: decorator
@inline
function readsColumn(count: i32): bool {
  return <i64>count * 64 >= <i64>rowCount;
}

/** Bins of a node's rows for one feature into `bytes`; returns whether they differ. */
export function forestGather(feature: i32, begin: i32, count: i32): bool {
  let row = rows + (<usize>begin << 2);
  const end = bytes + <usize>count;
  let differ: u32 = 0;
  if (readsColumn(count)) {
    const column = byColumn + <usize>feature * pitch;
    const reference = load<u8>(column + <usize>load<u32>(row));
    for (let p = bytes; p < end; p++) {
      const bin = load<u8>(column + <usize>load<u32>(row));
      store<u8>(p, bin);
      differ |= bin ^ reference;
      row += 4;
    }
  } else {
    const base = byRow + <usize>feature;
    const reference = load<u8>(base + <usize>load<u32>(row) * rowStride);
    for (let p = bytes; p < end; p++) {
      const bin = load<u8>(base + <usize>load<u32>(row) * rowStride);
      store<u8>(p, bin);
      differ |= bin ^ reference;
      row += 4;
    }
  }
  return differ != 0;
}

/** Splits a node's rows: bins up to `bin` left, the missing bin where `missingLeft` says. Returns the number on the left. */
export function forestPartition(feature: i32, begin: i32, count: i32, bin: i32, missingBin: i32, missingLeft: bool): i32 {
  forestGather(feature, begin, count);
  const list = rows + (<usize>begin << 2), a = first + (<usize>begin << 3), b = second + (<usize>begin << 3);
  const two = second != 0;
  let left: usize = 0, right: usize = 0;
  for (let i: usize = 0; i < <usize>count; i++) {
    const own = <i32>load<u8>(bytes + i);
    const goesLeft = own == missingBin ? <usize>missingLeft : <usize>(own <= bin);
    const row = load<u32>(list + (i << 2)), value = load<u64>(a + (i << 3));
    store<u32>(list + (left << 2), row);
    store<u64>(a + (left << 3), value);
    store<u32>(spareRows + (right << 2), row);
    store<u64>(spareFirst + (right << 3), value);
    if (two) {
      const other = load<u64>(b + (i << 3));
      store<u64>(b + (left << 3), other);
      store<u64>(spareSecond + (right << 3), other);
    }
    left += goesLeft;
    right += 1 - goesLeft;
  }
  memory.copy(list + (left << 2), spareRows, right << 2);
  memory.copy(a + (left << 3), spareFirst, right << 3);
  if (two) memory.copy(b + (left << 3), spareSecond, right << 3);
  return <i32>left;
}

/** The same for rows out of the sample. */
export function forestPartitionRest(
  feature: i32, begin: i32, count: i32, bin: i32, missingBin: i32, missingLeft: bool,
): i32 {
  const list = rest + (<usize>begin << 2);
  const byRows = !readsColumn(count);
  const base = byRows ? byRow + <usize>feature : byColumn + <usize>feature * pitch;
  const step: usize = byRows ? rowStride : 1;
  let left: usize = 0, right: usize = 0;
  for (let i: usize = 0; i < <usize>count; i++) {
    const row = load<u32>(list + (i << 2));
    const own = <i32>load<u8>(base + <usize>row * step);
    const goesLeft = own == missingBin ? <usize>missingLeft : <usize>(own <= bin);
    store<u32>(list + (left << 2), row);
    store<u32>(spareRows + (right << 2), row);
    left += goesLeft;
    right += 1 - goesLeft;
  }
  memory.copy(list + (left << 2), spareRows, right << 2);
  return <i32>left;
}
