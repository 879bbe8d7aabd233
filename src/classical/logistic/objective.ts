/**
 * The objective as the optimiser sees it: mean log-loss plus penalty in coordinates where every column has mean 0 (with an
 * intercept) and unit scale. The change of coordinates only helps the search; the optimum is that of the given columns.
 */
import type { Frame } from './gram-pass.js';
import type { LogisticJobArgs, PenaltyStrengths } from './job-args.js';
import type { Problem } from './lbfgs.js';
import {
  type BlockShape,
  denseBlock,
  type Preconditioner,
  preconditionerAtPoint,
  preconditionerAtShares,
  subtractMean,
} from './preconditioner.js';
import type { KinkedProblem } from './proximal.js';
import type { Curvature } from './proximal-model.js';
import { sum } from './row-store.js';
import type { Moments, TrainingRows } from './rows.js';

/** Values from which passes in float32 are worth a last one in float64. */
const WORTH_COARSE = 1 << 18;
/** Rounding of the value of such a pass. */
const COARSE_NOISE = 1e-8;

export class Objective implements Problem, KinkedProblem {
  /** (n,) weight of the L1 norm for each entry of x. */
  readonly thresholds: Float64Array;
  private readonly cols: number;
  private readonly outputs: number;
  private readonly totalWeight: number;
  private readonly center: Float64Array;
  private readonly scale: Float64Array;
  /** Columns that can change no score: their weights stay 0. */
  private readonly idle: Uint8Array;
  private readonly frame: Frame;
  private readonly shares: Float64Array;
  /** Mean of z z^T over the sample, if there is one. */
  private readonly gram: Float64Array | undefined;
  /** Second derivatives of each output at a point of the search, once taken. */
  private hessians: Float64Array[] | undefined;
  private penalty: PenaltyStrengths;
  private shape: BlockShape;
  private preconditioner: Preconditioner | undefined;
  private model: Curvature | undefined;
  /** Passes are in float32. */
  private coarse = false;
  private readonly raw: Float64Array;
  private readonly rawGradient: Float64Array;

  constructor(
    private readonly rows: TrainingRows,
    private readonly args: LogisticJobArgs,
    moments: Moments,
  ) {
    const { cols, outputs, fitIntercept } = args;
    this.cols = cols;
    this.outputs = outputs;
    this.totalWeight = sum(args.weights);
    this.center = fitIntercept ? moments.mean : new Float64Array(cols);
    const square = moments.variance.map((v, j) => (fitIntercept ? v : v + moments.mean[j] * moments.mean[j]));
    this.idle = Uint8Array.from(square, (v) => (v > 0 ? 0 : 1));
    this.scale = square.map((v) => (v > 0 ? Math.sqrt(v) : 1));
    this.frame = { center: this.center, scale: this.scale, intercept: fitIntercept };
    this.shares = args.classTotals.map((w, _k, all) => (fitIntercept ? w / this.totalWeight : 1 / all.length));
    this.gram = rows.sampleRows > 0 ? rows.gram(this.frame) : undefined;
    this.thresholds = new Float64Array(outputs * (cols + 1));
    this.penalty = { l1: 0, l2: 0 };
    this.shape = this.shapeFor(0);
    this.raw = new Float64Array(outputs * (cols + 1));
    this.rawGradient = new Float64Array(outputs * (cols + 1));
  }

  private shapeFor(l2: number): BlockShape {
    const { cols, outputs, rows } = this;
    return {
      cols,
      outputs,
      tied: this.tied,
      ridge: this.scale.map((s) => l2 / (s * s)),
      leastDiagonal: rows.sampleRows < rows.count ? 0.5 : 1e-8,
    };
  }

  /** A common shift of all outputs changes no probability. */
  private get tied(): boolean {
    return this.outputs > 1 && !this.args.oneVsRest;
  }

  /** The penalty from now on. */
  usePenalty(penalty: PenaltyStrengths): void {
    const { cols, outputs } = this;
    this.penalty = penalty;
    this.shape = this.shapeFor(penalty.l2);
    this.preconditioner = undefined;
    this.model = undefined;
    this.coarse = this.rows.count * cols >= WORTH_COARSE;
    for (let k = 0; k < outputs; k++) {
      for (let j = 0; j < cols; j++) this.thresholds[k * (cols + 1) + j] = penalty.l1 / this.scale[j];
    }
  }

  get noise(): number | undefined {
    return this.coarse ? COARSE_NOISE : undefined;
  }

  refine(): boolean {
    const { coarse } = this;
    this.coarse = false;
    return coarse;
  }

  /** Mean log-loss plus the smooth part of the penalty. */
  evaluate(x: Float64Array, gradient: Float64Array): number {
    const { cols, outputs, raw, rawGradient, totalWeight } = this;
    const { fitIntercept } = this.args;
    const { l2 } = this.penalty;
    this.write(x, raw);
    const loss = this.rows.evaluate(raw, rawGradient, this.coarse) / totalWeight;
    for (let k = 0; k < outputs; k++) {
      const offset = k * (cols + 1);
      const g0 = rawGradient[offset + cols];
      for (let j = 0; j < cols; j++) {
        const change = (rawGradient[offset + j] - this.center[j] * g0) / totalWeight + l2 * raw[offset + j];
        gradient[offset + j] = this.idle[j] ? 0 : change / this.scale[j];
      }
      gradient[offset + cols] = fitIntercept ? g0 / totalWeight : 0;
    }
    return loss + this.smoothPenaltyOf(raw);
  }

  precondition(g: Float64Array, out: Float64Array): void {
    this.preconditioner ??= this.hessians
      ? preconditionerAtPoint(this.shape, this.hessians)
      : preconditionerAtShares(this.shape, this.shares, this.gram);
    this.preconditioner.apply(g, out);
  }

  curvature(): Curvature {
    this.model ??= { size: this.cols + 1, blocks: this.denseBlocks() };
    return this.model;
  }

  private denseBlocks(): Float64Array[] {
    const { shape, hessians, gram, outputs, shares } = this;
    // Blocks leave out what ties outputs together; with equal shares this factor makes up for it.
    const tie = this.tied ? outputs / (outputs - 1) : 1;
    if (hessians) return hessians.map((hessian) => denseBlock(shape, hessian, tie));
    if (outputs === 1) return [denseBlock(shape, gram, shares[0] * shares[1])];
    return Array.from(shares, (p) => denseBlock(shape, gram, tie * p * (1 - p)));
  }

  /** Takes the curvature at x for the steps that follow, where that costs no more than about `passes` passes over the rows. */
  refresh(x: Float64Array, passes: number): void {
    const { cols, outputs, rows } = this;
    const cost = (rows.sampleRows * cols) / (4 * rows.count) + (cols * cols) / (3 * rows.count);
    if (rows.sampleRows === 0 || cost > passes) return;
    this.hessians = Array.from({ length: outputs }, (_, output) => rows.gram(this.frame, { point: x, output }));
    this.preconditioner = undefined;
    this.model = undefined;
  }

  /** Second derivatives of the mean log-loss by outputs k and l, (cols + 1, cols + 1), in the coordinates of x: over all rows. */
  secondDerivatives(x: Float64Array, k: number, l: number): Float64Array {
    return this.rows.gram(this.frame, { point: x, output: k, other: l, allRows: true });
  }

  /** What x is to the coefficients: weight_j = x_j / scale_j, and the intercept is less center_j weight_j. */
  get coordinates(): { center: Float64Array; scale: Float64Array; idle: Uint8Array } {
    return { center: this.center, scale: this.scale, idle: this.idle };
  }

  /** The penalty at x, its kink included. */
  penaltyAt(x: Float64Array): number {
    let norm = 0;
    for (let j = 0; j < x.length; j++) norm += this.thresholds[j] * Math.abs(x[j]);
    return norm + this.smoothPenaltyOf(this.toCoefficients(x));
  }

  private smoothPenaltyOf(raw: Float64Array): number {
    const { l2 } = this.penalty;
    if (l2 === 0) return 0;
    let squares = 0;
    for (let k = 0; k < this.outputs; k++) {
      const offset = k * (this.cols + 1);
      for (let j = offset; j < offset + this.cols; j++) squares += raw[j] * raw[j];
    }
    return 0.5 * l2 * squares;
  }

  /** Weights and intercepts for the columns as they are. */
  toCoefficients(x: Float64Array): Float64Array {
    const raw = new Float64Array(x.length);
    this.write(x, raw);
    if (this.tied && this.args.coordinate) this.centre(raw);
    return raw;
  }

  /** Takes out the common shift that the objective leaves open, which coordinate descent does not keep at 0. */
  private centre(raw: Float64Array): void {
    const { outputs, cols } = this;
    const free = this.penalty.l1 === 0 && this.penalty.l2 === 0;
    if (free) subtractMean(raw, outputs, cols + 1);
    let mean = 0;
    for (let k = 0; k < outputs; k++) mean += raw[k * (cols + 1) + cols];
    mean /= outputs;
    for (let k = 0; k < outputs; k++) raw[k * (cols + 1) + cols] -= mean;
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

  /** The point of the search for given weights and intercepts. Several outputs are shifted to sum to 0, as they do at a smooth optimum. */
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
    if (this.tied && !this.args.coordinate) subtractMean(x, outputs, cols + 1);
    return x;
  }
}
