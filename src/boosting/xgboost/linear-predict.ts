/** Raw scores of a gblinear model: float32 sums of value times weight, column by column, missing values left out (as XGBoost does). */
import type { Matrix } from '../../core/matrix.js';
import { Turns } from '../../core/turns.js';
import type { LinearWeights } from './format.js';

const VALUES_PER_STEP = 500_000;

/** (rows * outputs) scores from `start`, one an output, on. Yields to the event loop. */
export async function predictLinear(
  { weights }: LinearWeights,
  start: readonly number[],
  X: Matrix,
): Promise<Float64Array> {
  const { data, rows, cols } = X;
  const outputs = start.length;
  const scores = new Float64Array(rows * outputs);
  const turns = new Turns();
  const step = Math.max(1, Math.floor(VALUES_PER_STEP / Math.max(1, cols * outputs)));
  for (let from = 0; from < rows; from += step) {
    await turns.pause();
    for (let i = from; i < Math.min(rows, from + step); i++) {
      for (let k = 0; k < outputs; k++) {
        let sum = Math.fround(weights[cols * outputs + k] + start[k]);
        for (let j = 0, p = i * cols; j < cols; j++, p++) {
          if (!Number.isNaN(data[p])) sum = Math.fround(sum + Math.fround(data[p] * weights[j * outputs + k]));
        }
        scores[i * outputs + k] = sum;
      }
    }
  }
  return scores;
}
