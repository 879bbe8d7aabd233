// Linear models: scores X W, residuals of the logistic losses, and X^T R, over a tile of rows.
// X is float32 row-major, everything else float64. Coefficients of one output are `stride` doubles: `cols` weights rounded up
// to an even number, then the intercept, then one double of padding. With odd `cols` the loops read one value past the row and
// multiply it by a zero weight: X must be finite and followed by 4 readable bytes.
// Per output the order of operations does not depend on how rows and outputs are blocked: two lane sums over even and odd columns
// for a score, rows in order for a gradient.
import { exp2, log2 } from './math';

// @ts-ignore: decorator
@inline
function pair(x: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(x));
}

// @ts-ignore: decorator
@inline
function lanes(acc: v128, intercept: f64): f64 {
  return f64x2.extract_lane(acc, 0) + f64x2.extract_lane(acc, 1) + intercept;
}

// @ts-ignore: decorator
@inline
function mulAdd(acc: v128, a: v128, b: v128): v128 {
  return f64x2.add(acc, f64x2.mul(a, b));
}

/** out[i] = x_i . w + b for `rows` rows; x rows are `xStride` values apart. */
export function linearScores1(x: usize, xStride: i32, rows: i32, cols: i32, w: usize, out: usize): void {
  const even = (cols + 1) & ~1;
  const b = load<f64>(w + (<usize>even << 3));
  const row = <usize>xStride << 2;
  const end = w + (<usize>even << 3);
  let i = 0;
  for (; i + 4 <= rows; i += 4) {
    let p = x;
    let a0 = f64x2.splat(0), a1 = f64x2.splat(0), a2 = f64x2.splat(0), a3 = f64x2.splat(0);
    for (let q = w; q < end; q += 16, p += 8) {
      const c = v128.load(q);
      a0 = mulAdd(a0, pair(p), c);
      a1 = mulAdd(a1, pair(p + row), c);
      a2 = mulAdd(a2, pair(p + 2 * row), c);
      a3 = mulAdd(a3, pair(p + 3 * row), c);
    }
    store<f64>(out, lanes(a0, b));
    store<f64>(out, lanes(a1, b), 8);
    store<f64>(out, lanes(a2, b), 16);
    store<f64>(out, lanes(a3, b), 24);
    out += 32;
    x += 4 * row;
  }
  for (; i < rows; i++) {
    let p = x;
    let a0 = f64x2.splat(0);
    for (let q = w; q < end; q += 16, p += 8) a0 = mulAdd(a0, pair(p), v128.load(q));
    store<f64>(out, lanes(a0, b));
    out += 8;
    x += row;
  }
}

/** linearScores1 of three outputs at once: weights `wStride` doubles apart, results `outStride` doubles apart. */
export function linearScores3(
  x: usize, xStride: i32, rows: i32, cols: i32, w: usize, wStride: i32, out: usize, outStride: i32,
): void {
  const even = (cols + 1) & ~1;
  const size = <usize>even << 3;
  const w1 = <usize>wStride << 3, w2 = w1 << 1;
  const o1 = <usize>outStride << 3, o2 = o1 << 1;
  const b0 = load<f64>(w + size), b1 = load<f64>(w + size + w1), b2 = load<f64>(w + size + w2);
  const row = <usize>xStride << 2;
  const end = w + size;
  let i = 0;
  for (; i + 2 <= rows; i += 2) {
    let p = x;
    let a0 = f64x2.splat(0), a1 = f64x2.splat(0), a2 = f64x2.splat(0);
    let d0 = f64x2.splat(0), d1 = f64x2.splat(0), d2 = f64x2.splat(0);
    for (let q = w; q < end; q += 16, p += 8) {
      const c0 = v128.load(q), c1 = v128.load(q + w1), c2 = v128.load(q + w2);
      const u = pair(p);
      a0 = mulAdd(a0, u, c0);
      a1 = mulAdd(a1, u, c1);
      a2 = mulAdd(a2, u, c2);
      const v = pair(p + row);
      d0 = mulAdd(d0, v, c0);
      d1 = mulAdd(d1, v, c1);
      d2 = mulAdd(d2, v, c2);
    }
    store<f64>(out, lanes(a0, b0));
    store<f64>(out + o1, lanes(a1, b1));
    store<f64>(out + o2, lanes(a2, b2));
    store<f64>(out, lanes(d0, b0), 8);
    store<f64>(out + o1, lanes(d1, b1), 8);
    store<f64>(out + o2, lanes(d2, b2), 8);
    out += 16;
    x += row << 1;
  }
  if (i < rows) {
    linearScores1(x, xStride, 1, cols, w, out);
    linearScores1(x, xStride, 1, cols, w + w1, out + o1);
    linearScores1(x, xStride, 1, cols, w + w2, out + o2);
  }
}

/** g[j] += sum over rows, in order, of r[i] x[i][j]; `g` has `cols` doubles rounded up to even. */
export function linearGradient1(x: usize, xStride: i32, rows: i32, cols: i32, r: usize, g: usize): void {
  const row = <usize>xStride << 2;
  const end = g + (<usize>((cols + 1) & ~1) << 3);
  let i = 0;
  for (; i + 4 <= rows; i += 4) {
    const r0 = v128.load64_splat(r), r1 = v128.load64_splat(r, 8);
    const r2 = v128.load64_splat(r, 16), r3 = v128.load64_splat(r, 24);
    let p = x;
    for (let q = g; q < end; q += 16, p += 8) {
      let a = v128.load(q);
      a = mulAdd(a, r0, pair(p));
      a = mulAdd(a, r1, pair(p + row));
      a = mulAdd(a, r2, pair(p + 2 * row));
      a = mulAdd(a, r3, pair(p + 3 * row));
      v128.store(q, a);
    }
    r += 32;
    x += 4 * row;
  }
  for (; i < rows; i++) {
    const r0 = v128.load64_splat(r);
    let p = x;
    for (let q = g; q < end; q += 16, p += 8) v128.store(q, mulAdd(v128.load(q), r0, pair(p)));
    r += 8;
    x += row;
  }
}

/** linearGradient1 of three outputs at once: residuals `rStride` doubles apart, gradients `gStride` doubles apart. */
export function linearGradient3(
  x: usize, xStride: i32, rows: i32, cols: i32, r: usize, rStride: i32, g: usize, gStride: i32,
): void {
  const row = <usize>xStride << 2;
  const s1 = <usize>rStride << 3, s2 = s1 << 1;
  const g1 = <usize>gStride << 3, g2 = g1 << 1;
  const end = g + (<usize>((cols + 1) & ~1) << 3);
  let i = 0;
  for (; i + 2 <= rows; i += 2) {
    const a0 = v128.load64_splat(r), a1 = v128.load64_splat(r + s1), a2 = v128.load64_splat(r + s2);
    const d0 = v128.load64_splat(r, 8), d1 = v128.load64_splat(r + s1, 8), d2 = v128.load64_splat(r + s2, 8);
    let p = x;
    for (let q = g; q < end; q += 16, p += 8) {
      const u = pair(p), v = pair(p + row);
      v128.store(q, mulAdd(mulAdd(v128.load(q), a0, u), d0, v));
      v128.store(q + g1, mulAdd(mulAdd(v128.load(q + g1), a1, u), d1, v));
      v128.store(q + g2, mulAdd(mulAdd(v128.load(q + g2), a2, u), d2, v));
    }
    r += 16;
    x += row << 1;
  }
  if (i < rows) {
    linearGradient1(x, xStride, 1, cols, r, g);
    linearGradient1(x, xStride, 1, cols, r + s1, g + g1);
    linearGradient1(x, xStride, 1, cols, r + s2, g + g2);
  }
}

// e^-700 is 1e-304: a probability below it changes no sum, and exp2 needs the bound.
const FLOOR: f64 = -700;

/**
 * Turns scores (outputs `stride` doubles apart, one a row) into weighted residuals w (p - [class = y]) in place and returns the sum of
 * w * -log p_y. Classes are i32. Odd `rows` use one slot of padding in scores, y and weights; its weight must be 0.
 */
export function softmaxResiduals(scores: usize, stride: i32, rows: i32, classes: i32, y: usize, weights: usize): f64 {
  const step = <usize>stride << 3;
  const last = scores + step * <usize>classes;
  if (rows & 1) for (let p = scores; p < last; p += step) store<f64>(p + (<usize>rows << 3), 0);
  let loss = f64x2.splat(0);
  for (let i = 0; i < rows; i += 2) {
    const at = <usize>i << 3;
    let max = v128.load(scores + at);
    for (let p = scores + step; p < last; p += step) max = f64x2.max(max, v128.load(p + at));
    const y0 = scores + at + step * <usize>load<i32>(y + (<usize>i << 2));
    const y1 = scores + at + step * <usize>load<i32>(y + (<usize>i << 2), 4) + 8;
    const own = f64x2.sub(f64x2.replace_lane(f64x2.splat(load<f64>(y0)), 1, load<f64>(y1)), max);
    let sum = f64x2.splat(0);
    for (let p = scores + at; p < last; p += step) {
      const e = exp2(f64x2.max(f64x2.sub(v128.load(p), max), f64x2.splat(FLOOR)));
      v128.store(p, e);
      sum = f64x2.add(sum, e);
    }
    const weight = v128.load(weights + at);
    loss = f64x2.add(loss, f64x2.mul(weight, f64x2.sub(log2(sum), own)));
    const scale = f64x2.div(weight, sum);
    for (let p = scores + at; p < last; p += step) v128.store(p, f64x2.mul(scale, v128.load(p)));
    store<f64>(y0, load<f64>(y0) - f64x2.extract_lane(weight, 0));
    store<f64>(y1, load<f64>(y1) - f64x2.extract_lane(weight, 1));
  }
  return f64x2.extract_lane(loss, 0) + f64x2.extract_lane(loss, 1);
}

/** The same for one class against the rest and one score: residual w (p - [y = own]), loss w log(1 + e^t) with t = -score for y = own, else score. */
export function sigmoidResiduals(scores: usize, rows: i32, y: usize, own: i32, weights: usize): f64 {
  if (rows & 1) store<f64>(scores + (<usize>rows << 3), 0);
  const one = f64x2.splat(1.0);
  const zero = f64x2.splat(0);
  let loss = f64x2.splat(0);
  for (let i = 0; i < rows; i += 2) {
    const at = scores + (<usize>i << 3);
    const owns = f64x2.convert_low_i32x4_s(i32x4.eq(v128.load64_zero(y + (<usize>i << 2)), i32x4.splat(own))); // -1 for own, else 0
    const sign = f64x2.add(one, f64x2.add(owns, owns));
    const t = f64x2.mul(sign, v128.load(at));
    const e = exp2(f64x2.max(f64x2.neg(f64x2.abs(t)), f64x2.splat(FLOOR)));
    const u = f64x2.add(one, e);
    // log(1 + e) with Kahan's correction for the rounding of 1 + e.
    const low = f64x2.sub(u, one);
    const log1p = v128.bitselect(e, f64x2.div(f64x2.mul(log2(u), e), low), f64x2.eq(low, zero));
    const weight = v128.load(weights + (<usize>i << 3));
    loss = f64x2.add(loss, f64x2.mul(weight, f64x2.add(f64x2.max(t, zero), log1p)));
    const wrong = f64x2.div(v128.bitselect(one, e, f64x2.ge(t, zero)), u);
    v128.store(at, f64x2.mul(f64x2.mul(sign, weight), wrong));
  }
  return f64x2.extract_lane(loss, 0) + f64x2.extract_lane(loss, 1);
}

/** sum[j] += w (x - shift_j), square[j] += w (x - shift_j)^2 over `rows` rows in order, `xStride` values apart. */
export function linearMoments(
  x: usize, xStride: i32, rows: i32, cols: i32, weights: usize, shift: usize, sum: usize, square: usize,
): void {
  const size = <usize>((cols + 1) & ~1) << 3;
  const row = <usize>xStride << 2;
  const end = weights + (<usize>rows << 3);
  for (let q: usize = 0; q < size; q += 16, x += 8) {
    const middle = v128.load(shift + q);
    let first = v128.load(sum + q), second = v128.load(square + q);
    for (let at = weights, p = x; at < end; at += 8, p += row) {
      const d = f64x2.sub(pair(p), middle);
      const wd = f64x2.mul(v128.load64_splat(at), d);
      first = f64x2.add(first, wd);
      second = mulAdd(second, wd, d);
    }
    v128.store(sum + q, first);
    v128.store(square + q, second);
  }
}
