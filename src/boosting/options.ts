/** What callers may tell `fit` and `predict` of a boosting model beyond what every model takes. */
import type { BaseModel } from '../model/base-model.js';
import type { FitContext, FitOptions, ModelInput } from '../model/types.js';

/** First and last-plus-one iteration, 0-based: [0, 10] are the first ten. */
export type IterationRange = readonly [from: number, to: number];

/** How a boosting model predicts: threads, and which iterations. */
export interface BoostingPredictOptions {
  /** Worker threads; never changes the result. */
  threads?: number;
  /** Only these iterations. Default: all that the model keeps (with early stopping, those up to the best). */
  numIterationRange?: IterationRange;
}

/**
 * First and second derivative of a loss by the scores. `scores` (rows * outputs, row by row), `labels` (class indices, or the
 * values to regress on) and `weights` belong to the library: read them only. Both results are (rows * outputs,), unweighted.
 */
export type CustomObjective = (
  scores: Float64Array,
  labels: Float64Array,
  weights: Float32Array | undefined,
) => Derivatives | Promise<Derivatives>;

/** First and second derivatives of a loss by the raw scores, (n * outputs) row by row each. */
export interface Derivatives {
  gradient: ArrayLike<number>;
  /** Not negative. */
  hessian: ArrayLike<number>;
}

/** A value of raw scores to watch; arrays as for `CustomObjective`. */
export interface CustomMetric {
  /** Value of raw scores, (n * outputs) row by row; may be asynchronous. */
  evaluate(scores: Float64Array, labels: Float64Array, weights: Float32Array | undefined): number | Promise<number>;
  direction: 'minimize' | 'maximize';
}

/** A boosting model, of whatever config its class has, whose scores training can start from. */
// biome-ignore lint/suspicious/noExplicitAny: of whatever config the class has
export interface StartingModel extends BaseModel<any> {
  /** (n * outputs,) raw scores row by row: where training starts. */
  predictScores(X: ModelInput, options?: BoostingPredictOptions): Promise<Float64Array>;
}

/** Learning rate of each iteration (from 0), in place of the configured one. */
export type LearningRates = readonly number[] | ((iteration: number) => number);

/** `FitOptions` of boosting models, with a loss and metrics of one's own, a model to go on from, and learning rates. */
export interface BoostingFitOptions extends FitOptions {
  /**
   * A loss of your own: it takes the place of the configured objective's derivatives. Boosting starts from 0; predictions are made
   * of raw scores as the configured objective makes them. Histories have NaN for its loss; watch a metric.
   */
  objective?: CustomObjective;
  /** Metrics of your own, by name, evaluated after the configured ones on every set. */
  metrics?: Readonly<Record<string, CustomMetric>>;
  learningRates?: LearningRates;
  /** A fitted model of the same class to go on from: the new model holds its iterations, then the new ones. */
  initModel?: StartingModel;
}

/** `FitContext` with the caller's boosting options. */
export interface BoostingFitContext extends FitContext {
  readonly options: BoostingFitOptions;
}
