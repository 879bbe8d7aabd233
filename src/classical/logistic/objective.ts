/**
 * The objective as the optimiser sees it: mean log-loss plus penalty in coordinates where every column has mean 0 (with an
 * intercept) and unit scale. The change of coordinates only helps the search; the optimum is that of the given columns.
 */
import type { LogisticJobArgs } from './job-args.js';
import type { Problem } from './lbfgs.js';
import {
  type BlockShape,
  type Preconditioner,
  preconditionerAtPoint,
  preconditionerAtShares,
  subtractMean,
} from './preconditioner.js';
import { type Frame, type Moments, sum, type TrainingRows } from './rows.js';

export class Objective implements Problem {
  private readonly cols: number;
  private readonly outputs: number;
  private readonly totalWeight: number;
  private readonly center: Float64Array;
  private readonly scale: Float64Array;
  /** Columns that can change no score: their weights stay 0. */
  private readonly idle: Uint8Array;
  private readonly frame: Frame;
  private readonly shape: BlockShape;
  private preconditioner: Preconditioner;
  private readonly raw: Float64Array;
  private readonly rawGradient: Float64Array;

  constructor(
    private readonly rows: TrainingRows,
    private readonly args: LogisticJobArgs,
    moments: Moments,
  ) {
    const { cols, outputs, fitIntercept, lambda } = args;
    this.cols = cols;
    this.outputs = outputs;
    this.totalWeight = sum(args.weights);
    this.center = fitIntercept ? moments.mean : new Float64Array(cols);
    const square = moments.variance.map((v, j) => (fitIntercept ? v : v + moments.mean[j] * moments.mean[j]));
    this.idle = Uint8Array.from(square, (v) => (v > 0 ? 0 : 1));
    this.scale = square.map((v) => (v > 0 ? Math.sqrt(v) : 1));
    this.frame = { center: this.center, scale: this.scale, intercept: fitIntercept };
    this.shape = {
      cols,
      outputs,
      ridge: this.scale.map((s) => lambda / (s * s)),
      leastDiagonal: rows.sampleRows < rows.count ? 0.5 : 1e-8,
    };
    this.preconditioner = preconditionerAtShares(
      this.shape,
      args.classTotals.map((w, _k, all) => (fitIntercept ? w / this.totalWeight : 1 / all.length)),
      rows.sampleRows > 0 ? rows.gram(this.frame) : undefined,
    );
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

  /** Takes the curvature at x for the preconditioner, where that costs no more than about `passes` passes over the rows. */
  refresh(x: Float64Array, passes: number): void {
    const { cols, outputs, rows } = this;
    const cost = (rows.sampleRows * cols) / (4 * rows.count) + (cols * cols) / (3 * rows.count);
    if (rows.sampleRows === 0 || cost > passes) return;
    const hessians = Array.from({ length: outputs }, (_, output) => rows.gram(this.frame, { point: x, output }));
    this.preconditioner = preconditionerAtPoint(this.shape, hessians);
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
