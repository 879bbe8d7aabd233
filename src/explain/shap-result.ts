/** What explains predictions: how much each feature moved each row's output away from what the model says on average. */
import type { Matrix } from '../core/matrix.js';

/**
 * Shapley values of n rows. `values` of a row and output, plus the output's base value, add up to the model's raw output of that row. Plain data:
 * everything but `data` is what JSON holds (typed arrays as lists).
 */
export interface ShapResult {
  /** (rows, outputs, features) row by row: value of feature j for output k of row i at `(i * outputs + k) * features + j`. */
  readonly values: Float64Array;
  /** (rows, outputs, features, features) row by row, symmetric; sums over its last axis are `values`. Only with `interactions`. */
  readonly interactions?: Float64Array;
  /** (outputs,) output of the model on average: over its training rows, or over the background's. */
  readonly baseValues: Float64Array;
  readonly rows: number;
  readonly features: number;
  /** 1 for a regression and for the margin of two classes; else one a class. */
  readonly outputs: number;
  /** (features,) */
  readonly featureNames: readonly string[];
  /** (outputs,) what each output is: a class's label, 'margin' of the second of two classes, or 'value'. */
  readonly outputNames: readonly string[];
  /** What is explained: scores before the link function, probabilities, or values in the target's own unit. */
  readonly unit: 'raw' | 'probability' | 'value';
  /** How: trees weighted by their training rows, trees beside background rows, or a linear model's coefficients. */
  readonly method: 'tree-path-dependent' | 'tree-interventional' | 'linear';
  /** (rows, features) the explained rows as they were given: what colours a plot. */
  readonly data: Matrix;
}

/** (features,) mean of the absolute values over rows, of one output or (by default) summed over outputs. */
export function meanAbsolute({ values, rows, outputs, features }: ShapResult, output?: number): Float64Array {
  const means = new Float64Array(features);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < outputs; k++) {
      if (output !== undefined && k !== output) continue;
      for (let j = 0, p = (i * outputs + k) * features; j < features; j++, p++) means[j] += Math.abs(values[p]);
    }
  }
  for (let j = 0; j < features; j++) means[j] /= rows;
  return means;
}
