/**
 * Gradient-based one-side sampling (Ke et al., "LightGBM", NeurIPS 2017, algorithm 2): all rows with large gradients, a few of
 * the others, weighted up to stand for the rest.
 */
import { deriveSeed, Random } from '../../core/random.js';
import type { Arena } from '../../kernels/arena.js';
import type { JobContext } from '../../kernels/job.js';
import { share } from '../../trees/partition.js';
import type { RowSample, RowSampler } from './row-sampler.js';
import type { RowSet } from './row-set.js';

export class GossSampling implements RowSampler {
  readonly random = true;
  private readonly lists: number;
  private readonly magnitudes: number;
  private readonly top: number;
  private readonly others: number;

  /** The first `warmUp` iterations see all rows. */
  constructor(
    private readonly context: JobContext,
    private readonly arena: Arena,
    private readonly rows: RowSet,
    private readonly outputs: number,
    shares: { top: number; other: number },
    private readonly warmUp: number,
    private readonly seed: number,
  ) {
    const n = rows.rows;
    this.top = Math.min(n, Math.max(1, Math.floor(n * shares.top)));
    this.others = Math.min(n - this.top, Math.max(1, Math.floor(n * shares.other)));
    this.lists = arena.alloc(n * 4);
    this.magnitudes = arena.alloc(n * 4);
  }

  draw(iteration: number, part: number): RowSample {
    const n = this.rows.rows;
    const count = this.top + this.others;
    // Parallel trees of an iteration share its gradients, which are weighted once.
    if (iteration < this.warmUp || count >= n) return { sample: 0, count: n, rest: 0, restCount: 0 };
    if (part === 0) {
      this.measure();
      if (this.context.thread === 0) this.select(iteration);
      this.context.barrier();
    }
    return { sample: this.lists, count, rest: this.lists + count * 4, restCount: n - count };
  }

  /** The sum of |gradient * hessian| over the outputs, a row; a barrier. */
  private measure(): void {
    const { arena, rows, context } = this;
    const [from, to] = share(0, rows.rows, context.thread, context.threads);
    const magnitudes = arena.float32(this.magnitudes, rows.rows);
    for (let k = 0; k < this.outputs; k++) {
      const pairs = arena.float32(rows.gradientsOf(k), 2 * rows.rows);
      for (let i = from; i < to; i++) {
        const own = Math.abs(pairs[2 * i] * pairs[2 * i + 1]);
        magnitudes[i] = k === 0 ? own : magnitudes[i] + own;
      }
    }
    context.barrier();
  }

  /** Rows above the threshold, of those at it the lowest, and a draw of the rest, whose gradients are weighted up. */
  private select(iteration: number): void {
    const { arena, rows, top, others } = this;
    const n = rows.rows;
    const random = new Random(deriveSeed(this.seed, 'goss', iteration));
    const keys = arena.uint32(this.magnitudes, n);
    const { threshold, above } = largest(keys, top);
    const list = arena.uint32(this.lists, n);
    const factor = Math.fround((n - top) / others);
    const gradients = Array.from({ length: this.outputs }, (_, k) => arena.float32(rows.gradientsOf(k), 2 * n));
    let ties = top - above;
    let left = n - top;
    let wanted = others;
    let taken = 0;
    for (let row = 0; row < n; row++) {
      const key = keys[row];
      if (key > threshold || (key === threshold && ties-- > 0)) list[taken++] = row;
      else if (random.float() * left-- < wanted) {
        wanted--;
        list[taken++] = row;
        for (const pairs of gradients) {
          pairs[2 * row] *= factor;
          pairs[2 * row + 1] *= factor;
        }
      } else list[top + others + row - taken] = row;
    }
  }
}

/** The `rank`-th largest key, and how many are larger. Bits of floats >= 0 are in the floats' order; two counting passes. */
function largest(keys: Uint32Array, rank: number): { threshold: number; above: number } {
  const counts = new Uint32Array(65536);
  for (let i = 0; i < keys.length; i++) counts[keys[i] >>> 16]++;
  let above = 0;
  let high = 65535;
  while (above + counts[high] < rank) above += counts[high--];
  counts.fill(0);
  for (let i = 0; i < keys.length; i++) if (keys[i] >>> 16 === high) counts[keys[i] & 0xffff]++;
  let low = 65535;
  while (above + counts[low] < rank) above += counts[low--];
  return { threshold: high * 65536 + low, above };
}
