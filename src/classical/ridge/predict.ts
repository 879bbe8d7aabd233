/** Decision values and probabilities from learned weights: the same bits for a row however many others are asked for with it. */
import { softmaxInPlace } from '../../core/math.js';
import { Matrix } from '../../core/matrix.js';
import { Turns } from '../../core/turns.js';

export interface RidgeWeights {
  readonly outputs: number;
  readonly features: number;
  /** (outputs, features), row-major. */
  readonly weights: Float64Array;
  /** (outputs,) */
  readonly intercept: Float64Array;
}

/** Multiply-adds done at a stretch, about a millisecond. */
const STRETCH = 1 << 20;

/** (n, outputs) x . w + intercept, in short turns. */
export async function decisionValues(
  { outputs, features, weights, intercept }: RidgeWeights,
  X: Matrix,
): Promise<Float64Array> {
  const out = new Float64Array(X.rows * outputs);
  const turns = new Turns();
  const rows = Math.max(1, Math.floor(STRETCH / (outputs * (features + 16))));
  for (let from = 0; from < X.rows; from += rows) {
    const to = Math.min(X.rows, from + rows);
    for (let i = from; i < to; i++) {
      for (let k = 0; k < outputs; k++) {
        let sum = intercept[k];
        for (let j = 0; j < features; j++) sum += X.data[i * features + j] * weights[k * features + j];
        out[i * outputs + k] = sum;
      }
    }
    await turns.pause();
  }
  return out;
}

/**
 * (n, classes) softmax of `steepness` times the decision values; one value v for two classes stands for -v and v. The order of
 * classes is that of the decision values.
 */
export function probabilitiesOf(decisions: ArrayLike<number>, outputs: number, steepness: number): Matrix {
  const rows = decisions.length / outputs;
  const classes = outputs === 1 ? 2 : outputs;
  const out = Matrix.zeros(rows, classes);
  const scores = new Float64Array(classes);
  for (let i = 0; i < rows; i++) {
    if (outputs === 1) {
      scores[0] = -steepness * decisions[i];
      scores[1] = steepness * decisions[i];
    } else for (let k = 0; k < outputs; k++) scores[k] = steepness * decisions[i * outputs + k];
    softmaxInPlace(scores, 0, classes);
    out.data.set(scores, i * classes);
  }
  return out;
}
