/**
 * Minimises a smooth function plus a weighted L1 norm by proximal quasi-Newton steps: a quadratic model (a given matrix in blocks, corrected
 * by the last gradient changes in compact BFGS form) plus the norm is minimised by coordinate descent, then a line search on the
 * true function. Lee, Sun and Saunders (2014); Zhong, Yen, Dhillon and Ravikumar (2014); coordinate descent as in Friedman,
 * Hastie and Tibshirani (2010), line search and stopping as in Yuan, Ho and Lin (2012). Coordinates in ascending order, no randomness.
 */
import {
  descend,
  dot,
  type MinimiseOptions,
  type Minimum,
  type Precision,
  type Search,
  VALUE_NOISE,
} from './descent.js';
import { type Curvature, Model, multiply, type Pair } from './proximal-model.js';

export interface KinkedProblem extends Precision {
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

/** Pairs of steps and gradient changes that correct the model. */
const MEMORY = 10;
const ARMIJO = 1e-4;
const MAX_HALVINGS = 40;
/** Rounds of coordinate descent for one step, and how small changes get, against those of the first round, before it ends. */
const MAX_ROUNDS = 500;
const ROUND_TOLERANCE = 1e-3;

export function minimiseKinked(problem: KinkedProblem, start: Float64Array, options: MinimiseOptions): Minimum {
  return descend(new KinkedSearch(problem, start), problem, options);
}

class KinkedSearch implements Search {
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

  evaluateAgain(): void {
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
    solveModel(this.model(), this.gradient, problem.thresholds, this.target);
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
    const noise = (this.problem.noise ?? VALUE_NOISE) * Math.abs(this.value);
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

/**
 * From `x` to the minimum over x + d of gradient . d + d . model d / 2 + sum thresholds |x + d|, by cyclic coordinate descent: rounds
 * over all coordinates, and between them over those that are not 0.
 */
function solveModel(model: Model, gradient: Float64Array, thresholds: Float64Array, x: Float64Array): void {
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
