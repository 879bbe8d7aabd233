/** What goes into a model and what comes out of it. */
import type { Matrix } from '../core/matrix.js';
import type { ProgressListener } from '../core/progress.js';
import type { FeatureInput, HybridInput, SequenceInput, Windows } from '../core/windows.js';

/** What a model learns: classes, or values. */
export type Task = 'classification' | 'regression';
/** What X is to a model: rows of features, windows over rows, or both. */
export type InputMode = 'features' | 'sequence' | 'hybrid';
/** What callers may pass as X; which of them a model takes says its `info.inputMode`. */
export type ModelInput = FeatureInput | SequenceInput | HybridInput;

/** What a model is and can do; known without loading its code. */
export interface ModelInfo {
  readonly name: string;
  readonly family: string;
  readonly inputMode: InputMode;
  readonly tasks: readonly Task[];
  readonly capabilities: ModelCapabilities;
  /** Rough cost of training, for choosing what to try first. */
  readonly complexity: 'low' | 'medium' | 'high';
  readonly gpuCapable: boolean;
}

/** What a model can do beyond learning from rows. */
export interface ModelCapabilities {
  /** Takes NaN as it is; otherwise missing values are imputed by training medians before the model sees them. */
  readonly missingValues: boolean;
  readonly sampleWeights: boolean;
  /** Can stop on the validation loss. */
  readonly earlyStopping: boolean;
  readonly featureImportance: boolean;
}

/** What the contract suite of `holdfast/testing` has to know of a model: a static `contract` of its class. */
export interface ModelContract {
  /** Settings with which it learns a little from sixty rows in milliseconds. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Promises that cannot hold, by name (of one task: `'regression: name'`), each with the reason. */
  readonly skips?: Readonly<Record<string, string>>;
  /** Rows of the shortest window that a model of sequences takes; default 3. */
  readonly windowLength?: number;
}

/** Rows to learn from. `X` (n, features) or windows; `y` (n,) any finite numbers; `weights` (n,) >= 0. */
export interface TrainingData {
  /** Of a split: only training rows are trained on. */
  readonly role?: 'train';
  readonly X: ModelInput;
  readonly y: ArrayLike<number>;
  readonly weights?: ArrayLike<number>;
  /** Rows for early stopping and the validation loss; never trained on. */
  readonly validation?: EvaluationSet;
  /** More rows to evaluate on, by name; `validation` is the one named so. Boosting models only. */
  readonly evalSets?: Readonly<Record<string, EvaluationSet>>;
  /** Raw scores to start from, (n,) or row by row (n, outputs); no part of the model. Boosting models only. */
  readonly initScore?: ArrayLike<number>;
  readonly featureNames?: readonly string[];
  /** (n,) ms since epoch; `labelEnds`: when each row's label is known; `groups`: its entity. For models that cut the rows into folds. */
  readonly times?: ArrayLike<number>;
  readonly labelEnds?: ArrayLike<number>;
  readonly groups?: ArrayLike<string | number>;
}

/** Rows that are evaluated on and never trained on; the arrays as in `TrainingData`. */
export interface EvaluationSet {
  /** Of a split: test rows are evaluated after training, never during it. */
  readonly role?: 'train' | 'validation';
  readonly X: ModelInput;
  readonly y: ArrayLike<number>;
  readonly weights?: ArrayLike<number>;
  readonly initScore?: ArrayLike<number>;
}

/** How a model is trained: seed, threads, cancelling, progress, checkpoints. Threads never change the model. */
export interface FitOptions {
  /** Default: the config's `seed`, else 42. The same data, config and seed give the same bytes. */
  seed?: number;
  /** Worker threads; never changes the result. Default: HOLDFAST_THREADS, OMP_NUM_THREADS, else the cores. */
  threads?: number;
  signal?: AbortSignal;
  onProgress?: ProgressListener;
  checkpointDirectory?: string;
}

/** Losses after one epoch or iteration. */
export interface EpochLoss {
  /** 1-based. */
  readonly epoch: number;
  readonly trainLoss: number;
  /** NaN without validation rows. */
  readonly valLoss: number;
}

export type Evaluations = Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;

/** Losses are log-loss (classification) or mean squared error (regression); accuracies are R² for regression. */
export interface TrainingMetrics {
  readonly trainLoss: number;
  /** NaN without validation rows; so is `valAccuracy`. */
  readonly valLoss: number;
  readonly trainAccuracy: number;
  readonly valAccuracy: number;
  /** 1-based epoch (boosting: iteration) that prediction uses. */
  readonly bestEpoch: number;
  readonly totalEpochs: number;
  readonly earlyStopped: boolean;
  /** Seconds. */
  readonly trainingTime: number;
  readonly history: readonly EpochLoss[];
  /** What was evaluated after each epoch: set name to metric name to values. */
  readonly evaluations?: Evaluations;
  /** Such as an iteration limit that was reached before the optimum. */
  readonly warnings: readonly string[];
}

/** What `predict` gives for n rows. */
export interface PredictionOutput {
  /** (n,) class labels or values. */
  readonly predictions: Float32Array;
  /** (n, classes), rows sum to 1; columns follow `classes`. */
  readonly probabilities?: Matrix;
  /** (n,) largest probability. */
  readonly confidence?: Float32Array;
  /** Labels in ascending order; empty for regression. */
  readonly classes: number[];
}

/** What the hook `predictRaw` is given beside X; models with options of their own find them here too. */
export interface PredictContext {
  readonly threads: number;
}

/** Sums over a feature's splits: loss reduction, number, or cover (sum of hessians, or of rows' weights) of the split nodes. */
export type ImportanceKind = 'gain' | 'split' | 'cover';

/** Importance of each feature, in the order of `featureNames`. */
export interface FeatureImportance {
  readonly kind: string;
  readonly names: readonly string[];
  /** (features,) non-negative, in the order of `names`. */
  readonly values: Float64Array;
}

/** Rows as the protected hook `fitModel` is given them: checked, encoded, and without NaN unless the model takes it. */
export interface FitRows<X = Matrix> {
  readonly X: X;
  /** (n,) class index 0..k-1, or the regression target. */
  readonly y: Float64Array;
  /** (n,) all positive: rows of weight 0 were left out. */
  readonly weights?: Float32Array;
  /** (n * outputs,) row by row. */
  readonly initScore?: Float64Array;
}

/** When and of whom each row is, as far as the caller said. */
export interface RowFacts {
  /** (n,) ms since epoch. */
  readonly times?: Float64Array;
  /** (n,) ms since epoch. */
  readonly labelEnds?: Float64Array;
  readonly groups?: readonly (string | number)[];
}

/** What the protected hook `fitModel` is given. */
export interface FitData<X = Matrix> extends FitRows<X>, RowFacts {
  readonly classes: readonly number[];
  readonly validation?: FitRows<X>;
  /** Sets to evaluate on other than `validation`. */
  readonly evalSets?: Readonly<Record<string, FitRows<X>>>;
  readonly featureNames: readonly string[];
}

/** What `fitModel` of a model gets besides its data: seed, threads, cancelling, progress. */
export interface FitContext {
  readonly seed: number;
  readonly threads: number;
  readonly signal?: AbortSignal;
  readonly onProgress: ProgressListener;
  readonly checkpointDirectory?: string;
  /** As the caller gave them: a model with options of its own finds them here. */
  readonly options: FitOptions;
}

/** What `fitModel` reports; losses and accuracies left out are computed from predictions. */
export interface FitResult {
  readonly history?: readonly EpochLoss[];
  readonly bestEpoch?: number;
  readonly totalEpochs?: number;
  readonly earlyStopped?: boolean;
  readonly trainLoss?: number;
  readonly valLoss?: number;
  readonly trainAccuracy?: number;
  readonly valAccuracy?: number;
  readonly evaluations?: Evaluations;
  readonly warnings?: readonly string[];
  /** Validation rows shaped the model though its config does not ask for them, as those of a member of an ensemble. */
  readonly usedValidation?: boolean;
}

/** X as the hooks of a model are given it: checked and converted. */
export type ModelInputMatrix = Matrix | Windows | HybridInput;

/** A model's learned state: small plain data in `state`, the rest in files of the field's own formats. */
export interface ModelPayload {
  readonly state: unknown;
  readonly files: Readonly<Record<string, string | Uint8Array>>;
}

/** What `serialize` gave, as `deserialize` is given it. */
export interface SavedPayload {
  readonly state: unknown;
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Names of the columns that `predictRaw` will be given: those of training but for the ones left out. */
  readonly columns: readonly string[];
}
