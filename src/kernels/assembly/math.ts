// exp and log of src/core/math.ts, operation by operation: both give the same bits for every argument.
// The f64x2 forms give the same bits lane by lane within the range they state.

const LN2_HI: f64 = 0.6931471803691238;
const LN2_LO: f64 = 1.9082149292705877e-10;
const INV_LN2: f64 = 1.4426950408889634;
const SQRT2: f64 = 1.4142135623730951;

// @ts-ignore: decorator
@inline
function powerOfTwo(k: i64): f64 {
  return reinterpret<f64>((k + 1023) << 52);
}

export function mathExp(x: f64): f64 {
  if (x != x) return x;
  if (x > 709.782712893384) return Infinity;
  if (x < -745.1332191019412) return 0;
  const k = Math.floor(x * INV_LN2 + 0.5);
  const hi = x - k * LN2_HI;
  const lo = k * LN2_LO;
  const r = hi - lo;
  let p: f64 = 1.0 / 6227020800.0;
  p = p * r + 1.0 / 479001600.0;
  p = p * r + 1.0 / 39916800.0;
  p = p * r + 1.0 / 3628800.0;
  p = p * r + 1.0 / 362880.0;
  p = p * r + 1.0 / 40320.0;
  p = p * r + 1.0 / 5040.0;
  p = p * r + 1.0 / 720.0;
  p = p * r + 1.0 / 120.0;
  p = p * r + 1.0 / 24.0;
  p = p * r + 1.0 / 6.0;
  p = p * r + 1.0 / 2.0;
  const y = 1.0 + (hi + (r * r * p - lo));
  const n = i64(k);
  if (n >= -1021) return n == 1024 ? y * 2.0 * powerOfTwo(1023) : y * powerOfTwo(n);
  return y * powerOfTwo(n + 1000) * powerOfTwo(-1000);
}

export function mathLog(x: f64): f64 {
  if (!(x >= 0)) return NaN;
  if (x == 0) return -Infinity;
  if (x == Infinity) return x;
  let k: i64 = 0;
  if (x < 2.2250738585072014e-308) {
    x *= 18014398509481984.0;
    k = -54;
  }
  const bits = reinterpret<i64>(x);
  k += (bits >> 52) - 1023;
  let m = reinterpret<f64>((bits & 0xfffffffffffff) | 0x3ff0000000000000);
  if (m > SQRT2) {
    m /= 2.0;
    k++;
  }
  const f = m - 1.0;
  const s = f / (2.0 + f);
  const z = s * s;
  let series: f64 = 0;
  for (let i: f64 = 23; i >= 3; i -= 2) series = (series + 2.0 / i) * z;
  return f64(k) * LN2_HI + (f - (s * (f - series) - f64(k) * LN2_LO));
}

// @ts-ignore: decorator
@inline
function step(p: v128, r: v128, coefficient: f64): v128 {
  return f64x2.add(f64x2.mul(p, r), f64x2.splat(coefficient));
}

/** e^x of both lanes, for -700 <= x <= 700. */
// @ts-ignore: decorator
@inline
export function exp2(x: v128): v128 {
  const k = f64x2.floor(f64x2.add(f64x2.mul(x, f64x2.splat(INV_LN2)), f64x2.splat(0.5)));
  const hi = f64x2.sub(x, f64x2.mul(k, f64x2.splat(LN2_HI)));
  const lo = f64x2.mul(k, f64x2.splat(LN2_LO));
  const r = f64x2.sub(hi, lo);
  let p = f64x2.splat(1.0 / 6227020800.0);
  p = step(p, r, 1.0 / 479001600.0);
  p = step(p, r, 1.0 / 39916800.0);
  p = step(p, r, 1.0 / 3628800.0);
  p = step(p, r, 1.0 / 362880.0);
  p = step(p, r, 1.0 / 40320.0);
  p = step(p, r, 1.0 / 5040.0);
  p = step(p, r, 1.0 / 720.0);
  p = step(p, r, 1.0 / 120.0);
  p = step(p, r, 1.0 / 24.0);
  p = step(p, r, 1.0 / 6.0);
  p = step(p, r, 1.0 / 2.0);
  const y = f64x2.add(f64x2.splat(1.0), f64x2.add(hi, f64x2.sub(f64x2.mul(f64x2.mul(r, r), p), lo)));
  const n = i64x2.extend_low_i32x4_s(i32x4.trunc_sat_f64x2_s_zero(k));
  return f64x2.mul(y, i64x2.shl(i64x2.add(n, i64x2.splat(1023)), 52));
}

// @ts-ignore: decorator
@inline
function term(series: v128, z: v128, i: f64): v128 {
  return f64x2.mul(f64x2.add(series, f64x2.splat(2.0 / i)), z);
}

/** Natural logarithm of both lanes, for positive, finite, normal x. */
// @ts-ignore: decorator
@inline
export function log2(x: v128): v128 {
  let k = i64x2.sub(i64x2.shr_s(x, 52), i64x2.splat(1023));
  let m = v128.or(v128.and(x, i64x2.splat(0xfffffffffffff)), i64x2.splat(0x3ff0000000000000));
  const above = f64x2.gt(m, f64x2.splat(SQRT2));
  m = v128.bitselect(f64x2.mul(m, f64x2.splat(0.5)), m, above);
  k = i64x2.sub(k, above); // a true lane is -1
  const low = i8x16.shuffle(k, k, 0, 1, 2, 3, 8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11);
  const kf = f64x2.convert_low_i32x4_s(low);
  const f = f64x2.sub(m, f64x2.splat(1.0));
  const s = f64x2.div(f, f64x2.add(f64x2.splat(2.0), f));
  const z = f64x2.mul(s, s);
  let series = f64x2.splat(0);
  series = term(series, z, 23);
  series = term(series, z, 21);
  series = term(series, z, 19);
  series = term(series, z, 17);
  series = term(series, z, 15);
  series = term(series, z, 13);
  series = term(series, z, 11);
  series = term(series, z, 9);
  series = term(series, z, 7);
  series = term(series, z, 5);
  series = term(series, z, 3);
  const correction = f64x2.sub(
    f64x2.mul(s, f64x2.sub(f, series)),
    f64x2.mul(kf, f64x2.splat(LN2_LO)),
  );
  return f64x2.add(f64x2.mul(kf, f64x2.splat(LN2_HI)), f64x2.sub(f, correction));
}

/** exp and log of `n` values in place, two lanes at a time; n even. What the tests compare to the scalar forms. */
export function mathExpAll(p: usize, n: i32): void {
  for (const end = p + (<usize>n << 3); p < end; p += 16) v128.store(p, exp2(v128.load(p)));
}

export function mathLogAll(p: usize, n: i32): void {
  for (const end = p + (<usize>n << 3); p < end; p += 16) v128.store(p, log2(v128.load(p)));
}
