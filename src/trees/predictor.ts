/** Raw scores and leaf numbers of an ensemble: small inputs at once on the calling thread, large ones on the worker pool. */
import { ownModule } from '../core/location.js';
import type { Matrix } from '../core/matrix.js';
import { runJob, startWorkers } from '../kernels/pool.js';
import { shared } from '../kernels/shared.js';
import { addScores, type FlatTrees, fillStart, findLeaves, flattenTrees } from './flat-trees.js';
import { packTrees } from './packed-trees.js';
import type { PredictArgs } from './predict-job.js';
import type { PackedTrees } from './prediction-block.js';
import { addRowScores, hasMissing, layOutRowTrees, type RowTrees } from './row-trees.js';
import type { Ensemble } from './tree.js';

/** Up to here (about 5 ms) the calling thread is done before a job would have started. */
const WALKS_AT_ONCE = 100_000;

const parts = new WeakMap<Ensemble, { from: number; to: number; part: Ensemble }>();

/**
 * Iterations from .. to-1 of an ensemble, as one of their own: the same object, with its layout, when asked again. Those from a later
 * one on leave out where boosting started.
 */
export function iterationsOf(ensemble: Ensemble, from: number, to: number): Ensemble {
  const { trees, outputs, float32Start, treesPerIteration = outputs } = ensemble;
  if (from === 0 && to * treesPerIteration >= trees.length) return ensemble;
  const last = parts.get(ensemble);
  if (last?.from === from && last.to === to) return last.part;
  const part = {
    ...ensemble,
    trees: trees.slice(from * treesPerIteration, to * treesPerIteration),
    ...(float32Start && from > 0 ? { float32Start: new Array<number>(outputs).fill(0) } : {}),
  };
  parts.set(ensemble, { from, to, part });
  return part;
}

const layouts = new WeakMap<Ensemble, FlatTrees>();

function layoutOf(ensemble: Ensemble, iterations: number | undefined): FlatTrees {
  if (iterations !== undefined) return flattenTrees(ensemble, iterations);
  let flat = layouts.get(ensemble);
  if (!flat) layouts.set(ensemble, (flat = flattenTrees(ensemble)));
  return flat;
}

const packings = new WeakMap<FlatTrees, { cols: number; packed: Promise<PackedTrees> }>();

function packingOf(flat: FlatTrees, cols: number, threads: number): Promise<PackedTrees> {
  let packing = packings.get(flat);
  if (packing?.cols !== cols) {
    startWorkers(threads);
    packings.set(flat, (packing = { cols, packed: packTrees(flat, cols) }));
    // A layout that failed, for want of memory, is tried again.
    packing.packed.catch(() => packings.delete(flat));
  }
  return packing.packed;
}

/** Fewer rows are walked one by one. */
const FEW_ROWS = 8;

/** Null where rows were walked once, which is no reason to lay out anything. */
const rowTrees = new WeakMap<FlatTrees, RowTrees | null>();

function rowTreesOf(flat: FlatTrees): RowTrees | null {
  const known = rowTrees.get(flat);
  if (known) return known;
  const made = known === null && !flat.bitsetLength ? layOutRowTrees(flat) : null;
  rowTrees.set(flat, made);
  return made;
}

/** Raw scores (rows * outputs) on the calling thread; for few rows. */
export function predictRows(ensemble: Ensemble, X: Matrix, iterations?: number): Float64Array {
  return scoresHere(layoutOf(ensemble, iterations), X);
}

function scoresHere(flat: FlatTrees, { data, rows, cols }: Matrix): Float64Array {
  const { outputs } = flat;
  const scores = new Float64Array(rows * outputs);
  fillStart(flat, scores);
  const trees = rows < FEW_ROWS ? rowTreesOf(flat) : null;
  if (!trees) {
    addScores(flat, data, cols, 0, rows, scores);
    return scores;
  }
  for (let i = 0; i < rows; i++) {
    if (hasMissing(data, i * cols, (i + 1) * cols)) {
      addScores(flat, data, cols, i, i + 1, scores.subarray(i * outputs, (i + 1) * outputs));
    } else addRowScores(trees, flat, data, i * cols, scores, i * outputs);
  }
  return scores;
}

/** Leaf number of each row in each tree, (rows * trees). */
export function predictLeaves(ensemble: Ensemble, X: Matrix, iterations?: number): Int32Array {
  const flat = layoutOf(ensemble, iterations);
  const leaves = new Int32Array(X.rows * flat.roots.length);
  findLeaves(flat, X.data, X.cols, 0, X.rows, leaves);
  return leaves;
}

/**
 * Raw scores (rows * outputs): the sum of the leaf values in the order of the trees (from `float32Start` on), the same bits on any number of threads.
 * `iterations` limits it to the first ones.
 */
export async function predictEnsemble(
  ensemble: Ensemble,
  X: Matrix,
  options: { threads: number; signal?: AbortSignal; iterations?: number },
): Promise<Float64Array> {
  const flat = layoutOf(ensemble, options.iterations);
  if (X.rows * flat.roots.length <= WALKS_AT_ONCE) return scoresHere(flat, X);
  const scores = new Float64Array(new SharedArrayBuffer(X.rows * flat.outputs * 8));
  fillStart(flat, scores);
  const packed = flat.bitsetLength ? undefined : await packingOf(flat, X.cols, options.threads);
  const args: PredictArgs = { flat, packed, data: await shared(X.data), cols: X.cols, rows: X.rows, scores };
  await runJob({
    module: ownModule('trees/predict-job'),
    args,
    threads: options.threads,
    signal: options.signal,
    doing: 'Prediction',
  });
  return scores;
}
