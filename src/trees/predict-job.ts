/** Prediction on the worker pool: workers take blocks of rows and write their scores side by side. */
import type { JobContext } from '../kernels/job.js';
import { addScores, type FlatTrees } from './flat-trees.js';

export interface PredictArgs {
  readonly flat: FlatTrees;
  readonly data: Float32Array;
  readonly cols: number;
  readonly rows: number;
  /** Shared, (rows * outputs), zero. */
  readonly scores: Float64Array;
}

/** Tree walks between two looks at the stop flag: some 10 ms. */
const WALKS_A_UNIT = 200_000;

export function run(context: JobContext<PredictArgs>): void {
  const { flat, data, cols, rows, scores } = context.args;
  const unit = Math.max(64, Math.ceil(WALKS_A_UNIT / Math.max(1, flat.roots.length)));
  for (let from = context.nextUnit() * unit; from < rows; from = context.nextUnit() * unit) {
    const to = Math.min(rows, from + unit);
    addScores(flat, data, cols, from, to, scores.subarray(from * flat.outputs, to * flat.outputs));
    context.check();
  }
}
