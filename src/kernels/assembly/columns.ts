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
