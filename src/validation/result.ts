/** What a cross-validation found, and how folds become means, gaps and warnings. */
import type { QCDecision } from '../data/qc-gate.js';
import { mean } from '../metrics/sums.js';
import type { BaseModel } from '../model/base-model.js';
import type { PredictionOutput, TrainingMetrics } from '../model/types.js';
import type { PreprocessingPipeline } from '../preprocessing/pipeline.js';
import type { Fold } from '../splits/splitter.js';
import type { Metric, ScoresByName } from './metrics.js';
import type { PathResult } from './paths.js';

/** A train score this much better than the test score is warned of: absolute, or for errors in the target's unit relative to the test error. */
export const OVERFIT_GAP = 0.1;

/** One fold: its rows, scores and times. */
export interface FoldResult {
  /** From 0, in the splitter's order. */
  readonly fold: number;
  /** Row numbers as used. */
  readonly rows: Fold;
  readonly test: ScoresByName;
  readonly train?: ScoresByName;
  /** Seconds of taking rows, preprocessing and training. */
  readonly fitTime: number;
  /** Seconds of predicting and scoring. */
  readonly scoreTime: number;
  readonly training: TrainingMetrics;
  /** With `returnModels`. */
  readonly model?: BaseModel;
  /** With `returnModels`, where there is preprocessing. */
  readonly preprocessing?: PreprocessingPipeline;
  /** With `returnPredictions`: of the test rows, in the order of `rows.test`. */
  readonly predictions?: PredictionOutput;
  readonly warnings: readonly string[];
}

/** Scores of the folds, with mean and standard deviation (divided by their number). */
export interface ScoreSummary {
  /** One a fold. */
  readonly values: readonly number[];
  readonly mean: number;
  /** Standard deviation over the folds, divided by their number (as NumPy's and scikit-learn's default). */
  readonly std: number;
}

/** A metric over the folds: test scores, train scores, the gap. */
export interface MetricResult {
  readonly direction: 'maximize' | 'minimize';
  readonly test: ScoreSummary;
  readonly train?: ScoreSummary;
  /** How much better the mean train score is than the mean test score, in the metric's unit; negative where test is better. */
  readonly overfitGap?: number;
}

/** Scores of every fold, their summary, and what is to be said of them. */
export interface CrossValidationResult {
  /** Name of the model. */
  readonly model: string;
  /** By metric. */
  readonly scores: Readonly<Record<string, MetricResult>>;
  readonly folds: readonly FoldResult[];
  /** Of a `CombinatorialPurgedKFold`: every path tests each row once. */
  readonly paths?: readonly PathResult[];
  /** Seconds in all. */
  readonly time: number;
  /** What the gate made of the data's quality report, where there was one. */
  readonly qc?: QCDecision;
  readonly warnings: readonly string[];
}

function summaryOf(values: readonly number[]): ScoreSummary {
  const average = mean(values);
  return { values, mean: average, std: Math.sqrt(mean(values.map((value) => (value - average) ** 2))) };
}

/** Scores of all folds by metric, with gaps; and the warnings they give rise to. */
export function summarise(
  metrics: readonly Metric[],
  folds: readonly FoldResult[],
): { scores: Record<string, MetricResult>; warnings: string[] } {
  const warnings = folds.flatMap(({ fold, warnings: own }) => own.map((text) => `fold ${fold + 1}: ${text}`));
  const scores: Record<string, MetricResult> = {};
  for (const { name, direction, unitless } of metrics) {
    const test = summaryOf(folds.map((fold) => fold.test[name]));
    if (!folds.every((fold) => fold.train)) {
      scores[name] = { direction, test };
      continue;
    }
    const train = summaryOf(folds.map((fold) => fold.train?.[name] ?? Number.NaN));
    const overfitGap = direction === 'maximize' ? train.mean - test.mean : test.mean - train.mean;
    scores[name] = { direction, test, train, overfitGap };
    if (overfitGap > OVERFIT_GAP * (unitless ? 1 : Math.abs(test.mean))) {
      warnings.push(
        `${name} is ${train.mean.toPrecision(4)} on train and ${test.mean.toPrecision(4)} on test rows: the model may be overfitted (gap ${overfitGap.toPrecision(3)})`,
      );
    }
  }
  return { scores, warnings };
}
