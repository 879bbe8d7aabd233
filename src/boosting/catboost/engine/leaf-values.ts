/**
 * Values of a tree's leaves: Newton or gradient steps on all rows, with backtracking, or quantiles of residuals. Rows are brought into the
 * order of leaves once a tree; sums go over fixed pieces of it, in order.
 */
import type { Arena } from '../../../kernels/arena.js';
import type { JobContext } from '../../../kernels/job.js';
import type { Chunk, LeafRows } from './leaf-rows.js';
import { curvatures, type Loss } from './losses.js';
import type { CatBoostParams } from './params.js';
import type { RowScores } from './row-scores.js';
import { solvePositive } from './solve.js';
import { weightedQuantile } from './weighted-quantile.js';

/** Rows summed at a stretch; part of the definition of a sum's last bits. */
const PIECE = 4096;
/** Rows from which the log-loss is summed from numbers of 32 bits: their rounding averages out. Fewer cost little anyway. */
const MANY_ROWS = 16_384;
/** A leaf whose value changes by less is done: by so little nobody's prediction changes. */
const LEAST_STEP = 1e-8;
const LEAST_SHARE = 1e-7;
/** Newton steps towards an exact minimum. */
const EXACT_STEPS = 12;

/** Values by leaf and output, row-major, before the learning rate; and the leaves' weights. */
export interface LeafValues {
  values: Float64Array;
  weights: Float64Array;
}

export class LeafEstimator {
  private readonly scores: number;
  private readonly labels: number;
  private readonly weights: number;
  private readonly sums: number;
  private readonly stride: number;
  /** Numbers a piece: derivatives, curvatures, loss. */
  private readonly width: number;
  /** Scores and labels are gathered as f32. */
  private readonly short: boolean;

  constructor(
    private readonly context: JobContext,
    private readonly arena: Arena,
    private readonly loss: Loss,
    private readonly params: CatBoostParams,
    private readonly rows: number,
    weighted: boolean,
    maxLeaves: number,
  ) {
    this.stride = (rows + 3) * 8;
    this.short = loss.kernel === 'loglossSums' && !weighted && rows >= MANY_ROWS;
    this.scores = arena.alloc(loss.outputs * this.stride);
    this.labels = arena.alloc(this.stride);
    this.weights = weighted ? arena.alloc((rows + 2) * 4) : 0;
    this.width = loss.outputs + curvatures(loss) + 1;
    const pieces = Math.ceil(rows / PIECE) + 2 * Math.min(maxLeaves, rows) + 2;
    this.sums = arena.alloc(Math.max(pieces, rows === 0 ? 0 : maxLeaves) * Math.max(3, this.width) * 8);
  }

  /** From all rows, or from those sampled only; barriers. */
  estimate(leafRows: LeafRows, set: RowScores, all = true): LeafValues {
    const pieces = leafRows.chunks(PIECE, all);
    this.gather(leafRows, set, pieces);
    const weights = this.weigh(leafRows, pieces);
    const values = this.loss.asked
      ? this.oneStep(leafRows, pieces, weights, set)
      : this.params.leafEstimationMethod === 'Exact' && this.loss.exact
        ? this.quantiles(leafRows, all)
        : this.descend(leafRows, pieces, weights, set);
    this.context.barrier();
    return { values, weights };
  }

  private gather(leafRows: LeafRows, set: RowScores, pieces: readonly Chunk[]): void {
    const { context, loss } = this;
    const { kernels } = context;
    for (let i = context.nextUnit(); i < pieces.length; i = context.nextUnit()) {
      const { begin, count } = pieces[i];
      const rows = leafRows.at(begin);
      if (this.short) {
        kernels.gatherShort(rows, count, set.scoresOf(0), this.scores + begin * 4);
        kernels.gatherShort(rows, count, set.labels, this.labels + begin * 4);
        continue;
      }
      for (let k = 0; k < loss.outputs; k++) {
        kernels.gatherDoubles(rows, count, set.scoresOf(k), this.scores + k * this.stride + begin * 8);
      }
      kernels.gatherDoubles(rows, count, set.labels, this.labels + begin * 8);
      if (this.weights) kernels.gatherFloats(rows, count, set.weights, this.weights + begin * 4);
    }
    context.barrier();
  }

  /** Every worker sums all weights: they are few numbers where there are none. */
  private weigh(leafRows: LeafRows, pieces: readonly Chunk[]): Float64Array {
    const sums = new Float64Array(leafRows.leaves);
    const weights = this.weights ? this.arena.float32(this.weights, this.rows) : undefined;
    for (const { leaf, begin, count } of pieces) {
      if (!weights) sums[leaf] += count;
      else for (let i = begin; i < begin + count; i++) sums[leaf] += weights[i];
    }
    return sums;
  }

  private descend(leafRows: LeafRows, pieces: readonly Chunk[], weights: Float64Array, set: RowScores): Float64Array {
    const { loss, params } = this;
    const { leaves } = leafRows;
    // The exact leaf of a loss without a closed form is where Newton's method ends, unregularised.
    const exact = params.leafEstimationMethod === 'Exact';
    const steps = exact ? EXACT_STEPS : params.leafEstimationMethod === 'Simple' ? 1 : params.leafEstimationIterations;
    const backtracking = exact || (steps > 1 && params.leafEstimationBacktracking !== 'No');
    const lambda = exact ? 0 : params.l2LeafReg * set.meanWeight;
    const values = new Float64Array(leaves * loss.outputs);
    const at = { sums: new Float64Array(leaves * (this.width - 1)), losses: new Float64Array(leaves) };
    // Leaves that still move; one that has arrived keeps its value, sums and loss.
    const moving = new Uint8Array(leaves).fill(1);
    this.evaluate(pieces, values, moving, at);
    let step = this.stepOf(at.sums, weights, lambda, leaves);
    let scale = 1;
    for (let done = 0; done < steps; done++) {
      if (!this.stop(moving, values, step, scale)) break;
      const next = values.map((value, i) => (moving[Math.floor(i / loss.outputs)] ? value + scale * step[i] : value));
      const last = done === steps - 1;
      if (last && !backtracking) return next;
      const found = { sums: at.sums.slice(), losses: at.losses.slice() };
      this.evaluate(pieces, next, moving, found);
      if (backtracking && !(sumOf(found.losses) < sumOf(at.losses))) {
        scale /= 2;
        continue;
      }
      values.set(next);
      Object.assign(at, found);
      scale = 1;
      if (!last) step = this.stepOf(at.sums, weights, lambda, leaves);
    }
    return values;
  }

  /** Takes leaves out of `moving` whose next step would change next to nothing; whether any is left. */
  private stop(moving: Uint8Array, values: Float64Array, step: Float64Array, scale: number): boolean {
    const { outputs } = this.loss;
    let left = false;
    for (let leaf = 0; leaf < moving.length; leaf++) {
      if (!moving[leaf]) continue;
      let moves = false;
      for (let i = leaf * outputs; i < (leaf + 1) * outputs; i++) {
        moves ||= Math.abs(scale * step[i]) > LEAST_STEP + LEAST_SHARE * Math.abs(values[i]);
      }
      if (!moves) moving[leaf] = 0;
      left ||= moves;
    }
    return left;
  }

  /** A single step by the derivatives that the caller gave for the present scores; barriers. */
  private oneStep(leafRows: LeafRows, pieces: readonly Chunk[], weights: Float64Array, set: RowScores): Float64Array {
    const { context, arena, loss, params, width, rows } = this;
    const { outputs } = loss;
    const list = arena.uint32(leafRows.at(0), leafRows.rows);
    const columns = [set.ders, set.curvatures].flatMap((base) =>
      Array.from({ length: outputs }, (_, k) => arena.float64(base + k * set.stride, rows)),
    );
    for (let i = context.nextUnit(); i < pieces.length; i = context.nextUnit()) {
      const { begin, count } = pieces[i];
      const out = arena.float64(this.sums + i * width * 8, width).fill(0);
      for (const [k, column] of columns.entries()) {
        for (let at = begin; at < begin + count; at++) out[k] += column[list[at]];
      }
    }
    context.barrier();
    const { leaves } = leafRows;
    const sums = new Float64Array(leaves * (width - 1));
    this.total(pieces, new Uint8Array(leaves).fill(1), { sums, losses: new Float64Array(leaves) });
    return this.stepOf(sums, weights, params.l2LeafReg * set.meanWeight, leafRows.leaves);
  }

  /** Derivative sums and losses of the moving leaves with `values` added to their scores; barriers. */
  private evaluate(
    pieces: readonly Chunk[],
    values: Float64Array,
    moving: Uint8Array,
    into: { sums: Float64Array; losses: Float64Array },
  ): void {
    const { context, arena, width, loss } = this;
    const { kernels } = context;
    const outputs = loss.outputs;
    for (let i = context.nextUnit(); i < pieces.length; i = context.nextUnit()) {
      const { leaf, begin, count } = pieces[i];
      if (!moving[leaf]) continue;
      const out = this.sums + i * width * 8;
      const { scores, labels, weights } = this;
      if (this.short) kernels.loglossSumsShort(scores, labels, values[leaf], begin, begin + count, out);
      else if (loss.kernel) kernels[loss.kernel](scores, labels, weights, values[leaf], begin, begin + count, 0, out);
      else this.sumRows(begin, count, values.subarray(leaf * outputs, (leaf + 1) * outputs), arena.float64(out, width));
    }
    context.barrier();
    this.total(pieces, moving, into);
  }

  /** What the pieces' sums make by leaf, for those that move; a barrier. */
  private total(
    pieces: readonly Chunk[],
    moving: Uint8Array,
    { sums, losses }: { sums: Float64Array; losses: Float64Array },
  ): void {
    const { context, arena, width } = this;
    const found = arena.float64(this.sums, pieces.length * width);
    for (let leaf = 0; leaf < moving.length; leaf++) {
      if (!moving[leaf]) continue;
      sums.fill(0, leaf * (width - 1), (leaf + 1) * (width - 1));
      losses[leaf] = 0;
    }
    for (let i = 0; i < pieces.length; i++) {
      const { leaf } = pieces[i];
      if (!moving[leaf]) continue;
      const to = leaf * (width - 1);
      for (let j = 0; j < width - 1; j++) sums[to + j] += found[i * width + j];
      losses[leaf] += found[i * width + width - 1];
    }
    // The next values are evaluated into the same place.
    context.barrier();
  }

  private sumRows(begin: number, count: number, delta: Float64Array, out: Float64Array): void {
    const { arena, loss, rows, width } = this;
    const { outputs } = loss;
    const columns = Array.from({ length: outputs }, (_, k) => arena.float64(this.scores + k * this.stride, rows));
    const labels = arena.float64(this.labels, rows);
    const weights = this.weights ? arena.float32(this.weights, rows) : undefined;
    const s = new Float64Array(outputs);
    const der = new Float64Array(outputs);
    const curvature = new Float64Array(width - 1 - outputs);
    out.fill(0);
    for (let i = begin; i < begin + count; i++) {
      for (let k = 0; k < outputs; k++) s[k] = columns[k][i] + delta[k];
      const w = weights ? weights[i] : 1;
      out[width - 1] += w * loss.derive(s, labels[i], der, curvature);
      for (let k = 0; k < outputs; k++) out[k] += w * der[k];
      for (let k = 0; k < curvature.length; k++) out[outputs + k] += w * curvature[k];
    }
  }

  private stepOf(sums: Float64Array, weights: Float64Array, lambda: number, leaves: number): Float64Array {
    const { loss, params, width } = this;
    const { outputs } = loss;
    const step = new Float64Array(leaves * outputs);
    const newton = params.leafEstimationMethod === 'Newton' || params.leafEstimationMethod === 'Exact';
    for (let leaf = 0; leaf < leaves; leaf++) {
      const at = leaf * (width - 1);
      if (newton && loss.curvature === 'triangle') {
        const ders = sums.subarray(at, at + outputs);
        step.set(solvePositive(sums.subarray(at + outputs, at + width - 1), ders, lambda), leaf * outputs);
        continue;
      }
      for (let k = 0; k < outputs; k++) {
        const bottom = (newton ? sums[at + outputs + k] : weights[leaf]) + lambda;
        step[leaf * outputs + k] = bottom > 0 ? sums[at + k] / bottom : 0;
      }
    }
    return step;
  }

  /** The quantile of each leaf's residuals. */
  private quantiles(leafRows: LeafRows, all: boolean): Float64Array {
    const { context, arena, rows, loss } = this;
    const { leaves } = leafRows;
    const out = arena.float64(this.sums, leaves);
    const scores = arena.float64(this.scores, rows);
    const labels = arena.float64(this.labels, rows);
    const weights = this.weights ? arena.float32(this.weights, rows) : undefined;
    const { alpha, weight } = loss.exact ?? { alpha: 0.5, weight: () => 1 };
    for (let leaf = context.nextUnit(); leaf < leaves; leaf = context.nextUnit()) {
      const stretches = all ? [leafRows.sampled[leaf], leafRows.leftOut[leaf]] : [leafRows.sampled[leaf]];
      const count = stretches.reduce((sum, stretch) => sum + stretch.count, 0);
      const residuals = new Float64Array(count);
      const shares = new Float64Array(count);
      let at = 0;
      for (const { begin, count } of stretches) {
        for (let i = begin; i < begin + count; i++, at++) {
          residuals[at] = labels[i] - scores[i];
          shares[at] = weight(labels[i]) * (weights ? weights[i] : 1);
        }
      }
      out[leaf] = weightedQuantile(residuals, shares, alpha);
    }
    context.barrier();
    return out.slice();
  }
}

function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
