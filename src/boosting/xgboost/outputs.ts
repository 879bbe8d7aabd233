/** Raw scores of an XGBoost model to what a model returns: probabilities a class, or values. */
import { Matrix } from '../../core/matrix.js';
import { Turns } from '../../core/turns.js';
import type { FileObjective } from './format.js';
import { applyLink, taskOfObjective } from './objective.js';

const VALUES_PER_STEP = 20_000;

/** (n * outputs,) scores to predictions in place, in XGBoost's units. Yields to the event loop. */
export async function toPredictions(objective: FileObjective, scores: Float64Array, outputs: number): Promise<void> {
  const turns = new Turns();
  const step = VALUES_PER_STEP * outputs;
  for (let from = 0; from < scores.length; from += step) {
    if (from > 0) await turns.pause();
    applyLink(objective, scores.subarray(from, from + step), outputs);
  }
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
  if (outputs > 1) return Matrix.wrap(Float32Array.from(scores), outputs);
  // Plain memory: shared memory for one row would cost more than its scores do.
  const out = Matrix.wrap(new Float32Array(2 * rows), 2);
  for (let i = 0; i < rows; i++) {
    out.data[2 * i] = 1 - scores[i];
    out.data[2 * i + 1] = scores[i];
  }
  return out;
}

/** Of several quantiles the one nearest to the median (the lower on ties), else the first output. */
export function mainOutput(objective: FileObjective): number {
  const alphas = objective.params.quantile_loss_param?.quantile_alpha?.match(/[\d.eE+-]+/g)?.map(Number) ?? [];
  let best = 0;
  for (const [k, alpha] of alphas.entries()) if (Math.abs(alpha - 0.5) < Math.abs(alphas[best] - 0.5)) best = k;
  return best;
}
