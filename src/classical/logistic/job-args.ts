/** What a job of logistic regression is given: rows and the objectives to minimise on them, one after another. */
import type { RowsSource } from './row-store.js';

/** Strengths of |w|_1 and of 0.5 |w|^2 beside the mean log-loss; both 0 for no penalty. */
export interface PenaltyStrengths {
  readonly l1: number;
  readonly l2: number;
}

export interface LogisticJobArgs extends RowsSource {
  /** (classes,) weight of each class, > 0. */
  readonly classTotals: Float64Array;
  /** At least one; each search starts where the one before ended. */
  readonly path: readonly PenaltyStrengths[];
  /** Proximal quasi-Newton steps by coordinate descent instead of L-BFGS; needed where `l1` is positive. */
  readonly coordinate: boolean;
  readonly fitIntercept: boolean;
  readonly maxIterations: number;
  readonly tolerance: number;
  /** Standard errors at the end of the path, whose penalty must be smooth. */
  readonly standardErrors?: boolean;
  /** Coefficients to start from: for each output `cols` weights and the intercept. */
  readonly start?: Float64Array;
}
