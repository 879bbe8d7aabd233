/**
 * An approximate inverse Hessian for the optimiser. With every probability at its class's share p, the Hessian of the mean
 * multinomial log-loss is (diag(p) - p p^T) ⊗ E[z z^T] (compare the bound of Böhning, 1992): a turn of the outputs makes it
 * block-diagonal, and each block is factorised by Cholesky. Without a Gram matrix, E[z z^T] is taken as the identity.
 */

export interface CurvatureModel {
  readonly cols: number;
  readonly outputs: number;
  /** (classes,) shares, each > 0, summing to 1. */
  readonly shares: Float64Array;
  /** (cols, cols) mean of z z^T for standardised columns, or undefined. */
  readonly gram?: Float64Array;
  /** (cols,) second derivative of the penalty for each weight. */
  readonly ridge: Float64Array;
}

/** Eigenvalues below this share of the largest belong to shifts that change no probability. */
const NULL_SHARE = 1e-12;
/** Diagonal of the Gram matrix where the sample is (nearly) constant but all rows are not. */
const LEAST_DIAGONAL = 0.5;
/** Keeps the factorisation of collinear columns possible. */
const JITTER = 1e-10;
/** Operations that factorising one block for each output may take; beyond, one block serves all. */
const FACTOR_BUDGET = 3e8;

export class Preconditioner {
  private readonly cols: number;
  private readonly outputs: number;
  /** (outputs, outputs), eigenvectors in columns; undefined when one block serves all outputs. */
  private readonly turn?: Float64Array;
  private readonly blocks: (Block | undefined)[];
  private readonly turned: Float64Array;

  constructor(model: CurvatureModel) {
    this.cols = model.cols;
    this.outputs = model.outputs;
    const size = model.cols + 1;
    this.turned = new Float64Array(model.outputs * size);
    if (model.outputs === 1) {
      this.blocks = [new Block(model, model.shares[0] * model.shares[1])];
      return;
    }
    const cost = model.gram ? (model.outputs * model.cols ** 3) / 3 : 0;
    if (model.outputs > 64 || cost > FACTOR_BUDGET) {
      const mean = model.shares.reduce((total, p) => total + p * (1 - p), 0) / (model.outputs - 1);
      this.blocks = new Array<Block>(model.outputs).fill(new Block(model, mean));
      return;
    }
    const { values, vectors } = symmetricEigen(shareCovariance(model.shares), model.outputs);
    const largest = values.reduce((a, b) => Math.max(a, b), 0);
    this.turn = vectors;
    this.blocks = Array.from(values, (value) => (value > NULL_SHARE * largest ? new Block(model, value) : undefined));
  }

  /** out = M g; both hold `cols` weights and the intercept for each output. */
  apply(g: Float64Array, out: Float64Array): void {
    const size = this.cols + 1;
    const { turn, turned, outputs } = this;
    if (turn) mixOutputs(g, turned, outputs, size, (k, e) => turn[k * outputs + e]);
    else turned.set(g);
    for (let e = 0; e < outputs; e++) {
      const part = turned.subarray(e * size, (e + 1) * size);
      const block = this.blocks[e];
      if (block) block.solve(part);
      else part.fill(0);
    }
    if (turn) mixOutputs(turned, out, outputs, size, (e, k) => turn[k * outputs + e]);
    else out.set(turned);
  }
}

/** (curvature * gram + ridge) for the weights, `curvature` for the intercept: factorised, or its diagonal. */
class Block {
  private readonly factor?: Float64Array;
  private readonly diagonal: Float64Array;

  constructor(
    private readonly model: CurvatureModel,
    private readonly curvature: number,
  ) {
    const { cols, gram, ridge } = model;
    this.diagonal = new Float64Array(cols);
    for (let j = 0; j < cols; j++) {
      this.diagonal[j] = curvature * Math.max(gram ? gram[j * cols + j] : 1, LEAST_DIAGONAL) * (1 + JITTER) + ridge[j];
    }
    if (gram) this.factor = cholesky(gram, curvature, this.diagonal);
  }

  solve(g: Float64Array): void {
    const { cols } = this.model;
    if (this.factor) solveCholesky(this.factor, cols, g);
    else for (let j = 0; j < cols; j++) g[j] /= this.diagonal[j];
    g[cols] /= this.curvature;
  }
}

/** out_e = sum_k weight(k, e) * source_k, in the order of k. */
function mixOutputs(
  source: Float64Array,
  out: Float64Array,
  outputs: number,
  size: number,
  weight: (from: number, to: number) => number,
): void {
  out.fill(0);
  for (let e = 0; e < outputs; e++) {
    for (let k = 0; k < outputs; k++) {
      const factor = weight(k, e);
      for (let j = 0; j < size; j++) out[e * size + j] += factor * source[k * size + j];
    }
  }
}

function shareCovariance(shares: Float64Array): Float64Array {
  const k = shares.length;
  const out = new Float64Array(k * k);
  for (let a = 0; a < k; a++)
    for (let b = 0; b < k; b++) out[a * k + b] = (a === b ? shares[a] : 0) - shares[a] * shares[b];
  return out;
}

/**
 * Lower factor L of scale * matrix with the given diagonal, rows packed one after another; undefined when it is not positive definite.
 */
export function cholesky(matrix: Float64Array, scale: number, diagonal: Float64Array): Float64Array | undefined {
  const n = diagonal.length;
  const L = new Float64Array((n * (n + 1)) / 2);
  for (let i = 0, row = 0; i < n; row += ++i) {
    for (let j = 0, other = 0; j <= i; other += ++j) {
      let value = i === j ? diagonal[i] : scale * matrix[i * n + j];
      for (let k = 0; k < j; k++) value -= L[row + k] * L[other + k];
      if (j < i) L[row + j] = value / L[other + j];
      else if (value > 0) L[row + i] = Math.sqrt(value);
      else return undefined;
    }
  }
  return L;
}

/** g becomes (L L^T)^-1 g. */
export function solveCholesky(L: Float64Array, n: number, g: Float64Array): void {
  for (let i = 0, row = 0; i < n; row += ++i) {
    let value = g[i];
    for (let k = 0; k < i; k++) value -= L[row + k] * g[k];
    g[i] = value / L[row + i];
  }
  for (let i = n - 1, row = L.length - n; i >= 0; row -= i--) {
    const value = (g[i] /= L[row + i]);
    for (let k = 0; k < i; k++) g[k] -= L[row + k] * value;
  }
}

/** Eigenvalues and orthonormal eigenvectors (in columns) of a small symmetric matrix: cyclic Jacobi (Golub and Van Loan, 8.5). */
export function symmetricEigen(matrix: Float64Array, n: number): { values: Float64Array; vectors: Float64Array } {
  const a = matrix.slice();
  const vectors = new Float64Array(n * n);
  for (let i = 0; i < n; i++) vectors[i * n + i] = 1;
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) off += a[p * n + q] * a[p * n + q];
    if (off === 0 || Math.sqrt(off) < 1e-300) break;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(a, vectors, n, p, q);
  }
  return { values: Float64Array.from({ length: n }, (_, i) => a[i * n + i]), vectors };
}

function rotate(a: Float64Array, vectors: Float64Array, n: number, p: number, q: number): void {
  const apq = a[p * n + q];
  if (apq === 0) return;
  const tau = (a[q * n + q] - a[p * n + p]) / (2 * apq);
  const t = (tau >= 0 ? 1 : -1) / (Math.abs(tau) + Math.sqrt(1 + tau * tau));
  const c = 1 / Math.sqrt(1 + t * t);
  const s = t * c;
  for (let k = 0; k < n; k++) turn(a, k * n + p, k * n + q, c, s);
  for (let k = 0; k < n; k++) turn(a, p * n + k, q * n + k, c, s);
  // The rotation is chosen to make these vanish; rounding would leave dust that never ends the sweeps.
  a[p * n + q] = a[q * n + p] = 0;
  for (let k = 0; k < n; k++) turn(vectors, k * n + p, k * n + q, c, s);
}

function turn(values: Float64Array, p: number, q: number, c: number, s: number): void {
  const x = values[p];
  const y = values[q];
  values[p] = c * x - s * y;
  values[q] = s * x + c * y;
}
