/**
 * `ValidationMetrics`: everything that is known of how good a model is, as plain data. JSON holds it without loss: no NaN, no typed arrays;
 * what has no value is null or absent, and says why. Reports, comparisons and the gate read this and nothing else.
 */
import type { SplitRole } from '../core/split.js';
import type { MetricName } from './evaluate.js';

/** Version of the form of `ValidationMetrics`; raised when a reader would have to change. */
export const VALIDATION_METRICS_VERSION = 1;

/** What a value may be with new rows of the same kind. */
export interface MetricInterval {
  readonly lower: number;
  readonly upper: number;
  /** Probability the interval covers. */
  readonly level: number;
  /** `percentile` (Efron, 1979) and `bca` (Efron, 1987) from resamples; `delong` (1988) from the ranks of the rows. */
  readonly method: 'percentile' | 'bca' | 'delong';
  readonly standardError: number;
  /** Resamples it stands on; 0 for `delong`. */
  readonly samples: number;
  /** Resamples left out because the metric is undefined there. */
  readonly undefinedSamples: number;
}

/**
 * How rows are drawn: each by itself (`rows`), as many of each class as there are (`stratified`), or in runs of neighbours, which time series
 * need: of random length (`stationary`, Politis and Romano, 1994), or of one length, from anywhere in the circle of rows (`circular`, Politis
 * and Romano, 1992) or inside the series (`moving`, Künsch, 1989).
 */
export type Resampling = 'rows' | 'stratified' | 'stationary' | 'circular' | 'moving';

/** How the intervals were made. */
export interface BootstrapRecord {
  readonly resampling: Resampling;
  readonly interval: 'percentile' | 'bca';
  readonly samples: number;
  readonly level: number;
  readonly seed: number;
  /** Length of the runs (mean length for `stationary`), in rows or, where several rows share a time, in times. */
  readonly blockLength?: number;
  readonly blockUnit?: 'rows' | 'times';
  /** `given` by the caller, the label's `horizon`, or the rule of Politis and White (2004) on the loss of the rows (`automatic`). */
  readonly blockLengthFrom?: 'given' | 'horizon' | 'automatic';
}

/** Values by metric; one that the rows leave undefined is null and has its reason. */
export interface MetricValues {
  readonly metrics: Readonly<Partial<Record<MetricName, number | null>>>;
  readonly undefinedMetrics: Readonly<Partial<Record<MetricName, string>>>;
  /** Of the metrics that have a value and were resampled. */
  readonly intervals: Readonly<Partial<Record<MetricName, MetricInterval>>>;
}

/** How many rows have a label. */
export interface ClassCount {
  readonly label: number;
  readonly rows: number;
}

/** A confusion matrix with the labels of its rows and columns. */
export interface ConfusionRecord {
  readonly classes: readonly number[];
  /** `matrix[i][j]`: weight of the rows of class i predicted as class j. */
  readonly matrix: readonly (readonly number[])[];
}

/** Share of positives among the `k` rows ranked first (two classes). */
export interface PrecisionAt {
  readonly k: number;
  /** Where k was asked for as a share of the rows. */
  readonly share?: number;
  readonly value: number;
  readonly interval?: MetricInterval;
}

/** What predicting positive from `threshold` on makes of the labels (two classes). */
export interface ThresholdMetrics extends MetricValues {
  readonly threshold: number;
  /** Share of the rows predicted positive. */
  readonly positiveShare: number;
  readonly confusionMatrix: ConfusionRecord;
  /** The threshold was chosen on these very rows: new rows will do worse. */
  readonly optimistic: boolean;
}

/** One class against the rest. */
export interface ClassMetrics {
  readonly label: number;
  /** Rows of the class. */
  readonly rows: number;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
  readonly rocAuc: number | null;
  readonly prAuc: number | null;
}

/** One split. */
export interface SplitMetrics extends MetricValues {
  readonly role: SplitRole;
  readonly rows: number;
  readonly weighted: boolean;
  /** First and last time, ms since epoch. */
  readonly from?: number;
  readonly to?: number;
  /** Classification only; also classes without rows. */
  readonly classCounts?: readonly ClassCount[];
  readonly confusionMatrix?: ConfusionRecord;
  /** Classification into more than two classes. */
  readonly perClass?: readonly ClassMetrics[];
  /** Empty but for two classes. */
  readonly precisionAt: readonly PrecisionAt[];
  readonly atThreshold?: ThresholdMetrics;
}

/** The decision threshold, found on validation rows only. */
export interface ThresholdRecord {
  readonly value: number;
  /** What was maximised: `f1`, `youden`, ... */
  readonly criterion: string;
  /** The criterion there, on the rows that chose it. */
  readonly reached: number;
  readonly chosenOn: 'validation';
  readonly rows: number;
}

/** Model minus baseline (or minus another model) on the same rows; resampled together, so that rows hard for both cancel out. */
export interface MetricDifference {
  readonly model: number | null;
  readonly baseline: number | null;
  readonly difference: number | null;
  readonly interval?: MetricInterval;
  /** Two-sided, of no difference, from the resamples: never below 2 / (samples + 1). */
  readonly pValue?: number;
  /** `better` and `worse` are the model's, where the interval lies on one side of 0. */
  readonly outcome: 'better' | 'worse' | 'undecided';
  /** Why there is no difference. */
  readonly reason?: string;
}

/** Difference of two areas under the ROC curve of the same rows (DeLong, DeLong and Clarke-Pearson, 1988). */
export interface DelongRecord {
  readonly model: number;
  readonly baseline: number;
  readonly difference: number;
  readonly standardError: number;
  /** Null where both rank the rows alike. */
  readonly z: number | null;
  readonly pValue: number;
  readonly interval: MetricInterval;
  /** False where rows are drawn in blocks: the test takes rows as independent, so it says too much then. */
  readonly independentRows: boolean;
}

/** What a baseline scores on the same rows, and how the model differs from it. */
export interface BaselineMetrics {
  readonly name: string;
  readonly description?: string;
  readonly split: SplitRole;
  /** By metric; model and baseline values stand in it. */
  readonly differences: Readonly<Partial<Record<MetricName, MetricDifference>>>;
  /** The metric that decides. */
  readonly decidedBy: MetricName;
  /** The deciding difference is `better`. */
  readonly beaten: boolean;
  /** Two classes with probabilities, rows without weights. */
  readonly delong?: DelongRecord;
}

/** The model on the rows of one period or group. */
export interface PartMetrics extends MetricValues {
  readonly name: string;
  /** First and last time of its rows, ms since epoch. */
  readonly from?: number;
  readonly to?: number;
  readonly rows: number;
  readonly classCounts?: readonly ClassCount[];
  /** Too few rows (of a class) to say much: `smallBecause` has the numbers. */
  readonly small: boolean;
  readonly smallBecause?: string;
}

/** Scores of one split by period or by group. */
export interface Breakdown {
  readonly split: SplitRole;
  /** Calendar periods are in UTC; `part`: equally many rows in time order. */
  readonly by: 'day' | 'week' | 'month' | 'quarter' | 'year' | 'part' | 'group';
  /** In time order; groups by their number of rows, largest first, then by name. */
  readonly parts: readonly PartMetrics[];
  /** Groups beyond the most that are reported. */
  readonly leftOut: number;
}

/** Rows whose probability falls into one bin. */
export interface ReliabilityBin {
  readonly lower: number;
  readonly upper: number;
  readonly rows: number;
  /** Sum of weights; the rows where there are none. */
  readonly weight: number;
  /** Mean probability. */
  readonly predicted: number;
  /** Share that came true. */
  readonly observed: number;
}

/** How well probabilities mean what they say. */
export interface ProbabilityQuality {
  readonly brierScore: number;
  readonly logLoss: number;
  readonly expectedCalibrationError: number;
  /** Largest distance of a bin. */
  readonly maximumCalibrationError: number;
  /** Bins that hold rows, ascending. */
  readonly bins: readonly ReliabilityBin[];
}

/** How well probabilities of a split mean what they say, before and after calibration. */
export interface CalibrationMetrics {
  readonly split: SplitRole;
  readonly rows: number;
  /** The probability that the bins are about: of the positive class, or the largest of more than two. */
  readonly about: 'positive' | 'largest';
  /** The probabilities as the model alone gives them. */
  readonly before: ProbabilityQuality;
  /** With its map of probabilities; absent for a model that has none. */
  readonly after?: ProbabilityQuality;
  /** `platt`, `isotonic`, `beta`, `temperature`. */
  readonly method?: string;
  /** After minus before, where there is an after: `baseline` is before. */
  readonly differences?: Readonly<Partial<Record<MetricName, MetricDifference>>>;
}

/** Parts that can be missing, for a reason that is told. */
export type MissingPart =
  | 'train'
  | 'validation'
  | 'test'
  | 'threshold'
  | 'intervals'
  | 'baselines'
  | 'periods'
  | 'groups'
  | 'calibration';

/** Everything that is known of how good a model is, as plain data that JSON holds without loss. */
export interface ValidationMetrics {
  readonly formatVersion: typeof VALIDATION_METRICS_VERSION;
  readonly model: string;
  readonly task: 'classification' | 'regression';
  /** Ascending; empty for regression. */
  readonly classes: readonly number[];
  /** The larger of two classes. */
  readonly positiveClass?: number;
  /** The split that says what new rows will give: test (or holdout) where it was evaluated, else validation. */
  readonly judge: SplitRole;
  readonly splits: Readonly<Partial<Record<SplitRole, SplitMetrics>>>;
  readonly threshold?: ThresholdRecord;
  /** Absent when no intervals were asked for. */
  readonly bootstrap?: BootstrapRecord;
  readonly baselines: readonly BaselineMetrics[];
  readonly periods?: Breakdown;
  readonly groups?: Breakdown;
  readonly calibration?: CalibrationMetrics;
  /** Why a part is not there. */
  readonly missing: Readonly<Partial<Record<MissingPart, string>>>;
  readonly warnings: readonly string[];
}
