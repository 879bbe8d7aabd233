/** Raw scores of an XGBoost model to what a model returns: probabilities a class, or values. */
import { Matrix } from '../../core/matrix.js';
import { inTurns } from '../../core/turns.js';
import type { FileObjective } from './format.js';
import { applyLink, taskOfObjective } from './objective.js';

const ROWS_PER_STEP = 20_000;

/** (n * outputs,) scores to predictions in place, in XGBoost's units. Yields to the event loop. */
export async function toPredictions(objective: FileObjective, scores: Float64Array, outputs: number): Promise<void> {
  await inTurns(scores.length / outputs, ROWS_PER_STEP, (from, to) => {
    applyLink(objective, scores.subarray(from * outputs, to * outputs), outputs);
  });
}

/** Classification: (n, classes), rows summing to 1; regression: (n,) values, of several outputs the one at `main`. */
export async function fromScores(
  objective: FileObjective,
  scores: Float64Array,
  outputs: number,
  main: number,
): Promise<Matrix | Float64Array> {
  await toPredictions(objective, scores, outputs);
  const rows = scores.length / outputs;
  if (taskOfObjective(objective) === 'regression') {
    return outputs === 1 ? scores : Float64Array.from({ length: rows }, (_, i) => scores[i * outputs + main]);
  }
  const classes = Math.max(2, outputs);
  // Plain memory: shared memory for one row would cost more than its scores do.
  const out = new Float32Array(rows * classes);
  await inTurns(rows, ROWS_PER_STEP, (from, to) => {
    if (outputs > 1) out.set(scores.subarray(from * outputs, to * outputs), from * outputs);
    else {
      for (let i = from; i < to; i++) {
        out[2 * i] = 1 - scores[i];
        out[2 * i + 1] = scores[i];
      }
    }
  });
  return Matrix.wrap(out, classes);
}

/** Of several quantiles the one nearest to the median (the lower on ties), else the first output. */
export function mainOutput(objective: FileObjective): number {
  const alphas = objective.params.quantile_loss_param?.quantile_alpha?.match(/[\d.eE+-]+/g)?.map(Number) ?? [];
  let best = 0;
  for (const [k, alpha] of alphas.entries()) if (Math.abs(alpha - 0.5) < Math.abs(alphas[best] - 0.5)) best = k;
  return best;
}
