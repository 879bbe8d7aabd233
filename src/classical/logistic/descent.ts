/** The loop that searches for a minimum share: when they end, and how a search on coarse values goes on to exact ones. */

/** How a problem may be easier than it seems. */
export interface Precision {
  /** Differences of the value below this share of it are rounding. Default 1e-14. */
  readonly noise?: number;
  /** Values and gradients are exact from now on; false when they were. Left out: they always are. */
  refine?(): boolean;
}

export interface MinimiseOptions {
  readonly maxIterations: number;
  /** Converged when no entry of the gradient and no entry of the estimated remaining step (relative to max(1, |x|)) is larger. */
  readonly tolerance: number;
  /** Called after each iteration; true ends the search. */
  readonly onIteration?: (progress: IterationState) => boolean;
}

export interface IterationState {
  readonly x: Float64Array;
  readonly iteration: number;
  readonly value: number;
  /** Largest absolute entry of the gradient (with an L1 norm: of the least subgradient). */
  readonly gradientNorm: number;
}

export interface Minimum extends IterationState {
  /** 'stalled': rounding allows no further decrease; 'ended': `onIteration` said so. */
  readonly status: 'converged' | 'limit' | 'stalled' | 'ended';
  readonly evaluations: number;
}

/** One kind of search, a step at a time. */
export interface Search {
  readonly x: Float64Array;
  readonly value: number;
  readonly evaluations: number;
  readonly direction: Float64Array;
  /** Distance from the optimum: the largest entry of the gradient or least subgradient. */
  distance(): number;
  /** Sets `direction`: the whole step that is thought to be left. */
  direct(): void;
  /** Goes along `direction`; false when that leads nowhere. */
  advance(): boolean;
  /** Takes value and gradient at x anew. */
  evaluateAgain(): void;
}

/** Entries of the gradient below this are left to exact values. */
const COARSE_TOLERANCE = 1e-6;
export const VALUE_NOISE = 1e-14;

export function descend(search: Search, precision: Precision, options: MinimiseOptions): Minimum {
  let iteration = 0;
  let exact = precision.refine === undefined;
  /** Goes on with exact values, if they were not. */
  const refine = (): boolean => {
    if (exact) return false;
    exact = true;
    if (!precision.refine?.()) return false;
    search.evaluateAgain();
    return true;
  };
  for (let moved = false; ; ) {
    const gradientNorm = search.distance();
    const state: IterationState = { x: search.x, iteration, value: search.value, gradientNorm };
    const end = (status: Minimum['status']): Minimum => ({ ...state, status, evaluations: search.evaluations });
    if (moved && options.onIteration?.(state)) return end('ended');
    moved = false;
    search.direct();
    const tolerance = exact ? options.tolerance : Math.max(options.tolerance, COARSE_TOLERANCE);
    const remaining = largest(search.direction) / Math.max(1, largest(search.x));
    const converged = gradientNorm <= tolerance && remaining <= tolerance;
    if (converged || iteration >= options.maxIterations) {
      if (refine()) continue;
      return end(converged ? 'converged' : 'limit');
    }
    moved = search.advance();
    if (moved) iteration++;
    else if (!refine()) return end('stalled');
  }
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j] * b[j];
  return sum;
}

/** Largest size of an entry; NaN where there is one. */
export function largest(values: Float64Array): number {
  let max = 0;
  for (let j = 0; j < values.length; j++) {
    const size = Math.abs(values[j]);
    if (!(size <= max)) max = size;
  }
  return max;
}
