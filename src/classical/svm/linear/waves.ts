/**
 * Random Fourier features of the radial kernel (Rahimi and Recht, "Random Features for Large-Scale Kernel Machines", NIPS 2007): the
 * cosine and the sine of a row's product with each of some random frequencies. Products of features are the kernel on average.
 */
import { Random } from '../../../core/random.js';
import { type KernelFunction, kernelScale } from '../kernel.js';

export interface Waves {
  /** Radial. */
  readonly kernel: KernelFunction;
  /** (pairs, columns), row-major, for rows multiplied by `kernelScale`. */
  readonly frequencies: Float32Array;
}

/** `pairs` frequencies from the Fourier transform of the kernel, a normal distribution of variance 2 gamma; in shared memory. */
export function drawWaves(kernel: KernelFunction, pairs: number, cols: number, seed: number): Waves {
  const frequencies = new Float32Array(new SharedArrayBuffer(pairs * cols * 4));
  const random = new Random(seed);
  const deviation = Math.sqrt(2 * kernelScale(kernel).gamma);
  for (let p = 0; p < frequencies.length; p++) frequencies[p] = deviation * random.normal();
  return { kernel, frequencies };
}

/** What every cosine and sine is multiplied by, so that a row's product with itself is 1. */
export const amplitudeOf = (pairs: number): number => fround(1 / Math.sqrt(pairs));

const { fround } = Math;
const TWO_OVER_PI = fround(2 / Math.PI);
const PARTS = [1.5703125, 4.837512969970703e-4, 7.549789954891882e-8].map(fround);
const LARGEST_PHASE = 1e5;
const SINE = [1 / 362880, -1 / 5040, 1 / 120, -1 / 6].map(fround);
const COSINE = [1 / 40320, -1 / 720, 1 / 24, -0.5, 1].map(fround);

/** Writes amplitude times cosine and sine of a float32 phase; the operations of `svmWaves`, and so its bits. */
export function writeWave(phase: number, amplitude: number, out: Float32Array | Float64Array, to: number): void {
  const known = Number.isNaN(phase) ? LARGEST_PHASE : phase;
  const u = Math.max(-LARGEST_PHASE, Math.min(LARGEST_PHASE, known));
  const k = Math.floor(fround(fround(u * TWO_OVER_PI) + 0.5));
  let r = u;
  for (const part of PARTS) r = fround(r - fround(k * part));
  const z = fround(r * r);
  const s = fround(fround(fround(horner(SINE, z) * z) * r) + r);
  const c = horner(COSINE, z);
  const [cosine, sine] = k & 1 ? [s, c] : [c, s];
  out[to] = fround(amplitude * ((k + 1) & 2 ? -cosine : cosine));
  out[to + 1] = fround(amplitude * (k & 2 ? -sine : sine));
}

function horner(coefficients: readonly number[], z: number): number {
  let p = coefficients[0];
  for (let i = 1; i < coefficients.length; i++) p = fround(fround(p * z) + coefficients[i]);
  return p;
}

/** The phase of a multiplied row with frequency `pair`: one float32 sum over the columns in their order. */
export function phaseOf({ frequencies }: Waves, pair: number, row: Float32Array, from: number, cols: number): number {
  let sum = fround(0);
  for (let j = 0; j < cols; j++) sum = fround(sum + fround(row[from + j] * frequencies[pair * cols + j]));
  return sum;
}
