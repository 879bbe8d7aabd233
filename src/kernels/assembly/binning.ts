// From float columns to bins: sorting, counting distinct values, finding each value's bin, and rows made of bins.

// Unsigned integers in the order of the floats they stand for.
// @ts-ignore: decorator
@inline
function keyOf(bits: u32): u32 {
  return bits ^ (<u32>(<i32>bits >> 31) | 0x80000000);
}

// @ts-ignore: decorator
@inline
function valueOf(key: u32): f32 {
  return reinterpret<f32>(key & 0x80000000 ? key ^ 0x80000000 : ~key);
}

/** Sort keys of the values of `column` that are not NaN, with -0 as 0. Returns how many. */
export function sortKeys(column: usize, keys: usize, count: i32): i32 {
  let found = 0;
  for (let i = 0; i < count; i++) {
    const value = load<f32>(column + (<usize>i << 2)) + 0.0;
    store<u32>(keys + (<usize>found << 2), keyOf(reinterpret<u32>(value)));
    found += <i32>(value == value);
  }
  return found;
}

const DIGITS: usize = 2048 * 4;

/** Sorts `count` keys by three radix passes; the result is in `sorted`, `keys` is overwritten. `counters` holds 24 KiB. */
export function sortByRadix(keys: usize, sorted: usize, count: i32, counters: usize): void {
  memory.fill(counters, 0, 3 * DIGITS);
  for (let i = 0; i < count; i++) {
    const key = load<u32>(keys + (<usize>i << 2));
    const low = counters + (<usize>(key & 2047) << 2);
    const middle = counters + DIGITS + (<usize>((key >> 11) & 2047) << 2);
    const high = counters + 2 * DIGITS + (<usize>(key >> 22) << 2);
    store<u32>(low, load<u32>(low) + 1);
    store<u32>(middle, load<u32>(middle) + 1);
    store<u32>(high, load<u32>(high) + 1);
  }
  let from = keys, to = sorted;
  for (let pass = 0; pass < 3; pass++) {
    scatterByDigit(from, to, count, counters + <usize>pass * DIGITS, 11 * pass);
    const swap = from;
    from = to;
    to = swap;
  }
}

export function scatterByDigit(from: usize, to: usize, count: i32, counters: usize, shift: u32): void {
  let start: u32 = 0;
  for (let digit: usize = 0; digit < DIGITS; digit += 4) {
    const size = load<u32>(counters + digit);
    store<u32>(counters + digit, start);
    start += size;
  }
  for (let i = 0; i < count; i++) {
    const key = load<u32>(from + (<usize>i << 2));
    const counter = counters + (<usize>((key >> shift) & 2047) << 2);
    const position = load<u32>(counter);
    store<u32>(counter, position + 1);
    store<u32>(to + (<usize>position << 2), key);
  }
}

/** Distinct values of sorted keys, ascending, and how often each occurs. Returns how many. `values` may be `keys`. */
export function distinctValues(keys: usize, count: i32, values: usize, counts: usize): i32 {
  let found = -1;
  let last: u32 = 0;
  for (let i = 0; i < count; i++) {
    const key = load<u32>(keys + (<usize>i << 2));
    if (found < 0 || key != last) {
      found++;
      store<f32>(values + (<usize>found << 2), valueOf(key));
      store<i32>(counts + (<usize>found << 2), 0);
      last = key;
    }
    const slot = counts + (<usize>found << 2);
    store<i32>(slot, load<i32>(slot) + 1);
  }
  return found + 1;
}

/**
 * Bin of each value: the number of `bounds` below it. `bounds` are 255 ascending floats, filled up with infinity. NaN gets
 * `missingBin`. Returns the number of NaN.
 */
export function assignBins(column: usize, bounds: usize, missingBin: i32, bins: usize, count: i32): i32 {
  let missing = 0;
  for (let i = 0; i < count; i++) {
    const value = load<f32>(column + (<usize>i << 2));
    let p = bounds;
    p += <usize>(load<f32>(p, 127 * 4) < value) << 9;
    p += <usize>(load<f32>(p, 63 * 4) < value) << 8;
    p += <usize>(load<f32>(p, 31 * 4) < value) << 7;
    p += <usize>(load<f32>(p, 15 * 4) < value) << 6;
    p += <usize>(load<f32>(p, 7 * 4) < value) << 5;
    p += <usize>(load<f32>(p, 3 * 4) < value) << 4;
    p += <usize>(load<f32>(p, 4) < value) << 3;
    p += <usize>(load<f32>(p) < value) << 2;
    const isNumber = value == value;
    store<u8>(bins + <usize>i, isNumber ? <i32>((p - bounds) >> 2) : missingBin);
    missing += <i32>!isNumber;
  }
  return missing;
}

/** Interleaves eight columns of bins, `pitch` bytes apart, into eight neighbouring bytes of rows `stride` bytes apart. */
export function interleave(columns: usize, pitch: usize, count: i32, rows: usize, stride: usize): void {
  const end = columns + <usize>count;
  for (let c = columns; c < end; c++) {
    let p = c;
    let word = <u64>load<u8>(p);
    p += pitch; word |= <u64>load<u8>(p) << 8;
    p += pitch; word |= <u64>load<u8>(p) << 16;
    p += pitch; word |= <u64>load<u8>(p) << 24;
    p += pitch; word |= <u64>load<u8>(p) << 32;
    p += pitch; word |= <u64>load<u8>(p) << 40;
    p += pitch; word |= <u64>load<u8>(p) << 48;
    p += pitch; word |= <u64>load<u8>(p) << 56;
    store<u64>(rows, word);
    rows += stride;
  }
}
