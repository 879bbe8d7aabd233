// Columns that are never away from their usual bin in the same row, bundled into one column of bytes (Ke et al., "LightGBM", 2017):
// 0 stands for all of them in their usual bins. Their histograms come apart again afterwards.

/** How many of `count` bytes hold each value, 256 i32 at `counters`. */
export function countBytes(column: usize, count: i32, counters: usize): void {
  memory.fill(counters, 0, 1024);
  for (let i: usize = 0; i < <usize>count; i++) {
    const counter = counters + (<usize>load<u8>(column + i) << 2);
    store<i32>(counter, load<i32>(counter) + 1);
  }
}

/** Whether some row is used and its byte is not `usual`; `used` holds 0 or 255 a row. */
export function meets(column: usize, usual: i32, used: usize, count: i32): i32 {
  const wanted = i8x16.splat(<i8>usual), whole = <usize>(count & ~15);
  for (let i: usize = 0; i < whole; i += 16) {
    if (v128.any_true(v128.andnot(v128.load(used + i), i8x16.eq(v128.load(column + i), wanted)))) return 1;
  }
  for (let i = whole; i < <usize>count; i++) if (load<u8>(used + i) && <i32>load<u8>(column + i) != usual) return 1;
  return 0;
}

/** Marks the rows whose byte is not `usual` as used. */
export function use(column: usize, usual: i32, used: usize, count: i32): void {
  for (let i: usize = 0; i < <usize>count; i++) if (<i32>load<u8>(column + i) != usual) store<u8>(used + i, 255);
}

/** Writes a column's unusual bytes into its bundle, numbered from `offset` on without the usual one (-1: all are unusual). */
export function bundle(column: usize, usual: i32, offset: i32, out: usize, count: i32): void {
  for (let i: usize = 0; i < <usize>count; i++) {
    const bin = <i32>load<u8>(column + i);
    if (bin != usual) store<u8>(out + i, offset + bin - <i32>(<u32>bin > <u32>usual));
  }
}

/**
 * Histograms of a bundle's `members` (i32 feature, offset, bins, usual bin; 16 bytes each) from that of the bundle, which has `bins` bins;
 * they go to `features`, 4096 bytes apart. A column on its own has usual bin -1.
 */
export function unbundle(histogram: usize, bins: i32, members: usize, count: i32, features: usize): void {
  let total = i64x2.splat(0);
  for (let bin = 0; bin < bins; bin++) total = i64x2.add(total, v128.load(histogram + (<usize>bin << 4)));
  for (const end = members + (<usize>count << 4); members < end; members += 16) {
    const out = features + (<usize>load<u32>(members) << 12);
    let p = histogram + (<usize>load<u32>(members, 4) << 4);
    const size = load<i32>(members, 8), usual = load<i32>(members, 12);
    let rest = total;
    for (let bin = 0; bin < size; bin++) {
      if (bin == usual) continue;
      const sums = v128.load(p);
      p += 16;
      rest = i64x2.sub(rest, sums);
      v128.store(out + (<usize>bin << 4), sums);
    }
    if (usual >= 0) v128.store(out + (<usize>usual << 4), rest);
  }
}

/** The same for narrow histograms (narrow.ts), whose sums add up in one integer a bin. */
export function unbundleNarrow(histogram: usize, bins: i32, members: usize, count: i32, features: usize): void {
  let total: i64 = 0;
  for (let bin = 0; bin < bins; bin++) total += load<i64>(histogram + (<usize>bin << 3));
  for (const end = members + (<usize>count << 4); members < end; members += 16) {
    const out = features + (<usize>load<u32>(members) << 11);
    let p = histogram + (<usize>load<u32>(members, 4) << 3);
    const size = load<i32>(members, 8), usual = load<i32>(members, 12);
    let rest = total;
    for (let bin = 0; bin < size; bin++) {
      if (bin == usual) continue;
      const sums = load<i64>(p);
      p += 8;
      rest -= sums;
      store<i64>(out + (<usize>bin << 3), sums);
    }
    if (usual >= 0) store<i64>(out + (<usize>usual << 3), rest);
  }
}
