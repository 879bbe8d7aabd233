/** What a job of MiniRocket is given. Typed arrays lie in shared memory, so that what workers write is the caller's too. */
import type { RocketPlan } from './plan.js';

export interface RocketJobArgs {
  /** (any, channels), row-major, without NaN. */
  readonly base: Float32Array;
  /** (n,) last row of each window. */
  readonly ends: Uint32Array;
  readonly plan: RocketPlan;
  /** (features,) */
  readonly biases: Float32Array;
  /** (convolutions,) window that the biases of each convolution are quantiles of: they are written to `biases` first. */
  readonly windows?: Uint32Array;
  /** (n, features) shares of positive values are written here. */
  readonly features?: Float32Array;
  /** Then each column of `features` is centred and scaled to length 1, a constant one to zeros. */
  readonly columns?: RocketColumns;
  /** Decision values of a linear model instead of features. */
  readonly head?: RocketHead;
}

export interface RocketColumns {
  /** (n,) weights of the windows, positive. */
  readonly weights: Float64Array;
  /** (features,) weighted means, written by the job. */
  readonly means: Float64Array;
  /** (features,) lengths of the centred columns with their weights, written by the job. */
  readonly lengths: Float64Array;
}

export interface RocketHead {
  readonly outputs: number;
  /** (outputs, features). */
  readonly weights: Float64Array;
  /** (outputs,) */
  readonly intercept: Float64Array;
  /** (n, outputs), written by the job. */
  readonly decisions: Float64Array;
}
