/** How much each row counts when a structure is chosen. Draws depend on seed, iteration and block of rows only, never on threads. */

import { log, pow } from '../../../core/math.js';
import { deriveSeed, Random } from '../../../core/random.js';
import type { Arena } from '../../../kernels/arena.js';
import type { JobContext } from '../../../kernels/job.js';
import type { Bootstrap } from './params.js';

/** Rows drawn from one stream of random numbers, and, for MVS, among which one threshold holds. */
const BLOCK = 8192;
const LEAST_UNIFORM = 1e-100;

/** What MVS looks at: weighted derivatives (f64, `stride` bytes from output to output), and the last tree's values. */
export interface SamplingBasis {
  ders: number;
  stride: number;
  outputs: number;
  /** Mean length of the last tree's leaf values; undefined before the first tree. */
  lastLeaf?: number;
}

export class RowSampler {
  private readonly factors: number;
  private readonly norms: number;
  private readonly sums: number;

  constructor(
    private readonly context: JobContext,
    private readonly arena: Arena,
    private readonly rows: number,
    private readonly bootstrap: Bootstrap,
    private readonly seed: number,
  ) {
    this.factors = this.active ? arena.alloc(rows * 4) : 0;
    this.norms = bootstrap.type === 'MVS' && this.active ? arena.alloc(rows * 8) : 0;
    this.sums = arena.alloc(Math.ceil(rows / BLOCK) * 8);
  }

  /** Whether factors differ from 1 at all. */
  get active(): boolean {
    const { bootstrap } = this;
    if (bootstrap.type === 'No') return false;
    return bootstrap.type === 'Bayesian' ? bootstrap.temperature > 0 : bootstrap.subsample < 1;
  }

  /** Whether some rows get factor 0. */
  get leavesOut(): boolean {
    return this.active && this.bootstrap.type !== 'Bayesian';
  }

  view(): Float32Array | undefined {
    return this.active ? this.arena.float32(this.factors, this.rows) : undefined;
  }

  /** Address of the factors (f32) drawn for this tree or level, or 0: all are 1. Barriers. */
  draw(draw: string, basis: SamplingBasis): number {
    if (!this.active) return 0;
    const { context, bootstrap, rows, seed } = this;
    const lambda = bootstrap.type === 'MVS' ? this.prepare(basis, bootstrap.lambda) : 0;
    const factors = this.arena.float32(this.factors, rows);
    const blocks = Math.ceil(rows / BLOCK);
    for (let block = context.nextUnit(); block < blocks; block = context.nextUnit()) {
      const from = block * BLOCK;
      const to = Math.min(rows, from + BLOCK);
      const random = new Random(deriveSeed(seed, 'bootstrap', draw, block));
      if (bootstrap.type === 'Bayesian') bayesian(factors, from, to, bootstrap.temperature, random);
      else if (bootstrap.type === 'Bernoulli') {
        for (let i = from; i < to; i++) factors[i] = random.float() < bootstrap.subsample ? 1 : 0;
      } else if (bootstrap.type === 'MVS') {
        minimalVariance(factors, this.arena.float64(this.norms, rows), from, to, lambda, bootstrap.subsample, random);
      }
    }
    context.barrier();
    return this.factors;
  }

  /** Squared lengths of the rows' derivatives; returns what is added to them. */
  private prepare({ ders, stride, outputs, lastLeaf }: SamplingBasis, given: number | undefined): number {
    const { context, arena, rows } = this;
    const norms = arena.float64(this.norms, rows);
    const blocks = Math.ceil(rows / BLOCK);
    const sums = arena.float64(this.sums, blocks);
    const columns = Array.from({ length: outputs }, (_, k) => arena.float64(ders + k * stride, rows));
    for (let block = context.nextUnit(); block < blocks; block = context.nextUnit()) {
      let sum = 0;
      for (let i = block * BLOCK; i < Math.min(rows, (block + 1) * BLOCK); i++) {
        let square = 0;
        for (let k = 0; k < outputs; k++) square += columns[k][i] * columns[k][i];
        norms[i] = square;
        sum += Math.sqrt(square);
      }
      sums[block] = sum;
    }
    context.barrier();
    let total = 0;
    for (const sum of sums) total += sum;
    context.barrier();
    const mean = lastLeaf ?? total / rows;
    return given ?? mean * mean;
  }
}

function bayesian(factors: Float32Array, from: number, to: number, temperature: number, random: Random): void {
  for (let i = from; i < to; i++) {
    const draw = -log(random.float() + LEAST_UNIFORM);
    factors[i] = temperature === 1 ? draw : pow(draw, temperature);
  }
}

/** Row i is taken with probability min(1, c_i / mu), c_i^2 = |derivatives|^2 + lambda, and counts by its inverse. */
function minimalVariance(
  factors: Float32Array,
  norms: Float64Array,
  from: number,
  to: number,
  lambda: number,
  subsample: number,
  random: Random,
): void {
  for (let i = from; i < to; i++) norms[i] = Math.sqrt(norms[i] + lambda);
  const mu = threshold(norms, from, to, subsample * (to - from));
  for (let i = from; i < to; i++) {
    const u = random.float();
    const p = mu > 0 ? norms[i] / mu : 1;
    factors[i] = p >= 1 ? 1 : u < p ? 1 / p : 0;
  }
}

/** The mu at which the sum of min(1, c / mu) is `wanted`: from above, each pass counts those it caps as 1. */
function threshold(c: Float64Array, from: number, to: number, wanted: number): number {
  let mu = Number.POSITIVE_INFINITY;
  for (;;) {
    let capped = 0;
    let sum = 0;
    for (let i = from; i < to; i++) {
      if (c[i] >= mu) capped++;
      else sum += c[i];
    }
    if (capped >= wanted || sum === 0) return mu === Number.POSITIVE_INFINITY ? 0 : mu;
    const next = sum / (wanted - capped);
    if (!(next < mu)) return mu;
    mu = next;
  }
}
