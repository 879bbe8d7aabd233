/** `holdfast/validation`: splitters, cross-validation, comparison of models, backtest paths and the probability of overfitting. */

export type { Predicted, Truth } from '../evaluation/score.js';
export type { MetricFunction } from '../metrics/registry.js';
export type { ModelInput } from '../model/types.js';
export { BacktestPath, type PathPart } from '../splits/backtest-path.js';
export {
  CombinatorialPurgedKFold,
  type CombinatorialPurgedKFoldOptions,
} from '../splits/combinatorial-purged-k-fold.js';
export { GroupKFold, type GroupKFoldOptions } from '../splits/group-k-fold.js';
export { KFold, type KFoldOptions } from '../splits/k-fold.js';
export { PurgedKFold, type PurgedKFoldOptions } from '../splits/purged-k-fold.js';
export { RepeatedKFold, type RepeatedKFoldOptions, RepeatedStratifiedKFold } from '../splits/repeated-k-fold.js';
export type { Fold, SplitData, Splitter } from '../splits/splitter.js';
export { StratifiedKFold } from '../splits/stratified-k-fold.js';
export { WalkForward, type WalkForwardOptions } from '../splits/walk-forward.js';
export { compareModels } from '../training/compare-models.js';
export type { CompareModelsOptions, ModelChoice, ModelEntry } from '../training/comparison-options.js';
export type { ComparisonEntry, ComparisonResult } from '../training/comparison-result.js';
export {
  type BacktestOverfitting,
  type BacktestOverfittingOptions,
  probabilityOfBacktestOverfitting,
  type Statistic,
} from './backtest-overfitting.js';
export type { ChangedColumn } from './before-cut.js';
export type { AnyModel, ModelPipeline, ModelSource } from './candidate.js';
export type { AnySplitter } from './checked-folds.js';
export { type CrossValidationOptions, crossValidate } from './cross-validate.js';
export type { InconclusiveRun, Leak, LeakReport } from './leak-report.js';
export type { LeakStep, PipelinePart, ProvablePipeline, StepContext, StepFunction } from './leak-steps.js';
export type { CustomMetric, MetricChoice, ScoresByName } from './metrics.js';
export { type PathOverfitting, type PathOverfittingOptions, pathOverfitting } from './path-overfitting.js';
export type { PathResult } from './paths.js';
export type { Perturbation } from './perturbations.js';
export { type ProveOptions, proveNoLeak } from './prove-no-leak.js';
export type { CrossValidationResult, FoldResult, MetricResult, ScoreSummary } from './result.js';
export type { ValidationInput } from './row-data.js';
export {
  deflatedSharpeRatio,
  expectedMaximumSharpe,
  probabilisticSharpeRatio,
  type ReturnMoments,
  returnMoments,
  sharpeRatio,
  type Trials,
} from './sharpe.js';
