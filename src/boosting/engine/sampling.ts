/** Which rows and which features a tree sees. Draws depend on seed and iteration only, so every worker draws the same. */
import { deriveSeed, Random } from '../../core/random.js';
import type { Arena } from '../../kernels/arena.js';
import type { JobContext } from '../../kernels/job.js';
import type { BoostingParams } from './params.js';

/** Rows a tree is grown on: listed at `sample` (0: all), and those left out at `rest`. */
export interface RowSample {
  sample: number;
  count: number;
  rest: number;
  restCount: number;
}

export class RowBagging {
  private readonly lists: number = 0;
  private readonly count: number;
  private readonly active: boolean;

  constructor(
    private readonly context: JobContext,
    private readonly arena: Arena,
    private readonly rows: number,
    private readonly params: Pick<BoostingParams, 'baggingFraction' | 'baggingFreq' | 'baggingSeed'>,
    private readonly seed: number,
  ) {
    this.active = params.baggingFraction < 1 && params.baggingFreq > 0;
    this.count = this.active ? Math.max(1, Math.floor(rows * params.baggingFraction)) : rows;
    if (this.active) this.lists = arena.alloc(rows * 4);
  }

  get random(): boolean {
    return this.active;
  }

  /** The rows of an iteration's trees; redraws, with a barrier, every `baggingFreq` iterations. */
  draw(iteration: number): RowSample {
    if (!this.active) return { sample: 0, count: this.rows, rest: 0, restCount: 0 };
    if (iteration % this.params.baggingFreq === 0) {
      if (this.context.thread === 0) this.redraw(iteration);
      this.context.barrier();
    }
    const rest = this.lists + this.count * 4;
    return { sample: this.lists, count: this.count, rest, restCount: this.rows - this.count };
  }

  /** Selection sampling: both lists ascend. */
  private redraw(iteration: number): void {
    const random = new Random(deriveSeed(this.params.baggingSeed ?? this.seed, 'bagging', iteration));
    const list = this.arena.uint32(this.lists, this.rows);
    for (let row = 0, taken = 0; row < this.rows; row++) {
      if (random.float() * (this.rows - row) < this.count - taken) list[taken++] = row;
      else list[this.count + row - taken] = row;
    }
  }
}

/** The features a tree may use: a share of them, or undefined for all. */
export function drawFeatures(
  features: number,
  params: Pick<BoostingParams, 'featureFraction' | 'featureFractionSeed'>,
  seed: number,
  tree: number,
): ReadonlySet<number> | undefined {
  if (params.featureFraction >= 1) return undefined;
  const count = Math.max(1, Math.round(features * params.featureFraction));
  const random = new Random(deriveSeed(params.featureFractionSeed ?? seed, 'features', tree));
  return new Set(random.permutation(features).subarray(0, count));
}
