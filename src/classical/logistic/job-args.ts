/** What a job of logistic regression is given: rows and the objective's parameters. */
import type { RowsSource } from './rows.js';

export interface LogisticJobArgs extends RowsSource {
  /** (classes,) weight of each class, > 0. */
  readonly classTotals: Float64Array;
  /** Strength of 0.5 |w|^2 beside the mean log-loss; 0 for no penalty. */
  readonly lambda: number;
  readonly fitIntercept: boolean;
  readonly maxIterations: number;
  readonly tolerance: number;
  /** Coefficients to start from: for each output `cols` weights and the intercept. */
  readonly start?: Float64Array;
}
