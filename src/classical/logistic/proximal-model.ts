/**
 * The quadratic model of a proximal quasi-Newton step: a given matrix in blocks, corrected by the last gradient changes in compact BFGS
 * form (Byrd, Nocedal and Schnabel, 1994).
 */
import { dot } from './descent.js';

export interface Curvature {
  readonly size: number;
  readonly blocks: readonly Float64Array[];
}

/** A step, the change of gradient along it, and the product of the step with the model's uncorrected matrix. */
export interface Pair {
  readonly s: Float64Array;
  readonly y: Float64Array;
  product: Float64Array;
}

/** scale * blocks - Q M^-1 Q^T, rows of Q and of P = Q M^-1 one after another: Byrd, Nocedal and Schnabel (1994), theorem 2.3. */
export class Model {
  private constructor(
    readonly curvature: Curvature,
    readonly scale: number,
    /** Columns of Q. */
    readonly rank: number,
    readonly Q: Float64Array,
    readonly P: Float64Array,
    /** (n,) diagonal of the whole matrix. */
    readonly diagonal: Float64Array,
  ) {}

  /** Undefined when the corrected matrix is not positive on its diagonal or M cannot be inverted. */
  static of(curvature: Curvature, pairs: readonly Pair[]): Model | undefined {
    const m = pairs.length;
    const n = curvature.size * curvature.blocks.length;
    const newest = pairs[m - 1];
    const scale = newest ? dot(newest.s, newest.y) / dot(newest.s, newest.product) : 1;
    const rank = 2 * m;
    const middle = new Float64Array(rank * rank);
    for (let a = 0; a < m; a++) {
      for (let b = 0; b < m; b++) {
        middle[a * rank + b] = scale * dot(pairs[a].s, pairs[b].product);
        const sy = dot(pairs[a].s, pairs[b].y);
        if (a > b) middle[a * rank + m + b] = middle[(m + b) * rank + a] = sy;
        if (a === b) middle[(m + a) * rank + m + a] = -sy;
      }
    }
    const inverse = m > 0 ? invert(middle, rank) : middle;
    if (!inverse) return undefined;
    const Q = new Float64Array(n * rank);
    const P = new Float64Array(n * rank);
    const diagonal = new Float64Array(n);
    for (let j = 0; j < n; j++) {
      for (let a = 0; a < m; a++) {
        Q[j * rank + a] = scale * pairs[a].product[j];
        Q[j * rank + m + a] = pairs[a].y[j];
      }
      let correction = 0;
      for (let a = 0; a < rank; a++) {
        let value = 0;
        for (let b = 0; b < rank; b++) value += inverse[a * rank + b] * Q[j * rank + b];
        P[j * rank + a] = value;
        correction += value * Q[j * rank + a];
      }
      const own = scale * diagonalAt(curvature, j);
      diagonal[j] = own - correction;
      if (!(diagonal[j] > 1e-10 * own)) return undefined;
    }
    return new Model(curvature, scale, rank, Q, P, diagonal);
  }
}

function diagonalAt({ size, blocks }: Curvature, j: number): number {
  const block = blocks[Math.floor(j / size)];
  const i = j % size;
  return block.length === size ? block[i] : block[i * size + i];
}

export function multiply({ size, blocks }: Curvature, s: Float64Array): Float64Array {
  const out = new Float64Array(s.length);
  blocks.forEach((block, k) => {
    for (let i = 0; i < size; i++) {
      if (block.length === size) out[k * size + i] = block[i] * s[k * size + i];
      else out[k * size + i] = dot(block.subarray(i * size, (i + 1) * size), s.subarray(k * size, (k + 1) * size));
    }
  });
  return out;
}

/** Inverse by Gauss-Jordan elimination with the largest pivot of a column (the first on ties); undefined when singular. */
function invert(matrix: Float64Array, n: number): Float64Array | undefined {
  const width = 2 * n;
  const rows = Array.from({ length: n }, (_, i) => {
    const row = new Float64Array(width);
    row.set(matrix.subarray(i * n, (i + 1) * n));
    row[n + i] = 1;
    return row;
  });
  for (let c = 0; c < n; c++) {
    let best = c;
    for (let i = c + 1; i < n; i++) if (Math.abs(rows[i][c]) > Math.abs(rows[best][c])) best = i;
    [rows[c], rows[best]] = [rows[best], rows[c]];
    const pivot = rows[c][c];
    if (!(Math.abs(pivot) > 0)) return undefined;
    for (let k = 0; k < width; k++) rows[c][k] /= pivot;
    for (let i = 0; i < n; i++) {
      const factor = rows[i][c];
      if (i === c || factor === 0) continue;
      for (let k = 0; k < width; k++) rows[i][k] -= factor * rows[c][k];
    }
  }
  const inverse = new Float64Array(n * n);
  rows.forEach((row, i) => {
    inverse.set(row.subarray(n), i * n);
  });
  return inverse;
}
