/** Prediction on the worker pool: workers take blocks of rows and write their scores side by side. */
import { Arena } from '../kernels/arena.js';
import type { JobContext } from '../kernels/job.js';
import { addScores, type FlatTrees } from './flat-trees.js';
import { BLOCK_ROWS, type PackedTrees, PredictionBlock } from './prediction-block.js';

export interface PredictArgs {
  readonly flat: FlatTrees;
  /** Without it the trees are walked. */
  readonly packed?: PackedTrees;
  readonly data: Float32Array;
  readonly cols: number;
  readonly rows: number;
  /** Shared, (rows * outputs), as they are before the first tree. */
  readonly scores: Float64Array;
}

/** Tree walks between two looks at the stop flag: some milliseconds. */
const WALKS_A_UNIT = 200_000;

export function run(context: JobContext<PredictArgs>): void {
  const { packed } = context.args;
  if (packed) score(context, packed);
  else walk(context);
}

/** Where some nodes test for categories. */
function walk(context: JobContext<PredictArgs>): void {
  const { flat, data, cols, scores } = context.args;
  for (const [from, to] of units(context, WALKS_A_UNIT)) {
    addScores(flat, data, cols, from, to, scores.subarray(from * flat.outputs, to * flat.outputs));
  }
}

/** By the kernels, block by block of rows. */
function score(context: JobContext<PredictArgs>, packed: PackedTrees): void {
  const { flat, data, cols, scores } = context.args;
  const { outputs, roots } = flat;
  // Trees of one output lie together.
  const firstOf = (k: number) => Math.floor(roots.length / outputs) * k + Math.min(k, roots.length % outputs);
  const block = new PredictionBlock(context, new Arena(context), packed, { values: cols * BLOCK_ROWS, outputs });
  const { values, sums } = block;
  for (const [from, to] of units(context, 10 * WALKS_A_UNIT)) {
    for (let start = from; start < to; start += BLOCK_ROWS) {
      const rows = Math.min(BLOCK_ROWS, to - start);
      values.set(data.subarray(start * cols, (start + rows) * cols));
      block.fillBins(rows);
      for (let k = 0; k < outputs; k++) {
        sums.fill(flat.float32Start?.[k] ?? 0, k * BLOCK_ROWS, (k + 1) * BLOCK_ROWS);
        block.add(rows, firstOf(k), firstOf(k + 1), k, cols * 4, flat.float32Start !== undefined);
      }
      writeScores(sums, rows, outputs, scores.subarray(start * outputs));
    }
  }
}

/** Sums (outputs, BLOCK_ROWS) of the first rows to scores (rows, outputs). */
function writeScores(sums: Float64Array, rows: number, outputs: number, scores: Float64Array): void {
  if (outputs === 1) {
    scores.set(sums.subarray(0, rows));
    return;
  }
  for (let i = 0, p = 0; i < rows; i++) {
    for (let k = 0; k < outputs; k++, p++) scores[p] = sums[k * BLOCK_ROWS + i];
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
