/** Which loss to boost on: plain data that travels to the workers; `createObjective` (../objectives.ts) makes the objective of it. */

/** How rows of label 1 and 0 count against each other. At most one of the two. */
export interface ClassBalance {
  /** Weight of rows of label 1; 1: as they are. */
  scalePosWeight?: number;
  /** Rows of the rarer class count as much in total as those of the other one. */
  isUnbalance?: boolean;
}

/** A loss, or a module whose `createObjective(options)` returns an `Objective`. Labels are class numbers or values. */
export type ObjectiveSpec =
  /** Log-loss of labels 0 and 1; p = 1 / (1 + e^(-sigmoid s)). */
  | ({ kind: 'binary'; sigmoid?: number } & ClassBalance)
  /** Softmax cross-entropy; hessians `hessianFactor` p (1 - p), by default K / (K - 1). */
  | { kind: 'multiclass'; classes: number; hessianFactor?: number }
  /** One log-loss a class, each class against the rest. */
  | ({ kind: 'multiclassova'; classes: number; sigmoid?: number } & ClassBalance)
  /** Squared error; with `sqrt` of sign(y) sqrt(|y|), which predictions undo. */
  | { kind: 'regression'; sqrt?: boolean }
  /** Absolute error; leaves become medians of their rows' residuals. */
  | { kind: 'l1'; percentile?: Percentile }
  /** Squared error up to `alpha`, linear beyond. */
  | { kind: 'huber'; alpha: number }
  /** c^2 (|d| / c - log(1 + |d| / c)). */
  | { kind: 'fair'; c: number }
  /** Pinball loss, one output an alpha; leaves become percentiles of their rows' residuals. */
  | { kind: 'quantile'; alphas: readonly number[]; percentile?: Percentile }
  /** Absolute error relative to max(1, |y|); leaves become weighted medians. */
  | { kind: 'mape' }
  /** Counts; the score is the logarithm of the mean. `maxDeltaStep` enlarges hessians by e^maxDeltaStep. */
  | { kind: 'poisson'; maxDeltaStep: number }
  /** Positive values; the score is the logarithm of the mean. */
  | { kind: 'gamma' }
  /** Values >= 0 with a mass at 0, variance proportional to mean^power, 1 <= power < 2; the score is the logarithm of the mean. */
  | { kind: 'tweedie'; power: number }
  /** Log-loss of labels in [0, 1]. */
  | { kind: 'crossEntropy'; scalePosWeight?: number }
  /** Log-loss of labels in [0, 1] where weights are exposures: p = 1 - (1 + e^s)^-w. */
  | { kind: 'crossEntropyLambda' }
  /** slope^2 (sqrt(1 + (d / slope)^2) - 1). */
  | { kind: 'pseudoHuber'; slope: number }
  /** Half the square of log(1 + s) - log(1 + y). */
  | { kind: 'squaredLog' }
  /** Hinge loss of labels 0 and 1. */
  | { kind: 'hinge' }
  /** The caller's own function, asked for the derivatives of all rows each iteration. */
  | { kind: 'custom'; outputs: number }
  | { kind: 'module'; module: string; options?: unknown };

/** Which definition of a percentile leaves are renewed with. */
export type Percentile = 'lightgbm' | 'xgboost';

/** Scores a row; 1 for a module, which does not say before it is loaded. */
export function outputsOf(spec: ObjectiveSpec): number {
  if (spec.kind === 'quantile') return spec.alphas.length;
  if (spec.kind === 'custom') return spec.outputs;
  return 'classes' in spec ? spec.classes : 1;
}
