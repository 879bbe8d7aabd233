/** Prediction on the worker pool: workers take blocks of rows and write their sums side by side. */
import type { JobContext } from '../../kernels/job.js';
import type { Forest } from './forest.js';
import { addTrees } from './walk.js';

export interface PredictArgs {
  readonly forest: Forest;
  readonly trees: number;
  readonly data: Float32Array;
  readonly rows: number;
  /** Shared, (rows * outputs), zero. */
  readonly sums: Float64Array;
}

/** Tree walks between two looks at the stop flag: some milliseconds. */
const WALKS_A_UNIT = 50_000;

export function run(context: JobContext<PredictArgs>): void {
  const { forest, trees, data, rows, sums } = context.args;
  const unit = Math.max(64, Math.floor(WALKS_A_UNIT / trees));
  for (let from = context.nextUnit() * unit; from < rows; from = context.nextUnit() * unit) {
    context.check();
    const to = Math.min(rows, from + unit);
    addTrees(forest, [0, trees], data, [from, to], sums.subarray(from * forest.outputs, to * forest.outputs));
  }
}
