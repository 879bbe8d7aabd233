/** Householder reflections. */

/**
 * x becomes v with (1 - factor v v^T) x = (0, ..., 0, value), the last entry of v being 1. `factor` is 0 when x is so already; then x stays as it
 * is.
 */
export function reflector(x: Float64Array): { factor: number; value: number } {
  const last = x.length - 1;
  let scale = 0;
  for (let k = 0; k < last; k++) scale = Math.max(scale, Math.abs(x[k]));
  if (scale === 0) return { factor: 0, value: x[last] };
  scale = Math.max(scale, Math.abs(x[last]));
  let squares = 0;
  for (let k = 0; k <= last; k++) squares += (x[k] / scale) ** 2;
  const length = scale * Math.sqrt(squares);
  const value = x[last] >= 0 ? -length : length;
  x[last] -= value;
  let total = 0;
  const top = x[last];
  for (let k = 0; k <= last; k++) total += (x[k] /= top) ** 2;
  return { factor: 2 / total, value };
}
