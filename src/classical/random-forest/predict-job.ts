/** Prediction on the worker pool: workers take blocks of rows and write their means side by side. */
import { Arena } from '../../kernels/arena.js';
import type { JobContext } from '../../kernels/job.js';
import { type Forest, sizeOf } from './forest.js';
import { firstSlot, type PackedForest, packTree, packValues } from './packed-forest.js';
import { addTrees } from './walk.js';

export interface PredictArgs {
  readonly forest: Forest;
  /** Without it the forest is walked as it is. */
  readonly packed?: PackedForest;
  /** Whether the image of `packed` was filled by an earlier job. */
  readonly filled: boolean;
  readonly data: Float32Array;
  readonly rows: number;
  /** Shared, (rows * outputs): the means over the trees. */
  readonly means: Float64Array;
}

/** Tree walks between two looks at the stop flag: some milliseconds. */
const WALKS_A_UNIT = 50_000;
/** Bytes of the rows that all trees pass over one after the other; they stay in the cache beside a tree. */
const BLOCK_BYTES = 2 ** 20;
/** Rows that walk side by side. */
const LANES = 16;

export function run(context: JobContext<PredictArgs>): void {
  const { packed } = context.args;
  if (packed) score(context, packed);
  else walk(context);
}

function walk(context: JobContext<PredictArgs>): void {
  const { forest, data, rows, means } = context.args;
  const { trees } = sizeOf(forest);
  const { outputs } = forest;
  const unit = Math.max(64, Math.floor(WALKS_A_UNIT / trees));
  for (let from = context.nextUnit() * unit; from < rows; from = context.nextUnit() * unit) {
    context.check();
    const to = Math.min(rows, from + unit);
    const sums = new Float64Array((to - from) * outputs);
    addTrees(forest, [0, trees], data, [from, to], sums);
    for (let i = 0; i < sums.length; i++) means[from * outputs + i] = sums[i] / trees;
  }
}

/** By the kernel; the sums are the same, tree after tree. */
function score(context: JobContext<PredictArgs>, packed: PackedForest): void {
  const { kernels, thread, threads, args } = context;
  const { forest, data, rows, means } = args;
  const { outputs, features } = forest;
  const { trees } = sizeOf(forest);
  if (!args.filled) fill(context, packed);
  const arena = new Arena(context);
  const bytes = packed.image.byteLength;
  const image = arena.alloc(bytes);
  const most = Math.max(LANES, Math.min(4096, Math.floor(BLOCK_BYTES / (features * 4 * LANES)) * LANES));
  // Small inputs are shared among the workers, too.
  const block = Math.min(most, Math.ceil(rows / threads / LANES) * LANES);
  const own = (size: number) => arena.alloc(threads * size) + thread * size;
  const x = own(Math.ceil((block * features * 4) / 64) * 64);
  const sumsAt = own(block * outputs * 8);
  arena.commit();
  const [from, to] = [thread, thread + 1].map((part) => Math.floor((bytes * part) / threads));
  arena.bytes(image + from, to - from).set(new Uint8Array(packed.image, from, to - from));
  context.barrier();
  const values = arena.float32(x, block * features);
  const sums = arena.float64(sumsAt, block * outputs);
  for (let start = context.nextUnit() * block; start < rows; start = context.nextUnit() * block) {
    const end = Math.min(rows, start + block);
    values.set(data.subarray(start * features, end * features));
    sums.fill(0);
    // Rows beyond the last one are those of an earlier block, or zero.
    const lanes = Math.ceil((end - start) / LANES) * LANES;
    for (let tree = 0; tree < trees; tree++) {
      if ((tree * lanes) % WALKS_A_UNIT < lanes) context.check();
      const slot = firstSlot(forest, tree);
      const [slots, offsets] = [image + slot * 8, image + packed.offsets + slot * 4];
      const valuesAt = image + packed.values;
      const { columnMask, shift } = packed;
      kernels.forestWalk(slots, offsets, valuesAt, columnMask, shift, x, features * 4, lanes, outputs, sumsAt);
    }
    const at = start * outputs;
    for (let i = 0; i < (end - start) * outputs; i++) means[at + i] = sums[i] / trees;
  }
}

/** A barrier. */
function fill(context: JobContext<PredictArgs>, packed: PackedForest): void {
  const { forest } = context.args;
  const { trees } = sizeOf(forest);
  for (let tree = context.nextUnit(); tree < trees; tree = context.nextUnit()) {
    context.check();
    packTree(forest, packed, tree);
  }
  if (context.thread === 0) packValues(forest, packed);
  context.barrier();
}
