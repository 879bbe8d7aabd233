/** From raw model outputs to predictions, and the checks that keep impossible ones from leaving the library. */
import { TrainingFailedError } from '../core/errors.js';
import { log } from '../core/math.js';
import { Matrix } from '../core/matrix.js';
import type { PredictionOutput } from './types.js';

export type RawOutput = Matrix | Float32Array | Float64Array;

/** How far a row of float32 probabilities may be from summing to 1. */
const SUM_TOLERANCE = 1e-3;
/** Probabilities are kept this far from 0 and 1 in the log-loss (float32 resolution). */
const EPSILON = 1.1920929e-7;

/** Throws `TrainingFailedError` on a wrong shape, a value that is not finite, or probabilities that are none. */
export function checkOutput(raw: RawOutput, rows: number, classes: number, what: string): void {
  const fail = (problem: string): never => {
    throw new TrainingFailedError(`${what}: ${problem}`, {
      hint: 'The model gave an impossible output: look for a diverged fit, extreme feature values, or an error in a custom model.',
    });
  };
  if (classes === 0) {
    const values = raw instanceof Matrix ? raw.data : raw;
    if (values.length !== rows) fail(`${values.length} values predicted for ${rows} rows`);
    for (let i = 0; i < rows; i++) if (!Number.isFinite(values[i])) fail(`the prediction of row ${i} is ${values[i]}`);
    return;
  }
  if (!(raw instanceof Matrix) || raw.rows !== rows || (rows > 0 && raw.cols !== classes)) {
    fail(
      raw instanceof Matrix
        ? `probabilities are (${raw.rows}, ${raw.cols}), expected (${rows}, ${classes})`
        : 'probabilities are not a Matrix',
    );
  }
  const { data } = raw as Matrix;
  for (let i = 0, p = 0; i < rows; i++) {
    let sum = 0;
    for (let k = 0; k < classes; k++, p++) {
      if (!(data[p] >= 0 && data[p] <= 1 + SUM_TOLERANCE))
        fail(`the probability of class ${k} in row ${i} is ${data[p]}`);
      sum += data[p];
    }
    if (Math.abs(sum - 1) > SUM_TOLERANCE) fail(`the probabilities of row ${i} sum to ${sum}`);
  }
}

/** The class with the largest probability (the lowest on ties), and that probability. */
export function classifierOutput(probabilities: Matrix, classes: readonly number[]): PredictionOutput {
  const { rows, cols, data } = probabilities;
  const predictions = new Float32Array(rows);
  const confidence = new Float32Array(rows);
  for (let i = 0; i < rows; i++) {
    const best = largest(data, i * cols, cols);
    predictions[i] = classes[best];
    confidence[i] = data[i * cols + best];
  }
  return { predictions, probabilities, confidence, classes: [...classes] };
}

export function regressorOutput(raw: RawOutput): PredictionOutput {
  const values = raw instanceof Matrix ? raw.data : raw;
  return { predictions: values instanceof Float32Array ? values : Float32Array.from(values), classes: [] };
}

function largest(data: Float32Array, offset: number, k: number): number {
  let best = 0;
  for (let j = 1; j < k; j++) if (data[offset + j] > data[offset + best]) best = j;
  return best;
}

/** Weighted log-loss and accuracy (classification, y is class indices), or mean squared error and R² (regression). */
export function lossAndAccuracy(
  raw: RawOutput,
  y: Float64Array,
  weights: Float32Array | undefined,
  classes: number,
): { loss: number; accuracy: number } {
  const n = y.length;
  let total = 0;
  let loss = 0;
  let hits = 0;
  if (classes > 0) {
    const { data, cols } = raw as Matrix;
    for (let i = 0; i < n; i++) {
      const w = weights ? weights[i] : 1;
      const p = Math.min(Math.max(data[i * cols + y[i]], EPSILON), 1);
      loss -= w * log(p);
      if (largest(data, i * cols, cols) === y[i]) hits += w;
      total += w;
    }
    return { loss: loss / total, accuracy: hits / total };
  }
  const values = raw instanceof Matrix ? raw.data : raw;
  let mean = 0;
  for (let i = 0; i < n; i++) {
    const w = weights ? weights[i] : 1;
    mean += w * y[i];
    total += w;
  }
  mean /= total;
  let spread = 0;
  for (let i = 0; i < n; i++) {
    const w = weights ? weights[i] : 1;
    loss += w * (y[i] - values[i]) ** 2;
    spread += w * (y[i] - mean) ** 2;
  }
  return { loss: loss / total, accuracy: spread > 0 ? 1 - loss / spread : loss === 0 ? 1 : 0 };
}
