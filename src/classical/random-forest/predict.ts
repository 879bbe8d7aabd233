/** Predictions of a forest: the mean of what its trees say, summed in their order; few rows at once, many on the worker pool. */
import { ownModule } from '../../core/location.js';
import type { Matrix } from '../../core/matrix.js';
import { Turns } from '../../core/turns.js';
import { runJob } from '../../kernels/pool.js';
import { shared } from '../../kernels/shared.js';
import { type Forest, sizeOf } from './forest.js';
import type { PredictArgs } from './predict-job.js';
import { addTrees, findLeaves } from './walk.js';

/** Up to here the calling thread is done before a job would have started. */
const WALKS_AT_ONCE = 30_000;

/** (rows * outputs,) means over the trees; the same bits on any number of threads. */
export async function predictForest(forest: Forest, X: Matrix, threads: number): Promise<Float64Array> {
  const { trees } = sizeOf(forest);
  const few = X.rows * trees <= WALKS_AT_ONCE;
  const bytes = X.rows * forest.outputs * 8;
  const sums = new Float64Array(few ? new ArrayBuffer(bytes) : new SharedArrayBuffer(bytes));
  if (few) addTrees(forest, [0, trees], X.data, [0, X.rows], sums);
  else {
    const args: PredictArgs = { forest, trees, data: await shared(X.data), rows: X.rows, sums };
    await runJob({ module: ownModule('classical/random-forest/predict-job'), args, threads, doing: 'Prediction' });
  }
  for (let i = 0; i < sums.length; i++) sums[i] /= trees;
  return sums;
}

/** (rows * trees,) leaf numbers, row by row. */
export async function predictForestLeaves(forest: Forest, X: Matrix): Promise<Int32Array> {
  const { trees } = sizeOf(forest);
  const leaves = new Int32Array(X.rows * trees);
  const block = Math.max(1, Math.floor(WALKS_AT_ONCE / trees));
  const turns = new Turns();
  for (let from = 0; from < X.rows; from += block) {
    const to = Math.min(X.rows, from + block);
    findLeaves(forest, X.data, [from, to], leaves.subarray(from * trees, to * trees));
    await turns.pause();
  }
  return leaves;
}
