/** `holdfast`: data, splits, preprocessing, metrics, the model contract and the trainer. Models have entry points of their own. */
import { registerBuiltins } from './builtin.js';

registerBuiltins();

export { type MiniRocketConfig, MiniRocketModel } from './baselines/minirocket/model.js';
export {
  MiniRocketTransform,
  type MiniRocketTransformConfig,
  type MiniRocketTransformOptions,
} from './baselines/minirocket/transform.js';
export { BetaCalibrator } from './calibration/beta.js';
export { IsotonicCalibrator } from './calibration/isotonic.js';
export { type CalibratedConfig, CalibratedModel, type CalibrateOptions } from './calibration/model.js';
export { PlattCalibrator } from './calibration/platt.js';
export type { CalibrationMethod, ProbabilityMap } from './calibration/probability-map.js';
export { TemperatureCalibrator } from './calibration/temperature.js';
export { type CalibrationSplit, splitForCalibration } from './calibration/untouched.js';
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
export type { Split, SplitRatios, SplitRole } from './core/split.js';
export { Table } from './core/table.js';
export { type FeatureInput, type HybridInput, type SequenceInput, Windows } from './core/windows.js';
export { RawTimeSeriesData, TimeSeriesDataContainer } from './data/container.js';
export type { FromTableOptions } from './data/from-table.js';
export { type ChooseThresholdOptions, type ChosenThreshold, chooseThreshold } from './evaluation/choose-threshold.js';
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
export type * from './evaluation/validation-metrics.js';
export { validationMetricsContract } from './evaluation/validation-metrics-contract.js';
export { accuracy } from './metrics/accuracy.js';
export { balancedAccuracy } from './metrics/balanced-accuracy.js';
export { type BootstrapInterval, bootstrapInterval } from './metrics/bootstrap-interval.js';
export { brierScore } from './metrics/brier-score.js';
export { type CalibrationCurve, calibrationCurve, expectedCalibrationError } from './metrics/calibration.js';
export {
  type ClassificationReport,
  classificationReport,
  formatClassificationReport,
} from './metrics/classification-report.js';
export { cohenKappa } from './metrics/cohen-kappa.js';
export { confusionMatrix } from './metrics/confusion-matrix.js';
export { type AucVariance, aucVariance, type DelongTest, delongTest } from './metrics/delong.js';
export { logLoss } from './metrics/log-loss.js';
export { matthewsCorrelation } from './metrics/matthews-correlation.js';
export { optimalThreshold } from './metrics/optimal-threshold.js';
export type { MetricOptions } from './metrics/options.js';
export { precisionAtK } from './metrics/precision-at-k.js';
export { f1, fBeta, precision, recall } from './metrics/precision-recall.js';
export {
  averagePrecision,
  type PrecisionRecallCurve,
  prAuc,
  precisionRecallCurve,
} from './metrics/precision-recall-curve.js';
export { METRICS, type MetricDefinition, metricByName } from './metrics/registry.js';
export { mae, mape, mse, pinballLoss, r2, rmse } from './metrics/regression.js';
export { rocAuc } from './metrics/roc-auc.js';
export { type RocCurve, rocCurve } from './metrics/roc-curve.js';
export { BaseModel, type ModelClass } from './model/base-model.js';
export type { TrainingConfig } from './model/config-files.js';
export {
  type ConfigOf,
  loadModel,
  type ModelConfigs,
  type ModelDefinition,
  ModelRegistry,
  registerModel,
} from './model/registry.js';
export type {
  FeatureImportance,
  FitContext,
  FitData,
  FitOptions,
  FitResult,
  ModelInfo,
  ModelPayload,
  PredictionOutput,
  Task,
  TrainingData,
  TrainingMetrics,
} from './model/types.js';
export type { FeatureOptions, PreprocessingOptions } from './preprocessing/options.js';
export { PreprocessingPipeline } from './preprocessing/pipeline.js';
export type { TrainStatistics } from './preprocessing/statistics.js';
export { type HoldoutUnlock, LockedHoldout } from './splits/holdout.js';
export {
  assertNoLeakage,
  checkLeakage,
  type LeakageFinding,
  type LeakageOptions,
  type LeakagePart,
  type LeakageReport,
} from './splits/leakage.js';
export { RowLedger } from './splits/ledger.js';
export type { LedgerRefusal, LedgerReport, LedgerSplit, LedgerUse, StoredLedger } from './splits/ledger-record.js';
export { type SplitRecord, SplitRegistry, type SplitSource, type StoredSplit } from './splits/registry.js';
export type { RowUse, RowUser } from './splits/row-uses.js';
export { type TestEvaluation, TestSetGuard } from './splits/test-guard.js';
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
