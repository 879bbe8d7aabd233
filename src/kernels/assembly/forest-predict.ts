// Rows through one tree of a forest: sixteen walk side by side, in four vectors, so that they wait for memory together and none guesses a branch.
// A slot is 8 bytes: f32 threshold; u32 of a flag (a missing value goes right), a flag (a leaf), the column times 4 in the bits of
// `columnMask`, and from bit `shift` on the slot of the left child, which the right one follows. A leaf is its own child.

const LEAF: i32 = 2;

/** Slots of the first two of four rows, whose byte offsets are in `at`. */
// @ts-ignore: decorator
@inline
function firstTwo(slots: usize, at: v128): v128 {
  const one = v128.load64_zero(slots + <usize>i32x4.extract_lane(at, 0));
  return v128.load64_lane(slots + <usize>i32x4.extract_lane(at, 1), one, 1);
}

// @ts-ignore: decorator
@inline
function lastTwo(slots: usize, at: v128): v128 {
  const one = v128.load64_zero(slots + <usize>i32x4.extract_lane(at, 2));
  return v128.load64_lane(slots + <usize>i32x4.extract_lane(at, 3), one, 1);
}

// @ts-ignore: decorator
@inline
function thresholds(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 0, 2, 4, 6);
}

// @ts-ignore: decorator
@inline
function rest(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 1, 3, 5, 7);
}

/** Offsets of the children that rows at `x`, `stride` bytes apart, go to. */
// @ts-ignore: decorator
@inline
function children(about: v128, threshold: v128, x: usize, stride: usize, columnMask: v128, shift: i32): v128 {
  const columns = v128.and(about, columnMask);
  let values = v128.load32_zero(x + <usize>i32x4.extract_lane(columns, 0));
  values = v128.load32_lane(x + stride + <usize>i32x4.extract_lane(columns, 1), values, 1);
  values = v128.load32_lane(x + 2 * stride + <usize>i32x4.extract_lane(columns, 2), values, 2);
  values = v128.load32_lane(x + 3 * stride + <usize>i32x4.extract_lane(columns, 3), values, 3);
  const right = v128.or(f32x4.gt(values, threshold), v128.and(f32x4.ne(values, values), about));
  return i32x4.shl(i32x4.add(i32x4.shr_u(about, shift), v128.and(right, i32x4.splat(1))), 3);
}

// @ts-ignore: decorator
@inline
function add(values: usize, offsets: usize, slot: i32, outputs: usize, sums: usize): void {
  let value = values + <usize>load<u32>(offsets + <usize>(slot >>> 1));
  for (const end = sums + (outputs << 3); sums < end; sums += 8, value += 8) store<f64>(sums, load<f64>(sums) + load<f64>(value));
}

// @ts-ignore: decorator
@inline
function addFour(values: usize, offsets: usize, at: v128, outputs: usize, sums: usize): void {
  const step = outputs << 3;
  add(values, offsets, i32x4.extract_lane(at, 0), outputs, sums);
  add(values, offsets, i32x4.extract_lane(at, 1), outputs, sums + step);
  add(values, offsets, i32x4.extract_lane(at, 2), outputs, sums + 2 * step);
  add(values, offsets, i32x4.extract_lane(at, 3), outputs, sums + 3 * step);
}

/**
 * Adds the `outputs` f64 values of the leaf of each row, `stride` bytes apart from `x` on, to (rows, outputs) `sums`. `rows` is a multiple of
 * sixteen. The values of slot s begin at `values` + u32 `offsets`[s].
 */
export function forestWalk(
  slots: usize, offsets: usize, values: usize, columns: u32, shift: i32, x: usize, stride: usize, rows: i32, outputs: i32, sums: usize,
): void {
  const columnMask = i32x4.splat(columns), leaf = i32x4.splat(LEAF);
  for (let left = rows; left > 0; left -= 16) {
    let a = i32x4.splat(0), b = a, c = a, d = a;
    for (;;) {
      const a1 = firstTwo(slots, a), a2 = lastTwo(slots, a), b1 = firstTwo(slots, b), b2 = lastTwo(slots, b);
      const c1 = firstTwo(slots, c), c2 = lastTwo(slots, c), d1 = firstTwo(slots, d), d2 = lastTwo(slots, d);
      const aboutA = rest(a1, a2), aboutB = rest(b1, b2), aboutC = rest(c1, c2), aboutD = rest(d1, d2);
      if (i32x4.all_true(v128.and(v128.and(v128.and(aboutA, aboutB), v128.and(aboutC, aboutD)), leaf))) break;
      a = children(aboutA, thresholds(a1, a2), x, stride, columnMask, shift);
      b = children(aboutB, thresholds(b1, b2), x + 4 * stride, stride, columnMask, shift);
      c = children(aboutC, thresholds(c1, c2), x + 8 * stride, stride, columnMask, shift);
      d = children(aboutD, thresholds(d1, d2), x + 12 * stride, stride, columnMask, shift);
    }
    addFour(values, offsets, a, <usize>outputs, sums);
    addFour(values, offsets, b, <usize>outputs, sums + (<usize>outputs << 5));
    addFour(values, offsets, c, <usize>outputs, sums + (<usize>outputs << 6));
    addFour(values, offsets, d, <usize>outputs, sums + (<usize>outputs * 96));
    sums += <usize>outputs << 7;
    x += stride << 4;
  }
}
