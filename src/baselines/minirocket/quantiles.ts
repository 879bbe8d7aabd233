/** Biases: quantiles of a convolution's values in one training window. */
import { biasQuantile } from './plan.js';

/** For features `first` to `first + count`, the quantile of `values` (sorted in place), between two values by a straight line; float32. */
export function biasesOf(values: Float32Array, first: number, count: number, out: Float32Array): void {
  values.sort();
  const last = values.length - 1;
  for (let f = first; f < first + count; f++) {
    const position = biasQuantile(f) * last;
    const below = Math.min(last, Math.floor(position));
    const low = values[below];
    const high = values[Math.min(last, below + 1)];
    out[f] = low + (high - low) * (position - below);
  }
}
