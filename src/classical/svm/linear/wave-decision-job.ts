/** Decision values on waves inside the worker pool: each worker takes blocks of rows and goes through the frequencies in their order. */
import { Arena } from '../../../kernels/arena.js';
import type { JobContext } from '../../../kernels/job.js';
import { BLOCK, blocksOf } from '../smo/kernel-rows.js';
import { WaveBlocks } from './wave-features.js';
import type { Waves } from './waves.js';

export interface WaveDecisionJobArgs {
  /** (n, cols) rows to decide on; arrays lie in shared memory. */
  readonly X: Float32Array;
  readonly cols: number;
  readonly waves: Waves;
  /** (outputs, 2 * pairs): of the cosine and the sine of each frequency. */
  readonly weights: Float64Array;
  readonly bias: Float64Array;
  /** (n, outputs), filled in. */
  readonly out: Float64Array;
}

/** Rows a unit: their panel stays in the second-level cache while all frequencies pass. */
const UNIT_ROWS = 256;

export function run(context: JobContext<WaveDecisionJobArgs>): void {
  const { args, thread, threads, kernels } = context;
  const { X, cols, waves, weights, bias, out } = args;
  const arena = new Arena(context);
  const blocks = new WaveBlocks(context, arena, X, cols, waves, UNIT_ROWS);
  const bytes = bias.length * UNIT_ROWS * 8;
  const sums = arena.alloc(bytes * threads) + bytes * thread;
  arena.commit();
  blocks.open();
  const view = arena.float64(sums, bias.length * UNIT_ROWS);
  const width = 2 * blocks.pairs;
  const rows = X.length / cols;
  const units = Math.ceil(rows / UNIT_ROWS);
  for (let unit = context.nextUnit(); unit < units; unit = context.nextUnit()) {
    const from = unit * UNIT_ROWS;
    const to = Math.min(rows, from + UNIT_ROWS);
    const padded = blocksOf(to - from) * BLOCK;
    view.fill(0);
    blocks.each(from, to, (pair) => {
      if ((pair & 63) === 0) context.check();
      for (let o = 0; o < bias.length; o++) {
        const target = sums + o * UNIT_ROWS * 8;
        kernels.svmAdd(blocks.cosines, weights[o * width + 2 * pair], target, padded);
        kernels.svmAdd(blocks.sines, weights[o * width + 2 * pair + 1], target, padded);
      }
    });
    for (let i = from; i < to; i++) {
      for (let o = 0; o < bias.length; o++) out[i * bias.length + o] = view[o * UNIT_ROWS + i - from] + bias[o];
    }
  }
}
