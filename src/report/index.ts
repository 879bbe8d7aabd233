/** `holdfast/report`: the report of a run as a page, as plots, as a model card and as a typed document. */
export type { Comparison } from '../evaluation/compare.js';
export type { ClassificationEvaluation, Evaluation, RegressionEvaluation } from '../evaluation/evaluate.js';
export type { LedgerRefusal, LedgerReport, LedgerSplit, LedgerUse } from '../splits/ledger-record.js';
export type { ComparisonData } from './comparison/comparison-data.js';
export { type DiagnosticsOptions, diagnosticsOf } from './diagnostics/diagnose.js';
export type {
  CalibrationBin,
  ClassCurve,
  Diagnostics,
  OverTime,
  PredictedRows,
  ScoreHistogram,
  TimeSlice,
  ValuePlots,
} from './diagnostics/diagnostics.js';
export type { CurvePoint } from './diagnostics/simplify.js';
export {
  COMPARISON_VERSION,
  type ComparedBaseline,
  type ComparedModel,
  type ComparisonReport,
  type Correction,
  type Difference,
  type FailedModel,
} from './model-comparison.js';
export type {
  PlotFiles,
  RenderedReport,
  RenderReportOptions,
  Reportable,
  ReportParts,
  StudySource,
} from './options.js';
export { type FoldOptions, type FoldScores, summariseFolds } from './parts/fold-summary.js';
export { summariseShap } from './parts/shap-summary.js';
export { summariseStudy } from './parts/tuning-summary.js';
export { PLOT_NAMES, type PlotName } from './plots/figure.js';
export type { ThemeName } from './plots/theme.js';
export { type RenderPlotOptions, renderPlot } from './render-plot.js';
export { renderReport } from './render-report.js';
export type {
  CrossValidationSummary,
  FoldLine,
  Lineage,
  ReportData,
  RunFailure,
  ShapSummary,
  TuningSummary,
  TuningTrial,
} from './report-data.js';
export {
  type BaselineResult,
  REPORT_VERSION,
  reportJson,
  type SplitEvaluations,
  type TrainingReport,
  type Verdict,
} from './training-report.js';
