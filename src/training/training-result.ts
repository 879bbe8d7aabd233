/** What one run is told and what it gives. */
import type { Logger } from '../core/logging.js';
import type { ProgressListener } from '../core/progress.js';
import type { QCOptions } from '../data/qc-gate.js';
import type { Evaluation } from '../evaluation/evaluate.js';
import type { MetricsSettings } from '../evaluation/metrics-options.js';
import type { BaseModel } from '../model/base-model.js';
import type { TrainingConfig } from '../model/config-files.js';
import type { ConfigOf } from '../model/registry.js';
import type { PredictionOutput, TrainingMetrics } from '../model/types.js';
import type { PreprocessingPipeline } from '../preprocessing/pipeline.js';
import type { TrainingReport } from '../report/training-report.js';
import type { LogModelOptions, Tracker } from '../tracking/tracker.js';
import type { RunArtifacts } from './artifacts.js';

/** Settings of a `ModelTrainer`. */
export interface ModelTrainerOptions {
  /** Settings over the shipped config/training.yaml. */
  config?: TrainingConfig;
  /** A training.yaml of your own instead of the shipped one. */
  configFile?: string;
  tracker?: Tracker;
  /** How the tracker stores models: their registered name, aliases, an example of their input. */
  logModel?: LogModelOptions;
  /** Default: the config's, experiments/runs. */
  runsDirectory?: string;
  /** Told what is begun, done, failed and to be warned of. Default: nothing is logged. */
  logger?: Logger;
}

/** How `trainModel` trains one model: hyperparameters, variant, preprocessing, seed, threads, cancelling. */
export interface TrainModelOptions<N extends string = string> extends QCOptions {
  /** Hyperparameters over the model's file, its variant and the family's defaults. */
  config?: ConfigOf<N>;
  /** Such as 'conservative' or 'aggressive'. */
  variant?: string;
  /** A YAML file with the model's hyperparameters instead of the shipped one. */
  modelConfigFile?: string;
  /** Rows a window, for sequence models given two-dimensional data. */
  seqLen?: number;
  /** Default: the training config's. */
  seed?: number;
  threads?: number;
  signal?: AbortSignal;
  onProgress?: ProgressListener;
  /** Default: a new one. A run evaluates the test set once: the same id again is a `TestSetReuseError`. */
  runId?: string;
  /** The fitted pipeline that made the container: saved beside the model. */
  preprocessing?: PreprocessingPipeline;
  /** False leaves the test set untouched; the verdict is then on validation. Default true. */
  evaluateTest?: boolean;
  /**
   * Beside a model of sequences, MiniRocket on at most 1,000 training windows is fitted and reported too, which takes some seconds. False
   * leaves it out. Default true.
   */
  sequenceBaseline?: boolean;
  /** How thoroughly the run is evaluated: intervals, threshold, periods, groups. The bootstrap's seed follows from the run's. */
  evaluation?: MetricsSettings;
  /** False writes nothing. Default true. */
  save?: boolean;
  /** Where models that train step by step keep their state: the same run again goes on from it, to the same bytes. */
  checkpointDirectory?: string;
}

/** What `trainModel` made: the fitted model, its scores, its report and where it was saved. */
export interface TrainingResult {
  readonly model: BaseModel;
  readonly metrics: TrainingMetrics;
  readonly trainMetrics: Evaluation;
  readonly validationMetrics: Evaluation;
  /** Undefined with `evaluateTest: false`. */
  readonly testMetrics?: Evaluation;
  /** What the model made of the validation rows and, where the run evaluated them, of the test rows. */
  readonly predictions: { readonly validation: PredictionOutput; readonly test?: PredictionOutput };
  readonly runId: string;
  /** Undefined with `save: false`. */
  readonly artifacts?: RunArtifacts;
  readonly report: TrainingReport;
  /** Why the tracker was not told everything; the run itself is whole. */
  readonly trackingError?: Error;
}
