/** Shapley values of trees on the worker pool: workers take blocks of rows and write their values side by side. */
import { Arena } from '../kernels/arena.js';
import type { JobContext } from '../kernels/job.js';
import { BackgroundTrees } from './background-trees.js';
import { PathTrees } from './path-trees.js';
import type { TreeImage } from './tree-image.js';
import { WorthBlock } from './worth-block.js';

export interface TreeShapArgs {
  readonly image: TreeImage;
  /** (rows, slots) what the nodes look at. */
  readonly slots: Float32Array;
  readonly slotCount: number;
  readonly rows: number;
  /** (m, slots) */
  readonly background?: { readonly slots: Float32Array; readonly rows: number };
  readonly outputs: number;
  readonly players: number;
  /** Columns of each player, where they are not one and the same. */
  readonly shares?: readonly (readonly number[])[];
  readonly scale: number;
  readonly complement: boolean;
  readonly features: number;
  /** Shared, as in `ShapResult`; zero. */
  readonly values: Float64Array;
  readonly interactions?: Float64Array;
}

/** Bytes of a block's worth: it stays in a cache. */
const BLOCK_BYTES = 2 ** 20;
const MOST_ROWS = 256;
/** Pairs of a row and a background row between two looks at the stop flag: some milliseconds. */
const MOST_PAIRS = 100_000;

export function run(context: JobContext<TreeShapArgs>): void {
  const { args, threads } = context;
  const { rows, slots, slotCount, image, background } = args;
  const arena = new Arena(context);
  const imageAt = loadImage(context, arena, image);
  const fitting = Math.floor(BLOCK_BYTES / WorthBlock.rowBytes(args));
  const quick = background ? Math.floor(MOST_PAIRS / background.rows) : MOST_ROWS;
  const block = Math.max(1, Math.min(MOST_ROWS, fitting, quick, Math.ceil(rows / threads / 2)));
  const worth = new WorthBlock(args, arena, block);
  const x = arena.allocEach(block * slotCount * 4);
  const trees = background
    ? new BackgroundTrees(context, arena, imageAt, block)
    : new PathTrees(context, arena, imageAt, block);
  trees.prepare();
  const values = arena.float32(x, block * slotCount);
  for (let from = context.nextUnit() * block; from < rows; from = context.nextUnit() * block) {
    const count = Math.min(block, rows - from);
    values.set(slots.subarray(from * slotCount, (from + count) * slotCount));
    worth.clear(count);
    for (const place of image.places) {
      context.check();
      if (place.nodeCount > 0) trees.add(place, x, count, worth);
    }
    worth.write(from, count);
    context.report({ phase: 'explain', step: from + count, total: rows });
  }
}

/** Copies the image into the job's memory, each worker a part of it, and makes the addresses of its bitsets absolute; barriers. */
function loadImage(context: JobContext, arena: Arena, { bytes, sets }: TreeImage): number {
  const { thread, threads } = context;
  const size = bytes.byteLength;
  const at = arena.alloc(size);
  arena.commit();
  const [from, to] = [thread, thread + 1].map((part) => Math.floor((size * part) / threads));
  arena.bytes(at + from, to - from).set(new Uint8Array(bytes, from, to - from));
  context.barrier();
  if (thread === 0) {
    const words = arena.uint32(at, size / 4);
    for (const node of sets) words[node / 4 + 6] += at;
  }
  context.barrier();
  return at;
}
