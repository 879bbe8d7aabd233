/**
 * The training rows inside a job, and the passes over them that its workers share. Any worker may do any chunk, and worker 0 adds the
 * partial sums in the order of the chunks: so the thread count never changes a bit of the result.
 */
import { Arena } from '../../kernels/arena.js';
import type { JobContext } from '../../kernels/job.js';
import { Phases } from '../../kernels/phases.js';
import { type CurvaturePoint, type Frame, GRAM_SLICES, GramPass } from './gram-pass.js';
import { LossPass } from './loss-pass.js';
import { RowStore, type RowsSource, sum } from './row-store.js';

const LOAD = 1;
const EVALUATE = 2;
const COARSE = 3;
const GRAM = 4;

/** Weighted mean and variance of each column. */
export interface Moments {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
}

export class TrainingRows {
  private readonly arena: Arena;
  private readonly store: RowStore;
  private readonly losses: LossPass;
  private readonly grams: GramPass | undefined;
  private readonly phases: Phases;
  /** Coefficients of the last pass in float64. */
  private exact: Float64Array | undefined;
  /** (stride,) what differences are taken from for the moments: a row, so that a constant column has none. */
  private readonly shift: number;

  constructor(
    private readonly context: JobContext<unknown>,
    private readonly source: RowsSource,
    /** Rows of the Gram matrix's sample; 0 where none will be asked for. */
    readonly sampleRows: number,
    /** Gram matrices of all rows will be asked for. */
    wholeGrams = false,
  ) {
    this.arena = new Arena(context);
    const asked = this.arena.alloc(64);
    this.store = new RowStore(context, source, this.arena);
    this.losses = new LossPass(context, this.store, this.arena);
    const needsGrams = sampleRows > 0 || wholeGrams;
    this.grams = needsGrams ? new GramPass(context, this.store, this.losses, this.arena, sampleRows) : undefined;
    this.shift = this.arena.alloc(this.store.stride * 8);
    this.arena.commit();
    this.phases = new Phases(context, this.arena.int32(asked, 1), (phase) => this.work(phase));
  }

  get count(): number {
    return this.store.count;
  }

  /** Workers other than 0. */
  serve(): void {
    this.phases.serve();
  }

  stop(): void {
    this.phases.stop();
  }

  private work(phase: number): void {
    const { context, losses } = this;
    const units = phase === GRAM ? GRAM_SLICES : this.store.chunks;
    for (let unit = context.nextUnit(); unit < units; unit = context.nextUnit()) {
      if (phase === GRAM) this.grams?.slice(unit);
      else if (phase === LOAD) this.loadChunk(unit);
      else losses.evaluate(unit, phase === COARSE);
    }
  }

  /** Worker 0: brings the rows into the job's memory; weighted mean and variance of the columns. */
  load(): Moments {
    const { cols, stride, origin } = this.store;
    const shift = this.arena.float64(this.shift, stride);
    const first = this.store.sourceRow(0) * cols;
    for (let j = 0; j < cols; j++) shift[j] = Math.fround(this.source.X[first + j] - origin[j]);
    this.phases.together(LOAD);
    const total = this.losses.total(2 * stride);
    const sumWeights = sum(this.source.weights);
    const mean = new Float64Array(cols);
    const variance = new Float64Array(cols);
    for (let j = 0; j < cols; j++) {
      const offset = total[j] / sumWeights;
      mean[j] = origin[j] + shift[j] + offset;
      // Exactly 0 for a constant column, because every difference from the shift is.
      variance[j] = Math.max(0, total[stride + j] / sumWeights - offset * offset);
    }
    return { mean, variance };
  }

  private loadChunk(chunk: number): void {
    const { store, shift } = this;
    const { stride, width, cols } = store;
    const { address, values } = this.losses.partialOf(chunk, 2 * stride);
    values.fill(0);
    store.forTiles(chunk, (row, rows) => {
      store.bring(row, rows);
      const weights = store.weightsAddress + row * 8;
      const x = store.tileAddress(row, rows);
      this.context.kernels.linearMoments(x, width, rows, cols, weights, shift, address, address + stride * 8);
    });
  }

  /**
   * Worker 0: sum of weight * log-loss over all rows at the given coefficients, and its gradient.
   * Both hold, for each output, `cols` weights and the intercept. `coarse`: with sums in float32, in half the time.
   */
  evaluate(coefficients: Float64Array, gradient: Float64Array, coarse: boolean): number {
    this.losses.write(coefficients, this.store.origin);
    this.phases.together(coarse ? COARSE : EVALUATE);
    if (!coarse) this.exact = coefficients.slice();
    return this.losses.collect(gradient);
  }

  /** Worker 0: weight of the rows whose class has the largest score. */
  hits(coefficients: Float64Array): number {
    const known = this.exact?.every((value, i) => value === coefficients[i]);
    if (!known) this.evaluate(coefficients, new Float64Array(coefficients.length), false);
    return this.losses.hits();
  }

  /**
   * Worker 0: weighted mean of h z z^T over an even sample of the rows, where z is (x - center) / scale in float32 with a last
   * column of ones (of zeros without an intercept), shape (cols + 1, cols + 1). Without `at`, h is 1; with it, h is the second derivative
   * of the log-loss by the scores of two outputs (one, if `other` is left out) at a point in the coordinates of z.
   */
  gram(frame: Frame, at?: CurvaturePoint): Float64Array {
    if (!this.grams) throw new RangeError('Gram matrices were not announced');
    this.grams.ask(frame, at);
    this.phases.together(GRAM);
    return this.grams.collect();
  }
}
