// Counts of a tile's values around two borders of each column: what the ranks of a column's values are found from.

/**
 * For the first `width` columns of `rows` float32 rows `stride` values apart: how many values are below `low`, up to it, below
 * `high`, up to it, and how many are no NaN, added to five lists of `padded` i32 (width rounded up to 4); a sixth counts the values strictly between
 * the borders, which are appended to the column's list of up to `capacity` floats (those beyond are counted alone). Borders are
 * `padded` floats, NaN beyond `width`. The tile is followed by 12 readable bytes.
 */
export function countAround(
  x: usize, stride: i32, rows: i32, width: i32, low: usize, high: usize, counts: usize, lists: usize, capacity: i32,
): void {
  const padded = (width + 3) & ~3;
  const line = <usize>padded << 2;
  const step = <usize>stride << 2;
  for (let j = 0; j < width; j += 4) {
    const at = <usize>j << 2;
    const lo = v128.load(low + at), hi = v128.load(high + at);
    const target = counts + at;
    let below = v128.load(target), upTo = v128.load(target + line);
    let belowHigh = v128.load(target + 2 * line), upToHigh = v128.load(target + 3 * line);
    let known = v128.load(target + 4 * line);
    let p = x + at;
    for (let i = 0; i < rows; i++, p += step) {
      const v = v128.load(p);
      const upToLow = f32x4.le(v, lo), underHigh = f32x4.lt(v, hi);
      below = i32x4.sub(below, f32x4.lt(v, lo));
      upTo = i32x4.sub(upTo, upToLow);
      belowHigh = i32x4.sub(belowHigh, underHigh);
      upToHigh = i32x4.sub(upToHigh, f32x4.le(v, hi));
      known = i32x4.sub(known, f32x4.eq(v, v));
      let between = i32x4.bitmask(v128.andnot(underHigh, upToLow));
      while (between) {
        const lane = ctz(between);
        between &= between - 1;
        const listed = target + 5 * line + (<usize>lane << 2);
        const n = load<i32>(listed);
        store<i32>(listed, n + 1);
        if (n < capacity) {
          store<f32>(lists + ((<usize>(j + lane) * <usize>capacity + <usize>n) << 2), load<f32>(p + (<usize>lane << 2)));
        }
      }
    }
    v128.store(target, below);
    v128.store(target + line, upTo);
    v128.store(target + 2 * line, belowHigh);
    v128.store(target + 3 * line, upToHigh);
    v128.store(target + 4 * line, known);
  }
}

/** Copies the values that are no NaN of one column, `rows` values `stride` apart, to `out`; how many they are. */
export function knownOf(x: usize, stride: i32, rows: i32, out: usize): i32 {
  const step = <usize>stride << 2;
  const first = out;
  for (let i = 0; i < rows; i++, x += step) {
    const v = load<f32>(x);
    store<f32>(out, v);
    out += <usize>i32(v == v) << 2;
  }
  return <i32>((out - first) >> 2);
}

// @ts-ignore: decorator
@inline
function keyOf(x: usize): u32 {
  const bits = load<u32>(x);
  return bits ^ (<u32>(<i32>bits >> 31) | 0x80000000);
}

// The bucket that holds the rank; the rank within it is left in `counts`.
// @ts-ignore: decorator
@inline
function bucketOf(counts: usize, rank: i32): u32 {
  let bucket: u32 = 0;
  let place = rank;
  for (;;) {
    const count = load<i32>(counts + (<usize>bucket << 2));
    if (place < count) break;
    place -= count;
    bucket++;
  }
  store<i32>(counts, place);
  return bucket;
}

/**
 * The value of the given rank (0 the least) among `n` floats without NaN: radix selection by 11, 11 and 10 bits. `keys` is room for `n`
 * values, `counts` for 2,048.
 */
export function rankedFloat(x: usize, n: i32, rank: i32, keys: usize, counts: usize): f32 {
  memory.fill(counts, 0, 8192);
  const end = x + (<usize>n << 2);
  for (let p = x; p < end; p += 4) {
    const at = counts + (<usize>(keyOf(p) >> 21) << 2);
    store<i32>(at, load<i32>(at) + 1);
  }
  let bucket = bucketOf(counts, rank);
  let place = load<i32>(counts);
  let rest = keys;
  for (let p = x; p < end; p += 4) {
    const key = keyOf(p);
    store<u32>(rest, key);
    rest += <usize>i32(key >> 21 == bucket) << 2;
  }
  for (let shift: u32 = 10; ; shift = 0) {
    const mask: u32 = shift ? 0x7ff : 0x3ff;
    memory.fill(counts, 0, 8192);
    for (let p = keys; p < rest; p += 4) {
      const at = counts + (<usize>((load<u32>(p) >> shift) & mask) << 2);
      store<i32>(at, load<i32>(at) + 1);
    }
    bucket = bucketOf(counts, place);
    place = load<i32>(counts);
    let kept = keys;
    for (let p = keys; p < rest; p += 4) {
      const key = load<u32>(p);
      store<u32>(kept, key);
      kept += <usize>i32(((key >> shift) & mask) == bucket) << 2;
    }
    rest = kept;
    if (shift == 0) break;
  }
  const key = load<u32>(keys);
  return reinterpret<f32>(key & 0x80000000 ? key ^ 0x80000000 : ~key);
}
