/** Raw scores of an ensemble to what a model returns: probabilities a class, or values. */
import { Matrix } from '../../core/matrix.js';
import { Turns } from '../../core/turns.js';
import { applyLink, type FileObjective, taskOfFile } from './objective.js';

const VALUES_PER_STEP = 20_000;

/**
 * Classification: (n, classes), rows summing to 1; regression: (n,) values. `scores` (n * outputs) is used up.
 * One-vs-all outputs, which LightGBM leaves as they are, are divided by their sum. Yields to the event loop.
 */
export async function fromScores(
  objective: FileObjective,
  scores: Float64Array,
  outputs: number,
): Promise<Matrix | Float64Array> {
  const turns = new Turns();
  const step = VALUES_PER_STEP * outputs;
  for (let from = 0; from < scores.length; from += step) {
    if (from > 0) await turns.pause();
    applyLink(objective, scores.subarray(from, from + step), outputs);
  }
  if (taskOfFile(objective) === 'regression') return scores;
  const rows = scores.length / outputs;
  // Plain memory: shared memory for one row would cost more than its scores do.
  const out = Matrix.wrap(new Float32Array(rows * Math.max(2, outputs)), Math.max(2, outputs));
  for (let i = 0; i < rows; i++) {
    if (outputs === 1) {
      out.data[2 * i] = 1 - scores[i];
      out.data[2 * i + 1] = scores[i];
    } else writeShares(scores, i * outputs, outputs, out.data);
  }
  return out;
}

function writeShares(scores: Float64Array, offset: number, outputs: number, out: Float32Array): void {
  let sum = 0;
  for (let k = 0; k < outputs; k++) sum += scores[offset + k];
  for (let k = 0; k < outputs; k++) out[offset + k] = sum > 0 ? scores[offset + k] / sum : 1 / outputs;
}
