/** Convolution over time as one product of matrices: the steps under the kernel side by side. */
import type { Value } from '../graph/graph.js';
import { concat } from '../graph/operators/concat.js';
import { pad } from '../graph/operators/pad.js';
import { slice } from '../graph/operators/slice.js';
import { dense } from './dense.js';

export interface ConvolutionOptions {
  readonly outputs: number;
  readonly kernel: number;
  readonly dilation?: number;
}

/** x (length, batch, channels) to (length, batch, outputs): zeros before and after keep the length. */
export function convolution(x: Value, name: string, { outputs, kernel, dilation = 1 }: ConvolutionOptions): Value {
  const length = x.shape[0];
  const reach = (kernel - 1) * dilation;
  const before = Math.floor(reach / 2);
  const padded = pad(x, 0, before, reach - before);
  const taps = Array.from({ length: kernel }, (_, k) => slice(padded, 0, k * dilation, k * dilation + length));
  return dense(concat(taps, 2), name, outputs);
}
