/** Which rows and which features a tree sees. Draws depend on seed and number of the tree only, so every worker draws the same. */
import { deriveSeed, Random } from '../../core/random.js';
import type { Arena } from '../../kernels/arena.js';
import type { JobContext } from '../../kernels/job.js';
import { shareOfFeatures } from '../../trees/feature-share.js';
import { GossSampling } from './goss.js';
import type { BoostingParams } from './params.js';
import type { RowSample, RowSampler } from './row-sampler.js';
import type { RowSet } from './row-set.js';

/** Reserves room for what the settings ask for; usable after the next commit. */
export function createSampler(
  context: JobContext,
  arena: Arena,
  rows: RowSet,
  outputs: number,
  params: BoostingParams,
  seed: number,
): RowSampler {
  const { goss, baggingFreq, baggingFraction, posBaggingFraction, negBaggingFraction } = params;
  const ownSeed = params.baggingSeed ?? seed;
  if (goss) return new GossSampling(context, arena, rows, outputs, goss, Math.floor(1 / params.learningRate), ownSeed);
  const balanced = posBaggingFraction < 1 || negBaggingFraction < 1;
  if (baggingFreq > 0 && (balanced || baggingFraction < 1))
    return new RowBagging(context, arena, rows, params, ownSeed);
  const all = { sample: 0, count: rows.rows, rest: 0, restCount: 0 };
  return { random: false, draw: () => all };
}

/** A share of the rows, or of those of label 0 and of the others apart, without putting back. */
class RowBagging implements RowSampler {
  readonly random = true;
  private readonly lists: number;
  /** Which stratum a row is in; all in 0 where there is one. */
  private readonly strata: Uint8Array;
  private readonly sizes = [0, 0];
  private readonly wanted: readonly [number, number];
  private readonly count: number;
  private drawn = -1;

  constructor(
    private readonly context: JobContext,
    private readonly arena: Arena,
    private readonly rows: RowSet,
    private readonly params: BoostingParams,
    private readonly seed: number,
  ) {
    const { baggingFraction, posBaggingFraction, negBaggingFraction } = params;
    const balanced = posBaggingFraction < 1 || negBaggingFraction < 1;
    this.strata = Uint8Array.from(rows.target, (label) => (balanced && label > 0 ? 1 : 0));
    for (const stratum of this.strata) this.sizes[stratum]++;
    const [others, positive] = balanced ? [negBaggingFraction, posBaggingFraction] : [baggingFraction, 0];
    const wanted = [Math.floor(this.sizes[0] * others), Math.floor(this.sizes[1] * positive)] as const;
    this.wanted = wanted[0] + wanted[1] > 0 ? wanted : this.sizes[0] > 0 ? [1, 0] : [0, 1];
    this.count = this.wanted[0] + this.wanted[1];
    this.lists = arena.alloc(rows.rows * 4);
  }

  draw(iteration: number, part: number): RowSample {
    const { baggingFreq, parallelTrees } = this.params;
    // The same for every iteration of a cycle, wherever in it a run begins.
    const number = (iteration - (iteration % baggingFreq)) * parallelTrees + part;
    if (number !== this.drawn) {
      this.drawn = number;
      if (this.context.thread === 0) this.redraw(number);
      this.context.barrier();
    }
    const rest = this.lists + this.count * 4;
    return { sample: this.lists, count: this.count, rest, restCount: this.rows.rows - this.count };
  }

  /** Selection sampling. */
  private redraw(number: number): void {
    const random = new Random(deriveSeed(this.seed, 'bagging', number));
    const { rows } = this.rows;
    const list = this.arena.uint32(this.lists, rows);
    const left = [...this.sizes];
    const wanted = [...this.wanted];
    let taken = 0;
    for (let row = 0; row < rows; row++) {
      const stratum = this.strata[row];
      if (random.float() * left[stratum]-- < wanted[stratum]) {
        wanted[stratum]--;
        list[taken++] = row;
      } else list[this.count + row - taken] = row;
    }
  }
}

/** The features a tree may use: a share of them, or undefined for all. */
export function drawFeatures(
  features: number,
  params: Pick<BoostingParams, 'featureFraction' | 'featureFractionSeed' | 'featureRounding'>,
  seed: number,
  tree: number,
): ReadonlySet<number> | undefined {
  if (params.featureFraction >= 1) return undefined;
  const count = shareOfFeatures(features, params.featureFraction, params.featureRounding);
  const random = new Random(deriveSeed(params.featureFractionSeed ?? seed, 'features', tree));
  return new Set(random.permutation(features).subarray(0, count));
}
