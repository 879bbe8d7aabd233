/** Splits and outputs in the form that is measured: checked, as float64, without anything that cannot go to another thread. */
import { InvalidInputError } from '../core/errors.js';
import { Matrix } from '../core/matrix.js';
import type { SplitRole } from '../core/split.js';
import type { SplitData, SubjectData } from './bootstrap/tasks.js';
import type { Predicted } from './score.js';
import type { ThresholdRecord } from './validation-metrics.js';

/** Rows with what a model said about them; a `Split` and a `PredictionOutput` are such. */
export interface ScoredRows {
  readonly y: ArrayLike<number>;
  readonly weights?: ArrayLike<number>;
  /** ms since epoch. */
  readonly times?: ArrayLike<number>;
  readonly groups?: ArrayLike<string | number>;
  readonly output: Predicted;
}

/** What a baseline said about the rows of the split that judges. */
export interface BaselineOutput {
  readonly name: string;
  readonly description?: string;
  readonly output: Predicted;
}

/** A model's outputs on splits, and what they are compared with. */
export interface MeasuredModel {
  readonly model: string;
  readonly task: 'classification' | 'regression';
  /** At least one. Holdout judges where it is, else test, else validation, else train. */
  readonly splits: Readonly<Partial<Record<SplitRole, ScoredRows>>>;
  readonly baselines?: readonly BaselineOutput[];
  /** The model's probabilities of the judging split without its calibration. */
  readonly uncalibrated?: { readonly output: Predicted; readonly method: string };
  /** Rows that a label looks ahead: the shortest block. */
  readonly horizon?: number;
}

/** The threshold, or why there is none. */
export interface ThresholdOrReason {
  readonly chosen?: ThresholdRecord;
  readonly reason?: string;
}

/** @throws InvalidInputError - lengths that differ, no rows, classes and columns that do not fit */
export function splitData(what: string, rows: ScoredRows, others: readonly Predicted[] = []): SplitData {
  const { y, weights, times, groups, output } = rows;
  const n = y.length;
  if (n === 0) throw new InvalidInputError(`${what}: there are no rows`, { hint: 'Evaluate a split that has rows.' });
  checkLength(what, 'weights', weights, n);
  checkLength(what, 'times', times, n);
  checkLength(what, 'groups', groups, n);
  const moments = times && float64(times);
  if (moments && !moments.every(Number.isFinite))
    throw new InvalidInputError(`${what}: a time is missing or infinite`, {
      hint: 'Times are milliseconds since the epoch, one for each row.',
    });
  return {
    y: float64(y),
    ...(weights && { weights: float64(weights) }),
    ...(moments && { times: moments }),
    subjects: [output, ...others].map((predicted) => subjectData(what, predicted, n)),
  };
}

/** A copy; many times as fast as `Float64Array.from` where the values lie in a typed array. */
function float64(values: ArrayLike<number>): Float64Array {
  const out = new Float64Array(values.length);
  out.set(values);
  return out;
}

function subjectData(what: string, { predictions, probabilities, classes }: Predicted, n: number): SubjectData {
  checkLength(what, 'predictions', predictions, n);
  if (probabilities) {
    if (!(probabilities instanceof Matrix))
      throw new InvalidInputError(`${what}: probabilities are not a Matrix`, { hint: 'Pass Matrix.from(rows).' });
    checkLength(what, 'probabilities', { length: probabilities.rows }, n);
    if (probabilities.cols !== classes.length)
      throw new InvalidInputError(
        `${what}: probabilities have ${probabilities.cols} columns, there are ${classes.length} classes`,
        { hint: 'One column for each of the classes, in ascending order.' },
      );
  }
  return {
    predictions: float64(predictions),
    ...(probabilities && { probabilities: probabilities.data }),
    classes: Array.from(classes),
  };
}

function checkLength(what: string, name: string, values: { readonly length: number } | undefined, n: number): void {
  if (values === undefined || values.length === n) return;
  throw new InvalidInputError(`${what}: ${name} has ${values.length} values for ${n} rows`, {
    hint: 'Pass one for each row, in the same order.',
  });
}
