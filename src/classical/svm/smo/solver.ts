/**
 * Sequential minimal optimisation with second-order choice of the pair (Fan, Chen and Lin, "Working Set Selection Using Second Order
 * Information for Training SVM", JMLR 2005) and shrinking. A team of workers runs it in step: each holds the same books, computes
 * its own columns of a kernel row and its own part of the errors e = z - Kw, and only maxima are exchanged. No sum crosses a
 * worker's part, so the team's size never changes a bit.
 */
import type { KernelExports } from '../../../kernels/exports.js';
import { Errors, type Peak } from './errors.js';
import { BLOCK, blocksOf, type KernelRows } from './kernel-rows.js';
import { RowCache } from './row-cache.js';
import { ShrinkBooks } from './shrink-books.js';
import type { SolverSpace } from './space.js';
import { type SmoOptions, type SmoTask, SUMMARY } from './task.js';
import type { Team } from './team.js';

const TAU = 1e-12;
/** Looks for variables to leave out after so many steps, or as many as there are variables. */
const SHRINK_PERIOD = 1000;
/** Table rows at a time when all errors are computed anew: their panel stays in the cache of the processor. */
const REBUILD_BLOCKS = 16;

export class SmoSolver {
  private readonly n: number;
  /** Variable at each position; those in play come first. */
  private readonly order: Uint32Array;
  /** Positions in play. */
  private active: number;
  /** (n,) by position. */
  private w: Float64Array;
  private readonly errors: Errors;
  private cache: RowCache;
  private readonly books: ShrinkBooks;
  private iterations = 0;

  constructor(
    private readonly team: Team,
    private readonly kernels: KernelExports,
    private readonly space: SolverSpace,
    private readonly rows: KernelRows,
    private readonly task: SmoTask,
    private readonly options: SmoOptions,
    private readonly onStep: (iterations: number, violation: number) => void,
  ) {
    this.n = task.rows.length;
    this.active = this.n;
    this.order = Uint32Array.from({ length: this.n }, (_, i) => i);
    this.w = task.start ? task.start.slice() : new Float64Array(this.n);
    this.errors = new Errors(team, kernels, space, task);
    this.cache = this.freshCache();
    this.books = new ShrinkBooks(this.n, rows.cost);
  }

  /** Solves the task and fills in its results. */
  solve(): void {
    const { errors, team } = this;
    this.arrange();
    const [from, to] = this.share();
    errors.load(this.order, this.w, this.n, from * BLOCK, to * BLOCK, (row) => this.rows.diagonal(row));
    team.barrier();
    if (this.task.start) this.rebuild(0);
    this.finish(this.optimise(errors.peaks(...this.range())));
    team.barrier();
  }

  private optimise(peaks: Peak[]): Peak[] {
    const { errors, options } = this;
    const period = Math.min(this.n, SHRINK_PERIOD);
    let untilShrink = options.shrinking ? period : Number.POSITIVE_INFINITY;
    for (;;) {
      this.team.check();
      const violation = violationOf(peaks);
      const done = violation <= options.tolerance || this.iterations >= options.maxIterations;
      const next = done ? undefined : this.choose(peaks);
      if (next === undefined) {
        if (this.active === this.n) return peaks;
        peaks = this.unshrink();
        if (this.iterations >= options.maxIterations) return peaks;
        untilShrink = period;
        continue;
      }
      this.iterations++;
      if (this.iterations % 64 === 0) this.onStep(this.iterations, violation);
      peaks = this.step(next);
      if (--untilShrink > 0) continue;
      untilShrink = period;
      if (this.shrink(peaks)) peaks = errors.peaks(...this.range());
    }
  }

  // ---- one step --------------------------------------------------------------------------------------------------------------

  /** The pair to move, by the first order for i and the second for j; undefined when no pair gains anything. */
  private choose(peaks: readonly Peak[]): { i: number; j: number; top: number; partner: number } | undefined {
    const [from, to] = this.range();
    const addresses = peaks.map(({ index }) => (index < 0 ? 0 : this.rowAddress(index)));
    const partners = this.errors.partners(peaks, addresses, from, to);
    let best = -1;
    partners.forEach(({ index, value }, g) => {
      if (index >= 0 && (best < 0 || value > partners[best].value)) best = g;
    });
    if (best < 0) return undefined;
    return { i: peaks[best].index, j: partners[best].index, top: peaks[best].top, partner: partners[best].error };
  }

  private step({ i, j, top, partner }: { i: number; j: number; top: number; partner: number }): Peak[] {
    const { errors, w, order } = this;
    const { lower, upper } = this.task;
    const rowI = this.rowAddress(i);
    const kij = this.space.floats[rowI / 4 + j];
    const curvature = errors.diagonal[i] + errors.diagonal[j] - 2 * kij;
    // A kernel that is not positive definite may curve down: the step then goes as far as the bounds let it.
    const wanted = (top - partner) / Math.max(curvature, TAU);
    // A value may not cross zero in one step: the slope of epsilon |w| changes there.
    const targetI = w[i] < 0 ? 0 : upper[order[i]];
    const targetJ = w[j] > 0 ? 0 : lower[order[j]];
    const roomI = targetI - w[i];
    const roomJ = w[j] - targetJ;
    const delta = Math.min(wanted, roomI, roomJ);
    w[i] = delta === roomI ? targetI : w[i] + delta;
    w[j] = delta === roomJ ? targetJ : w[j] - delta;
    const rowJ = this.rowAddress(j);
    const [from, to] = this.range();
    errors.setBounds(i, order[i], w[i], from, to);
    errors.setBounds(j, order[j], w[j], from, to);
    return errors.step(rowI, rowJ, delta, from, to);
  }

  /** Where the kernel row of a position lies; this worker's part of it is computed. */
  private rowAddress(position: number): number {
    const { cache } = this;
    this.books.use(this.order[position]);
    const { slot, computed } = cache.use(position);
    const address = cache.addressOf(slot);
    const blocks = blocksOf(this.active);
    if (computed < blocks) {
      const [from, to] = this.share();
      const start = Math.max(from, computed);
      if (start < to) this.rows.compute(this.task.rows[this.order[position]], start, to, address);
      cache.fill(slot, blocks);
    }
    return address;
  }

  // ---- parts -----------------------------------------------------------------------------------------------------------------

  /** This worker's blocks of those in play. */
  private share(): [from: number, to: number] {
    return this.team.share(blocksOf(this.active));
  }

  /** The same as positions. */
  private range(): [from: number, to: number] {
    const [from, to] = this.share();
    return [from * BLOCK, to * BLOCK];
  }

  private arrange(): void {
    const { order, task } = this;
    const [from, to] = this.share();
    this.rows.arrange(
      order.map((variable) => task.rows[variable]),
      from,
      to,
    );
  }

  private freshCache(): RowCache {
    return this.cacheFor(blocksOf(this.active) * BLOCK * 4, (stride, slots) => {
      return new RowCache(this.n, this.space.cache, stride, slots);
    });
  }

  private cacheFor<T>(stride: number, make: (stride: number, slots: number) => T): T {
    return make(stride, Math.max(4, Math.min(this.n, Math.floor(this.space.cacheBytes / stride))));
  }

  // ---- shrinking -------------------------------------------------------------------------------------------------------------

  /** Leaves out what is at a bound and will stay there; says whether anything was. */
  private shrink(peaks: readonly Peak[]): boolean {
    const { errors, order, n } = this;
    const stays = errors.inPlay(this.active, peaks);
    const kept = stays.length;
    if (!this.books.worth(this.iterations, this.active, kept, this.w)) return false;
    const from = new Uint32Array(n);
    from.set(stays);
    let at = kept;
    for (let p = 0, s = 0; p < n; p++) {
      if (s < kept && stays[s] === p) s++;
      else from[at++] = p;
    }
    const blocksBefore = blocksOf(this.active);
    const moved = errors.gather(from, kept, ...this.team.share(blocksOf(kept)));
    this.team.barrier();
    this.w = Float64Array.from(from, (p) => this.w[p]);
    order.set(Uint32Array.from(from, (p) => order[p]));
    this.active = kept;
    errors.put(moved, this.share()[0]);
    this.arrange();
    this.moveRows(from, kept, blocksBefore);
    this.team.barrier();
    return true;
  }

  private moveRows(from: Uint32Array, kept: number, blocksBefore: number): void {
    const { cache, team, space } = this;
    const least = blocksBefore;
    cache.filledSlots(least).forEach((slot, k) => {
      if (k % team.threads !== team.thread) return;
      const row = space.float32(cache.addressOf(slot), blocksBefore * BLOCK);
      for (let p = 0; p < kept; p++) row[p] = row[from[p]];
    });
    const blocks = blocksOf(kept);
    cache.move(from, kept, least, blocks);
    const stride = blocks * BLOCK * 4;
    if (stride * 2 > cache.stride) return;
    team.barrier();
    const smaller = this.cacheFor(stride, (bytes, slots) =>
      cache.withSmallerSlots(bytes, Math.max(slots, cache.slots)),
    );
    if (team.thread === 0) {
      for (const slot of smaller.filledSlots(blocks)) {
        space.bytes.copyWithin(smaller.addressOf(slot), cache.addressOf(slot), cache.addressOf(slot) + stride);
      }
    }
    this.cache = smaller;
  }

  /** All variables are in play again; the errors of those that were not are worked out anew. */
  private unshrink(): Peak[] {
    const { errors, team, order } = this;
    // The rest of the last block was never moved along with a row.
    const known = Math.floor(this.active / BLOCK);
    this.active = this.n;
    this.books.start(this.iterations);
    if (this.cache.stride < blocksOf(this.n) * BLOCK * 4) this.cache = this.freshCache();
    else this.cache.truncate(known);
    team.barrier();
    this.arrange();
    const [from, to] = this.range();
    errors.load(order, this.w, this.n, Math.max(from, known * BLOCK), to, (row) => this.rows.diagonal(row));
    team.barrier();
    this.rebuild(known);
    return errors.peaks(from, to);
  }

  /** The errors of blocks from `known` on anew from w. */
  private rebuild(known: number): void {
    const { errors, kernels, rows, task, order, w, space } = this;
    const [first, last] = this.team.share(blocksOf(this.n) - known);
    for (let from = known + first; from < known + last; from += REBUILD_BLOCKS) {
      const to = Math.min(known + last, from + REBUILD_BLOCKS);
      for (let p = 0; p < this.n; p++) {
        if (w[p] === 0) continue;
        if ((p & 15) === 0) this.team.check();
        rows.compute(task.rows[order[p]], from, to, space.scratch);
        const at = from * BLOCK;
        kernels.svmAdd(space.scratch + 4 * at, -w[p], errors.address + 8 * at, (to - from) * BLOCK);
      }
    }
    this.team.barrier();
  }

  // ---- results ---------------------------------------------------------------------------------------------------------------

  private finish(peaks: readonly Peak[]): void {
    const { task, order, w, errors, n } = this;
    this.team.barrier();
    if (this.team.thread !== 0) return;
    const { e } = errors;
    const biases = errors.biases(order, w, peaks);
    const finite = biases.filter(Number.isFinite);
    let objective = 0;
    for (let p = 0; p < n; p++) {
      const variable = order[p];
      task.w[variable] = w[p];
      task.products[variable] = task.z[variable] - e[p];
      objective += -0.5 * w[p] * (task.z[variable] + e[p]) + task.epsilon * Math.abs(w[p]);
    }
    const { summary } = task;
    summary[SUMMARY.bias] = finite.length === 0 ? 0 : finite.reduce((sum, bias) => sum + bias, 0) / finite.length;
    summary[SUMMARY.halfGap] = biases.length === 2 ? (biases[1] - biases[0]) / 2 : 0;
    summary[SUMMARY.objective] = objective;
    summary[SUMMARY.violation] = Math.max(0, violationOf(peaks));
    summary[SUMMARY.iterations] = this.iterations;
  }
}

/** How far the optimality conditions are from holding: the largest gain of a pair, to first order. */
function violationOf(peaks: readonly Peak[]): number {
  let violation = Number.NEGATIVE_INFINITY;
  for (const { top, least } of peaks) violation = Math.max(violation, top - least);
  return violation;
}
