// Symmetric trees: all leaves of a level share one test. Splitting every stretch of rows by it, sums of a test over all leaves,
// and what leaf values are estimated from. Integer pairs are (gradient, weight); their sums stay below 2^51.
import { exp2, log2 } from './math';

/** f64x2 of the numerator, then f64x2 of the denominator: what a bin's test has gathered so far. */
const CELL: usize = 32;

// Adding it to a 64-bit integer below 2^51 in magnitude gives the bits of a double that much above MAGIC.
const MAGIC_BITS: i64 = 0x4338000000000000;
const MAGIC: f64 = 6755399441055744.0;

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

/** The pairs of `count` listed rows, in the list's order; adds them up into two i64 at `sums`. */
export function gatherPairs(rows: usize, count: i32, pairs: usize, out: usize, sums: usize): void {
  let total = i64x2.splat(0);
  for (let i: usize = 0; i < <usize>count; i++) {
    const pair = v128.load64_zero(pairs + (<usize>load<u32>(rows + (i << 2)) << 3));
    v128.store64_lane(out + (i << 3), pair, 0);
    total = i64x2.add(total, i64x2.extend_low_i32x4_s(pair));
  }
  v128.store(sums, total);
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

// @ts-ignore: decorator
@inline
function real(sums: v128): v128 {
  return f64x2.sub(i64x2.add(sums, i64x2.splat(MAGIC_BITS)), f64x2.splat(MAGIC));
}

/**
 * Adds the tests of one feature in two leaves to its `cells`, one cell a bin. `small` and `large` are histograms of siblings; with
 * `subtract`, `large` still holds their parent's sums and gets its own. `totals`: f64 gradient (small, large), weight (small, large).
 * A test's part is G^2 / (W + lambda) of both its sides in the numerator and G^2 W / (W + lambda)^2 in the denominator; `cosine`
 * 0 leaves the denominator out. `oneHot`: the test of a bin is that bin against all others, not all bins up to it.
 */
export function scanSiblings(
  small: usize, large: usize, subtract: i32, bins: i32, oneHot: i32, totals: usize, lambda: f64, cosine: i32, cells: usize,
): void {
  const totalG = v128.load(totals), totalW = v128.load(totals, 16);
  const keep = i64x2.splat(oneHot ? 0 : -1);
  const lambda2 = f64x2.splat(max(lambda, 1e-9));
  let accS = i64x2.splat(0), accL = i64x2.splat(0);
  const end = small + (<usize>bins << 4);
  for (let p = small; p < end; p += 16) {
    const s = v128.load(p);
    let l = v128.load(large);
    if (subtract) {
      l = i64x2.sub(l, s);
      v128.store(large, l);
    }
    large += 16;
    accS = i64x2.add(v128.and(accS, keep), s);
    accL = i64x2.add(v128.and(accL, keep), l);
    const rs = real(accS), rl = real(accL);
    const g = v128.shuffle<i64>(rs, rl, 0, 2), w = v128.shuffle<i64>(rs, rl, 1, 3);
    const restG = f64x2.sub(totalG, g), restW = f64x2.sub(totalW, w);
    const a = f64x2.div(g, f64x2.add(w, lambda2)), b = f64x2.div(restG, f64x2.add(restW, lambda2));
    v128.store(cells, f64x2.add(v128.load(cells), f64x2.add(f64x2.mul(a, g), f64x2.mul(b, restG))));
    if (cosine) {
      const d = f64x2.add(f64x2.mul(f64x2.mul(a, a), w), f64x2.mul(f64x2.mul(b, b), restW));
      v128.store(cells, f64x2.add(v128.load(cells, 16), d), 16);
    }
    cells += CELL;
  }
}

/** The same for a single leaf, in the first lanes. */
export function scanLeaf(
  histogram: usize, bins: i32, oneHot: i32, totalG: f64, totalW: f64, lambda: f64, cosine: i32, cells: usize,
): void {
  const keep = i64x2.splat(oneHot ? 0 : -1);
  const total = f64x2.replace_lane(f64x2.splat(totalG), 1, totalW);
  const lambda2 = f64x2.splat(max(lambda, 1e-9));
  let acc = i64x2.splat(0);
  const end = histogram + (<usize>bins << 4);
  for (let p = histogram; p < end; p += 16) {
    acc = i64x2.add(v128.and(acc, keep), v128.load(p));
    const left = real(acc);
    const right = f64x2.sub(total, left);
    const g = v128.shuffle<i64>(left, right, 0, 2), w = v128.shuffle<i64>(left, right, 1, 3);
    const a = f64x2.div(g, f64x2.add(w, lambda2));
    v128.store(cells, f64x2.add(v128.load(cells), f64x2.mul(a, g)));
    if (cosine) v128.store(cells, f64x2.add(v128.load(cells, 16), f64x2.mul(f64x2.mul(a, a), w)), 16);
    cells += CELL;
  }
}

/**
 * Adds the tests of one feature in one leaf of ordered boosting: means come from the histogram of the `body`, what they are compared
 * with from that of the `tail`. `totals`: f64 gradient and weight of the body, then of the tail. A side's part is a G in the numerator
 * and a^2 W in the denominator, for a = G' / (W' + lambda) of the body.
 */
export function scanBodyTail(
  body: usize, tail: usize, bins: i32, oneHot: i32, totals: usize, lambda: f64, cosine: i32, cells: usize,
): void {
  const keep = i64x2.splat(oneHot ? 0 : -1);
  const totalB = v128.load(totals), totalT = v128.load(totals, 16);
  const lambda2 = f64x2.splat(max(lambda, 1e-9));
  let accB = i64x2.splat(0), accT = i64x2.splat(0);
  const end = body + (<usize>bins << 4);
  for (let p = body; p < end; p += 16) {
    accB = i64x2.add(v128.and(accB, keep), v128.load(p));
    accT = i64x2.add(v128.and(accT, keep), v128.load(tail));
    tail += 16;
    const leftB = real(accB), leftT = real(accT);
    const rightB = f64x2.sub(totalB, leftB), rightT = f64x2.sub(totalT, leftT);
    const g = v128.shuffle<i64>(leftB, rightB, 0, 2), w = v128.shuffle<i64>(leftB, rightB, 1, 3);
    const tailG = v128.shuffle<i64>(leftT, rightT, 0, 2), tailW = v128.shuffle<i64>(leftT, rightT, 1, 3);
    const a = f64x2.div(g, f64x2.add(w, lambda2));
    v128.store(cells, f64x2.add(v128.load(cells), f64x2.mul(a, tailG)));
    if (cosine) v128.store(cells, f64x2.add(v128.load(cells, 16), f64x2.mul(f64x2.mul(a, a), tailW)), 16);
    cells += CELL;
  }
}

// @ts-ignore: decorator
@inline
function mix(x: u32): u32 {
  x = (x ^ (x >> 16)) * 0x21f0aaad;
  x = (x ^ (x >> 15)) * 0x735a2d97;
  return x ^ (x >> 15);
}

/** The histogram of one column of at most `bins` bins over the listed rows, with their pairs in the list's order. */
export function columnHistogram(histogram: usize, bins: i32, column: usize, rows: usize, pairs: usize, count: i32): void {
  memory.fill(histogram, 0, <usize>bins << 4);
  for (let i: usize = 0; i < <usize>count; i++) {
    const p = histogram + (<usize>load<u8>(column + <usize>load<u32>(rows + (i << 2))) << 4);
    v128.store(p, i64x2.add(v128.load(p), i64x2.extend_low_i32x4_s(v128.load64_zero(pairs + (i << 3)))));
  }
}

// @ts-ignore: decorator
@inline
function addPair(histogram: usize, bin: u8, pair: v128): void {
  const p = histogram + (<usize>bin << 4);
  v128.store(p, i64x2.add(v128.load(p), pair));
}

/** The same for four columns `pitch` bytes apart, into histograms side by side: one pass, and sums that do not wait for each other. */
export function fourHistograms(
  histogram: usize, bins: i32, column: usize, pitch: usize, rows: usize, pairs: usize, count: i32,
): void {
  const bytes = <usize>bins << 4;
  memory.fill(histogram, 0, bytes << 2);
  const second = column + pitch, third = second + pitch, fourth = third + pitch;
  const histogram2 = histogram + bytes, histogram3 = histogram2 + bytes, histogram4 = histogram3 + bytes;
  for (let i: usize = 0; i < <usize>count; i++) {
    const row = <usize>load<u32>(rows + (i << 2));
    const pair = i64x2.extend_low_i32x4_s(v128.load64_zero(pairs + (i << 3)));
    addPair(histogram, load<u8>(column + row), pair);
    addPair(histogram2, load<u8>(second + row), pair);
    addPair(histogram3, load<u8>(third + row), pair);
    addPair(histogram4, load<u8>(fourth + row), pair);
  }
}

/** parent -= child, of `bytes` bytes: what remains is the sibling's sums. */
export function subtractSums(parent: usize, child: usize, bytes: i32): void {
  for (let i: usize = 0; i < <usize>bytes; i += 16) {
    v128.store(parent + i, i64x2.sub(v128.load(parent + i), v128.load(child + i)));
  }
}

/**
 * The best test of a feature by its cells: the largest (numerator / sqrt(denominator)) * unit, or numerator * unit without `cosine`,
 * plus noise of standard deviation `noise`; the lowest bin among equals. `normals`: 4097 f64 quantiles of the normal distribution.
 * Writes f64 score without noise, i32 bin (-1: no tests).
 */
export function bestCell(
  cells: usize, tests: i32, cosine: i32, unit: f64, noise: f64, seed: u32, normals: usize, out: usize,
): void {
  let best: f64 = -Infinity, plain: f64 = 0, bin = -1;
  for (let b = 0; b < tests; b++) {
    const p = cells + <usize>b * CELL;
    let score = (load<f64>(p) + load<f64>(p, 8)) * unit;
    if (cosine) {
      const d = load<f64>(p, 16) + load<f64>(p, 24);
      score = d > 0 ? score / sqrt(d) : 0;
    }
    const raw = score;
    if (noise > 0) {
      const u = mix(seed ^ mix(<u32>b + 0x9e3779b9));
      const at = normals + (<usize>(u >> 20) << 3);
      const part = <f64>(u & 0xfffff) / 1048576.0;
      score += noise * (load<f64>(at) * (1.0 - part) + load<f64>(at, 8) * part);
    }
    if (score > best) { best = score; plain = raw; bin = b; }
  }
  store<f64>(out, plain);
  store<i32>(out, bin, 8);
}

// e^x for x <= 0; below -700 nothing is left of it in any sum.
// @ts-ignore: decorator
@inline
function expOfNegative(x: v128): v128 {
  return exp2(f64x2.max(x, f64x2.splat(-700)));
}

// @ts-ignore: decorator
@inline
function laneSum(x: v128): f64 {
  return f64x2.extract_lane(x, 0) + f64x2.extract_lane(x, 1);
}

// Values of rows i and i + 1; a second row at or past `to` weighs nothing.
// @ts-ignore: decorator
@inline
function weightsAt(weights: usize, i: usize, to: i32): v128 {
  const w = weights ? f64x2.promote_low_f32x4(v128.load64_zero(weights + (i << 2))) : f64x2.splat(1);
  return <i32>i + 1 < to ? w : f64x2.replace_lane(w, 1, 0);
}

/** Rows whose logarithms are taken as that of their product. */
const LOGS_TOGETHER: usize = 128;

/**
 * Log-loss of rows `from` .. `to`-1 at scores + `delta` (all f64 but weights, f32 or 0; arrays end in a spare element): weighted
 * sums of y - p, p (1 - p) and the loss, three f64 at `sums`; with `ders`, also each row's w (y - p).
 */
export function loglossSums(scores: usize, labels: usize, weights: usize, delta: f64, from: i32, to: i32, ders: usize, sums: usize): void {
  const one = f64x2.splat(1), zero = f64x2.splat(0), shift = f64x2.splat(delta);
  let g = zero, h = zero, loss = zero, product = one;
  for (let i = <usize>from; i < <usize>to; i += 2) {
    const s = f64x2.add(v128.load(scores + (i << 3)), shift);
    const y = v128.load(labels + (i << 3));
    const w = weightsAt(weights, i, to);
    const e = expOfNegative(f64x2.neg(f64x2.abs(s)));
    const d = f64x2.add(one, e);
    const inverse = f64x2.div(one, d);
    const p = f64x2.mul(v128.bitselect(one, e, f64x2.ge(s, zero)), inverse);
    const der = f64x2.mul(w, f64x2.sub(y, p));
    if (ders) {
      if (<i32>i + 1 < to) v128.store(ders + (i << 3), der);
      else v128.store64_lane(ders + (i << 3), der, 0);
    }
    g = f64x2.add(g, der);
    h = f64x2.add(h, f64x2.mul(w, f64x2.mul(e, f64x2.mul(inverse, inverse))));
    const linear = f64x2.sub(f64x2.max(s, zero), f64x2.mul(y, s));
    if (weights) {
      loss = f64x2.add(loss, f64x2.mul(w, f64x2.add(log2(d), linear)));
      continue;
    }
    product = f64x2.mul(product, v128.bitselect(d, one, f64x2.gt(w, zero)));
    loss = f64x2.add(loss, f64x2.mul(w, linear));
    if ((i & (LOGS_TOGETHER - 2)) == 0) {
      loss = f64x2.add(loss, log2(product));
      product = one;
    }
  }
  store<f64>(sums, laneSum(g));
  store<f64>(sums, laneSum(h), 8);
  store<f64>(sums, laneSum(f64x2.add(loss, log2(product))), 16);
}

// e^x in f32 for x <= 0, to about 2e-7; below -87 nothing is left of it in f32.
// @ts-ignore: decorator
@inline
function expOfNegative4(x: v128): v128 {
  x = f32x4.pmax(x, f32x4.splat(-87));
  const k = f32x4.nearest(f32x4.mul(x, f32x4.splat(1.4426950408889634)));
  const r = f32x4.sub(f32x4.sub(x, f32x4.mul(k, f32x4.splat(0.693145751953125))), f32x4.mul(k, f32x4.splat(1.42860677e-6)));
  let p = f32x4.splat(1.0 / 720.0);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0 / 120.0));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0 / 24.0));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0 / 6.0));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(0.5));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1));
  return f32x4.mul(p, v128.shl<i32>(i32x4.add(i32x4.trunc_sat_f32x4_s(k), i32x4.splat(127)), 23));
}

// @ts-ignore: decorator
@inline
function promoteBoth(x: v128): v128 {
  return f64x2.add(f64x2.promote_low_f32x4(x), f64x2.promote_low_f32x4(v128.shuffle<i64>(x, x, 1, 0)));
}

/** Rows summed in f32 before they are added in f64. */
const SUMMED_SHORT: usize = 32;

/**
 * `loglossSums` of unweighted rows in f32, summed in f64: scores and labels are f32, and so are rounded once. For many rows, whose
 * rounding averages out. Arrays end in three spare elements.
 */
export function loglossSumsShort(scores: usize, labels: usize, delta: f64, from: i32, to: i32, sums: usize): void {
  const one = f32x4.splat(1), zero = f32x4.splat(0), shift = f32x4.splat(<f32>delta);
  let g = f64x2.splat(0), h = f64x2.splat(0), loss = f64x2.splat(0), product = f64x2.splat(1);
  let i = <usize>from;
  const end = <usize>to;
  while (i < end) {
    const stop = min(end, i + SUMMED_SHORT);
    let g4 = zero, h4 = zero, linear4 = zero;
    for (; i < stop; i += 4) {
      const s = f32x4.add(v128.load(scores + (i << 2)), shift);
      const y = v128.load(labels + (i << 2));
      const left = <i32>(stop - i);
      const real = i32x4.gt_s(i32x4.splat(left), i32x4(0, 1, 2, 3));
      const e = expOfNegative4(f32x4.neg(f32x4.abs(s)));
      const d = f32x4.add(one, e);
      const inverse = f32x4.div(one, d);
      const q = f32x4.mul(e, inverse);
      // y - p without cancellation: p is 1 - q on the right of 0, q on its left.
      const right = f32x4.ge(s, zero);
      const der = v128.bitselect(f32x4.add(f32x4.sub(y, one), q), f32x4.sub(y, q), right);
      g4 = f32x4.add(g4, v128.and(der, real));
      h4 = f32x4.add(h4, v128.and(f32x4.mul(q, inverse), real));
      linear4 = f32x4.add(linear4, v128.and(f32x4.sub(f32x4.pmax(s, zero), f32x4.mul(y, s)), real));
      const counted = v128.bitselect(d, one, real);
      product = f64x2.mul(product, f64x2.mul(f64x2.promote_low_f32x4(counted), f64x2.promote_low_f32x4(v128.shuffle<i64>(counted, counted, 1, 0))));
    }
    g = f64x2.add(g, promoteBoth(g4));
    h = f64x2.add(h, promoteBoth(h4));
    loss = f64x2.add(loss, promoteBoth(linear4));
    // At most 2^8 to the 64th between two logarithms.
    if (((i - <usize>from) & 511) == 0) {
      loss = f64x2.add(loss, log2(product));
      product = f64x2.splat(1);
    }
  }
  store<f64>(sums, laneSum(g));
  store<f64>(sums, laneSum(h), 8);
  store<f64>(sums, laneSum(f64x2.add(loss, log2(product))), 16);
}

/** out[i] = values[rows[i]], f64 to f32. */
export function gatherShort(rows: usize, count: i32, values: usize, out: usize): void {
  for (let i: usize = 0; i < <usize>count; i++) {
    store<f32>(out + (i << 2), <f32>load<f64>(values + (<usize>load<u32>(rows + (i << 2)) << 3)));
  }
}

/** Squared lengths (f64) of the rows' derivatives, `stride` bytes from output to output; returns the sum of the lengths. */
export function squareLengths(ders: usize, stride: usize, outputs: i32, from: i32, to: i32, squares: usize): f64 {
  let sum: f64 = 0;
  for (let i = <usize>from; i < <usize>to; i++) {
    let square: f64 = 0;
    for (let k: usize = 0; k < <usize>outputs; k++) {
      const der = load<f64>(ders + k * stride + (i << 3));
      square += der * der;
    }
    store<f64>(squares + (i << 3), square);
    sum += sqrt(square);
  }
  return sum;
}

/**
 * Minimal variance sampling of a block of rows: factor 1 / p with probability p = min(1, c / mu), else 0, for c = sqrt(square +
 * lambda) and the mu at which the sum of p is `wanted`. `squares` become c; row i draws from `seed` and i.
 */
export function minimalVariance(squares: usize, from: i32, to: i32, lambda: f64, wanted: f64, seed: u32, factors: usize): void {
  const end = <usize>to;
  let i = <usize>from;
  for (; i + 2 <= end; i += 2) {
    const p = squares + (i << 3);
    v128.store(p, f64x2.sqrt(f64x2.add(v128.load(p), f64x2.splat(lambda))));
  }
  for (; i < end; i++) {
    const p = squares + (i << 3);
    store<f64>(p, sqrt(load<f64>(p) + lambda));
  }
  const mu = samplingThreshold(squares, from, to, wanted);
  i = <usize>from;
  // Without a threshold all are taken: a share of c in 0 is infinite, or of 0 not a number.
  for (; mu > 0 && i + 4 <= end; i += 4) {
    const u = mix4(v128.xor(i32x4.splat(seed), mix4(i32x4.add(i32x4.splat(<i32>i + 0x9e3779b9), i32x4(0, 1, 2, 3)))));
    const low = takenShares(squares + (i << 3), mu, u);
    const high = takenShares(squares + (i << 3) + 16, mu, v128.shuffle<i64>(u, u, 1, 0));
    v128.store(factors + (i << 2), v128.shuffle<i64>(low, high, 0, 2));
  }
  for (; i < end; i++) {
    const p = mu > 0 ? load<f64>(squares + (i << 3)) / mu : 1.0;
    const u = <f64>mix(seed ^ mix(<u32>i + 0x9e3779b9)) / 4294967296.0;
    store<f32>(factors + (i << 2), p >= 1 ? <f32>1 : u < p ? <f32>(1.0 / p) : <f32>0);
  }
}

// Factors of two rows, in the low half: `u` holds two u32 in its own.
// @ts-ignore: decorator
@inline
function takenShares(c: usize, mu: f64, u: v128): v128 {
  const one = f64x2.splat(1);
  const p = f64x2.div(v128.load(c), f64x2.splat(mu));
  const draw = f64x2.mul(f64x2.convert_low_i32x4_u(u), f64x2.splat(1.0 / 4294967296.0));
  const inverse = v128.bitselect(one, f64x2.div(one, p), f64x2.ge(p, one));
  return f32x4.demote_f64x2_zero(v128.and(inverse, f64x2.lt(draw, p)));
}

// @ts-ignore: decorator
@inline
function mix4(x: v128): v128 {
  x = i32x4.mul(v128.xor(x, i32x4.shr_u(x, 16)), i32x4.splat(0x21f0aaad));
  x = i32x4.mul(v128.xor(x, i32x4.shr_u(x, 15)), i32x4.splat(0x735a2d97));
  return v128.xor(x, i32x4.shr_u(x, 15));
}

/** From above: each pass counts as 1 those that the last threshold caps. 0: all are taken. */
export function samplingThreshold(c: usize, from: i32, to: i32, wanted: f64): f64 {
  let mu: f64 = Infinity, next: f64 = Infinity;
  do {
    mu = next;
    let capped: f64 = 0, sum: f64 = 0;
    for (let i = <usize>from; i < <usize>to; i++) {
      const value = load<f64>(c + (i << 3));
      const over = value >= mu;
      capped += over ? 1.0 : 0.0;
      sum += over ? 0.0 : value;
    }
    if (capped >= wanted || sum == 0) break;
    next = sum / (wanted - capped);
  } while (next < mu);
  return mu == Infinity ? 0 : mu;
}

/**
 * Bins of a target statistic for rows `from` .. `to`-1 of an order (u32 rows, or 0: as they are), each from the rows before it. `ids`
 * (i32 by row) number the categories; `counters` (two i32 by number) are the good and all rows so far, which each row adds to by its
 * gain (u8 by row; 0 instead of an address: they stay). `parts`: 24 bytes each, f32 prior numerator and denominator, shift, scale, i32
 * highest bin, u32 address of the column; the arithmetic is f32, as prediction's.
 */
export function orderedStatistics(
  ids: usize, order: usize, gains: usize, from: i32, to: i32, counters: usize, parts: usize, count: i32,
): void {
  const end = parts + <usize>count * 24;
  for (let at = <usize>from; at < <usize>to; at++) {
    const i = order ? <usize>load<u32>(order + (at << 2)) : at;
    const counter = counters + (<usize>load<i32>(ids + (i << 2)) << 3);
    const good = load<i32>(counter), total = load<i32>(counter, 4);
    for (let part = parts; part < end; part += 24) {
      const share = (<f32>good + load<f32>(part)) / (<f32>total + load<f32>(part, 4));
      const value = (share + load<f32>(part, 8)) * load<f32>(part, 12);
      store<u8>(<usize>load<u32>(part, 20) + i, <u8>min(load<i32>(part, 16), <i32>(<f64>value + 1e-6)));
    }
    if (gains) {
      store<i32>(counter, good + <i32>load<u8>(gains + i));
      store<i32>(counter, total + 1, 4);
    }
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

/** How many of the factors (f32) of rows `from` .. `to`-1 are above 0. */
export function countTaken(factors: usize, from: i32, to: i32): i32 {
  let taken = 0;
  for (let i = <usize>from; i < <usize>to; i++) taken += <i32>(load<f32>(factors + (i << 2)) > 0);
  return taken;
}

/** Row numbers `from` .. `to`-1: those of a factor above 0 (all without factors) to `taken`, the others to `rest`. */
export function scatterTaken(factors: usize, from: i32, to: i32, taken: usize, rest: usize): void {
  for (let i = <usize>from; i < <usize>to; i++) {
    const side = factors ? <usize>(load<f32>(factors + (i << 2)) > 0) : 1;
    store<u32>(side ? taken : rest, <u32>i);
    taken += side << 2;
    rest += (1 - side) << 2;
  }
}

/** The same for squared error: sums of y - s, of 1 and of (y - s)^2. */
export function squaredSums(scores: usize, labels: usize, weights: usize, delta: f64, from: i32, to: i32, ders: usize, sums: usize): void {
  let g: f64 = 0, h: f64 = 0, loss: f64 = 0;
  for (let i = <usize>from; i < <usize>to; i++) {
    const w = weights ? <f64>load<f32>(weights + (i << 2)) : 1.0;
    const residual = load<f64>(labels + (i << 3)) - load<f64>(scores + (i << 3)) - delta;
    if (ders) store<f64>(ders + (i << 3), w * residual);
    g += w * residual;
    h += w;
    loss += w * residual * residual;
  }
  store<f64>(sums, g);
  store<f64>(sums, h, 8);
  store<f64>(sums, loss, 16);
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
