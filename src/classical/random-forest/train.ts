/** Training of a forest: shares the rows, runs the job in the worker pool, and puts together what it grew. */
import { ownModule } from '../../core/location.js';
import type { ProgressListener } from '../../core/progress.js';
import { runJob } from '../../kernels/pool.js';
import { shared } from '../../kernels/shared.js';
import type { FitData } from '../../model/types.js';
import type { RandomForestSettings } from './config.js';
import { emptyForest, type Forest } from './forest.js';
import type { ForestJobArgs, ForestJobResult, RoomQuestion } from './job-args.js';
import { forestParams, treeWeights } from './settled.js';

export interface ForestContext {
  readonly seed: number;
  /** Most workers to use; never changes the result. */
  readonly threads: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
}

export interface TrainedForest extends ForestJobResult {
  readonly forest: Forest;
}

/** Cells of X below which another worker costs more than it brings. */
const CELLS_A_WORKER = 10_000;

/** Grows `nTrees` trees, numbered from `firstTree` on. The same data, settings and seed give the same bytes for any number of threads. */
export async function trainForest(
  data: FitData,
  settings: RandomForestSettings,
  context: ForestContext,
  firstTree = 0,
): Promise<TrainedForest> {
  const params = forestParams(settings, data, firstTree);
  const { X, y } = data;
  const args: ForestJobArgs = {
    source: { data: await shared(X.data), cols: X.cols, rows: X.rows },
    y: await shared(y),
    weights: treeWeights(data, settings.classWeight, settings.bootstrap),
    sampleWeights: data.weights && (await shared(data.weights)),
    params,
    seed: context.seed,
  };
  const useful = Math.max(1, Math.floor((X.data.length * (params.endTree - firstTree)) / CELLS_A_WORKER));
  let forest: Forest | undefined;
  const result = await runJob<ForestJobResult>({
    module: ownModule('classical/random-forest/job'),
    args,
    threads: Math.max(1, Math.min(context.threads, useful, params.endTree - firstTree)),
    signal: context.signal,
    onProgress: context.onProgress,
    answer: (question) =>
      (forest ??= emptyForest((question as RoomQuestion).size, Math.max(1, params.classes), X.cols)),
  });
  if (!forest) throw new Error('A job ended without a forest');
  return { ...result, forest };
}
