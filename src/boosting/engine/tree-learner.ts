/** What grows the trees of a boosting job, and brings them to the scores of rows: by bins here, by sorted values in `src/trees/exact`. */
import { deriveSeed } from '../../core/random.js';
import type { Arena } from '../../kernels/arena.js';
import type { JobContext } from '../../kernels/job.js';
import type { BinMapper } from '../../trees/bin-mapper.js';
import { binRows, findBins, type RowSource } from '../../trees/binning.js';
import { ExactGrower } from '../../trees/exact/exact-grower.js';
import { RawRows } from '../../trees/exact/raw-rows.js';
import { type GrownTree, TreeGrower } from '../../trees/grower.js';
import { share } from '../../trees/partition.js';
import { TreeScorer } from '../../trees/tree-scorer.js';
import type { BoostingParams } from './params.js';
import { growerOptions, mostLeaves } from './tree-options.js';

/** Rows that trees can be applied to. */
export interface RowTable {
  readonly rows: number;
  /** Adds the values of a tree to the f64 `scores` of all rows, or of the `count` rows listed at `sample`. */
  addTree(grown: GrownTree, scores: number, sample: number, count: number): void;
}

/** Where the row numbers of a tree's leaves lie. */
export interface LeafRowNumbers {
  rowsAt(begin: number): number;
}

export interface TreeLearner {
  /** Features that trees draw from. */
  readonly features: number;
  /** The training rows. */
  readonly training: RowTable;
  /** Rows of the leaves of the tree grown last. */
  readonly partition: LeafRowNumbers;
  /** As `TreeGrower.grow`. */
  grow(
    gradients: readonly number[],
    sample: number,
    count: number,
    features: ReadonlySet<number> | undefined,
    seed: number,
  ): GrownTree;
  /** Adds the values of the tree grown last to the scores of the rows it was grown on. */
  addToLeaves(grown: GrownTree, scores: number): void;
  /** Other rows; all are asked for before the next commit. */
  tableOf(source: RowSource): RowTable;
}

export class HistogramLearner implements TreeLearner {
  readonly training: RowTable;
  private readonly mapper: BinMapper;
  private readonly grower: TreeGrower;
  private readonly scorer: TreeScorer;

  /** Finds bins; usable after the next commit. A tree grows for `outputs` at once. */
  constructor(
    private readonly context: JobContext,
    private readonly arena: Arena,
    source: RowSource,
    params: BoostingParams,
    seed: number,
    outputs: number,
  ) {
    const binning = { ...params, sampleCount: params.binSampleCount, seed: deriveSeed(seed, 'bins') };
    this.mapper = findBins(context, arena, source, binning);
    const bundle = params.enableBundle && outputs === 1;
    const matrix = binRows(context, arena, source, this.mapper, { columns: true, bundle });
    const leaves = mostLeaves(params, matrix.rows);
    this.grower = new TreeGrower(context, arena, this.mapper, matrix, growerOptions(params, matrix.rows), outputs);
    this.scorer = new TreeScorer(context, arena, leaves, this.mapper.categories !== undefined);
    this.training = {
      rows: matrix.rows,
      addTree: (grown, scores, sample, count) => this.scorer.addByWalking(grown, matrix, scores, sample, count),
    };
  }

  get features(): number {
    return this.mapper.columns.length;
  }

  get partition(): LeafRowNumbers {
    return this.grower.partition;
  }

  grow(...how: Parameters<TreeLearner['grow']>): GrownTree {
    return this.grower.grow(...how);
  }

  addToLeaves(grown: GrownTree, scores: number): void {
    this.scorer.addToLeaves(grown, this.grower.partition, scores);
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

  get partition(): LeafRowNumbers {
    return this.grower.partition;
  }

  grow([gradients]: readonly number[], ...how: TailOf<Parameters<TreeLearner['grow']>>): GrownTree {
    return this.grower.grow(gradients, ...how);
  }

  addToLeaves(grown: GrownTree, scores: number): void {
    addToLeaves(this.context, grown, this.grower.partition, scores);
  }

  tableOf(source: RowSource): RowTable {
    return new RawRows(this.context, this.arena, source);
  }
}

type TailOf<T extends unknown[]> = T extends [unknown, ...infer Tail] ? Tail : never;

/** Adds leaf values to the scores of the rows that a tree was grown on. */
function addToLeaves(
  { kernels, thread, threads }: JobContext,
  grown: GrownTree,
  rows: LeafRowNumbers,
  scores: number,
): void {
  for (const [leaf, { begin, count }] of grown.leafRows.entries()) {
    const [from, to] = share(begin, begin + count, thread, threads);
    kernels.addToRows(scores, rows.rowsAt(from), to - from, grown.tree.leafValue[leaf]);
  }
}
