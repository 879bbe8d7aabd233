/** Approximations of a kernel by features: made from a seed, and how far they are from the kernel. */
import type { Matrix } from '../../../core/matrix.js';
import { deriveSeed, Random } from '../../../core/random.js';
import { Turns } from '../../../core/turns.js';
import type { SVMSettings } from '../config.js';
import { type KernelFunction, kernelScale, kernelValue, scaleRow } from '../kernel.js';
import { drawLandmarks, type Landmarks } from './nystroem.js';
import type { Approximation } from './table.js';
import { amplitudeOf, drawWaves, phaseOf, type Waves, writeWave } from './waves.js';

/** |exact - approximate| kernel over pairs of training rows. */
export interface KernelDeviation {
  readonly mean: number;
  readonly max: number;
  readonly pairs: number;
}

/** What the settings ask for; undefined where the kernel is taken as it is. */
export function drawApproximation(
  X: Matrix,
  kernel: KernelFunction,
  { approximation, components }: Pick<SVMSettings, 'approximation' | 'components'>,
  seed: number,
): Approximation | undefined {
  if (approximation === 'nystroem') {
    return { landmarks: drawLandmarks(kernel, X.rows, components, deriveSeed(seed, 'svm landmarks')) };
  }
  if (approximation === 'fourier') {
    return { waves: drawWaves(kernel, Math.ceil(components / 2), X.cols, deriveSeed(seed, 'svm frequencies')) };
  }
  return undefined;
}

/** Number of features of a row. */
export function featureCount(approximation: Approximation, cols: number): number {
  return 'landmarks' in approximation
    ? approximation.landmarks.rows.length
    : (2 * approximation.waves.frequencies.length) / cols;
}

const ERROR_ROWS = 64;

/** Over all pairs of 64 training rows, drawn by seed; in short turns. After the job, which fills in a factor. */
export async function measureKernelError(
  X: Matrix,
  approximation: Approximation,
  seed: number,
): Promise<KernelDeviation> {
  const { cols } = X;
  const { kernel } = 'landmarks' in approximation ? approximation.landmarks : approximation.waves;
  const sample = new Random(deriveSeed(seed, 'svm kernel error')).permutation(X.rows).slice(0, ERROR_ROWS);
  const own = scaledRows(X, sample, kernel);
  const { gamma } = kernelScale(kernel);
  const featuresOf =
    'landmarks' in approximation
      ? landmarkFeatures(X, approximation.landmarks)
      : waveFeatures(cols, approximation.waves);
  const turns = new Turns();
  const features: Float64Array[] = [];
  for (let i = 0; i < sample.length; i++) {
    features.push(featuresOf(own, i * cols));
    await turns.pause();
  }
  let [sum, max, pairs] = [0, 0, 0];
  for (let i = 0; i < sample.length; i++) {
    for (let j = 0; j < i; j++, pairs++) {
      let approximate = 0;
      for (let r = 0; r < features[i].length; r++) approximate += features[i][r] * features[j][r];
      const error = Math.abs(approximate - kernelValue(kernel, gamma, own, i * cols, own, j * cols, cols));
      sum += error;
      max = Math.max(max, error);
    }
    await turns.pause();
  }
  return { mean: pairs > 0 ? sum / pairs : 0, max, pairs };
}

/** Features of the multiplied row at `from`. */
type FeaturesOf = (row: Float32Array, from: number) => Float64Array;

function landmarkFeatures(X: Matrix, { kernel, rows, factor }: Landmarks): FeaturesOf {
  const { cols } = X;
  const landmarks = scaledRows(X, rows, kernel);
  const { gamma } = kernelScale(kernel);
  const m = rows.length;
  return (row, from) => {
    const f = new Float64Array(m);
    for (let r = 0; r < m; r++) {
      let sum = kernelValue(kernel, gamma, row, from, landmarks, r * cols, cols);
      for (let c = 0; c < r; c++) sum -= factor[r * m + c] * f[c];
      f[r] = sum / factor[r * m + r];
    }
    return f;
  };
}

function waveFeatures(cols: number, waves: Waves): FeaturesOf {
  const pairs = waves.frequencies.length / cols;
  const amplitude = amplitudeOf(pairs);
  return (row, from) => {
    const f = new Float64Array(2 * pairs);
    for (let p = 0; p < pairs; p++) writeWave(phaseOf(waves, p, row, from, cols), amplitude, f, 2 * p);
    return f;
  };
}

function scaledRows(X: Matrix, rows: Uint32Array, kernel: KernelFunction): Float32Array {
  const { cols } = X;
  const { factor } = kernelScale(kernel);
  const out = new Float32Array(rows.length * cols);
  rows.forEach((row, i) => {
    scaleRow(X.data, row * cols, cols, factor, out, i * cols, 1);
  });
  return out;
}
