/** Rows with labels, weights and present scores in shared memory, and the derivatives of a loss at them. */
import type { Arena } from '../../../kernels/arena.js';
import type { JobContext } from '../../../kernels/job.js';
import type { Metric, MetricRows } from '../../engine/metrics/metric.js';
import { applyLink } from '../../engine/objectives/link.js';
import { type GradientQuestion, type MetricQuestion, rowMajor } from '../../engine/questions.js';
import type { Derivatives } from '../../options.js';
import { curvatures, type Loss } from './losses.js';

/** Rows summed at a stretch; part of the definition of a sum's last bits. */
const BLOCK = 4096;

export class RowScores {
  readonly labels: number;
  /** f32 by row, or 0: all 1. */
  readonly weights: number;
  /** Derivatives of output k are at ders + k * stride, times the weights; 0 where there are none. */
  readonly ders: number;
  /** Curvatures in the same layout, of losses that are asked for. */
  readonly curvatures: number;
  readonly stride: number;
  readonly totalWeight: number;
  private readonly scores: number;
  private readonly sums: number;

  /** `options.ders`: whether there is room for derivatives, or where; `like`: labels and weights are those of other scores. */
  constructor(
    private readonly context: JobContext,
    private readonly arena: Arena,
    private readonly loss: Loss,
    private readonly y: Float64Array,
    private readonly w: Float32Array | undefined,
    private readonly options: { ders: boolean | number; initScore?: Float64Array; like?: RowScores },
  ) {
    this.stride = (y.length + 2) * 8;
    this.scores = arena.alloc(loss.outputs * this.stride);
    const { ders, like } = options;
    this.ders = typeof ders === 'number' ? ders : ders ? arena.alloc(loss.outputs * this.stride) : 0;
    this.curvatures = loss.asked && ders ? arena.alloc(loss.outputs * this.stride) : 0;
    this.labels = like?.labels ?? arena.alloc(this.stride);
    this.weights = like?.weights ?? (w ? arena.alloc((y.length + 2) * 4) : 0);
    this.sums = arena.alloc((Math.ceil(y.length / BLOCK) + 1) * 64);
    this.totalWeight = w ? w.reduce((sum, weight) => sum + weight, 0) : y.length;
  }

  get rows(): number {
    return this.y.length;
  }

  get meanWeight(): number {
    return this.totalWeight / this.rows;
  }

  scoresOf(output: number): number {
    return this.scores + output * this.stride;
  }

  /** Labels, weights and first scores, on top of those given; a barrier. */
  fill(start: readonly number[]): void {
    const { arena, context, rows, options } = this;
    if (context.thread === 0) {
      arena.float64(this.labels, rows).set(this.y);
      if (this.w) arena.float32(this.weights, rows).set(this.w);
      for (const [k, score] of start.entries()) {
        const scores = arena.float64(this.scoresOf(k), rows).fill(score);
        const { initScore } = options;
        if (initScore) for (let i = 0; i < rows; i++) scores[i] += initScore[i * start.length + k];
      }
    }
    context.barrier();
  }

  /** Sets the scores to a copy; on one worker, with a barrier to follow. */
  setScores(copy: Float64Array): void {
    for (let k = 0; k < this.loss.outputs; k++) {
      this.arena.float64(this.scoresOf(k), this.rows).set(copy.subarray(k * this.rows, (k + 1) * this.rows));
    }
  }

  /** (outputs, rows). */
  copyScores(): Float64Array {
    const copy = new Float64Array(this.rows * this.loss.outputs);
    for (let k = 0; k < this.loss.outputs; k++)
      copy.set(this.arena.float64(this.scoresOf(k), this.rows), k * this.rows);
    return copy;
  }

  /** Writes the derivatives, if there is room for them. Returns the mean loss and the sum of squared derivatives; barriers. */
  derive(): { loss: number; squares: number } {
    const { arena, context, loss, rows, sums } = this;
    const blocks = Math.ceil(rows / BLOCK);
    if (loss.asked && this.ders) {
      if (context.thread === 0) this.askDerivatives();
      context.barrier();
    }
    for (let block = context.nextUnit(); block < blocks; block = context.nextUnit()) {
      const from = block * BLOCK;
      const to = Math.min(rows, from + BLOCK);
      const out = sums + block * 64;
      if (loss.asked) arena.float64(out, 3)[2] = Number.NaN;
      else if (loss.kernel) {
        context.kernels[loss.kernel](this.scores, this.labels, this.weights, 0, from, to, this.ders, out);
      } else arena.float64(out, 3)[2] = this.deriveRows(from, to);
      arena.float64(out, 4)[3] = this.ders ? this.sumSquares(from, to) : 0;
    }
    context.barrier();
    let total = 0;
    let squares = 0;
    for (let block = 0; block < blocks; block++) {
      const found = arena.float64(sums + block * 64, 4);
      total += found[2];
      squares += found[3];
    }
    context.barrier();
    return { loss: loss.finish(total / this.totalWeight), squares };
  }

  /** The caller's derivatives at the present scores, times the weights. */
  private askDerivatives(): void {
    const { arena, loss, rows, w } = this;
    const question: GradientQuestion = { ask: 'gradients', ...this.asked() };
    const { gradient, hessian } = this.context.ask(question) as Derivatives;
    for (let k = 0; k < loss.outputs; k++) {
      const ders = arena.float64(this.ders + k * this.stride, rows);
      const curvature = arena.float64(this.curvatures + k * this.stride, rows);
      for (let i = 0; i < rows; i++) {
        ders[i] = -(w ? w[i] : 1) * gradient[i * loss.outputs + k];
        curvature[i] = (w ? w[i] : 1) * hessian[i * loss.outputs + k];
      }
    }
  }

  private asked() {
    const { arena, loss, rows } = this;
    const columns = Array.from({ length: loss.outputs }, (_, k) => arena.float64(this.scoresOf(k), rows));
    return { scores: rowMajor(columns, rows), labels: this.y.slice(), weights: this.w?.slice() };
  }

  private deriveRows(from: number, to: number): number {
    const { arena, loss, rows } = this;
    const { outputs } = loss;
    const columns = Array.from({ length: outputs }, (_, k) => arena.float64(this.scoresOf(k), rows));
    const ders = Array.from({ length: this.ders ? outputs : 0 }, (_, k) =>
      arena.float64(this.ders + k * this.stride, rows),
    );
    const s = new Float64Array(outputs);
    const der = new Float64Array(outputs);
    const curvature = new Float64Array(curvatures(loss));
    let sum = 0;
    for (let i = from; i < to; i++) {
      for (let k = 0; k < outputs; k++) s[k] = columns[k][i];
      const w = this.w ? this.w[i] : 1;
      sum += w * loss.derive(s, this.y[i], der, curvature);
      for (let k = 0; k < ders.length; k++) ders[k][i] = w * der[k];
    }
    return sum;
  }

  private sumSquares(from: number, to: number): number {
    let sum = 0;
    for (let k = 0; k < this.loss.outputs; k++) {
      const ders = this.arena.float64(this.ders + k * this.stride, this.rows);
      for (let i = from; i < to; i++) sum += ders[i] * ders[i];
    }
    return sum;
  }

  /** Values of metrics at the present scores; barriers. `room` holds 8 bytes a metric and block. */
  evaluate(metrics: readonly Metric[]): number[] {
    const { context, arena, rows } = this;
    const values: number[] = [];
    for (const metric of metrics) {
      if (metric.kind === 'asked') {
        const out = arena.float64(this.sums, 1);
        const question: MetricQuestion = { ask: 'metric', name: metric.name, ...this.asked() };
        if (context.thread === 0) out[0] = context.ask(question) as number;
        context.barrier();
        values.push(out[0]);
        context.barrier();
        continue;
      }
      const blocks = metric.kind === 'mean' ? Math.ceil(rows / BLOCK) : 1;
      for (let block = context.nextUnit(); block < blocks; block = context.nextUnit()) {
        const out = arena.float64(this.sums + block * 64, 1);
        if (metric.kind === 'whole') out[0] = metric.evaluate(this.metricRows(0, rows));
        else out[0] = metric.sum(this.metricRows(block * BLOCK, Math.min(rows, (block + 1) * BLOCK)));
      }
      context.barrier();
      let sum = 0;
      for (let block = 0; block < blocks; block++) sum += arena.float64(this.sums + block * 64, 1)[0];
      values.push(metric.kind === 'mean' ? metric.finish(sum / this.totalWeight, this.totalWeight) : sum);
      context.barrier();
    }
    return values;
  }

  private metricRows(from: number, to: number): MetricRows {
    const { arena, loss } = this;
    const { outputs } = loss;
    const count = to - from;
    const predictions = new Float64Array(count * outputs);
    for (let k = 0; k < outputs; k++) {
      const column = arena.float64(this.scoresOf(k), this.rows);
      for (let i = 0; i < count; i++) predictions[i * outputs + k] = column[from + i];
    }
    applyLink(loss.link, predictions, outputs);
    return { count, outputs, predictions, labels: this.y.subarray(from, to), weights: this.w?.subarray(from, to) };
  }
}
