/**
 * exp, log and their relatives with one result on every processor and engine: only +, -, *, / and bit operations,
 * which IEEE 754 fixes. `Math.exp` and `Math.log` may differ between V8 versions, so nothing that shapes a model uses them.
 * Methods: argument reduction with a two-part ln 2 (Cody and Waite, 1980), then Taylor and atanh series with their own coefficients.
 */

const scratch = new DataView(new ArrayBuffer(8));
const LN2_HI = 0.6931471803691238; // upper 33 bits of ln 2: k * LN2_HI is exact for |k| < 2^20
const LN2_LO = 1.9082149292705877e-10;
const INV_LN2 = Math.LOG2E;

/** 1/12!, 1/11!, ..., 1/2!: all but the first term of e^r by Horner's rule. */
const EXP_COEFFICIENTS = [
  1 / 479001600,
  1 / 39916800,
  1 / 3628800,
  1 / 362880,
  1 / 40320,
  1 / 5040,
  1 / 720,
  1 / 120,
  1 / 24,
  1 / 6,
  1 / 2,
];
const SQRT2 = Math.SQRT2;
const SQRT_PI = 1.772453850905516;

/** 2^k for -1022 <= k <= 1023. */
function powerOfTwo(k: number): number {
  scratch.setInt32(0, (k + 1023) << 20);
  scratch.setInt32(4, 0);
  return scratch.getFloat64(0);
}

/** e^x. */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > 709.782712893384) return Number.POSITIVE_INFINITY;
  if (x < -745.1332191019412) return 0;
  const k = Math.floor(x * INV_LN2 + 0.5);
  const hi = x - k * LN2_HI;
  const lo = k * LN2_LO;
  const r = hi - lo;
  // Taylor series on |r| <= ln 2 / 2: the first term left out is below 2^-58.
  let p = 1 / 6227020800;
  for (let i = 0; i < EXP_COEFFICIENTS.length; i++) p = p * r + EXP_COEFFICIENTS[i];
  const y = 1 + (hi + (r * r * p - lo));
  if (k >= -1021) return k === 1024 ? y * 2 * powerOfTwo(1023) : y * powerOfTwo(k);
  return y * powerOfTwo(k + 1000) * powerOfTwo(-1000);
}

/** 2/23, 2/21, .. 2/3. */
const LOG_COEFFICIENTS = Array.from({ length: 11 }, (_, k) => 2 / (23 - 2 * k));

/** Natural logarithm; -Infinity at 0, NaN below. */
export function log(x: number): number {
  if (!(x >= 0)) return Number.NaN;
  if (x === 0) return Number.NEGATIVE_INFINITY;
  if (x === Number.POSITIVE_INFINITY) return x;
  let k = 0;
  if (x < 2.2250738585072014e-308) {
    x *= 18014398509481984; // 2^54: subnormal to normal
    k = -54;
  }
  scratch.setFloat64(0, x);
  const high = scratch.getInt32(0);
  k += (high >> 20) - 1023;
  scratch.setInt32(0, (high & 0xfffff) | 0x3ff00000);
  let m = scratch.getFloat64(0); // in [1, 2)
  if (m > SQRT2) {
    m /= 2;
    k++;
  }
  const f = m - 1;
  // log(1 + f) = 2 atanh(s) with s = f / (2 + f), |s| < 0.172; 2s = f - s f keeps the leading term exact.
  const s = f / (2 + f);
  const z = s * s;
  let series = 0;
  for (let i = 0; i < LOG_COEFFICIENTS.length; i++) series = (series + LOG_COEFFICIENTS[i]) * z;
  return k * LN2_HI + (f - (s * (f - series) - k * LN2_LO));
}

/** log(1 + x) without loss near 0. */
export function log1p(x: number): number {
  const u = 1 + x;
  if (u === 1) return x;
  if (u === Number.POSITIVE_INFINITY) return u;
  // The correction below would overflow, and 1 + x is x.
  if (x > 9007199254740992) return log(x);
  // Kahan's correction for the rounding of 1 + x.
  return (log(u) * x) / (u - 1);
}

/** e^x - 1 without loss near 0. */
export function expm1(x: number): number {
  if (x === 0) return x;
  const u = exp(x);
  if (u === 1) return x;
  const um1 = u - 1;
  if (um1 === -1) return -1;
  // Here e^x - 1 is e^x in doubles, and the correction below would overflow from 703 on.
  if (x > 40) return um1;
  return (um1 * x) / log(u);
}

/** 1 / (1 + e^-x), never overflowing. */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + exp(-x));
  const e = exp(x);
  return e / (1 + e);
}

/** log(1 + e^x), never overflowing. */
export function softplus(x: number): number {
  return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x));
}

/** x^y for x >= 0. */
export function pow(x: number, y: number): number {
  if (y === 0 || x === 1) return 1;
  if (x === 0) return y > 0 ? 0 : Number.POSITIVE_INFINITY;
  if (Number.isInteger(y) && Math.abs(y) <= 1024) {
    let result = 1;
    let base = x;
    for (let e = Math.abs(y); e > 0; e = Math.floor(e / 2)) {
      if (e % 2 === 1) result *= base;
      base *= base;
    }
    return y < 0 ? 1 / result : result;
  }
  return exp(y * log(x));
}

/**
 * 1 - erf(x) for x >= 0, with small relative error also where it is tiny: the power series of erf below 2, the continued fraction above
 * (Abramowitz and Stegun, 7.1.6 and 7.1.14).
 */
export function erfc(x: number): number {
  if (!(x > 0)) return x === 0 ? 1 : Number.NaN;
  if (x > 27) return 0;
  const bell = exp(-x * x) / SQRT_PI;
  if (x < 2) {
    let term = x;
    let sum = x;
    for (let n = 1; term > 1e-17 * sum; n++) sum += term *= (2 * x * x) / (2 * n + 1);
    return 1 - 2 * bell * sum;
  }
  let fraction = x;
  for (let n = 100; n >= 1; n--) fraction = x + n / 2 / fraction;
  return bell / fraction;
}

/** Writes softmax of `scores[offset .. offset + k)` in place; fixed order, no overflow. */
export function softmaxInPlace(scores: Float64Array | Float32Array, offset: number, k: number): void {
  let max = Number.NEGATIVE_INFINITY;
  for (let j = 0; j < k; j++) if (scores[offset + j] > max) max = scores[offset + j];
  let sum = 0;
  for (let j = 0; j < k; j++) sum += scores[offset + j] = exp(scores[offset + j] - max);
  for (let j = 0; j < k; j++) scores[offset + j] /= sum;
}
