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

  /** Address of the factors (f32) drawn for this tree or level, or 0: all are 1. Barriers. */
  draw(draw: string, basis: SamplingBasis): number {
    if (!this.active) return 0;
    const { context, bootstrap, rows, seed } = this;
    const lambda = bootstrap.type === 'MVS' ? this.prepare(basis, bootstrap.lambda) : 0;
    const factors = this.arena.float32(this.factors, rows);
    const { kernels } = context;
    const blocks = Math.ceil(rows / BLOCK);
    for (let block = context.nextUnit(); block < blocks; block = context.nextUnit()) {
      const from = block * BLOCK;
      const to = Math.min(rows, from + BLOCK);
      const own = deriveSeed(seed, 'bootstrap', draw, block);
      if (bootstrap.type === 'MVS') {
        kernels.minimalVariance(this.norms, from, to, lambda, bootstrap.subsample * (to - from), own, this.factors);
        continue;
      }
      const random = new Random(own);
      if (bootstrap.type === 'Bayesian') bayesian(factors, from, to, bootstrap.temperature, random);
      else if (bootstrap.type === 'Bernoulli') {
        for (let i = from; i < to; i++) factors[i] = random.float() < bootstrap.subsample ? 1 : 0;
      }
    }
    context.barrier();
    return this.factors;
  }

  /** Squared lengths of the rows' derivatives; returns what is added to them. */
  private prepare({ ders, stride, outputs, lastLeaf }: SamplingBasis, given: number | undefined): number {
    const { context, arena, rows } = this;
    const blocks = Math.ceil(rows / BLOCK);
    const sums = arena.float64(this.sums, blocks);
    for (let block = context.nextUnit(); block < blocks; block = context.nextUnit()) {
      const to = Math.min(rows, (block + 1) * BLOCK);
      sums[block] = context.kernels.squareLengths(ders, stride, outputs, block * BLOCK, to, this.norms);
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
