/** Run with --expose-gc: prints what 73,000 windows of 60 x 180 add to the memory of their base, all told, as JSON. */
import { Matrix } from '../../src/core/matrix.js';
import { Windows } from '../../src/core/windows.js';

const ROWS = 73_000;
const LENGTH = 60;
const CHANNELS = 180;

function settled(): NodeJS.MemoryUsage {
  (globalThis as { gc?: () => void }).gc?.();
  return process.memoryUsage();
}

const base = Matrix.zeros(ROWS, CHANNELS);
base.data.fill(1);
const before = settled();
const ends = Uint32Array.from({ length: ROWS - LENGTH + 1 }, (_, i) => i + LENGTH - 1);
const windows = new Windows(base, ends, LENGTH);
const half = windows.take(Uint32Array.from({ length: windows.shape[0] >> 1 }, (_, i) => i));
let sum = 0;
const batch = new Float32Array(256 * LENGTH * CHANNELS);
for (let from = 0; from + 256 <= windows.shape[0]; from += 256) {
  windows.gather(
    Uint32Array.from({ length: 256 }, (_, i) => from + i),
    batch,
  );
  sum += batch[0] + half.window(0)[0];
}
const after = settled();
console.log(
  JSON.stringify({
    shape: windows.shape,
    rss: after.rss - before.rss,
    held: after.heapUsed + after.external - before.heapUsed - before.external,
    sum,
  }),
);
