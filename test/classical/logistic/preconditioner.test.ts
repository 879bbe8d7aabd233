import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cholesky,
  preconditionerAtPoint,
  preconditionerAtShares,
  solveCholesky,
  symmetricEigen,
} from '../../../src/classical/logistic/preconditioner.js';
import { Random } from '../../../src/core/random.js';

/** A positive definite matrix. */
function gramOf(n: number, random: Random): Float64Array {
  const rows = Array.from({ length: n + 3 }, () => Array.from({ length: n }, () => random.normal()));
  return Float64Array.from({ length: n * n }, (_, at) => {
    const [a, b] = [Math.floor(at / n), at % n];
    return rows.reduce((sum, row) => sum + row[a] * row[b], 0) / rows.length;
  });
}

const multiply = (m: Float64Array, x: Float64Array) =>
  x.map((_, i) => x.reduce((sum, value, j) => sum + m[i * x.length + j] * value, 0));
const diagonalOf = (m: Float64Array, n: number) => Float64Array.from({ length: n }, (_, i) => m[i * n + i]);

describe('Cholesky', () => {
  it('solves positive definite systems', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.nat(), (n, seed) => {
        const random = new Random(seed);
        const matrix = gramOf(n, random).map((v, at) => v + (at % (n + 1) === 0 ? 0.1 : 0));
        const x = Float64Array.from({ length: n }, () => random.normal());
        const g = multiply(matrix, x);
        const L = cholesky(matrix, 1, diagonalOf(matrix, n)) as Float64Array;
        solveCholesky(L, n, g);
        for (let i = 0; i < n; i++) expect(g[i]).toBeCloseTo(x[i], 8);
      }),
    );
  });

  it('refuses a matrix that is not positive definite', () => {
    expect(cholesky(Float64Array.of(1, 2, 2, 1), 1, Float64Array.of(1, 1))).toBeUndefined();
  });
});

describe('symmetricEigen', () => {
  it('gives orthonormal vectors v with A v = value v', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.nat(), (n, seed) => {
        const matrix = gramOf(n, new Random(seed));
        const { values, vectors } = symmetricEigen(matrix, n);
        for (let e = 0; e < n; e++) {
          const v = Float64Array.from({ length: n }, (_, i) => vectors[i * n + e]);
          const image = multiply(matrix, v);
          for (let i = 0; i < n; i++) expect(image[i]).toBeCloseTo(values[e] * v[i], 9);
          expect(v.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(1, 10);
        }
      }),
    );
  });
});

describe('preconditioners', () => {
  const cols = 3;
  const size = cols + 1;
  const shape = { cols, outputs: 3, ridge: Float64Array.of(0.5, 0, 0.1), tied: true, leastDiagonal: 1e-8 };
  const shares = Float64Array.of(0.2, 0.5, 0.3);
  const random = new Random(7);
  const gram = gramOf(size, random);
  /** Sums to 0 over outputs, as every gradient does. */
  const centred = () => {
    const x = Float64Array.from({ length: 3 * size }, () => random.normal());
    for (let j = 0; j < size; j++) {
      const mean = (x[j] + x[size + j] + x[2 * size + j]) / 3;
      for (let k = 0; k < 3; k++) x[k * size + j] -= mean;
    }
    return x;
  };

  it('at the shares is the inverse of (diag(p) - p p^T) ⊗ gram + ridge, on what sums to 0 over outputs', () => {
    const x = centred();
    const hessian = new Float64Array(x.length);
    for (let a = 0; a < 3; a++) {
      for (let b = 0; b < 3; b++) {
        const c = (a === b ? shares[a] : 0) - shares[a] * shares[b];
        const image = multiply(gram, x.slice(b * size, (b + 1) * size));
        for (let j = 0; j < size; j++) hessian[a * size + j] += c * image[j];
      }
      for (let j = 0; j < cols; j++) hessian[a * size + j] += shape.ridge[j] * x[a * size + j];
    }
    const out = new Float64Array(x.length);
    preconditionerAtShares(shape, shares, gram).apply(hessian, out);
    for (let i = 0; i < x.length; i++) expect(out[i]).toBeCloseTo(x[i], 6);
  });

  it('for one output is the inverse of p (1 - p) gram + ridge', () => {
    const x = Float64Array.from({ length: size }, () => random.normal());
    const hessian = multiply(gram, x).map((v, j) => 0.24 * v + (j < cols ? shape.ridge[j] * x[j] : 0));
    const out = new Float64Array(size);
    preconditionerAtShares({ ...shape, outputs: 1, tied: false }, Float64Array.of(0.4, 0.6), gram).apply(hessian, out);
    for (let i = 0; i < size; i++) expect(out[i]).toBeCloseTo(x[i], 8);
  });

  it('keep the sum over outputs at 0', () => {
    const out = new Float64Array(3 * size);
    for (const made of [
      preconditionerAtShares(shape, shares, gram),
      preconditionerAtShares(shape, shares, undefined),
      preconditionerAtPoint(shape, [gram, gramOf(size, random), gram]),
    ]) {
      made.apply(centred(), out);
      for (let j = 0; j < size; j++) expect(out[j] + out[size + j] + out[2 * size + j]).toBeCloseTo(0, 10);
    }
  });

  it('fall back to the diagonal where a matrix cannot be factorised', () => {
    const broken = gram.slice();
    broken[1] = broken[size] = 100;
    const out = new Float64Array(3 * size);
    preconditionerAtPoint(shape, [broken, broken, broken]).apply(centred(), out);
    expect(out.every(Number.isFinite)).toBe(true);
  });
});
