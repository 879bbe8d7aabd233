/** Symmetric trees of a plan laid out for the kernels that score blocks of rows, and one worker's block. */
import { Turns } from '../../core/turns.js';
import { Arena } from '../../kernels/arena.js';
import type { JobContext } from '../../kernels/job.js';
import { BorderColumns } from '../../trees/border-columns.js';
import {
  BLOCK_ROWS,
  type PackedTrees,
  PredictionBlock,
  TREE_BYTES,
  TreeKind,
  writeTree,
} from '../../trees/prediction-block.js';
import { ImageWriter } from '../../trees/prediction-image.js';
import type { Plan } from './plan.js';

const CONDITION_BYTES = 8;
/** Conditions that are laid out between two looks at the clock. */
const CONDITIONS_A_TURN = 512;

/** Lays out a plan whose trees are all symmetric; shared memory, so that worker threads read it in place. */
export async function packSymmetric(plan: Plan): Promise<PackedTrees> {
  const turns = new Turns();
  const { trees, floats, features, slots } = plan;
  const image = new ImageWriter();
  // Numbers lie where they are in the rows of X; the other slots behind them, one column after the other.
  const columns = new BorderColumns(
    Array.from({ length: slots }, (_, slot) =>
      slot < floats.length
        ? { offset: 4 * floats[slot].column, stride: 4 * features }
        : { offset: 4 * BLOCK_ROWS * (features + slot), stride: 4 },
    ),
  );
  const count = trees.slot.length;
  // NaN counts as infinite, which is not more than infinity, nor than NaN.
  const isNever = (c: number) => !(trees.border[c] < Number.POSITIVE_INFINITY);
  for (let c = 0; c < count; c++) if (!trees.equal[c] && !isNever(c)) columns.want(trees.slot[c], trees.border[c]);
  await turns.pause();
  columns.settle();
  const table = image.reserve(trees.count * TREE_BYTES);
  const conditions = image.reserve(count * CONDITION_BYTES);
  const values = image.reserve(trees.leafValues.length * 8);
  for (let c = 0; c < count; c++) {
    const slot = trees.slot[c];
    const border = trees.border[c];
    const test = isNever(c)
      ? columns.never()
      : trees.equal[c]
        ? columns.equal(slot, border)
        : columns.above(slot, border, slot < floats.length && floats[slot].missing > 0);
    image.uint32(conditions + c * CONDITION_BYTES, test.column);
    image.uint32(conditions + c * CONDITION_BYTES + 4, (test.cut & 255) * 0x01010101);
    if (c % CONDITIONS_A_TURN === 0) await turns.pause();
  }
  for (let i = 0; i < trees.leafValues.length; i++) image.float64(values + 8 * i, trees.leafValues[i]);
  for (let t = 0; t < trees.count; t++) {
    writeTree(image, table + t * TREE_BYTES, {
      kind: TreeKind.symmetric,
      count: trees.start[t + 1] - trees.start[t],
      body: conditions + trees.start[t] * CONDITION_BYTES,
      values: values + trees.leafStart[t] * 8,
    });
  }
  return { ...columns.write(image), binColumns: columns.count, trees: table, image: image.finish() };
}

/** A worker's block of rows; all workers make one. */
export class SymmetricTrees {
  /** (slots, BLOCK_ROWS): those that are not numbers of X must be filled. */
  readonly slots: Float32Array;
  private readonly block: PredictionBlock;

  /** Barriers. */
  constructor(
    context: JobContext,
    private readonly plan: Plan,
    packed: PackedTrees,
  ) {
    const { features, slots, outputs } = plan;
    const values = (features + slots) * BLOCK_ROWS;
    this.block = new PredictionBlock(context, new Arena(context), packed, { values, outputs });
    this.slots = this.block.values.subarray(features * BLOCK_ROWS);
  }

  /** Sums of the leaf values of trees `from` .. `to`-1 for rows of X, (rows * outputs); valid until the next call. */
  sums(X: Float32Array, from: number, to: number): Float64Array {
    const { block, plan } = this;
    const rows = X.length / plan.features;
    block.values.set(X);
    block.sums.fill(0);
    block.fillBins(rows);
    if (plan.outputs === 1) block.add(rows, from, to, 0, 0, false);
    else block.addVectors(rows, from, to, plan.outputs);
    return block.sums.subarray(0, rows * plan.outputs);
  }
}
