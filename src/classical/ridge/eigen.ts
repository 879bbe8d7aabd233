/**
 * Eigenvalues and eigenvectors of a symmetric matrix: Householder reduction to tridiagonal form, then implicit QL steps (Golub and Van Loan,
 * Matrix Computations, sections 8.3.1 and 8.3.3). Plain sequential arithmetic: the same bits everywhere.
 */

export interface Eigen {
  /** (n,) in the order of the columns of `vectors`, not sorted. */
  readonly values: Float64Array;
  /** (n, n) orthonormal; row j is the vector of value j. */
  readonly vectors: Float64Array;
}

/** QL steps for one eigenvalue; a handful is usual. */
const MOST_STEPS = 100;

/** `check` is called now and then, to leave when the work is cancelled. */
export function symmetricEigen(matrix: Float64Array, n: number, check: () => void = () => {}): Eigen {
  const { diagonal, off, vectors } = tridiagonal(matrix.slice(), n, check);
  for (let l = 0; l < n; l++) {
    check();
    for (let step = 0; step < MOST_STEPS; step++) {
      const m = firstSmall(diagonal, off, l);
      if (m === l) break;
      chase(diagonal, off, vectors, n, l, m);
    }
  }
  return { values: diagonal, vectors };
}

/** From l on, the first index whose entry beside the diagonal is nothing against the diagonal. */
function firstSmall(diagonal: Float64Array, off: Float64Array, l: number): number {
  let m = l;
  for (; m < diagonal.length - 1; m++) {
    const size = Math.abs(diagonal[m]) + Math.abs(diagonal[m + 1]);
    if (Math.abs(off[m]) <= 2 ** -53 * size) break;
  }
  return m;
}

/** One implicit QL step on rows l..m with Wilkinson's shift; rotations are applied to the vectors' rows. */
function chase(d: Float64Array, e: Float64Array, vectors: Float64Array, n: number, l: number, m: number): void {
  const half = (d[l + 1] - d[l]) / (2 * e[l]);
  const root = Math.sqrt(half * half + 1);
  let g = d[m] - d[l] + e[l] / (half + (half >= 0 ? root : -root));
  let [s, c, p] = [1, 1, 0];
  for (let i = m - 1; i >= l; i--) {
    const f = s * e[i];
    const b = c * e[i];
    const r = Math.sqrt(f * f + g * g);
    e[i + 1] = r;
    if (r === 0) {
      d[i + 1] -= p;
      e[m] = 0;
      return;
    }
    s = f / r;
    c = g / r;
    g = d[i + 1] - p;
    const t = (d[i] - g) * s + 2 * c * b;
    p = s * t;
    d[i + 1] = g + p;
    g = c * t - b;
    const upper = i * n;
    for (let k = 0; k < n; k++) {
      const high = vectors[upper + n + k];
      const low = vectors[upper + k];
      vectors[upper + n + k] = s * low + c * high;
      vectors[upper + k] = c * low - s * high;
    }
  }
  d[l] -= p;
  e[l] = g;
  e[m] = 0;
}

/**
 * Q A Q^T = T with T tridiagonal: reflections from the last row up. `off[i]` stands between i and i + 1; rows of `vectors` are those of Q.
 */
function tridiagonal(a: Float64Array, n: number, check: () => void) {
  const off = new Float64Array(n);
  const reflections: { v: Float64Array; beta: number }[] = [];
  for (let i = n - 1; i >= 2; i--) {
    check();
    // v reflects row i, left of its diagonal, onto its last entry.
    const v = a.slice(i * n, i * n + i);
    const beta = reflector(v);
    if (beta !== 0) reflectBoth(a, n, i, v, beta);
    reflections.push({ v, beta });
  }
  const diagonal = Float64Array.from({ length: n }, (_, i) => a[i * n + i]);
  for (let i = 0; i + 1 < n; i++) off[i] = a[(i + 1) * n + i];
  // Q is the product of the reflections, the last made first: start from the unit matrix and apply them from the right.
  const vectors = new Float64Array(n * n);
  for (let i = 0; i < n; i++) vectors[i * n + i] = 1;
  for (const { v, beta } of reflections.reverse()) {
    if (beta === 0) continue;
    check();
    const size = v.length;
    for (let r = 0; r < n; r++) {
      let sum = 0;
      for (let k = 0; k < size; k++) sum += vectors[r * n + k] * v[k];
      if (sum === 0) continue;
      sum *= beta;
      for (let k = 0; k < size; k++) vectors[r * n + k] -= sum * v[k];
    }
  }
  return { diagonal, off, vectors };
}

/** x becomes v with (1 - beta v v^T) x = (0, ..., 0, +-|x|); returns beta, 0 when x is already so. */
function reflector(x: Float64Array): number {
  const last = x.length - 1;
  let scale = 0;
  for (let k = 0; k < last; k++) scale = Math.max(scale, Math.abs(x[k]));
  if (scale === 0) return 0;
  scale = Math.max(scale, Math.abs(x[last]));
  let squares = 0;
  for (let k = 0; k <= last; k++) squares += (x[k] / scale) ** 2;
  const length = scale * Math.sqrt(squares);
  x[last] += x[last] >= 0 ? length : -length;
  let total = 0;
  const top = x[last];
  for (let k = 0; k <= last; k++) total += (x[k] /= top) ** 2;
  return 2 / total;
}

/** a becomes H a H with H = 1 - beta v v^T on its first i rows and columns; row and column i are reflected too. */
function reflectBoth(a: Float64Array, n: number, i: number, v: Float64Array, beta: number): void {
  const p = new Float64Array(i);
  for (let r = 0; r < i; r++) {
    let sum = 0;
    for (let k = 0; k < i; k++) sum += a[r * n + k] * v[k];
    p[r] = beta * sum;
  }
  let share = 0;
  for (let k = 0; k < i; k++) share += p[k] * v[k];
  share *= beta / 2;
  for (let k = 0; k < i; k++) p[k] -= share * v[k];
  for (let r = 0; r < i; r++) for (let k = 0; k < i; k++) a[r * n + k] -= v[r] * p[k] + p[r] * v[k];
  let sum = 0;
  for (let k = 0; k < i; k++) sum += a[i * n + k] * v[k];
  sum *= beta;
  for (let k = 0; k < i; k++) a[i * n + k] = a[k * n + i] = k === i - 1 ? a[i * n + k] - sum * v[k] : 0;
}
