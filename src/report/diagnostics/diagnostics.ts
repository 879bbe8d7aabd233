/**
 * What plots show of one split's predictions, as small plain data: 100,000 rows become some ten kilobytes that JSON holds without loss. Curves are
 * simplified without changing what is seen, everything else is counted; what cannot be drawn is said in `notes`.
 */
import type { Matrix } from '../../core/matrix.js';
import type { CurvePoint } from './simplify.js';

/** Rows as they were predicted. `PredictionOutput` and a `Split` put together are one. */
export interface PredictedRows {
  /** (n,) true labels or values. */
  readonly y: ArrayLike<number>;
  /** (n,) >= 0. */
  readonly weights?: ArrayLike<number>;
  /** (n,) ms since epoch. */
  readonly times?: ArrayLike<number>;
  /** (n,) predicted labels or values. */
  readonly predictions: ArrayLike<number>;
  /** (n, classes), or of two classes the larger one's as (n,). */
  readonly probabilities?: Matrix | ArrayLike<number>;
  /** Ascending; empty for regression. */
  readonly classes: readonly number[];
}

/** A curve of one class against the rest. */
export interface ClassCurve {
  readonly label: number;
  /** Rows of the class, and all rows that the curve is made of. */
  readonly positives: number;
  readonly rows: number;
  /** Weighted share of the class. */
  readonly share: number;
  readonly area: number;
  readonly points: readonly CurvePoint[];
  /** Where predictions are made from `threshold` on; two classes only. */
  readonly operating?: { readonly threshold: number; readonly x: number; readonly y: number };
}

/** Rows of one range of predicted probabilities. */
export interface CalibrationBin {
  /** Mean probability, share that came true, and rows of the bin. */
  readonly predicted: number;
  readonly observed: number;
  readonly rows: number;
}

/** Rows by score and true class. */
export interface ScoreHistogram {
  /** (bins + 1,) */
  readonly edges: readonly number[];
  /** Rows of each class by bin. */
  readonly counts: readonly { readonly label: number; readonly rows: readonly number[] }[];
  /** Whose probability: of the class, or the largest of each row where there are more than two. */
  readonly about: 'positive' | 'largest';
}

/** Equally many rows in time order. */
export interface TimeSlice {
  /** ms since epoch, or row numbers without times. */
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  /** Null where the rows leave the metric undefined. */
  readonly value: number | null;
}

/** Scores over time, by period. */
export interface OverTime {
  readonly metric: 'logLoss' | 'accuracy' | 'mae';
  readonly byTime: boolean;
  readonly parts: readonly TimeSlice[];
}

/** Regression: predicted and true values. */
export interface ValuePlots {
  /** Rows drawn, evenly spaced over the rows in order of the true value. */
  readonly points: readonly CurvePoint[];
  readonly rows: number;
  readonly residuals: { readonly edges: readonly number[]; readonly rows: readonly number[]; readonly outside: number };
}

/** What plots of one split are drawn from: small, plain data. */
export interface Diagnostics {
  readonly rows: number;
  readonly weighted: boolean;
  readonly classes: readonly number[];
  /** Rows a class, in the order of `classes`; classes of the rows that the model does not know are in `notes`. */
  readonly classRows: readonly number[];
  /** Classes with the most rows first; at most `CURVES`. */
  readonly roc: readonly ClassCurve[];
  readonly precisionRecall: readonly ClassCurve[];
  readonly calibration?: { readonly about: 'positive' | 'largest'; readonly bins: readonly CalibrationBin[] };
  readonly scores?: ScoreHistogram;
  readonly overTime?: OverTime;
  readonly values?: ValuePlots;
  readonly notes: readonly string[];
}

/** Classes that a plot of curves shows at most. */
export const CURVES = 6;
