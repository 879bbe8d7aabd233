/** Turns what callers pass (any array-like, Matrix, rows of scores) into checked Float64 vectors and tables; every problem is an `InvalidInputError`. */
import { InvalidInputError } from '../core/errors.js';
import { Matrix } from '../core/matrix.js';
import { listed } from '../core/text.js';

/** Scores of the positive class, shape (n,), or of every class, shape (n, classes), columns in ascending order of the classes. */
export type PredictedScores = ArrayLike<number> | Matrix | ArrayLike<ArrayLike<number>>;

/** Checked scores, row-major; `cols` is 1 for scores of the positive class alone. */
export interface ScoreTable {
  data: Float32Array | Float64Array;
  rows: number;
  cols: number;
}

function isArrayLike(value: unknown): value is ArrayLike<unknown> {
  return typeof value === 'object' && value !== null && Number.isInteger((value as ArrayLike<unknown>).length);
}

/** Copy of `values` as float64; throws when it is no array, empty, or holds anything but finite numbers. */
export function finiteVector(metric: string, argument: string, values: unknown): Float64Array {
  if (!isArrayLike(values))
    throw new InvalidInputError(`${metric}: ${argument} is not an array`, {
      hint:
        values instanceof Matrix
          ? `${argument} must be one number a row, not a Matrix: use the predicted labels or values.`
          : 'Pass an array or typed array with one number a row.',
    });
  const n = values.length;
  if (n === 0)
    throw new InvalidInputError(`${metric}: ${argument} is empty`, { hint: 'A metric needs at least one row.' });
  const out = new Float64Array(n);
  if (ArrayBuffer.isView(values) && !(values instanceof BigInt64Array || values instanceof BigUint64Array))
    out.set(values as unknown as ArrayLike<number>);
  else for (let i = 0; i < n; i++) out[i] = typeof values[i] === 'number' ? (values[i] as number) : Number.NaN;
  refuseNotFinite(metric, argument, out, 1, values);
  return out;
}

function refuseNotFinite(
  metric: string,
  argument: string,
  data: Float64Array | Float32Array,
  cols: number,
  original?: ArrayLike<unknown>,
): void {
  for (let i = 0; i < data.length; i++) {
    if (data[i] - data[i] === 0) continue;
    const rows: number[] = [];
    let count = 0;
    let previous = -1;
    for (let p = i; p < data.length; p++) {
      const row = Math.floor(p / cols);
      if (data[p] - data[p] === 0 || row === previous) continue;
      previous = row;
      count++;
      if (rows.length < 20) rows.push(row);
    }
    const shown = original ? describe(original[i]) : String(data[i]);
    throw new InvalidInputError(`${metric}: ${argument} holds ${shown} at row ${listed(rows)}`, {
      hint: 'Every value must be a finite number: drop these rows or find out why they have no value.',
      details: { argument, rows, count },
    });
  }
}

function describe(value: unknown): string {
  if (typeof value === 'number' || value === null || value === undefined) return String(value);
  return typeof value === 'object' ? 'an array or object' : `${typeof value} ${JSON.stringify(String(value))}`;
}

/** Throws unless both have the same number of rows. */
export function checkSameRows(metric: string, first: [string, number], second: [string, number]): void {
  if (first[1] === second[1]) return;
  throw new InvalidInputError(`${metric}: ${first[0]} has ${first[1]} rows, ${second[0]} has ${second[1]}`, {
    hint: 'Both must describe the same rows, in the same order.',
    details: { [first[0]]: first[1], [second[0]]: second[1] },
  });
}

/** Labels or values and their predictions, checked. */
export function pairedVectors(
  metric: string,
  yTrue: unknown,
  yPred: unknown,
): { yTrue: Float64Array; yPred: Float64Array } {
  const a = finiteVector(metric, 'yTrue', yTrue);
  const b = finiteVector(metric, 'yPred', yPred);
  checkSameRows(metric, ['yTrue', a.length], ['yPred', b.length]);
  return { yTrue: a, yPred: b };
}

/** Checked weights, or undefined when every row counts once. */
export function weightVector(metric: string, weights: unknown, rows: number): Float64Array | undefined {
  if (weights === undefined || weights === null) return undefined;
  const w = finiteVector(metric, 'sampleWeight', weights);
  checkSameRows(metric, ['sampleWeight', w.length], ['yTrue', rows]);
  let positive = false;
  for (let i = 0; i < rows; i++) {
    if (w[i] < 0)
      throw new InvalidInputError(`${metric}: sampleWeight is ${w[i]} at row ${i}`, {
        hint: 'Weights must not be negative.',
        details: { row: i },
      });
    positive ||= w[i] > 0;
  }
  if (!positive)
    throw new InvalidInputError(`${metric}: every sampleWeight is 0`, {
      hint: 'At least one row must have a positive weight.',
    });
  return w;
}

/** Checked scores of shape (n,) or (n, classes). */
export function scoreTable(metric: string, scores: unknown, rows: number): ScoreTable {
  let table: ScoreTable;
  if (scores instanceof Matrix) table = { data: scores.data, rows: scores.rows, cols: scores.cols };
  else if (isArrayLike(scores) && scores.length > 0 && isArrayLike(scores[0]))
    table = fromRows(metric, scores as ArrayLike<unknown>);
  else {
    const data = finiteVector(metric, 'scores', scores);
    table = { data, rows: data.length, cols: 1 };
  }
  if (table.cols === 0 || table.rows === 0)
    throw new InvalidInputError(`${metric}: scores are empty`, { hint: 'A metric needs at least one row.' });
  checkSameRows(metric, ['yTrue', rows], ['scores', table.rows]);
  refuseNotFinite(metric, 'scores', table.data, table.cols);
  return table;
}

function fromRows(metric: string, rows: ArrayLike<unknown>): ScoreTable {
  const cols = (rows[0] as ArrayLike<unknown>).length;
  const data = new Float64Array(rows.length * cols);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    if (!isArrayLike(row) || row.length !== cols)
      throw new InvalidInputError(`${metric}: row ${i} of scores does not have ${cols} columns`, {
        hint: 'Every row must hold one score for each class.',
        details: { row: i },
      });
    for (let j = 0; j < cols; j++) data[i * cols + j] = typeof row[j] === 'number' ? (row[j] as number) : Number.NaN;
  }
  return { data, rows: rows.length, cols };
}

/** Copy of one column as float64, shape (rows,). */
export function scoreColumn(table: ScoreTable, column: number): Float64Array {
  const out = new Float64Array(table.rows);
  for (let i = 0, p = column; i < table.rows; i++, p += table.cols) out[i] = table.data[p];
  return out;
}

/** Throws when a score is no probability, or when the columns of a row do not add up to 1 within `tolerance`. */
export function checkProbabilities(metric: string, table: ScoreTable, tolerance?: number): void {
  const { data, rows, cols } = table;
  for (let p = 0; p < data.length; p++) {
    if (data[p] >= 0 && data[p] <= 1) continue;
    const row = Math.floor(p / cols);
    throw new InvalidInputError(`${metric}: the score at row ${row} is ${data[p]}, not a probability`, {
      hint: 'Scores must lie in 0..1: pass probabilities, or turn raw scores into them (sigmoid, softmax) first.',
      details: { row, column: p % cols },
    });
  }
  if (cols === 1 || tolerance === undefined) return;
  for (let i = 0; i < rows; i++) {
    let total = 0;
    for (let j = 0; j < cols; j++) total += data[i * cols + j];
    if (Math.abs(total - 1) > tolerance)
      throw new InvalidInputError(`${metric}: the probabilities of row ${i} add up to ${total}`, {
        hint: 'The columns must be the probabilities of all classes and add up to 1: divide each row by its sum.',
        details: { row: i, sum: total },
      });
  }
}
