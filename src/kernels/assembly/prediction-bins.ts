// Values of a block of up to 384 rows become bytes: the number of their column's thresholds that they exceed, less 128.
// Most columns find it by a table: a value's place between two thresholds, which grows with the value, names a bucket; the table has
// the number of thresholds in the buckets before, and the four thresholds from there on are compared with at once. Columns whose
// thresholds crowd are searched.

/** Rows of a block, and bytes from one column of bins to the next. */
const ROWS: usize = 384;
/** What a value that is missing counts as where it goes right: more than every threshold. */
const HIGHEST: u32 = 126;
/** Instead of levels of a search tree. */
const TABLE: i32 = -1;
/** From where on f32 has no fractions: adding it rounds, and leaves the integer in the lowest bits. */
const INTEGERS: f32 = 8388608;

/**
 * A column's record in the image is 32 bytes: i32 offset of its first value from `x` and bytes between rows; offset of its thresholds
 * in the image; levels of their search tree, complete and in the order of its levels from element 1 on, or 0 for one value to be
 * equal to, or -1 for a table; numbers of the columns of bins to fill, with NaN below and above every threshold, or -1; offset of the
 * table: f32 origin, scale and last bucket, then at byte 16 u8 thresholds before each bucket. Thresholds of a table are followed by four infinite ones.
 * Values are read in fours: `x` has room for whole ones.
 */
export function fillBins(image: usize, columns: usize, count: i32, x: usize, rows: i32, bins: usize): void {
  for (const end = columns + (<usize>count << 5); columns < end; columns += 32) {
    const values = x + <usize>load<u32>(columns), stride = <usize>load<u32>(columns, 4);
    const borders = image + <usize>load<u32>(columns, 8);
    const levels = load<i32>(columns, 12), low = load<i32>(columns, 16), high = load<i32>(columns, 20);
    if (levels == TABLE) tableBins(values, stride, rows, borders, image + <usize>load<u32>(columns, 24), bins, low, high);
    else if (levels) searchBins(values, stride, rows, borders, levels, bins, low, high);
    else equalBins(values, stride, rows, load<f32>(borders), bins + <usize>low * ROWS);
  }
}

function equalBins(values: usize, stride: usize, rows: i32, wanted: f32, out: usize): void {
  for (const end = out + <usize>rows; out < end; out++, values += stride) {
    store<u8>(out, load<f32>(values) == wanted ? <u8>HIGHEST : 128);
  }
}

/** Thresholds below the value at `at`: those of the buckets before its own, and those of the next four that it exceeds. */
// @ts-ignore: decorator
@inline
function countBelow(at: usize, bucket: u32, starts: usize, borders: usize): u32 {
  const before = <u32>load<u8>(starts + <usize>bucket);
  const next = v128.load(borders + (<usize>before << 2));
  return before + <u32>popcnt(i32x4.bitmask(f32x4.gt(v128.load32_splat(at), next)));
}

function tableBins(
  values: usize, stride: usize, rows: i32, borders: usize, table: usize, bins: usize, low: i32, high: i32,
): void {
  const origin = v128.load32_splat(table), scale = v128.load32_splat(table, 4), last = v128.load32_splat(table, 8);
  const starts = table + 16;
  const zero = f32x4.splat(0), integers = f32x4.splat(INTEGERS);
  const lowBins = bins + <usize>low * ROWS, highBins = bins + <usize>high * ROWS;
  for (let r: usize = 0; r < <usize>rows; r += 4) {
    const at1 = values + stride, at2 = at1 + stride, at3 = at2 + stride;
    let x = v128.load32_zero(values);
    x = v128.load32_lane(at1, x, 1);
    x = v128.load32_lane(at2, x, 2);
    x = v128.load32_lane(at3, x, 3);
    // NaN is in the first bucket, and exceeds nothing.
    const place = f32x4.pmin(last, f32x4.pmax(zero, f32x4.mul(f32x4.sub(x, origin), scale)));
    const bucket = f32x4.add(place, integers);
    const a = countBelow(values, i16x8.extract_lane_u(bucket, 0), starts, borders);
    const b = countBelow(at1, i16x8.extract_lane_u(bucket, 2), starts, borders);
    const c = countBelow(at2, i16x8.extract_lane_u(bucket, 4), starts, borders);
    const d = countBelow(at3, i16x8.extract_lane_u(bucket, 6), starts, borders);
    const four = (a | (b << 8) | (c << 16) | (d << 24)) ^ 0x80808080;
    if (low >= 0) store<u32>(lowBins + r, four);
    if (high >= 0) {
      const missing = ~(<u32>i32x4.bitmask(f32x4.eq(x, x)));
      store<u32>(highBins + r, missing & 15 ? withMissing(four, missing) : four);
    }
    values = at3 + stride;
  }
}

/** Four bins, with the highest one where the bit of `missing` is set. */
function withMissing(four: u32, missing: u32): u32 {
  for (let shift: u32 = 0; shift < 32; shift += 8, missing >>= 1) {
    if (missing & 1) four = (four & ~(255 << shift)) | (HIGHEST << shift);
  }
  return four;
}

// @ts-ignore: decorator
@inline
function descend(k: u32, x: f32, borders: usize): u32 {
  return (k << 1) + <u32>(x > load<f32>(borders + (<usize>k << 2)));
}

// @ts-ignore: decorator
@inline
function above(bin: u32, x: f32): u32 {
  return x == x ? bin : HIGHEST;
}

function searchBins(
  values: usize, stride: usize, rows: i32, borders: usize, levels: i32, bins: usize, low: i32, high: i32,
): void {
  const first: u32 = (1 << levels) + 128;
  const lowBins = bins + <usize>low * ROWS, highBins = bins + <usize>high * ROWS;
  for (let r: usize = 0; r < <usize>rows; r += 4) {
    const x0 = load<f32>(values), x1 = load<f32>(values + stride);
    values += stride << 1;
    const x2 = load<f32>(values), x3 = load<f32>(values + stride);
    values += stride << 1;
    let a: u32 = 1, b: u32 = 1, c: u32 = 1, d: u32 = 1;
    for (let level = levels; level > 0; level--) {
      a = descend(a, x0, borders);
      b = descend(b, x1, borders);
      c = descend(c, x2, borders);
      d = descend(d, x3, borders);
    }
    a = (a - first) & 255;
    b = (b - first) & 255;
    c = (c - first) & 255;
    d = (d - first) & 255;
    if (low >= 0) store<u32>(lowBins + r, a | (b << 8) | (c << 16) | (d << 24));
    if (high >= 0) {
      store<u32>(highBins + r, above(a, x0) | (above(b, x1) << 8) | (above(c, x2) << 16) | (above(d, x3) << 24));
    }
  }
}
