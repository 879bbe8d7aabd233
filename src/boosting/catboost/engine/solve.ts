/** Small symmetric linear systems by Cholesky's factorisation. */

/** Room on the diagonal relative to its largest element, so that a singular matrix is solved as well. */
const LEAST_RIDGE = 1.1920929e-7;

/** Solves (A + ridge I) x = b for positive semi-definite A, given by the rows of its lower triangle. */
export function solvePositive(triangle: Float64Array, b: Float64Array, ridge: number): Float64Array {
  const n = b.length;
  const l = triangle.slice();
  const row = (i: number) => (i * (i + 1)) / 2;
  let largest = 0;
  for (let i = 0; i < n; i++) largest = Math.max(largest, l[row(i) + i]);
  const added = Math.max(ridge, largest * LEAST_RIDGE);
  const x = b.slice();
  if (added === 0) return x.fill(0);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = l[row(i) + j] + (i === j ? added : 0);
      for (let k = 0; k < j; k++) sum -= l[row(i) + k] * l[row(j) + k];
      l[row(i) + j] = i === j ? Math.sqrt(Math.max(sum, added * LEAST_RIDGE)) : sum / l[row(j) + j];
    }
  }
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i] -= l[row(i) + k] * x[k];
    x[i] /= l[row(i) + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i] -= l[row(k) + i] * x[k];
    x[i] /= l[row(i) + i];
  }
  return x;
}
