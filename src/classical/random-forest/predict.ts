/** Predictions of a forest: the mean of what its trees say, summed in their order; few rows at once, many on the worker pool. */
import { ownModule } from '../../core/location.js';
import type { Matrix } from '../../core/matrix.js';
import { Turns } from '../../core/turns.js';
import { runJob } from '../../kernels/pool.js';
import { shared } from '../../kernels/shared.js';
import { type Forest, sizeOf } from './forest.js';
import { type PackedForest, reservePacked } from './packed-forest.js';
import type { PredictArgs } from './predict-job.js';
import { addTrees, findLeaves } from './walk.js';

/** Up to here the calling thread is done before a job would have started. */
const WALKS_AT_ONCE = 30_000;

const layouts = new WeakMap<Forest, { packed: PackedForest | undefined; filled: boolean }>();

function layoutOf(forest: Forest) {
  let layout = layouts.get(forest);
  if (!layout) layouts.set(forest, (layout = { packed: reservePacked(forest), filled: false }));
  return layout;
}

/** (rows * outputs,) means over the trees; the same bits on any number of threads. The first job lays out the trees for those to come. */
export async function predictForest(forest: Forest, X: Matrix, threads: number): Promise<Float64Array> {
  const { trees } = sizeOf(forest);
  const { rows } = X;
  if (rows * trees <= WALKS_AT_ONCE) {
    const sums = new Float64Array(rows * forest.outputs);
    addTrees(forest, [0, trees], X.data, [0, rows], sums);
    return sums.map((sum) => sum / trees);
  }
  const means = new Float64Array(new SharedArrayBuffer(rows * forest.outputs * 8));
  const layout = layoutOf(forest);
  const args: PredictArgs = { forest, ...layout, data: await shared(X.data), rows, means };
  await runJob({ module: ownModule('classical/random-forest/predict-job'), args, threads, doing: 'Prediction' });
  layout.filled = true;
  return means;
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
