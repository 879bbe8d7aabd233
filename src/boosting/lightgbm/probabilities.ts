/** Raw scores of an ensemble to what a model returns: probabilities a class, or values. */
import { Matrix } from '../../core/matrix.js';
import { inTurns } from '../../core/turns.js';
import { applyLink, type FileObjective, taskOfFile } from './objective.js';

const ROWS_PER_STEP = 20_000;

/**
 * Classification: (n, classes), rows summing to 1; regression: (n,) values. `scores` (n * outputs) is used up.
 * One-vs-all outputs, which LightGBM leaves as they are, are divided by their sum. Yields to the event loop.
 */
export async function fromScores(
  objective: FileObjective,
  scores: Float64Array,
  outputs: number,
): Promise<Matrix | Float64Array> {
  const rows = scores.length / outputs;
  const classes = taskOfFile(objective) === 'regression' ? 0 : Math.max(2, outputs);
  // Plain memory: shared memory for one row would cost more than its scores do.
  const out = new Float32Array(rows * classes);
  await inTurns(rows, ROWS_PER_STEP, (from, to) => {
    applyLink(objective, scores.subarray(from * outputs, to * outputs), outputs);
    if (classes === 0) return;
    for (let i = from; i < to; i++) {
      if (outputs === 1) {
        out[2 * i] = 1 - scores[i];
        out[2 * i + 1] = scores[i];
      } else writeShares(scores, i * outputs, outputs, out);
    }
  });
  return classes === 0 ? scores : Matrix.wrap(out, classes);
}

function writeShares(scores: Float64Array, offset: number, outputs: number, out: Float32Array): void {
  let sum = 0;
  for (let k = 0; k < outputs; k++) sum += scores[offset + k];
  for (let k = 0; k < outputs; k++) out[offset + k] = sum > 0 ? scores[offset + k] / sum : 1 / outputs;
}
