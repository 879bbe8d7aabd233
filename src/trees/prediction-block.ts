/** A worker's block of rows, and trees laid out for the kernels that score it. */
import type { Arena } from '../kernels/arena.js';
import type { JobContext } from '../kernels/job.js';
import type { ImageWriter } from './prediction-image.js';

/** Rows that the kernels score at a time. */
export const BLOCK_ROWS = 384;
export const TREE_BYTES = 16;
/** Bytes that the kernels need for a row's leaves: those of four trees before they are added, and two on the way there. */
const LEAF_BYTES = 6;

/** As in assembly/predict.ts. */
export const TreeKind = { bits: 0, symmetric: 1, walk: 2 } as const;

interface TreeRecord {
  readonly kind: (typeof TreeKind)[keyof typeof TreeKind];
  /** Groups of leaves, or conditions. */
  readonly count: number;
  /** Where in the image those lie, and the leaf values. */
  readonly body: number;
  readonly values: number;
}

export function writeTree(image: ImageWriter, at: number, { kind, count, body, values }: TreeRecord): void {
  for (const [i, field] of [kind, count, body, values].entries()) image.uint32(at + 4 * i, field);
}

/** Addresses count from the start of the image. */
export interface PackedTrees {
  /** Shared. */
  readonly image: Uint8Array;
  /** The table of trees. */
  readonly trees: number;
  /** What is known of the columns of bins, and of how many. */
  readonly records: number;
  readonly recordCount: number;
  readonly binColumns: number;
}

/** One worker's part; all workers make one. */
export class PredictionBlock {
  private readonly image: number;
  private readonly bins: number;
  private readonly leaves: number;
  private readonly x: number;
  private readonly sumsAt: number;
  /** The numbers of the block's rows, where the sources of `packed` look for them. */
  readonly values: Float32Array;
  /** (outputs, BLOCK_ROWS), or (BLOCK_ROWS, outputs) after `addVectors`. */
  readonly sums: Float64Array;

  /** `values`: how many a block has. Barriers. */
  constructor(
    private readonly context: JobContext,
    arena: Arena,
    private readonly packed: PackedTrees,
    { values, outputs }: { values: number; outputs: number },
  ) {
    const { thread, threads } = context;
    const own = (bytes: number) => arena.alloc(threads * bytes, 64) + thread * bytes;
    this.image = arena.alloc(packed.image.length);
    this.x = own(Math.ceil(values / 16) * 64);
    this.bins = own(Math.max(1, packed.binColumns) * BLOCK_ROWS);
    this.leaves = own(LEAF_BYTES * BLOCK_ROWS);
    this.sumsAt = own(outputs * BLOCK_ROWS * 8);
    arena.commit();
    this.values = arena.float32(this.x, values);
    this.sums = arena.float64(this.sumsAt, outputs * BLOCK_ROWS);
    if (thread === 0) arena.bytes(this.image, packed.image.length).set(packed.image);
    context.barrier();
  }

  /** After `values` has been filled for so many rows. */
  fillBins(rows: number): void {
    const { packed, image } = this;
    this.context.kernels.fillBins(image, image + packed.records, packed.recordCount, this.x, rows, this.bins);
  }

  /** Adds trees from .. to-1 of the table to the sums of output k; `stride` bytes lie between rows in `values`. */
  add(rows: number, from: number, to: number, k: number, stride: number, float32: boolean): void {
    const { packed, image, x, bins, leaves } = this;
    const sums = this.sumsAt + k * BLOCK_ROWS * 8;
    const trees = image + packed.trees;
    this.context.kernels.scoreTrees(image, trees, from, to, x, stride, bins, rows, leaves, sums, float32 ? 1 : 0);
  }

  /** The same for symmetric trees with `outputs` values a leaf. */
  addVectors(rows: number, from: number, to: number, outputs: number): void {
    const { packed, image, bins, leaves, sumsAt } = this;
    const trees = image + packed.trees;
    this.context.kernels.scoreVectorTrees(image, trees, from, to, bins, rows, leaves, sumsAt, outputs);
  }
}
