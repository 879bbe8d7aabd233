/** What a job of ridge regression is given. Typed arrays lie in shared memory. */
export interface RidgeJobArgs {
  /** (any, cols), row-major, finite. */
  readonly X: Float32Array;
  readonly cols: number;
  /** (n,) row of X of each training row; undefined when they are rows 0 .. n-1. */
  readonly rows?: Uint32Array;
  /** (outputs, n) targets. */
  readonly targets: Float64Array;
  readonly outputs: number;
  /** (n,) positive. */
  readonly weights: Float64Array;
  readonly totalWeight: number;
  /** At least one; of several the one with the least leave-one-out error is taken. */
  readonly alphas: readonly number[];
  readonly fitIntercept: boolean;
  /** (outputs, n) in shared memory: what each row is predicted as by the model of all others is written here; empty when not wanted. */
  readonly heldOut: Float64Array;
}

export interface RidgeJobResult {
  /** (outputs, cols). */
  readonly weights: Float64Array;
  readonly intercept: Float64Array;
  /** (cols,) weighted standard deviation of each column. */
  readonly deviation: Float64Array;
  /** Position in `alphas`. */
  readonly best: number;
  /** (alphas,) weighted mean squared leave-one-out error, the mean over outputs; empty when not asked for. */
  readonly errors: Float64Array;
  /** alpha is 0 and the rows do not determine the weights: those of least length were taken. */
  readonly singular: boolean;
}
