/** The noise that CatBoost adds to the scores of splits (random_strength), as a table and its standard deviation. */
import { exp, log } from '../../../core/math.js';
import { deriveSeed } from '../../../core/random.js';
import type { Arena } from '../../../kernels/arena.js';
import type { JobContext } from '../../../kernels/job.js';
import { normalOf, normalQuantiles } from './normals.js';

export class ScoreNoise {
  /** Address of the quantiles of the normal distribution, 4097 f64. */
  readonly normals: number;
  table: Float64Array = new Float64Array(0);

  constructor(
    private readonly context: JobContext,
    private readonly arena: Arena,
    private readonly strength: number,
  ) {
    this.normals = arena.alloc(4097 * 8);
  }

  /** Call once after the arena's commit; a barrier. */
  prepare(): void {
    this.table = normalQuantiles();
    if (this.context.thread === 0) this.arena.float64(this.normals, this.table.length).set(this.table);
    this.context.barrier();
  }

  /** Standard deviation: the root mean square of the derivatives, fading once the model is longer than the logarithm of the rows. */
  deviation(squares: number, rows: number, modelLength: number): number {
    if (this.strength === 0) return 0;
    const left = exp(log(rows) - modelLength);
    const fading = left === Number.POSITIVE_INFINITY ? 1 : left / (1 + left);
    return this.strength * Math.sqrt(squares / rows) * fading;
  }

  /** What a feature's best score gets when it is compared with those of others. */
  draw(deviation: number, seed: number, block: number, feature: number): number {
    return deviation > 0 ? deviation * normalOf(deriveSeed(seed, 'choice', block, feature), this.table) : 0;
  }
}
