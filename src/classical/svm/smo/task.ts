/** One quadratic problem of a support vector machine, as a job is given it. All arrays lie in shared memory. */

/**
 * Minimise 0.5 w'Kw - z'w + epsilon |w|_1 over lower <= w <= upper with the sum of w as `start` has it: C-SVC with z the signs and
 * w = alpha z, epsilon-SVR with z the targets and w = alpha - alpha*. With two groups (nu-SVC, nu-SVR) each group's sum is kept.
 */
export interface SmoTask {
  /** (n,) row of X of each variable. */
  readonly rows: Uint32Array;
  /** (n,) */
  readonly z: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly epsilon: number;
  /** (n,) feasible; zeros if left out. */
  readonly start?: Float64Array;
  /** Variables from here on are the second group; n where there is one group. */
  readonly secondGroup: number;
  /** Rows that the solution is applied to. */
  readonly test?: Uint32Array;
  /** Filled in by the job: (n,) the solution. */
  readonly w: Float64Array;
  /** (n,) K w. */
  readonly products: Float64Array;
  /** (test rows,) K w + bias. */
  readonly decisions?: Float64Array;
  /** By `SUMMARY`. */
  readonly summary: Float64Array;
}

/** Places in `SmoTask.summary`. */
export const SUMMARY = {
  bias: 0,
  /** Half the difference of the groups' biases: what nu-SVC divides by. */
  halfGap: 1,
  objective: 2,
  /** Violation of the optimality conditions that is left. */
  violation: 3,
  iterations: 4,
  length: 5,
} as const;

export interface SmoOptions {
  readonly tolerance: number;
  /** Infinity for no limit. */
  readonly maxIterations: number;
  readonly shrinking: boolean;
}
