/** What each worker found best for the nodes of a level, in shared memory; compared alike by all. */
import type { Arena } from '../../kernels/arena.js';
import type { JobContext } from '../../kernels/job.js';
import type { ExactSplit } from './exact-scan.js';

/** f64 gain (0: nothing found), feature, condition, missingLeft, gradient, hessian and count of the left side. */
const NUMBERS = 7;

export class SplitRecords {
  private readonly address: number;

  /** Reserves room for levels of up to `most` nodes; usable after the next commit. */
  constructor(
    private readonly context: JobContext,
    private readonly arena: Arena,
    private readonly most: number,
  ) {
    this.address = arena.alloc(context.threads * most * NUMBERS * 8);
  }

  /** The best of all workers by node, of equal gains the lowest feature; those that gain `least` or less count as none. Barriers. */
  merge(own: readonly (ExactSplit | undefined)[], least: number): (ExactSplit | undefined)[] {
    const { context } = this;
    const mine = this.recordsOf(context.thread);
    for (const [i, split] of own.entries()) {
      if (!split) {
        mine[i * NUMBERS] = 0;
        continue;
      }
      const { gain, feature, condition, missingLeft, left } = split;
      mine.set([gain, feature, condition, missingLeft, left.gradient, left.hessian, left.count], i * NUMBERS);
    }
    context.barrier();
    const merged = own.map((_, i) => this.best(i, least));
    // The next level writes to the same place.
    context.barrier();
    return merged;
  }

  private best(node: number, least: number): ExactSplit | undefined {
    let best: ExactSplit | undefined;
    for (let thread = 0; thread < this.context.threads; thread++) {
      const at = this.recordsOf(thread).subarray(node * NUMBERS, (node + 1) * NUMBERS);
      const [gain, feature, condition, missingLeft, gradient, hessian, count] = at;
      if (!(gain > least)) continue;
      if (best && (gain < best.gain || (gain === best.gain && feature > best.feature))) continue;
      best = { gain, feature, condition, missingLeft: missingLeft === 1 ? 1 : 0, left: { gradient, hessian, count } };
    }
    return best;
  }

  private recordsOf(thread: number): Float64Array {
    return this.arena.float64(this.address + thread * this.most * NUMBERS * 8, this.most * NUMBERS);
  }
}
