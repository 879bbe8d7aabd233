/** Windows whose label a network of any kind can learn: two values at known steps. */
import { Matrix } from '../../src/core/matrix.js';
import { Random } from '../../src/core/random.js';
import { Windows } from '../../src/core/windows.js';

export function signalWindows(rows = 400, { length = 8, channels = 3, seed = 1 } = {}) {
  const random = new Random(seed);
  const base = Matrix.zeros(rows + length - 1, channels);
  for (let p = 0; p < base.data.length; p++) base.data[p] = random.normal();
  const ends = Uint32Array.from({ length: rows }, (_, i) => i + length - 1);
  const value = Float64Array.from(
    ends,
    (end) => base.data[end * channels] + base.data[(end - 1) * channels + 1] + 0.1 * random.normal(),
  );
  return { X: new Windows(base, ends, length), value, y: value.map((v) => (v > 0 ? 1 : 0)) };
}

export const SMALL = {
  hiddenSize: 8,
  numLayers: 1,
  batchSize: 64,
  learningRate: 0.02,
  epochs: 4,
  dropout: 0.1,
} as const;
