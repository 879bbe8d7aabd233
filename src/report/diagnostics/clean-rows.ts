/** Rows that can be drawn: those with a finite label, weight and score. What is left out is counted and said. */
import { InvalidInputError } from '../../core/errors.js';
import { Matrix } from '../../core/matrix.js';
import type { PredictedRows } from './diagnostics.js';

export interface CleanRows {
  readonly rows: number;
  readonly y: Float64Array;
  readonly weights?: Float64Array;
  readonly times?: Float64Array;
  readonly predictions: Float64Array;
  /** (n, classes) */
  readonly probabilities?: Float64Array;
  readonly classes: readonly number[];
  readonly notes: readonly string[];
}

/** @throws InvalidInputError - arrays of different lengths, or probabilities of another shape than (rows, classes) */
export function cleanRows(given: PredictedRows): CleanRows {
  const { y, weights, times, predictions, classes } = given;
  const n = y.length;
  const lengths = { predictions, ...(weights && { weights }), ...(times && { times }) };
  for (const [name, values] of Object.entries(lengths)) if (values.length !== n) throw mismatch(name, values.length, n);
  const table = tableOf(given, n);
  const keep = new Uint32Array(n);
  let kept = 0;
  let unscored = 0;
  let unlabelled = 0;
  for (let i = 0; i < n; i++) {
    if (!Number.isFinite(y[i]) || (weights && !(Number.isFinite(weights[i]) && weights[i] >= 0))) unlabelled++;
    else if (!Number.isFinite(predictions[i]) || !finiteRow(table, i, classes.length)) unscored++;
    else keep[kept++] = i;
  }
  const chosen = keep.subarray(0, kept);
  const of = (values: ArrayLike<number>): Float64Array => Float64Array.from(chosen, (i) => values[i]);
  const timed = times && chosen.every((i) => Number.isFinite(times[i]));
  return {
    rows: kept,
    y: of(y),
    ...(weights && { weights: of(weights) }),
    ...(timed && { times: of(times) }),
    predictions: of(predictions),
    ...(table && { probabilities: takeRows(table, chosen, classes.length) }),
    classes,
    notes: [
      ...(unscored > 0 ? [`${unscored} of ${n} rows have no finite score: the plots leave them out.`] : []),
      ...(unlabelled > 0
        ? [`${unlabelled} of ${n} rows have no finite label or weight: the plots leave them out.`]
        : []),
      ...(times && !timed ? ['Some rows have no finite time: the plots take the rows in their order.'] : []),
    ],
  };
}

/** (n, classes) probabilities; one column of two classes is completed. */
function tableOf({ probabilities, classes }: PredictedRows, n: number): ArrayLike<number> | undefined {
  if (!probabilities || classes.length === 0) return undefined;
  if (probabilities instanceof Matrix) {
    if (probabilities.rows !== n) throw mismatch('probabilities', probabilities.rows, n);
    if (probabilities.cols !== classes.length)
      throw mismatch('columns of probabilities', probabilities.cols, classes.length);
    return probabilities.data;
  }
  if (probabilities.length === n * classes.length) return probabilities;
  if (probabilities.length !== n || classes.length !== 2) throw mismatch('probabilities', probabilities.length, n);
  return Float64Array.from({ length: 2 * n }, (_, i) =>
    i % 2 === 1 ? probabilities[i >> 1] : 1 - probabilities[i >> 1],
  );
}

function finiteRow(table: ArrayLike<number> | undefined, i: number, cols: number): boolean {
  if (!table) return true;
  for (let p = i * cols; p < (i + 1) * cols; p++) if (!Number.isFinite(table[p])) return false;
  return true;
}

function takeRows(table: ArrayLike<number>, rows: Uint32Array, cols: number): Float64Array {
  const taken = new Float64Array(rows.length * cols);
  for (let r = 0; r < rows.length; r++) for (let k = 0; k < cols; k++) taken[r * cols + k] = table[rows[r] * cols + k];
  return taken;
}

const mismatch = (name: string, got: number, wanted: number): InvalidInputError =>
  new InvalidInputError(`The report got ${got} ${name} for ${wanted}`, {
    hint: 'Pass labels, predictions, probabilities, weights and times of the same rows.',
  });
