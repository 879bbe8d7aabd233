/**
 * The objective as the optimiser sees it: mean log-loss plus penalty in coordinates where every column has mean 0 (with an
 * intercept) and unit scale. The change of coordinates only helps the search; the optimum is that of the given columns.
 */
import type { LogisticJobArgs } from './job.js';
import type { Problem } from './lbfgs.js';
import { Preconditioner } from './preconditioner.js';
import { type Moments, sum, type TrainingRows } from './rows.js';

export class Objective implements Problem {
  private readonly cols: number;
  private readonly outputs: number;
  private readonly totalWeight: number;
  private readonly center: Float64Array;
  private readonly scale: Float64Array;
  /** Columns that can change no score: their weights stay 0. */
  private readonly idle: Uint8Array;
  private readonly preconditioner: Preconditioner;
  private readonly raw: Float64Array;
  private readonly rawGradient: Float64Array;

  constructor(
    private readonly rows: TrainingRows,
    private readonly args: LogisticJobArgs,
    moments: Moments,
    correlated: boolean,
  ) {
    const { cols, outputs, fitIntercept, lambda } = args;
    this.cols = cols;
    this.outputs = outputs;
    this.totalWeight = sum(args.weights);
    this.center = fitIntercept ? moments.mean : new Float64Array(cols);
    const square = moments.variance.map((v, j) => (fitIntercept ? v : v + moments.mean[j] * moments.mean[j]));
    this.idle = Uint8Array.from(square, (v) => (v > 0 ? 0 : 1));
    this.scale = square.map((v) => (v > 0 ? Math.sqrt(v) : 1));
    const classWeight = sum(args.classTotals);
    this.preconditioner = new Preconditioner({
      cols,
      outputs,
      shares: args.classTotals.map((w, _k, all) => (fitIntercept ? w / classWeight : 1 / all.length)),
      gram: correlated ? rows.gram(this.center, this.scale) : undefined,
      ridge: this.scale.map((s) => lambda / (s * s)),
    });
    this.raw = new Float64Array(outputs * (cols + 1));
    this.rawGradient = new Float64Array(outputs * (cols + 1));
  }

  evaluate(x: Float64Array, gradient: Float64Array): number {
    const { cols, outputs, raw, rawGradient, totalWeight } = this;
    const { lambda, fitIntercept } = this.args;
    this.write(x, raw);
    const loss = this.rows.evaluate(raw, rawGradient) / totalWeight;
    for (let k = 0; k < outputs; k++) {
      const offset = k * (cols + 1);
      const g0 = rawGradient[offset + cols];
      for (let j = 0; j < cols; j++) {
        const change = (rawGradient[offset + j] - this.center[j] * g0) / totalWeight + lambda * raw[offset + j];
        gradient[offset + j] = this.idle[j] ? 0 : change / this.scale[j];
      }
      gradient[offset + cols] = fitIntercept ? g0 / totalWeight : 0;
    }
    return loss + this.penaltyOf(raw);
  }

  precondition(g: Float64Array, out: Float64Array): void {
    this.preconditioner.apply(g, out);
  }

  /** The penalty at x. */
  penaltyAt(x: Float64Array): number {
    return this.penaltyOf(this.toCoefficients(x));
  }

  private penaltyOf(raw: Float64Array): number {
    if (this.args.lambda === 0) return 0;
    let squares = 0;
    for (let k = 0; k < this.outputs; k++) {
      const offset = k * (this.cols + 1);
      for (let j = offset; j < offset + this.cols; j++) squares += raw[j] * raw[j];
    }
    return 0.5 * this.args.lambda * squares;
  }

  /** Weights and intercepts for the columns as they are. */
  toCoefficients(x: Float64Array): Float64Array {
    const raw = new Float64Array(x.length);
    this.write(x, raw);
    return raw;
  }

  private write(x: Float64Array, raw: Float64Array): void {
    const { cols, outputs, center, scale } = this;
    for (let k = 0; k < outputs; k++) {
      const offset = k * (cols + 1);
      let intercept = x[offset + cols];
      for (let j = 0; j < cols; j++) {
        raw[offset + j] = x[offset + j] / scale[j];
        intercept -= center[j] * raw[offset + j];
      }
      raw[offset + cols] = intercept;
    }
  }

  /** The point of the search for given weights and intercepts. Several outputs are shifted to sum to 0, as they do at the optimum. */
  fromCoefficients(coefficients: Float64Array): Float64Array {
    const { cols, outputs, center, scale, idle } = this;
    const x = new Float64Array(coefficients.length);
    for (let k = 0; k < outputs; k++) {
      const offset = k * (cols + 1);
      let intercept = coefficients[offset + cols];
      for (let j = 0; j < cols; j++) {
        if (idle[j]) continue;
        x[offset + j] = coefficients[offset + j] * scale[j];
        intercept += center[j] * coefficients[offset + j];
      }
      x[offset + cols] = this.args.fitIntercept ? intercept : 0;
    }
    if (outputs > 1) subtractMean(x, outputs, cols + 1);
    return x;
  }
}

function subtractMean(x: Float64Array, outputs: number, size: number): void {
  for (let j = 0; j < size; j++) {
    let mean = 0;
    for (let k = 0; k < outputs; k++) mean += x[k * size + j];
    mean /= outputs;
    for (let k = 0; k < outputs; k++) x[k * size + j] -= mean;
  }
}
