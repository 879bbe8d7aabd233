/** From raw model outputs to predictions, and the checks that keep impossible ones from leaving the library. */
import { TrainingFailedError } from '../core/errors.js';
import { log } from '../core/math.js';
import { Matrix } from '../core/matrix.js';
import { inTurns } from '../core/turns.js';
import type { PredictionOutput } from './types.js';

export type RawOutput = Matrix | Float32Array | Float64Array;

/** How far a row of float32 probabilities may be from summing to 1. */
const SUM_TOLERANCE = 1e-3;
/** Probabilities are kept this far from 0 and 1 in the log-loss (float32 resolution). */
const EPSILON = 1.1920929e-7;

/** Rows looked at between two looks at the clock. */
const STRETCH = 20_000;

/** Throws `TrainingFailedError` on a wrong shape, a value that is not finite, or probabilities that are none. */
export function checkOutput(raw: RawOutput, rows: number, classes: number, what: string): void {
  checkShape(raw, rows, classes, what);
  checkRows(raw, classes, what, 0, rows);
}

/**
 * What `predict` returns of a raw output for `rows` rows, checked as above; at once for few rows, else with turns of the event loop
 * between. No classes: a regression.
 */
export function predictionOutput(
  raw: RawOutput,
  rows: number,
  classes: readonly number[],
  what: string,
): PredictionOutput | Promise<PredictionOutput> {
  checkShape(raw, rows, classes.length, what);
  const values = raw instanceof Matrix ? raw.data : raw;
  const output: WritableOutput =
    classes.length > 0
      ? {
          predictions: new Float32Array(rows),
          probabilities: raw as Matrix,
          confidence: new Float32Array(rows),
          classes: [...classes],
        }
      : { predictions: values instanceof Float32Array ? values : new Float32Array(rows), classes: [] };
  const finish = (from: number, to: number): void => {
    checkRows(raw, classes.length, what, from, to);
    if (output.probabilities) choose(output.probabilities, classes, output, from, to);
    else if (output.predictions !== values) output.predictions.set(values.subarray(from, to), from);
  };
  if (rows > STRETCH) return inTurns(rows, STRETCH, finish).then(() => output);
  finish(0, rows);
  return output;
}

type WritableOutput = PredictionOutput & { readonly confidence?: Float32Array };

function fail(what: string, problem: string): never {
  throw new TrainingFailedError(`${what}: ${problem}`, {
    hint: 'The model gave an impossible output: look for a diverged fit, extreme feature values, or an error in a custom model.',
  });
}

function checkShape(raw: RawOutput, rows: number, classes: number, what: string): void {
  if (classes === 0) {
    const { length } = raw instanceof Matrix ? raw.data : raw;
    if (length !== rows) fail(what, `${length} values predicted for ${rows} rows`);
  } else if (!(raw instanceof Matrix)) fail(what, 'probabilities are not a Matrix');
  else if (raw.rows !== rows || (rows > 0 && raw.cols !== classes)) {
    fail(what, `probabilities are (${raw.rows}, ${raw.cols}), expected (${rows}, ${classes})`);
  }
}

function checkRows(raw: RawOutput, classes: number, what: string, from: number, to: number): void {
  const values = raw instanceof Matrix ? raw.data : raw;
  if (classes === 0) {
    for (let i = from; i < to; i++) {
      if (!Number.isFinite(Math.fround(values[i]))) fail(what, `the prediction of row ${i} is ${values[i]}`);
    }
    return;
  }
  for (let i = from, p = from * classes; i < to; i++) {
    let sum = 0;
    for (let k = 0; k < classes; k++, p++) {
      if (!(values[p] >= 0 && values[p] <= 1 + SUM_TOLERANCE))
        fail(what, `the probability of class ${k} in row ${i} is ${values[p]}`);
      sum += values[p];
    }
    if (Math.abs(sum - 1) > SUM_TOLERANCE) fail(what, `the probabilities of row ${i} sum to ${sum}`);
  }
}

/** The class with the largest probability (the lowest on ties), and that probability. */
function choose(
  { cols, data }: Matrix,
  classes: readonly number[],
  { predictions, confidence }: WritableOutput,
  from: number,
  to: number,
): void {
  if (!confidence) return;
  for (let i = from; i < to; i++) {
    const best = largest(data, i * cols, cols);
    predictions[i] = classes[best];
    confidence[i] = data[i * cols + best];
  }
}

function largest(data: Float32Array, offset: number, k: number): number {
  let best = 0;
  for (let j = 1; j < k; j++) if (data[offset + j] > data[offset + best]) best = j;
  return best;
}

/** Weighted log-loss and accuracy (classification, y is class indices), or mean squared error and R² (regression). */
export function lossAndAccuracy(
  raw: RawOutput,
  y: Float64Array,
  weights: Float32Array | undefined,
  classes: number,
): { loss: number; accuracy: number } {
  const sums = classes > 0 ? new ClassSums(raw as Matrix, y, weights) : new ValueSums(raw, y, weights);
  for (let pass = 0; pass < sums.passes; pass++) sums.add(pass, 0, y.length);
  return sums.result();
}

/** The same, with turns of the event loop between. */
export async function lossAndAccuracyInTurns(
  raw: RawOutput,
  y: Float64Array,
  weights: Float32Array | undefined,
  classes: number,
): Promise<{ loss: number; accuracy: number }> {
  const sums = classes > 0 ? new ClassSums(raw as Matrix, y, weights) : new ValueSums(raw, y, weights);
  for (let pass = 0; pass < sums.passes; pass++) {
    await inTurns(y.length, STRETCH, (from, to) => sums.add(pass, from, to));
  }
  return sums.result();
}

/** Sums over rows in their order. */
class ClassSums {
  readonly passes = 1;
  private total = 0;
  private loss = 0;
  private hits = 0;

  constructor(
    private readonly raw: Matrix,
    private readonly y: Float64Array,
    private readonly weights: Float32Array | undefined,
  ) {}

  add(_pass: number, from: number, to: number): void {
    const { y, weights } = this;
    const { data, cols } = this.raw;
    let { total, loss, hits } = this;
    for (let i = from; i < to; i++) {
      const w = weights ? weights[i] : 1;
      const p = Math.min(Math.max(data[i * cols + y[i]], EPSILON), 1);
      loss -= w * log(p);
      if (largest(data, i * cols, cols) === y[i]) hits += w;
      total += w;
    }
    [this.total, this.loss, this.hits] = [total, loss, hits];
  }

  result(): { loss: number; accuracy: number } {
    return { loss: this.loss / this.total, accuracy: this.hits / this.total };
  }
}

/** First the mean of the targets, then what is left of them. */
class ValueSums {
  readonly passes = 2;
  private readonly values: Float32Array | Float64Array;
  private sum = 0;
  private total = 0;
  private loss = 0;
  private spread = 0;

  constructor(
    raw: RawOutput,
    private readonly y: Float64Array,
    private readonly weights: Float32Array | undefined,
  ) {
    this.values = raw instanceof Matrix ? raw.data : raw;
  }

  add(pass: number, from: number, to: number): void {
    const { y, weights, values } = this;
    if (pass === 0) {
      let { sum, total } = this;
      for (let i = from; i < to; i++) {
        const w = weights ? weights[i] : 1;
        sum += w * y[i];
        total += w;
      }
      [this.sum, this.total] = [sum, total];
      return;
    }
    const mean = this.sum / this.total;
    let { loss, spread } = this;
    for (let i = from; i < to; i++) {
      const w = weights ? weights[i] : 1;
      loss += w * (y[i] - values[i]) ** 2;
      spread += w * (y[i] - mean) ** 2;
    }
    [this.loss, this.spread] = [loss, spread];
  }

  result(): { loss: number; accuracy: number } {
    const { loss, spread, total } = this;
    return { loss: loss / total, accuracy: spread > 0 ? 1 - loss / spread : loss === 0 ? 1 : 0 };
  }
}
