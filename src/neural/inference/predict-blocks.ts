/** Predictions of many windows, in blocks of sizes that give a row the same bits wherever it lies. */
import type { EngineSession, EngineTensor } from '../engine/engine.js';
import type { PredictRequest } from './messages.js';
import { INPUTS } from './saved-graph.js';

/** Rows of a block; a smaller last block is filled up to the next of these. */
const BLOCK_SIZES = [8, 64, 256];
/** Values of a block's windows at most (64 MiB). */
const BLOCK_VALUES = 2 ** 24;

/** (n * width,) outputs, row by row. */
export async function predictBlocks(session: EngineSession, request: PredictRequest): Promise<Float32Array> {
  const { base, channels, ends, length, features, output, width } = request;
  const size = length * channels;
  const largest = BLOCK_SIZES.findLast((rows) => rows * size <= BLOCK_VALUES) ?? BLOCK_SIZES[0];
  const out = new Float32Array(ends.length * width);
  for (let start = 0; start < ends.length; ) {
    const rows = Math.min(largest, ends.length - start);
    const block = BLOCK_SIZES.find((n) => n >= rows) ?? largest;
    const x = new Float32Array(block * size);
    for (let i = 0; i < rows; i++) {
      const first = (ends[start + i] + 1 - length) * channels;
      x.set(base.subarray(first, first + size), i * size);
    }
    const feeds: Record<string, EngineTensor> = {
      [features ? INPUTS.sequences : INPUTS.windows]: { data: x, dims: [block, length, channels] },
    };
    if (features) {
      const { data, columns } = features;
      const beside = new Float32Array(block * columns);
      beside.set(data.subarray(start * columns, (start + rows) * columns));
      feeds[INPUTS.features] = { data: beside, dims: [block, columns] };
    }
    const result = (await session.run(feeds))[output].data as Float32Array;
    out.set(result.subarray(0, rows * width), start * width);
    start += rows;
  }
  return out;
}
