/** Temperature scaling: one number that makes all probabilities more or less certain, and keeps which class is the likeliest. */
import { InvalidInputError } from '../core/errors.js';
import { exp, log, softmaxInPlace } from '../core/math.js';
import { Matrix } from '../core/matrix.js';
import { fittedOr } from './inputs.js';

/** Logarithms of probabilities are taken of at least this. */
export const FLOOR = 1e-12;
/** Natural logarithms between which the inverse temperature is looked for. */
const RANGE = 10;

/**
 * Probabilities p become softmax(log p / temperature) with the temperature of the least log-loss: Guo, Pleiss, Sun and Weinberger (2017). The
 * loss is convex in the inverse temperature, whose derivative is brought to 0 by Newton steps kept inside a bracket.
 */
export class TemperatureCalibrator {
  private fitted: number | undefined;

  /** From a temperature fitted before. */
  static of(temperature: number): TemperatureCalibrator {
    const calibrator = new TemperatureCalibrator();
    calibrator.fitted = temperature;
    return calibrator;
  }

  /**
   * @param probabilities - (n, classes), at least two
   * @param labels - (n,) column of the true class
   * @throws InvalidInputError - lengths that differ, a label that is no column, a probability out of [0, 1], no rows of positive weight
   */
  fit(probabilities: Matrix, labels: ArrayLike<number>, weights?: ArrayLike<number>): this {
    checkRows(probabilities, labels, weights);
    const { rows, cols } = probabilities;
    const logs = Float64Array.from(probabilities.data, (p) => log(Math.max(p, FLOOR)));
    let low = exp(-RANGE);
    let high = exp(RANGE);
    let inverse = 1;
    for (let step = 0; step < 200; step++) {
      const { slope, curvature } = derivatives(logs, rows, cols, labels, weights, inverse);
      if (slope > 0) high = inverse;
      else low = inverse;
      const newton = inverse - slope / curvature;
      const next = newton > low && newton < high ? newton : (low + high) / 2;
      const done = Math.abs(next - inverse) <= 1e-14 * inverse;
      inverse = next;
      if (done || high - low <= 1e-15 * high) break;
    }
    this.fitted = 1 / inverse;
    return this;
  }

  /** Above 1: the probabilities were too certain. @throws NotFittedError - before `fit` */
  get temperature(): number {
    return fittedOr(this.fitted, 'TemperatureCalibrator');
  }

  /** (n, classes) probabilities. */
  transform(probabilities: Matrix): Matrix {
    const { rows, cols, data } = probabilities;
    const { temperature } = this;
    const out = Matrix.zeros(rows, cols);
    const scores = new Float64Array(cols);
    for (let i = 0; i < rows; i++) {
      for (let k = 0; k < cols; k++) scores[k] = log(Math.max(data[i * cols + k], FLOOR)) / temperature;
      softmaxInPlace(scores, 0, cols);
      out.data.set(scores, i * cols);
    }
    return out;
  }
}

/** Of the weighted log-loss by the inverse temperature: expected log p less that of the label, and its variance, summed. */
function derivatives(
  logs: Float64Array,
  rows: number,
  cols: number,
  labels: ArrayLike<number>,
  weights: ArrayLike<number> | undefined,
  inverse: number,
): { slope: number; curvature: number } {
  const p = new Float64Array(cols);
  let slope = 0;
  let curvature = 0;
  for (let i = 0; i < rows; i++) {
    const weight = weights ? weights[i] : 1;
    const at = i * cols;
    for (let k = 0; k < cols; k++) p[k] = inverse * logs[at + k];
    softmaxInPlace(p, 0, cols);
    let mean = 0;
    for (let k = 0; k < cols; k++) mean += p[k] * logs[at + k];
    let variance = 0;
    for (let k = 0; k < cols; k++) variance += p[k] * (logs[at + k] - mean) ** 2;
    slope += weight * (mean - logs[at + labels[i]]);
    curvature += weight * variance;
  }
  return { slope, curvature };
}

function checkRows({ rows, cols, data }: Matrix, labels: ArrayLike<number>, weights?: ArrayLike<number>): void {
  const fail = (problem: string, hint: string): never => {
    throw new InvalidInputError(`TemperatureCalibrator: ${problem}`, { hint });
  };
  if (cols < 2) fail(`probabilities have ${cols} columns`, 'Pass one column for each class.');
  if (labels.length !== rows) fail(`${labels.length} labels for ${rows} rows`, 'Pass one label for each row.');
  if (weights && weights.length !== rows)
    fail(`${weights.length} weights for ${rows} rows`, 'Pass one weight for each row.');
  let total = 0;
  for (let i = 0; i < rows; i++) {
    if (!(Number.isInteger(labels[i]) && labels[i] >= 0 && labels[i] < cols)) {
      fail(`the label of row ${i} is ${labels[i]}`, `Labels are columns of the probabilities, 0 to ${cols - 1}.`);
    }
    const weight = weights ? weights[i] : 1;
    if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY)) {
      fail(`the weight of row ${i} is ${weight}`, 'Weights must be finite and not negative.');
    }
    total += weight;
  }
  const wrong = data.findIndex((p) => !(p >= 0 && p <= 1 + 1e-3));
  if (wrong >= 0) fail(`row ${Math.floor(wrong / cols)} holds ${data[wrong]}`, 'Probabilities lie between 0 and 1.');
  if (!(total > 0)) fail('no row has a positive weight', 'Pass rows to calibrate on.');
}
