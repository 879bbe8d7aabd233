/** Prediction on the worker pool: workers take blocks of rows and write their scores side by side. */
import { Arena } from '../kernels/arena.js';
import type { JobContext } from '../kernels/job.js';
import { addScores, type FlatTrees, fillStart } from './flat-trees.js';
import { BLOCK_ROWS, packTrees, scoreBlock, transposeBlock } from './packed-trees.js';

export interface PredictArgs {
  readonly flat: FlatTrees;
  readonly data: Float32Array;
  readonly cols: number;
  readonly rows: number;
  /** Shared, (rows * outputs), as they are before the first tree. */
  readonly scores: Float64Array;
}

/** Tree walks between two looks at the stop flag: some milliseconds. */
const WALKS_A_UNIT = 200_000;

export function run(context: JobContext<PredictArgs>): void {
  if (context.args.flat.bitsetLength) walk(context);
  else score(context);
}

/** Where some nodes test for categories. */
function walk(context: JobContext<PredictArgs>): void {
  const { flat, data, cols, scores } = context.args;
  for (const [from, to] of units(context, WALKS_A_UNIT)) {
    addScores(flat, data, cols, from, to, scores.subarray(from * flat.outputs, to * flat.outputs));
  }
}

/** By the kernels, block by block of rows. */
function score(context: JobContext<PredictArgs>): void {
  const { kernels, thread, threads } = context;
  const { flat, data, cols, scores } = context.args;
  const { outputs } = flat;
  const arena = new Arena(context);
  const blocks = Array.from({ length: threads }, () => ({
    x: arena.alloc(cols * BLOCK_ROWS * 4),
    sums: arena.alloc(outputs * BLOCK_ROWS * 8),
  }));
  const packed = packTrees(arena, flat, thread, threads);
  context.barrier();
  const { x, sums } = blocks[thread];
  const columns = arena.float32(x, cols * BLOCK_ROWS);
  const view = arena.float64(sums, outputs * BLOCK_ROWS);
  for (const [from, to] of units(context, 10 * WALKS_A_UNIT)) {
    for (let start = from; start < to; start += BLOCK_ROWS) {
      const rows = Math.min(BLOCK_ROWS, to - start);
      transposeBlock(data, cols, start, rows, columns);
      fillStart(flat, view);
      scoreBlock(kernels, packed, x, rows, sums);
      scores.set(view.subarray(0, rows * outputs), start * outputs);
    }
  }
}

/** Runs of whole blocks of rows that this worker takes, about `walks` tree walks each. */
function* units(context: JobContext<PredictArgs>, walks: number): Iterable<[from: number, to: number]> {
  const { rows, flat } = context.args;
  const blocks = Math.max(1, Math.floor(walks / (BLOCK_ROWS * Math.max(1, flat.roots.length))));
  const unit = blocks * BLOCK_ROWS;
  for (let from = context.nextUnit() * unit; from < rows; from = context.nextUnit() * unit) {
    context.check();
    yield [from, Math.min(rows, from + unit)];
  }
}
