/** `holdfast`: data, splits, preprocessing, metrics, the model contract and the trainer. Models have entry points of their own. */
import { registerBuiltins } from './builtin.js';

registerBuiltins();

export type { MiniRocketSettings } from './baselines/minirocket/config.js';
export { type MiniRocketConfig, MiniRocketModel } from './baselines/minirocket/model.js';
export {
  MiniRocketTransform,
  type MiniRocketTransformConfig,
  type MiniRocketTransformOptions,
} from './baselines/minirocket/transform.js';
export { BetaCalibrator, type BetaMap } from './calibration/beta.js';
export type { CalibratedSettings } from './calibration/config.js';
export { IsotonicCalibrator, type IsotonicCurve } from './calibration/isotonic.js';
export { type CalibratedConfig, CalibratedModel, type CalibrateOptions } from './calibration/model.js';
export { PlattCalibrator, type PlattSigmoid } from './calibration/platt.js';
export type { CalibrationMethod, ProbabilityMap } from './calibration/probability-map.js';
export { TemperatureCalibrator } from './calibration/temperature.js';
export { type CalibrationSplit, splitForCalibration } from './calibration/untouched.js';
export type { CategoricalColumn, Column, ColumnInput, NumericColumn, TimeColumn } from './core/column.js';
export * from './core/errors.js';
export {
  jsonLogger,
  type LineLoggerOptions,
  type LogFields,
  type Logger,
  type LogLevel,
  textLogger,
} from './core/logging.js';
export { Matrix } from './core/matrix.js';
export type { ProgressEvent, ProgressListener } from './core/progress.js';
export type { LazySchema } from './core/schema.js';
export type { Split, SplitRatios, SplitRole } from './core/split.js';
export { Table, type TableCell } from './core/table.js';
export { type FeatureInput, type HybridInput, type SequenceInput, Windows } from './core/windows.js';
export { RawTimeSeriesData, TimeSeriesDataContainer } from './data/container.js';
export type {
  ContainerFacts,
  ContainerParts,
  ContainerSplits,
  ContainerX,
  InputOf,
  PerSplit,
} from './data/container-splits.js';
export type { FromTableOptions } from './data/from-table.js';
export type { FromTableSettings } from './data/raw-parts.js';
export type { SequenceOptions } from './data/sequences.js';
export type { SplitFacts, SplitSummary } from './data/split-facts.js';
export { type ChooseThresholdOptions, type ChosenThreshold, chooseThreshold } from './evaluation/choose-threshold.js';
export type { ClassificationMetric, MetricName, RegressionMetric } from './evaluation/evaluate.js';
export {
  type EvaluateModelOptions,
  type EvaluateOptions,
  type EvaluationData,
  evaluateModel,
  type ModelEvaluation,
  type SplitScore,
} from './evaluation/evaluate-model.js';
export { checkThresholds, validateModel } from './evaluation/gate.js';
export type { GateSettings } from './evaluation/gate-options.js';
export type { GateCheck, GateVerdict } from './evaluation/gate-verdict.js';
export { type MetricsOptions, measureModel } from './evaluation/measure-model.js';
export type { BaselineOutput, MeasuredModel, ScoredRows } from './evaluation/measured-split.js';
export type { Predicted } from './evaluation/score.js';
export type * from './evaluation/validation-metrics.js';
export { validationMetricsContract } from './evaluation/validation-metrics-contract.js';
export { accuracy } from './metrics/accuracy.js';
export { type BalancedAccuracyOptions, balancedAccuracy } from './metrics/balanced-accuracy.js';
export {
  type BootstrapInterval,
  type BootstrapIntervalOptions,
  bootstrapInterval,
} from './metrics/bootstrap-interval.js';
export { type BrierScoreOptions, brierScore } from './metrics/brier-score.js';
export {
  type CalibrationCurve,
  type CalibrationOptions,
  calibrationCurve,
  expectedCalibrationError,
} from './metrics/calibration.js';
export {
  type ClassificationReport,
  type ClassReport,
  classificationReport,
  formatClassificationReport,
} from './metrics/classification-report.js';
export { type CohenKappaOptions, cohenKappa } from './metrics/cohen-kappa.js';
export { type ConfusionMatrixOptions, confusionMatrix } from './metrics/confusion-matrix.js';
export { type AucVariance, aucVariance, type DelongOptions, type DelongTest, delongTest } from './metrics/delong.js';
export type { PredictedScores } from './metrics/inputs.js';
export { logLoss } from './metrics/log-loss.js';
export { matthewsCorrelation } from './metrics/matthews-correlation.js';
export {
  type BinaryCounts,
  type OptimalThresholdOptions,
  optimalThreshold,
  type ThresholdCriterion,
} from './metrics/optimal-threshold.js';
export type { MetricAverage, MetricOptions } from './metrics/options.js';
export { type PrecisionAtKOptions, precisionAtK } from './metrics/precision-at-k.js';
export { type FBetaOptions, f1, fBeta, type PerClassOptions, precision, recall } from './metrics/precision-recall.js';
export {
  averagePrecision,
  type PrecisionRecallCurve,
  type PrecisionRecallCurveOptions,
  prAuc,
  precisionRecallCurve,
} from './metrics/precision-recall-curve.js';
export { METRICS, type MetricDefinition, type MetricFunction, metricByName } from './metrics/registry.js';
export {
  mae,
  mape,
  mse,
  type PinballLossOptions,
  pinballLoss,
  type R2Options,
  r2,
  rmse,
} from './metrics/regression.js';
export { type RocAucOptions, rocAuc } from './metrics/roc-auc.js';
export { type RocCurve, type RocCurveOptions, rocCurve } from './metrics/roc-curve.js';
export { BaseModel, type ModelClass } from './model/base-model.js';
export type { TrainingConfig } from './model/config-files.js';
export type { ExplainedTree, LinearExplanation, ModelExplanation, TreeExplanation } from './model/explanation.js';
export type { AdoptedModel } from './model/fitted.js';
export type { OnnxBody } from './model/onnx/export.js';
export type { OnnxAttribute, OnnxElementType, OnnxGraph, OnnxNode, OnnxTensor } from './model/onnx/graph.js';
export {
  type ConfigOf,
  loadModel,
  type ModelConfigs,
  type ModelDefinition,
  ModelRegistry,
  registerModel,
} from './model/registry.js';
export type {
  EpochLoss,
  EvaluationSet,
  FeatureImportance,
  FitContext,
  FitData,
  FitOptions,
  FitResult,
  FitRows,
  ImportanceKind,
  InputMode,
  ModelCapabilities,
  ModelContract,
  ModelInfo,
  ModelInput,
  ModelInputMatrix,
  ModelPayload,
  PredictContext,
  PredictionOutput,
  SavedPayload,
  Task,
  TrainingData,
  TrainingMetrics,
} from './model/types.js';
export type {
  ColumnOptions,
  DifferenceOptions,
  EncodingMethod,
  EncodingOptions,
  EwmOptions,
  EwmStatistic,
  FeatureOptions,
  ImputationOptions,
  ImputationStrategy,
  LagOptions,
  PreprocessingOptions,
  RollingOptions,
  RollingStatistic,
  ScalingMethod,
  ScalingOptions,
  TimeFeatureOptions,
  TimePart,
} from './preprocessing/options.js';
export { PreprocessingPipeline, type TransformContext } from './preprocessing/pipeline.js';
export type { PipelineState } from './preprocessing/pipeline-file.js';
export type { EarlierRows, RawSplits, SplitTransform } from './preprocessing/raw-splits.js';
export type { TrainStatistics } from './preprocessing/statistics.js';
export { type HoldoutUnlock, LockedHoldout } from './splits/holdout.js';
export {
  assertNoLeakage,
  checkLeakage,
  type LeakageCheck,
  type LeakageFinding,
  type LeakageOptions,
  type LeakagePart,
  type LeakageReport,
} from './splits/leakage.js';
export { RowLedger } from './splits/ledger.js';
export type {
  LedgerRefusal,
  LedgerReport,
  LedgerSplit,
  LedgerUse,
  StoredLedger,
  StoredLedgerSplit,
  StoredLedgerUse,
} from './splits/ledger-record.js';
export type { DroppedRows } from './splits/purge.js';
export type { RoleCounts } from './splits/ratios.js';
export {
  type SplitRecord,
  SplitRegistry,
  type SplitSource,
  type StoredDroppedRows,
  type StoredSplit,
} from './splits/registry.js';
export type { SplitX } from './splits/row-hash.js';
export type { RowRange } from './splits/row-set.js';
export type { RowUse, RowUser } from './splits/row-uses.js';
export { type TestEvaluation, TestSetGuard, type TestSetLook } from './splits/test-guard.js';
export type { RunDescription, TrackedRun, Tracker } from './tracking/tracker.js';
export type { ComparisonArtifacts, RunArtifacts } from './training/artifacts.js';
export { compareModels } from './training/compare-models.js';
export type { CompareModelsOptions, ModelChoice, ModelEntry, TrainAllOptions } from './training/comparison-options.js';
export type { ComparisonEntry, ComparisonResult } from './training/comparison-result.js';
export {
  ModelTrainer,
  type ModelTrainerOptions,
  type TrainingResult,
  type TrainModelOptions,
} from './training/trainer.js';
