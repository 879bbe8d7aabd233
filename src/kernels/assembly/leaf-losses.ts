// What leaf values of symmetric trees are estimated from: sums of a loss and its derivatives over a leaf's rows.
import { exp2, log2 } from './math';

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

/** `loglossSums` for squared error: sums of y - s, of 1 and of (y - s)^2. */
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
