/**
 * Minimises a smooth function plus a weighted L1 norm by proximal quasi-Newton steps: a quadratic model (a given matrix in blocks, corrected
 * by the last gradient changes in compact BFGS form) plus the norm is minimised by coordinate descent, then a line search on the
 * true function. Lee, Sun and Saunders (2014); Zhong, Yen, Dhillon and Ravikumar (2014); coordinate descent as in Friedman,
 * Hastie and Tibshirani (2010), line search and stopping as in Yuan, Ho and Lin (2012). Coordinates in ascending order, no randomness.
 */
import { dot, type IterationState, type MinimiseOptions, type Minimum } from './lbfgs.js';

export interface KinkedProblem {
  /** Value of the smooth part at x; writes its gradient. Not finite means that x is out of bounds. */
  evaluate(x: Float64Array, gradient: Float64Array): number;
  /** (n,) >= 0: weight of |x_j|; 0 where x_j is free. */
  readonly thresholds: Float64Array;
  /**
   * The model's matrix: symmetric positive definite blocks of `size` * `size` values (or `size` values, a diagonal) that follow each
   * other along x. Asked for at the start and after every iteration that `onIteration` may have changed it in.
   */
  curvature(): Curvature;
}

export interface Curvature {
  readonly size: number;
  readonly blocks: readonly Float64Array[];
}

/** Pairs of steps and gradient changes that correct the model. */
const MEMORY = 10;
const ARMIJO = 1e-4;
const MAX_HALVINGS = 40;
/** Differences of the value below this share of it are rounding. */
const VALUE_NOISE = 1e-14;
/** Rounds of coordinate descent for one step, and how small changes get, against those of the first round, before it ends. */
const MAX_ROUNDS = 500;
const ROUND_TOLERANCE = 1e-3;

export function minimiseKinked(problem: KinkedProblem, start: Float64Array, options: MinimiseOptions): Minimum {
  const search = new KinkedSearch(problem, start);
  let iteration = 0;
  for (;;) {
    const gradientNorm = search.distance();
    const state: IterationState = { x: search.x, iteration, value: search.value, gradientNorm };
    const end = (status: Minimum['status']): Minimum => ({ ...state, status, evaluations: search.evaluations });
    if (iteration > 0 && options.onIteration?.(state)) return end('ended');
    search.direct();
    const remaining = largest(search.direction) / Math.max(1, largest(search.x));
    if (gradientNorm <= options.tolerance && remaining <= options.tolerance) return end('converged');
    if (iteration >= options.maxIterations) return end('limit');
    if (!search.advance()) return end('stalled');
    iteration++;
  }
}

/** A step, the change of gradient along it, and the product of the step with the model's uncorrected matrix. */
interface Pair {
  readonly s: Float64Array;
  readonly y: Float64Array;
  product: Float64Array;
}

class KinkedSearch {
  x: Float64Array;
  /** Smooth part plus norm. */
  value: number;
  readonly direction: Float64Array;
  evaluations = 0;
  private gradient: Float64Array;
  /** Where `direction` leads. Kept, so that what became 0 is 0 and no remainder of a sum. */
  private readonly target: Float64Array;
  private nextX: Float64Array;
  private nextGradient: Float64Array;
  private pairs: Pair[] = [];
  private curvature: Curvature;

  constructor(
    private readonly problem: KinkedProblem,
    start: Float64Array,
  ) {
    const n = start.length;
    this.x = start.slice();
    this.gradient = new Float64Array(n);
    this.nextX = new Float64Array(n);
    this.nextGradient = new Float64Array(n);
    this.direction = new Float64Array(n);
    this.target = new Float64Array(n);
    this.curvature = problem.curvature();
    this.value = this.evaluate(this.x, this.gradient);
  }

  private evaluate(x: Float64Array, gradient: Float64Array): number {
    this.evaluations++;
    return this.problem.evaluate(x, gradient) + this.normAt(x);
  }

  private normAt(x: Float64Array): number {
    const { thresholds } = this.problem;
    let norm = 0;
    for (let j = 0; j < x.length; j++) norm += thresholds[j] * Math.abs(x[j]);
    return norm;
  }

  /** Largest entry of the subgradient of least length: 0 at the optimum. */
  distance(x = this.x, gradient = this.gradient): number {
    const { problem } = this;
    let worst = 0;
    for (let j = 0; j < x.length; j++) {
      const t = problem.thresholds[j];
      const size = x[j] === 0 ? Math.abs(gradient[j]) - t : Math.abs(gradient[j] + t * Math.sign(x[j]));
      if (!(size <= worst)) worst = size;
    }
    return worst;
  }

  /** direction: from x to the minimum of the model plus the norm. */
  direct(): void {
    const { problem } = this;
    const curvature = problem.curvature();
    if (curvature !== this.curvature) {
      this.curvature = curvature;
      for (const pair of this.pairs) pair.product = multiply(curvature, pair.s);
    }
    this.target.set(this.x);
    descend(this.model(), this.gradient, problem.thresholds, this.target);
    for (let j = 0; j < this.x.length; j++) this.direction[j] = this.target[j] - this.x[j];
  }

  private model(): Model {
    for (;;) {
      const model = Model.of(this.curvature, this.pairs);
      if (model) return model;
      // Rounding has made the correction indefinite: the oldest pair goes.
      this.pairs = this.pairs.slice(1);
    }
  }

  /** Goes along `direction`, halving until the value falls enough; false when it does not. */
  advance(): boolean {
    const { x, direction: d, nextX, nextGradient } = this;
    nextX.set(this.target);
    const expected = dot(this.gradient, d) + this.normAt(nextX) - this.normAt(x);
    if (!(expected < 0)) return false;
    const noise = VALUE_NOISE * Math.abs(this.value);
    let step = 1;
    for (let count = 0; count < MAX_HALVINGS; count++, step /= 2) {
      if (step < 1) for (let j = 0; j < x.length; j++) nextX[j] = x[j] + step * d[j];
      const value = this.evaluate(nextX, nextGradient);
      // Where the fall is lost in rounding, the subgradient has to.
      const falls = value <= this.value + ARMIJO * step * expected;
      if (!falls || -step * expected < noise) {
        if (!(value <= this.value + noise)) continue;
        if (!(this.distance(nextX, nextGradient) < this.distance())) continue;
      }
      this.remember();
      [this.x, this.nextX] = [this.nextX, this.x];
      [this.gradient, this.nextGradient] = [this.nextGradient, this.gradient];
      this.value = value;
      return true;
    }
    return false;
  }

  private remember(): void {
    const s = this.nextX.map((value, j) => value - this.x[j]);
    const y = this.nextGradient.map((value, j) => value - this.gradient[j]);
    const sy = dot(s, y);
    if (!(sy > 1e-10 * Math.sqrt(dot(s, s) * dot(y, y)))) return;
    if (this.pairs.length === MEMORY) this.pairs.shift();
    this.pairs.push({ s, y, product: multiply(this.curvature, s) });
  }
}

/** scale * blocks - Q M^-1 Q^T, rows of Q and of P = Q M^-1 one after another: Byrd, Nocedal and Schnabel (1994), theorem 2.3. */
class Model {
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

/**
 * From `x` to the minimum over x + d of gradient . d + d . model d / 2 + sum thresholds |x + d|, by cyclic coordinate descent: rounds
 * over all coordinates, and between them over those that are not 0.
 */
function descend(model: Model, gradient: Float64Array, thresholds: Float64Array, x: Float64Array): void {
  const n = x.length;
  const { size, blocks } = model.curvature;
  const { scale, rank, Q, P, diagonal } = model;
  /** Blocks times d, and Q^T d. */
  const product = new Float64Array(n);
  const low = new Float64Array(rank);
  const visit = (j: number): number => {
    let slope = gradient[j] + scale * product[j];
    for (let a = 0; a < rank; a++) slope -= P[j * rank + a] * low[a];
    const next = softThreshold(x[j] - slope / diagonal[j], thresholds[j] / diagonal[j]);
    const change = next - x[j];
    if (change === 0) return 0;
    x[j] = next;
    const offset = Math.floor(j / size) * size;
    const block = blocks[offset / size];
    if (block.length === size) product[j] += change * block[j - offset];
    else {
      const row = (j - offset) * size;
      for (let i = 0; i < size; i++) product[offset + i] += change * block[row + i];
    }
    for (let a = 0; a < rank; a++) low[a] += change * Q[j * rank + a];
    return Math.abs(change) * Math.sqrt(diagonal[j]);
  };
  let first = 0;
  let all = true;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    let most = 0;
    for (let j = 0; j < n; j++) {
      if (all || x[j] !== 0) most = Math.max(most, visit(j));
    }
    if (round === 0) first = most;
    const small = most <= ROUND_TOLERANCE * first;
    if (small && all) break;
    all = small;
  }
}

function softThreshold(value: number, threshold: number): number {
  if (value > threshold) return value - threshold;
  return value < -threshold ? value + threshold : 0;
}

function diagonalAt({ size, blocks }: Curvature, j: number): number {
  const block = blocks[Math.floor(j / size)];
  const i = j % size;
  return block.length === size ? block[i] : block[i * size + i];
}

function multiply({ size, blocks }: Curvature, s: Float64Array): Float64Array {
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

function largest(values: Float64Array): number {
  let max = 0;
  for (let j = 0; j < values.length; j++) {
    const size = Math.abs(values[j]);
    if (!(size <= max)) max = size;
  }
  return max;
}
