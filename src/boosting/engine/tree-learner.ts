/** What grows the trees of a boosting job, and brings them to the scores of rows: by bins here, by sorted values in `src/trees/exact`. */
import { deriveSeed } from '../../core/random.js';
import type { Arena } from '../../kernels/arena.js';
import type { JobContext } from '../../kernels/job.js';
import type { BinMapper } from '../../trees/bin-mapper.js';
import type { BinnedMatrix } from '../../trees/binned-matrix.js';
import { binRows, findBins, type RowSource } from '../../trees/binning.js';
import { ExactGrower } from '../../trees/exact/exact-grower.js';
import { RawRows } from '../../trees/exact/raw-rows.js';
import {
  type GrowerOptions,
  type GrownTree,
  HISTOGRAM_BYTES,
  type TestedTree,
  TreeGrower,
} from '../../trees/grower.js';
import { FEATURE_BYTES } from '../../trees/histogram-layout.js';
import { LoneGrowers, type TreeOrder } from '../../trees/lone-growers.js';
import { TreeScorer } from '../../trees/tree-scorer.js';
import type { BoostingParams } from './params.js';
import { growerOptions, mostLeaves } from './tree-options.js';

/** Of all growers of trees that grow side by side: a row takes some 36 bytes in each, and a job has 4 GiB. */
const MOST_ROWS_ALONE = 2 ** 23;
/** Above it a worker does better with its part of every histogram, which stays in its cache, than with whole ones. */
const MOST_BYTES_ALONE = 2 ** 20;

/** Rows that trees can be applied to. */
export interface RowTable {
  readonly rows: number;
  /** Adds the values of a tree to the f64 `scores` of all rows, or of the `count` rows listed at `sample`. */
  addTree(tree: TestedTree, scores: number, sample: number, count: number): void;
}

export interface TreeLearner {
  /** Features that trees draw from. */
  readonly features: number;
  /** The training rows. */
  readonly training: RowTable;
  /** Trees that it grows at a time: more than one are for the same rows and do not depend on each other. */
  readonly atATime: number;
  /** One tree, or `atATime`, on the `count` rows listed at `sample` (0: all). See `TreeGrower.grow`. */
  grow(orders: readonly TreeOrder[], sample: number, count: number): GrownTree[];
  /** Other rows; all are asked for before the next commit. */
  tableOf(source: RowSource): RowTable;
}

export class HistogramLearner implements TreeLearner {
  readonly training: RowTable;
  private readonly mapper: BinMapper;
  private readonly grower: TreeGrower;
  private readonly alone?: LoneGrowers;
  private readonly scorer: TreeScorer;

  /** Finds bins; usable after the next commit. A tree grows for `outputs` at once; `independent` trees do not depend on each other. */
  constructor(
    private readonly context: JobContext,
    private readonly arena: Arena,
    source: RowSource,
    params: BoostingParams,
    seed: number,
    { outputs, independent }: { outputs: number; independent: number },
  ) {
    const binning = { ...params, sampleCount: params.binSampleCount, seed: deriveSeed(seed, 'bins') };
    this.mapper = findBins(context, arena, source, binning);
    const bundle = params.enableBundle && outputs === 1;
    const matrix = binRows(context, arena, source, this.mapper, { columns: true, bundle });
    const leaves = mostLeaves(params, matrix.rows);
    const options = growerOptions(params, matrix.rows);
    const create = (own: JobContext, limits: GrowerOptions) =>
      new TreeGrower(own, arena, this.mapper, matrix, limits, outputs);
    const mark = arena.mark();
    this.grower = create(context, options);
    if (independent >= context.threads && growAlone(context, matrix)) {
      // Trees grow in one way or the other: both use the same memory.
      const end = arena.mark();
      arena.release(mark);
      const histogramBytes = HISTOGRAM_BYTES / context.threads;
      this.alone = new LoneGrowers(context, arena, leaves, (own) => create(own, { ...options, histogramBytes }));
      arena.alloc(Math.max(0, end - arena.mark()));
    }
    this.scorer = new TreeScorer(context, arena, leaves, this.mapper.categories !== undefined);
    this.training = {
      rows: matrix.rows,
      addTree: (grown, scores, sample, count) => this.scorer.addByWalking(grown, matrix, scores, sample, count),
    };
  }

  get features(): number {
    return this.mapper.columns.length;
  }

  get atATime(): number {
    return this.alone ? this.context.threads : 1;
  }

  grow(orders: readonly TreeOrder[], sample: number, count: number): GrownTree[] {
    if (this.alone && orders.length > 1) return this.alone.grow(orders, sample, count);
    const [{ gradients, features, seed }] = orders;
    return [this.grower.grow(gradients, sample, count, features, seed)];
  }

  tableOf(source: RowSource): RowTable {
    const matrix = binRows(this.context, this.arena, source, this.mapper, { columns: false });
    return {
      rows: matrix.rows,
      addTree: (grown, scores, sample, count) => this.scorer.addByWalking(grown, matrix, scores, sample, count),
    };
  }
}

export class ExactLearner implements TreeLearner {
  readonly atATime = 1;
  private readonly grower: ExactGrower;

  /** Reserves room; usable after the next commit. */
  constructor(
    private readonly context: JobContext,
    private readonly arena: Arena,
    private readonly source: RowSource,
    params: BoostingParams,
  ) {
    this.grower = new ExactGrower(context, arena, source, params, mostLeaves(params, source.rows));
  }

  get features(): number {
    return this.source.cols;
  }

  get training(): RowTable {
    return this.grower.training;
  }

  grow([{ gradients, features, seed }]: readonly TreeOrder[], sample: number, count: number): GrownTree[] {
    return [this.grower.grow(gradients[0], sample, count, features, seed)];
  }

  tableOf(source: RowSource): RowTable {
    return new RawRows(this.context, this.arena, source);
  }
}

/** Whether every worker should have a grower of its own. Sets of categories cannot be shown to others. */
function growAlone({ threads }: JobContext, { rows, groups, categories }: BinnedMatrix): boolean {
  const histogram = groups * 8 * FEATURE_BYTES;
  return threads > 1 && !categories && threads * rows <= MOST_ROWS_ALONE && histogram <= MOST_BYTES_ALONE;
}
