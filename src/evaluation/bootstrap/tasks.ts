/** What one evaluation measures, as it travels to workers and back: typed arrays in shared memory, plain results. */
import type { Evaluation } from '../evaluate.js';
import type {
  DelongRecord,
  MetricDifference,
  MetricInterval,
  PrecisionAt,
  ProbabilityQuality,
  Resampling,
  SplitMetrics,
  ThresholdMetrics,
} from '../validation-metrics.js';

/** What one model said about the rows of a split. */
export interface SubjectData {
  /** (n,) */
  readonly predictions: Float64Array;
  /** (n * classes,) row-major. */
  readonly probabilities?: Float32Array;
  readonly classes: readonly number[];
}

/** The rows of one split. The first subject is the model; the others are compared with it. */
export interface SplitData {
  readonly y: Float64Array;
  readonly weights?: Float64Array;
  /** (n,) ms since epoch. */
  readonly times?: Float64Array;
  readonly subjects: readonly SubjectData[];
}

export interface BlockChoice {
  /** In units; undefined: by the rule of Politis and White. */
  readonly given?: number;
  /** At least so many units. */
  readonly least: number;
}

/** Rows to measure together. */
export interface MeasureTask {
  /** Index of the split's data. */
  readonly data: number;
  /** Of the split's rows, ascending; all where absent. */
  readonly rows?: Uint32Array;
  /** How many of the split's subjects, from the first. */
  readonly subjects: number;
  readonly resampling: Resampling;
  readonly block: BlockChoice;
  /** Names the random streams. */
  readonly seed: number;
  /** 0: no intervals. */
  readonly samples: number;
  readonly interval: 'percentile' | 'bca';
  readonly level: number;
  /** Also precision at k, the threshold, classes, calibration: a whole split, not a part of one. */
  readonly whole: boolean;
  readonly threshold?: number;
  readonly precisionAt: readonly number[];
}

export interface MeasureArgs {
  readonly task: 'classification' | 'regression';
  readonly data: readonly SplitData[];
  readonly tasks: readonly MeasureTask[];
}

/** What came of one subject. */
export interface SubjectResult {
  readonly evaluation: Evaluation;
  readonly intervals: Readonly<Record<string, MetricInterval>>;
  readonly precisionAt: readonly PrecisionAt[];
  readonly atThreshold?: Omit<ThresholdMetrics, 'optimistic'>;
  readonly perClass?: SplitMetrics['perClass'];
  readonly quality?: ProbabilityQuality;
  /** First subject minus this one; absent for the first. */
  readonly differences?: Readonly<Record<string, MetricDifference>>;
  readonly delong?: DelongRecord;
}

export interface TaskResult {
  readonly rows: number;
  readonly subjects: readonly SubjectResult[];
  readonly classCounts?: SplitMetrics['classCounts'];
  readonly from?: number;
  readonly to?: number;
  readonly blockLength?: number;
  readonly blockUnit?: 'rows' | 'times';
  readonly blockLengthFrom?: 'given' | 'horizon' | 'automatic';
  /** Units drawn from. */
  readonly units: number;
  /** Why there are no intervals. */
  readonly noIntervals?: string;
}
