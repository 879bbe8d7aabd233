/**
 * Kernel functions, one value at a time: float32 operations in the order of src/kernels/assembly/svm.ts, and so its bits.
 * Rows are multiplied by a power of two near sqrt(gamma) before, which is exact and keeps squares of large values finite.
 */
import { pow } from '../../core/math.js';

/** A kernel; the formulas are those of `SVMParameters.kernel`. */
export type KernelName = 'linear' | 'rbf' | 'poly' | 'sigmoid' | 'precomputed';

/**
 * linear x.y; rbf exp(-gamma |x - y|^2); poly (gamma x.y + coef0)^degree; sigmoid tanh(gamma x.y + coef0); precomputed: values of
 * the kernel matrix itself.
 */
export interface KernelFunction {
  readonly name: KernelName;
  readonly gamma: number;
  readonly coef0: number;
  readonly degree: number;
}

/** What multiplies the rows, and gamma for rows so multiplied. */
export interface KernelScale {
  readonly factor: number;
  readonly gamma: number;
}

const bits = new DataView(new ArrayBuffer(8));
const { fround } = Math;

/** The largest a multiplied value may be: its square, summed over columns, stays a float32. */
const LARGEST = 1e18;

export function kernelScale({ name, gamma }: KernelFunction): KernelScale {
  if (name === 'linear' || name === 'precomputed' || gamma === 0) return { factor: 1, gamma };
  bits.setFloat64(0, gamma);
  const exponent = ((bits.getInt32(0) >> 20) & 0x7ff) - 1023;
  const half = Math.max(-500, Math.min(500, Math.floor(exponent / 2)));
  const factor = pow(2, half);
  return { factor, gamma: gamma / factor / factor };
}

/** Writes one multiplied row into `target` at `to`, its values `step` apart. */
export function scaleRow(
  source: Float32Array,
  from: number,
  cols: number,
  factor: number,
  target: Float32Array,
  to: number,
  step: number,
): void {
  if (factor === 1) {
    for (let j = 0; j < cols; j++) target[to + j * step] = source[from + j];
    return;
  }
  for (let j = 0; j < cols; j++) {
    const value = source[from + j] * factor;
    target[to + j * step] = Math.max(-LARGEST, Math.min(LARGEST, value));
  }
}

/** The kernel of two multiplied rows; not for precomputed kernels. */
export function kernelValue(
  kernel: KernelFunction,
  gamma: number,
  a: Float32Array,
  p: number,
  b: Float32Array,
  q: number,
  cols: number,
): number {
  const { name } = kernel;
  if (name === 'rbf') return exp32(fround(-fround(gamma) * squaredDistance(a, p, b, q, cols)));
  const dot = dotProduct(a, p, b, q, cols);
  if (name === 'linear') return dot;
  const u = fround(fround(fround(gamma) * dot) + fround(kernel.coef0));
  return name === 'poly' ? power32(u, kernel.degree) : tanh32(u);
}

function squaredDistance(a: Float32Array, p: number, b: Float32Array, q: number, cols: number): number {
  let sum = fround(0);
  for (let j = 0; j < cols; j++) {
    const d = fround(a[p + j] - b[q + j]);
    sum = fround(sum + fround(d * d));
  }
  return sum;
}

function dotProduct(a: Float32Array, p: number, b: Float32Array, q: number, cols: number): number {
  let sum = fround(0);
  for (let j = 0; j < cols; j++) sum = fround(sum + fround(a[p + j] * b[q + j]));
  return sum;
}

const LOG2E = fround(Math.LOG2E);
const LN2_HI = fround(0.693359375);
const LN2_LO = fround(-0.00021219444);
const EXP_LIMIT = 87;
const SERIES = fround(0.3);
const SERIES_COEFFICIENTS = [62 / 2835, -17 / 315, 2 / 15, -1 / 3].map(fround);
const COEFFICIENTS = [1 / 5040, 1 / 720, 1 / 120, 1 / 24, 1 / 6, 1 / 2].map(fround);

/** e^x of a float32, |x| cut at 87. */
function exp32(x: number): number {
  const cut = Math.max(-EXP_LIMIT, Math.min(EXP_LIMIT, x));
  const k = Math.floor(fround(fround(cut * LOG2E) + 0.5));
  const r = fround(fround(cut - fround(k * LN2_HI)) - fround(k * LN2_LO));
  let p = COEFFICIENTS[0];
  for (let i = 1; i < COEFFICIENTS.length; i++) p = fround(fround(p * r) + COEFFICIENTS[i]);
  p = fround(fround(fround(fround(r * r) * p) + r) + 1);
  bits.setUint32(0, (k + 127) << 23);
  return fround(p * bits.getFloat32(0));
}

function power32(u: number, degree: number): number {
  let base = u;
  let result = fround(1);
  for (let e = degree; e > 0; e >>= 1) {
    if (e & 1) result = fround(result * base);
    base = fround(base * base);
  }
  return result;
}

/** 1 - 2 / (e^2u + 1); near 0, where that would lose digits, the series. */
function tanh32(u: number): number {
  if (Math.abs(u) < SERIES) {
    const z = fround(u * u);
    let p = SERIES_COEFFICIENTS[0];
    for (let i = 1; i < SERIES_COEFFICIENTS.length; i++) p = fround(fround(p * z) + SERIES_COEFFICIENTS[i]);
    return fround(fround(fround(p * z) * u) + u);
  }
  const t = exp32(fround(u + u));
  return fround(1 - fround(2 / fround(t + 1)));
}
