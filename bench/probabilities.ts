/** Probabilities as a matrix; rows of rounded ones sum to 1 only nearly, so each is divided by its sum. */
import { Matrix } from '../src/core/matrix.js';

export function probabilityMatrix(values: Float32Array | Float64Array, classes: number): Matrix {
  const out = new Float32Array(values.length);
  for (let i = 0; i < out.length; i += classes) {
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += values[i + k];
    for (let k = 0; k < classes; k++) out[i + k] = values[i + k] / sum;
  }
  return Matrix.wrap(out, classes);
}
