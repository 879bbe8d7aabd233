/**
 * Limited-memory BFGS with a caller's preconditioner and a strong-Wolfe line search: Liu and Nocedal (1989); Nocedal and Wright,
 * Numerical Optimization (2006), algorithms 3.5, 3.6 and 7.4. Close to the optimum, where differences of the value are only rounding,
 * steps are judged by the slope alone (Hager and Zhang, 2005). Plain sequential arithmetic: the same steps everywhere.
 */
import {
  descend,
  dot,
  largest,
  type MinimiseOptions,
  type Minimum,
  type Precision,
  type Search,
  VALUE_NOISE,
} from './descent.js';

export interface Problem extends Precision {
  /** Value at x; writes the gradient. Not finite means that x is out of bounds. */
  evaluate(x: Float64Array, gradient: Float64Array): number;
  /** out = M g, with M positive definite and close to the inverse Hessian. */
  precondition(g: Float64Array, out: Float64Array): void;
}

/** Pairs of steps and gradient changes that are remembered. */
const MEMORY = 12;
const ARMIJO = 1e-4;
const CURVATURE = 0.9;
const MAX_STEPS = 40;

export function minimise(problem: Problem, start: Float64Array, options: MinimiseOptions): Minimum {
  return descend(new QuasiNewton(problem, start), problem, options);
}

/** A point on the line x + step * direction. */
interface Trial {
  readonly step: number;
  readonly value: number;
  readonly slope: number;
}

class QuasiNewton implements Search {
  x: Float64Array;
  value: number;
  private gradient: Float64Array;
  readonly direction: Float64Array;
  evaluations = 0;
  private nextX: Float64Array;
  private nextGradient: Float64Array;
  /** Step of the trial that nextX and nextGradient belong to. */
  private at = Number.NaN;
  private readonly history: { s: Float64Array; y: Float64Array; rho: number }[] = [];
  private readonly scratch: Float64Array;
  private scale = 1;

  constructor(
    private readonly problem: Problem,
    start: Float64Array,
  ) {
    const n = start.length;
    this.x = start.slice();
    this.gradient = new Float64Array(n);
    this.nextX = new Float64Array(n);
    this.nextGradient = new Float64Array(n);
    this.direction = new Float64Array(n);
    this.scratch = new Float64Array(n);
    this.value = this.evaluate(this.x, this.gradient);
  }

  evaluateAgain(): void {
    this.value = this.evaluate(this.x, this.gradient);
  }

  distance(): number {
    return largest(this.gradient);
  }

  private evaluate(x: Float64Array, gradient: Float64Array): number {
    this.evaluations++;
    return this.problem.evaluate(x, gradient);
  }

  /** direction = -H gradient by the two-loop recursion; steepest (preconditioned) descent where that is no descent. */
  direct(): void {
    const { direction: d, history, gradient } = this;
    const alphas = new Float64Array(history.length);
    d.set(gradient);
    for (let i = history.length - 1; i >= 0; i--) {
      alphas[i] = history[i].rho * dot(history[i].s, d);
      addScaled(d, -alphas[i], history[i].y);
    }
    this.problem.precondition(d, this.scratch);
    for (let j = 0; j < d.length; j++) d[j] = this.scale * this.scratch[j];
    for (let i = 0; i < history.length; i++)
      addScaled(d, alphas[i] - history[i].rho * dot(history[i].y, d), history[i].s);
    for (let j = 0; j < d.length; j++) d[j] = -d[j];
    if (history.length > 0 && !(dot(d, gradient) < 0)) {
      history.length = 0;
      this.scale = 1;
      this.direct();
    }
  }

  /** One line search along `direction`; once more with the history forgotten where no acceptable step was found. */
  advance(): boolean {
    return this.goOn() || this.restart();
  }

  private goOn(): boolean {
    const slope = dot(this.direction, this.gradient);
    if (!(slope < 0)) return false;
    const found = this.lineSearch({ step: 0, value: this.value, slope });
    if (!found) return false;
    if (this.at !== found.step) this.trial(found.step);
    this.remember();
    [this.x, this.nextX] = [this.nextX, this.x];
    [this.gradient, this.nextGradient] = [this.nextGradient, this.gradient];
    this.value = found.value;
    return true;
  }

  /** Forgets the history and tries once more; false when there was none. */
  private restart(): boolean {
    if (this.history.length === 0) return false;
    this.history.length = 0;
    this.direct();
    return this.goOn();
  }

  private trial(step: number): Trial {
    for (let j = 0; j < this.x.length; j++) this.nextX[j] = this.x[j] + step * this.direction[j];
    const value = this.evaluate(this.nextX, this.nextGradient);
    const slope = dot(this.nextGradient, this.direction);
    this.at = step;
    return Number.isFinite(value) && Number.isFinite(slope)
      ? { step, value, slope }
      : { step, value: Infinity, slope: Infinity };
  }

  private remember(): void {
    const { history } = this;
    const recycled = history.length === MEMORY ? history.shift() : undefined;
    const s = recycled?.s ?? new Float64Array(this.x.length);
    const y = recycled?.y ?? new Float64Array(this.x.length);
    for (let j = 0; j < s.length; j++) {
      s[j] = this.nextX[j] - this.x[j];
      y[j] = this.nextGradient[j] - this.gradient[j];
    }
    const sy = dot(s, y);
    if (!(sy > 0)) return;
    this.problem.precondition(y, this.scratch);
    const yMy = dot(y, this.scratch);
    if (!(yMy > 0)) return;
    this.scale = sy / yMy;
    history.push({ s, y, rho: 1 / sy });
  }

  /** Algorithm 3.5: brackets a step that satisfies the strong Wolfe conditions, then narrows the bracket. */
  private lineSearch(origin: Trial): Trial | undefined {
    let previous = origin;
    let step = 1;
    for (let count = 0; count < MAX_STEPS; count++) {
      const trial = this.trial(step);
      if (this.acceptable(origin, trial)) return trial;
      const increased = trial.value > origin.value + ARMIJO * step * origin.slope;
      if (increased || (previous.step > 0 && trial.value >= previous.value)) return this.zoom(origin, previous, trial);
      if (trial.slope >= 0) return this.zoom(origin, trial, previous);
      previous = trial;
      step *= 2;
    }
    return previous.step > 0 ? previous : undefined;
  }

  /** Algorithm 3.6 between `low` (the better end) and `high`. */
  private zoom(origin: Trial, low: Trial, high: Trial): Trial | undefined {
    for (let count = 0; count < MAX_STEPS; count++) {
      const trial = this.trial(between(low, high));
      if (this.acceptable(origin, trial)) return trial;
      if (trial.value > origin.value + ARMIJO * trial.step * origin.slope || trial.value >= low.value) high = trial;
      else {
        if (trial.slope * (high.step - low.step) >= 0) high = low;
        low = trial;
      }
      if (Math.abs(high.step - low.step) <= 1e-12 * Math.max(low.step, high.step)) break;
    }
    return low.step > 0 && low.value < origin.value ? low : undefined;
  }

  private acceptable(origin: Trial, trial: Trial): boolean {
    if (!(Math.abs(trial.slope) <= -CURVATURE * origin.slope)) return false;
    if (trial.value <= origin.value + ARMIJO * trial.step * origin.slope) return true;
    const noise = (this.problem.noise ?? VALUE_NOISE) * Math.abs(origin.value);
    return trial.value <= origin.value + noise && trial.slope <= (2 * ARMIJO - 1) * origin.slope;
  }
}

/** Minimiser of the cubic through both ends, kept a tenth of the bracket away from them; the middle where there is no cubic. */
function between(a: Trial, b: Trial): number {
  const width = b.step - a.step;
  const middle = a.step + width / 2;
  if (!Number.isFinite(b.value)) return middle;
  const d1 = a.slope + b.slope - (3 * (a.value - b.value)) / (a.step - b.step);
  const radicand = d1 * d1 - a.slope * b.slope;
  if (!(radicand >= 0)) return middle;
  const d2 = Math.sign(width) * Math.sqrt(radicand);
  const share = (b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2);
  const position = 1 - share;
  return Number.isFinite(position) ? a.step + width * Math.min(Math.max(position, 0.1), 0.9) : middle;
}

function addScaled(target: Float64Array, factor: number, source: Float64Array): void {
  for (let j = 0; j < target.length; j++) target[j] += factor * source[j];
}
