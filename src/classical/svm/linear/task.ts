/** One linear problem, as a job is given it. All arrays lie in shared memory. */

/**
 * Minimise 0.5 |w|^2 + the sum of costs times losses: of the margin 1 - sign w.x (classification), or of the distance from the target
 * beyond epsilon (regression); the loss itself or, `squared`, its square. The intercept is a column of w and shrunk with it.
 */
export interface LinearTask {
  /** Rows of X. */
  readonly rows: Uint32Array;
  /** (n,) by row of X: signs, or targets. */
  readonly z: Float64Array;
  /** (n,) by row of X: cost of its loss. */
  readonly costs: Float64Array;
  readonly seed: number;
  readonly test?: Uint32Array;
  /** Filled in by the job: (columns + 1,) weights, the last one of the intercept's column. */
  readonly w: Float64Array;
  /** (test rows,) */
  readonly decisions?: Float64Array;
  /** Passes, violation, its limit, and the objective of w. */
  readonly summary: Float64Array;
}

export const LINEAR_SUMMARY = { passes: 0, violation: 1, limit: 2, objective: 3, length: 4 } as const;

export interface LinearOptions {
  readonly regression: boolean;
  readonly squared: boolean;
  readonly epsilon: number;
  readonly tolerance: number;
  readonly maxPasses: number;
}
