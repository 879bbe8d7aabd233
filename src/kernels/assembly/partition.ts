// Rows of a node: row numbers (u32) with their (gradient, hessian) pairs (two i32), each node one stretch of both arrays.
// Splitting keeps the order of rows on both sides, so memory is read in ascending order at every depth.

/**
 * Fills `rows` and `pairs` at `from` .. `to`-1 with the rows to train on (`sample`, or every row if 0) and their gradients, two
 * f32 a row, quantised by powers of two. Adds up the pairs into two i64 at `sums`, and their magnitudes into the next two.
 */
export function loadRows(
  sample: usize, gradients: usize, from: i32, to: i32, scaleG: f64, scaleH: f64, rows: usize, pairs: usize, sums: usize,
): void {
  const scale = f64x2.replace_lane(f64x2.splat(scaleG), 1, scaleH);
  let total = i64x2.splat(0), absolute = total;
  for (let i = <usize>from; i < <usize>to; i++) {
    const row = sample ? load<u32>(sample + (i << 2)) : <u32>i;
    const pair = f64x2.promote_low_f32x4(v128.load64_zero(gradients + (<usize>row << 3)));
    const integers = i32x4.trunc_sat_f64x2_s_zero(f64x2.nearest(f64x2.mul(pair, scale)));
    store<u32>(rows + (i << 2), row);
    v128.store64_lane(pairs + (i << 3), integers, 0);
    total = i64x2.add(total, i64x2.extend_low_i32x4_s(integers));
    absolute = i64x2.add(absolute, i64x2.extend_low_i32x4_u(i32x4.abs(integers)));
  }
  v128.store(sums, total);
  v128.store(sums, absolute, 16);
}

/** The largest |gradient| and |hessian| of rows `from` .. `to`-1, two f32 at `out`. */
export function largestGradients(gradients: usize, from: i32, to: i32, out: usize): void {
  let largest = f32x4.splat(0);
  for (let i = <usize>from; i < <usize>to; i++) largest = f32x4.pmax(largest, f32x4.abs(v128.load64_zero(gradients + (i << 3))));
  v128.store64_lane(out, largest, 0);
}

/**
 * Splits rows `from` .. `to`-1 by the bins of one column: a bin at or below `bin` goes left, the missing bin where
 * `missingLeft` says. The left rows go to `leftRows`, `leftPairs` from index `from` on (these may be the arrays themselves),
 * the right ones to `rightRows`, `rightPairs` from `from` on. Returns the number on the left.
 */
export function partition(
  rows: usize, pairs: usize, from: i32, to: i32, column: usize, bin: i32, missingBin: i32, missingLeft: i32,
  leftRows: usize, leftPairs: usize, rightRows: usize, rightPairs: usize,
): i32 {
  let left = <usize>from, right = <usize>from;
  for (let i = <usize>from; i < <usize>to; i++) {
    const row = load<u32>(rows + (i << 2));
    const pair = load<i64>(pairs + (i << 3));
    const b = <i32>load<u8>(column + <usize>row);
    const goesLeft = <usize>(b <= bin) | (<usize>(b == missingBin) & <usize>missingLeft);
    store<u32>(leftRows + (left << 2), row);
    store<i64>(leftPairs + (left << 3), pair);
    store<u32>(rightRows + (right << 2), row);
    store<i64>(rightPairs + (right << 3), pair);
    left += goesLeft;
    right += 1 - goesLeft;
  }
  return <i32>(left - <usize>from);
}

/** Copies `count` rows and pairs from index `from` of one pair of arrays to index `to` of another. */
export function moveRows(rows: usize, pairs: usize, from: i32, count: i32, toRows: usize, toPairs: usize, to: i32): void {
  memory.copy(toRows + (<usize>to << 2), rows + (<usize>from << 2), <usize>count << 2);
  memory.copy(toPairs + (<usize>to << 3), pairs + (<usize>from << 3), <usize>count << 3);
}
