/**
 * Approximate inverse Hessians for the optimiser, factorised by Cholesky.
 * At the start every probability is taken at its class's share p: the Hessian of the mean multinomial log-loss is then
 * (diag(p) - p p^T) ⊗ E[z z^T] (compare the bound of Böhning, 1992), and a turn of the outputs makes it block-diagonal.
 * Later, at a point, the block of each output is E[p (1 - p) z z^T]; what ties the outputs together is left to the optimiser.
 */

export interface Preconditioner {
  /** out = M g; both hold `cols` weights and the intercept for each output. */
  apply(g: Float64Array, out: Float64Array): void;
}

/** What all blocks share. */
export interface BlockShape {
  readonly cols: number;
  readonly outputs: number;
  /** Softmax: a common shift of all outputs changes no probability. False for outputs of their own. */
  readonly tied: boolean;
  /** (cols,) second derivative of the penalty for each weight. */
  readonly ridge: Float64Array;
  /** Least diagonal entry, as a share of their mean: for columns that hardly vary in the sample but do in all rows. */
  readonly leastDiagonal: number;
}

/** Eigenvalues below this share of the largest belong to shifts that change no probability. */
const NULL_SHARE = 1e-12;
/** Keeps the factorisation of collinear columns possible. */
const JITTER = 1e-10;
const COARSE_JITTER = 1e-6;
/** Operations that factorising one block for each output may take; beyond, one block serves all. */
const FACTOR_BUDGET = 3e8;

/**
 * With probabilities at the classes' shares, each > 0. `gram` is E[z z^T] of shape (cols + 1, cols + 1), the intercept's
 * column last; without it z is taken as uncorrelated.
 */
export function preconditionerAtShares(
  shape: BlockShape,
  shares: Float64Array,
  gram: Float64Array | undefined,
): Preconditioner {
  const { cols, outputs } = shape;
  if (outputs === 1) return new Blocks(shape, [new Block(shape, gram, shares[0] * shares[1])]);
  const cost = gram ? (outputs * cols ** 3) / 3 : 0;
  if (outputs > 64 || cost > FACTOR_BUDGET) {
    const mean = shares.reduce((total, p) => total + p * (1 - p), 0) / (shape.tied ? outputs - 1 : outputs);
    return new Blocks(shape, new Array<Block>(outputs).fill(new Block(shape, gram, mean)));
  }
  if (!shape.tied) {
    return new Blocks(
      shape,
      Array.from(shares, (p) => new Block(shape, gram, p * (1 - p))),
    );
  }
  const { values, vectors } = symmetricEigen(shareCovariance(shares), outputs);
  const largest = values.reduce((a, b) => Math.max(a, b), 0);
  const blocks = Array.from(values, (value) =>
    value > NULL_SHARE * largest ? new Block(shape, gram, value) : undefined,
  );
  return new Blocks(shape, blocks, vectors);
}

/** With the Hessian's block of each output, (cols + 1, cols + 1). */
export function preconditionerAtPoint(shape: BlockShape, hessians: readonly Float64Array[]): Preconditioner {
  return new Blocks(
    shape,
    hessians.map((hessian) => new Block(shape, hessian, 1)),
  );
}

class Blocks implements Preconditioner {
  private readonly turned: Float64Array;

  constructor(
    private readonly shape: BlockShape,
    /** An absent block stands for outputs mixed so that no probability changes. */
    private readonly blocks: readonly (Block | undefined)[],
    /** (outputs, outputs), columns are the mixtures of outputs that the blocks belong to; undefined: the outputs themselves. */
    private readonly turn?: Float64Array,
  ) {
    this.turned = new Float64Array(shape.outputs * (shape.cols + 1));
  }

  apply(g: Float64Array, out: Float64Array): void {
    const { turn, turned } = this;
    const { outputs } = this.shape;
    const size = this.shape.cols + 1;
    if (turn) mixOutputs(g, turned, outputs, size, (k, e) => turn[k * outputs + e]);
    else turned.set(g);
    this.blocks.forEach((block, e) => {
      const part = turned.subarray(e * size, (e + 1) * size);
      if (block) block.solve(part);
      else part.fill(0);
    });
    if (turn) mixOutputs(turned, out, outputs, size, (e, k) => turn[k * outputs + e]);
    else out.set(turned);
    // A common shift of all outputs changes no probability, and no block knows how flat the objective is along it.
    if (this.shape.tied && !turn) subtractMean(out, outputs, size);
  }
}

/** scale * matrix + ridge, factorised; where that fails, its diagonal. */
class Block {
  private readonly factor?: Float64Array;
  private readonly diagonal: Float64Array;

  constructor(shape: BlockShape, matrix: Float64Array | undefined, scale: number) {
    this.diagonal = blockDiagonal(shape, matrix, scale);
    if (!matrix) return;
    // Sums in float32 may have made a singular matrix slightly indefinite.
    const raised = this.diagonal.map((value) => value * (1 + COARSE_JITTER));
    this.factor = cholesky(matrix, scale, this.diagonal) ?? cholesky(matrix, scale, raised);
  }

  solve(g: Float64Array): void {
    if (this.factor) solveCholesky(this.factor, g.length, g);
    else for (let j = 0; j < g.length; j++) g[j] /= this.diagonal[j];
  }
}

/** Diagonal of scale * matrix + ridge, kept away from 0; without a matrix, of scale * 1 + ridge. */
function blockDiagonal(shape: BlockShape, matrix: Float64Array | undefined, scale: number): Float64Array {
  const size = shape.cols + 1;
  const own = Float64Array.from({ length: size }, (_, j) => (matrix ? matrix[j * size + j] : 1));
  const least = (shape.leastDiagonal * own.reduce((a, b) => a + b, 0)) / size;
  return own.map((value, j) => {
    const ridge = j < shape.cols ? shape.ridge[j] : 0;
    return scale * Math.max(value, least) * (1 + JITTER) + ridge;
  });
}

/** scale * matrix + ridge as it is, (size, size); its diagonal alone, (size,), without a matrix. For `minimiseKinked`. */
export function denseBlock(shape: BlockShape, matrix: Float64Array | undefined, scale: number): Float64Array {
  const diagonal = blockDiagonal(shape, matrix, scale);
  if (!matrix) return diagonal;
  const block = matrix.map((value) => scale * value);
  for (let j = 0; j < diagonal.length; j++) block[j * diagonal.length + j] = diagonal[j];
  return block;
}

/** Shifts the outputs (each `size` values) so that they sum to 0. */
export function subtractMean(x: Float64Array, outputs: number, size: number): void {
  for (let j = 0; j < size; j++) {
    let mean = 0;
    for (let k = 0; k < outputs; k++) mean += x[k * size + j];
    mean /= outputs;
    for (let k = 0; k < outputs; k++) x[k * size + j] -= mean;
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
