// Rows of symmetric trees: their quantised pairs, the stretch of rows of each leaf and how a test splits it, and scores by leaf.
// Integer pairs are (gradient, weight).

/** The largest |gradient| (f64 by row) times row factor, and the largest weight times it, two f64 at `out`. Factors and weights: f32 or 0. */
export function largestPairs(gradients: usize, weights: usize, factors: usize, from: i32, to: i32, out: usize): void {
  let g: f64 = 0, w: f64 = 0;
  for (let i = <usize>from; i < <usize>to; i++) {
    const factor = factors ? <f64>load<f32>(factors + (i << 2)) : 1.0;
    const weight = weights ? <f64>load<f32>(weights + (i << 2)) : 1.0;
    g = max(g, abs(load<f64>(gradients + (i << 3)) * factor));
    w = max(w, weight * factor);
  }
  store<f64>(out, g);
  store<f64>(out, w, 8);
}

/** Pairs of i32 by row: gradient and weight, times the row's factor, in units of 1 / scale. */
export function quantisePairs(
  gradients: usize, weights: usize, factors: usize, from: i32, to: i32, scaleG: f64, scaleW: f64, pairs: usize,
): void {
  for (let i = <usize>from; i < <usize>to; i++) {
    const factor = factors ? <f64>load<f32>(factors + (i << 2)) : 1.0;
    const weight = weights ? <f64>load<f32>(weights + (i << 2)) : 1.0;
    store<i32>(pairs + (i << 3), <i32>nearest(load<f64>(gradients + (i << 3)) * factor * scaleG));
    store<i32>(pairs + (i << 3), <i32>nearest(weight * factor * scaleW), 4);
  }
}

// @ts-ignore: decorator
@inline
function goesRight(b: i32, bin: i32, oneHot: i32): i32 {
  return oneHot ? <i32>(b == bin) : <i32>(b > bin);
}

/** How many of the listed rows the test sends right: a bin above `bin`, or equal to it if `oneHot`. */
export function countRight(rows: usize, count: i32, column: usize, bin: i32, oneHot: i32): i32 {
  let right = 0;
  for (let i: usize = 0; i < <usize>count; i++) right += goesRight(<i32>load<u8>(column + <usize>load<u32>(rows + (i << 2))), bin, oneHot);
  return right;
}

/** Writes the listed rows that go left to `left` and those that go right to `right`, in their order. */
export function scatterRows(rows: usize, count: i32, column: usize, bin: i32, oneHot: i32, left: usize, right: usize): void {
  for (let i: usize = 0; i < <usize>count; i++) {
    const row = load<u32>(rows + (i << 2));
    const side = goesRight(<i32>load<u8>(column + <usize>row), bin, oneHot);
    store<u32>(side ? right : left, row);
    right += <usize>side << 2;
    left += <usize>(1 - side) << 2;
  }
}

/**
 * Leaves (u8 by row) of rows `from` .. `to`-1 under up to 8 tests, as in `addSymmetric`, and how many rows each leaf has (i32 by leaf).
 */
export function findLeaves(tests: usize, depth: i32, from: i32, to: i32, leaves: usize, counts: usize): void {
  memory.fill(counts, 0, <usize>4 << depth);
  const end = <usize>to;
  let i = <usize>from;
  for (; i + 16 <= end; i += 16) {
    let leaf = i8x16.splat(0);
    for (let t = 0; t < depth; t++) {
      const test = tests + <usize>t * 12;
      const bins = v128.load(<usize>load<u32>(test) + i), bin = i8x16.splat(<i8>load<i32>(test, 4));
      const yes = load<i32>(test, 8) ? i8x16.eq(bins, bin) : v128.not(i8x16.le_u(bins, bin));
      leaf = v128.or(leaf, v128.and(yes, v128.shl<i8>(i8x16.splat(1), t)));
    }
    v128.store(leaves + i, leaf);
  }
  for (; i < end; i++) {
    let leaf = 0;
    for (let t = 0; t < depth; t++) {
      const test = tests + <usize>t * 12;
      leaf |= goesRight(<i32>load<u8>(<usize>load<u32>(test) + i), load<i32>(test, 4), load<i32>(test, 8)) << t;
    }
    store<u8>(leaves + i, <u8>leaf);
  }
  for (i = <usize>from; i < end; i++) {
    const count = counts + (<usize>load<u8>(leaves + i) << 2);
    store<i32>(count, load<i32>(count) + 1);
  }
}

/** Row numbers `from` .. `to`-1 to the place of their leaf (i32 by leaf, in `rows`), which moves on. */
export function scatterLeaves(leaves: usize, from: i32, to: i32, places: usize, rows: usize): void {
  for (let i = <usize>from; i < <usize>to; i++) {
    const place = places + (<usize>load<u8>(leaves + i) << 2);
    const at = load<i32>(place);
    store<u32>(rows + (<usize>at << 2), <u32>i);
    store<i32>(place, at + 1);
  }
}

/** out[i] = values[rows[i]], f64 to f32. */
export function gatherShort(rows: usize, count: i32, values: usize, out: usize): void {
  for (let i: usize = 0; i < <usize>count; i++) {
    store<f32>(out + (i << 2), <f32>load<f64>(values + (<usize>load<u32>(rows + (i << 2)) << 3)));
  }
}

/** out[i] = values[rows[i]], f64. */
export function gatherDoubles(rows: usize, count: i32, values: usize, out: usize): void {
  for (let i: usize = 0; i < <usize>count; i++) store<f64>(out + (i << 3), load<f64>(values + (<usize>load<u32>(rows + (i << 2)) << 3)));
}

/** out[i] = values[rows[i]], f32. */
export function gatherFloats(rows: usize, count: i32, values: usize, out: usize): void {
  for (let i: usize = 0; i < <usize>count; i++) store<f32>(out + (i << 2), load<f32>(values + (<usize>load<u32>(rows + (i << 2)) << 2)));
}

/**
 * scores[row] += values[leaf] for rows `from` .. `to`-1; bit t of the leaf is test t. A test is i32: address of the feature's column
 * of bins, bin, oneHot; 12 bytes.
 */
export function addSymmetric(tests: usize, depth: i32, values: usize, from: i32, to: i32, scores: usize): void {
  for (let i = <usize>from; i < <usize>to; i++) {
    let leaf: usize = 0;
    for (let t = 0; t < depth; t++) {
      const test = tests + <usize>t * 12;
      leaf |= <usize>goesRight(<i32>load<u8>(<usize>load<u32>(test) + i), load<i32>(test, 4), load<i32>(test, 8)) << t;
    }
    const p = scores + (i << 3);
    store<f64>(p, load<f64>(p) + load<f64>(values + (leaf << 3)));
  }
}
