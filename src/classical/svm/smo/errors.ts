/**
 * The errors e = z - Kw of the variables in play and what may move: e + up says how much is gained by raising a variable, e + low by
 * lowering it; up is -Infinity and low Infinity where the bound is reached.
 */
import type { KernelExports } from '../../../kernels/exports.js';
import { BLOCK, blocksOf } from './kernel-rows.js';
import type { SolverSpace } from './space.js';
import type { SmoTask } from './task.js';
import type { Team } from './team.js';

/** Of one group: the most that raising a variable gains, that variable (-1: none can be raised), the least that lowering one loses. */
export interface Peak {
  readonly top: number;
  readonly index: number;
  readonly least: number;
}

export interface Partner {
  readonly value: number;
  readonly index: number;
  readonly error: number;
}

interface Moved {
  readonly arrays: readonly Float64Array[];
  readonly diagonal: Float32Array;
}

const { NEGATIVE_INFINITY, POSITIVE_INFINITY } = Number;

export class Errors {
  readonly e: Float64Array;
  readonly diagonal: Float32Array;
  readonly groups: number;
  private readonly up: readonly Float64Array[];
  private readonly low: readonly Float64Array[];

  constructor(
    private readonly team: Team,
    private readonly kernels: KernelExports,
    private readonly space: SolverSpace,
    private readonly task: SmoTask,
  ) {
    const rows = blocksOf(task.rows.length) * BLOCK;
    this.groups = task.secondGroup < task.rows.length ? 2 : 1;
    this.e = space.float64(space.e, rows);
    this.diagonal = space.float32(space.diagonal, rows);
    this.up = space.up.map((address) => space.float64(address, rows));
    this.low = space.low.map((address) => space.float64(address, rows));
  }

  get address(): number {
    return this.space.e;
  }

  /** Fills positions from .. to-1 for w, with e = z; positions from `active` on can never be chosen. */
  load(
    order: Uint32Array,
    w: Float64Array,
    active: number,
    from: number,
    to: number,
    diagonal: (row: number) => number,
  ): void {
    const { z, rows } = this.task;
    for (let p = from; p < to; p++) {
      if (p >= active) {
        this.exclude(p);
        continue;
      }
      this.e[p] = z[order[p]];
      this.diagonal[p] = diagonal(rows[order[p]]);
      this.setBounds(p, order[p], w[p], from, to);
    }
  }

  private exclude(p: number): void {
    this.e[p] = 0;
    this.diagonal[p] = 0;
    for (let g = 0; g < this.groups; g++) {
      this.up[g][p] = NEGATIVE_INFINITY;
      this.low[g][p] = POSITIVE_INFINITY;
    }
  }

  /** What the value of a variable at position p lets move; without effect outside this worker's positions from .. to-1. */
  setBounds(p: number, variable: number, w: number, from: number, to: number): void {
    if (p < from || p >= to) return;
    const { lower, upper, epsilon, secondGroup } = this.task;
    const group = variable < secondGroup ? 0 : 1;
    for (let g = 0; g < this.groups; g++) {
      this.up[g][p] = g !== group || w >= upper[variable] ? NEGATIVE_INFINITY : w < 0 ? epsilon : -epsilon;
      this.low[g][p] = g !== group || w <= lower[variable] ? POSITIVE_INFINITY : w > 0 ? -epsilon : epsilon;
    }
  }

  // ---- exchanged among the workers ---------------------------------------------------------------------------------------------

  /** A barrier. */
  peaks(from: number, to: number): Peak[] {
    for (let g = 0; g < this.groups; g++) this.peaksOfGroup(g, from, to);
    return this.allPeaks();
  }

  /** e -= delta (row i - row j) on this worker's positions; the new peaks. A barrier. */
  step(rowI: number, rowJ: number, delta: number, from: number, to: number): Peak[] {
    const { kernels, space, team } = this;
    const out = space.message(team.thread, 0, 0);
    kernels.svmStep(rowI, rowJ, delta, space.e, space.up[0], space.low[0], from, to, out);
    if (this.groups === 2) this.peaksOfGroup(1, from, to);
    return this.allPeaks();
  }

  private peaksOfGroup(g: number, from: number, to: number): void {
    const { kernels, space, team } = this;
    kernels.svmPeaks(space.e, space.up[g], space.low[g], from, to, space.message(team.thread, 0, g));
  }

  private allPeaks(): Peak[] {
    const { space } = this;
    const { doubles } = space;
    this.team.barrier();
    return Array.from({ length: this.groups }, (_, g) => {
      let top = NEGATIVE_INFINITY;
      let index = -1;
      let least = POSITIVE_INFINITY;
      for (let thread = 0; thread < this.team.threads; thread++) {
        const at = space.message(thread, 0, g) / 8;
        // The first of equal ones, which is the one of the lower position.
        if (doubles[at] > top) {
          top = doubles[at];
          index = doubles[at + 1];
        }
        least = Math.min(least, doubles[at + 2]);
      }
      return { top, index, least };
    });
  }

  /** The best partner for each group's peak, whose kernel row lies at `rows`. A barrier. */
  partners(peaks: readonly Peak[], rows: readonly number[], from: number, to: number): Partner[] {
    const { kernels, space, team } = this;
    const { doubles } = space;
    for (const [g, { top, index }] of peaks.entries()) {
      const out = space.message(team.thread, 1, g);
      if (index < 0) doubles[out / 8 + 1] = -1;
      else {
        const kii = this.diagonal[index];
        kernels.svmPartner(rows[g], kii, top, space.e, space.low[g], space.diagonal, from, to, out);
      }
    }
    team.barrier();
    return peaks.map((_, g) => {
      let best: Partner = { value: 0, index: -1, error: 0 };
      for (let thread = 0; thread < team.threads; thread++) {
        const at = space.message(thread, 1, g) / 8;
        if (doubles[at + 1] < 0 || !(doubles[at] > best.value)) continue;
        best = { value: doubles[at], index: doubles[at + 1], error: doubles[at + 2] };
      }
      return best;
    });
  }

  // ---- shrinking ---------------------------------------------------------------------------------------------------------------

  /** Positions below `active` that may still move: not at a bound with an error that holds it there. */
  inPlay(active: number, peaks: readonly Peak[]): Uint32Array {
    const stays = new Uint32Array(active);
    let count = 0;
    for (let p = 0; p < active; p++) {
      let held = true;
      for (let g = 0; g < this.groups && held; g++) {
        held = this.e[p] + this.up[g][p] < peaks[g].least && this.e[p] + this.low[g][p] > peaks[g].top;
      }
      if (!held) stays[count++] = p;
    }
    return stays.subarray(0, count);
  }

  /** What the positions of blocks from .. to-1 will hold once position p holds what is at source[p]; `kept` are in play. */
  gather(source: Uint32Array, kept: number, from: number, to: number): Moved {
    const pick = (values: Float64Array, empty: number) =>
      Float64Array.from({ length: (to - from) * BLOCK }, (_, k) => {
        const p = from * BLOCK + k;
        return p < kept ? values[source[p]] : empty;
      });
    const arrays = [pick(this.e, 0)];
    for (let g = 0; g < this.groups; g++) {
      arrays.push(pick(this.up[g], NEGATIVE_INFINITY), pick(this.low[g], POSITIVE_INFINITY));
    }
    const diagonal = Float32Array.from({ length: (to - from) * BLOCK }, (_, k) => {
      const p = from * BLOCK + k;
      return p < kept ? this.diagonal[source[p]] : 0;
    });
    return { arrays, diagonal };
  }

  /** Puts what `gather` took in its place. */
  put({ arrays, diagonal }: Moved, from: number): void {
    this.e.set(arrays[0], from * BLOCK);
    for (let g = 0; g < this.groups; g++) {
      this.up[g].set(arrays[1 + 2 * g], from * BLOCK);
      this.low[g].set(arrays[2 + 2 * g], from * BLOCK);
    }
    this.diagonal.set(diagonal, from * BLOCK);
  }

  // ---- results -----------------------------------------------------------------------------------------------------------------

  /** For each group the mean error of its free variables, or the middle of what is possible without any; NaN when all is possible. */
  biases(order: Uint32Array, w: Float64Array, peaks: readonly Peak[]): number[] {
    const { lower, upper, epsilon, secondGroup } = this.task;
    return peaks.map(({ top, least }, g) => {
      let sum = 0;
      let count = 0;
      for (let p = 0; p < order.length; p++) {
        const variable = order[p];
        if (g !== (variable < secondGroup ? 0 : 1)) continue;
        if (w[p] <= lower[variable] || w[p] >= upper[variable] || (w[p] === 0 && epsilon > 0)) continue;
        sum += this.e[p] + this.up[g][p];
        count++;
      }
      if (count > 0) return sum / count;
      if (Number.isFinite(top) && Number.isFinite(least)) return (top + least) / 2;
      return Number.isFinite(top) ? top : least;
    });
  }
}
