/** The dot product of linear predictions. */

/**
 * Of n numbers of x from p on and of w from q on. Two sums, over even and odd columns: the order of the training kernels, and half the
 * latency.
 */
export function dotRow(x: Float32Array, p: number, w: Float64Array, q: number, n: number): number {
  let a = 0;
  let b = 0;
  let j = 0;
  for (; j + 1 < n; j += 2) {
    a += x[p + j] * w[q + j];
    b += x[p + j + 1] * w[q + j + 1];
  }
  if (j < n) a += x[p + j] * w[q + j];
  return a + b;
}
