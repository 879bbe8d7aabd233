/** `holdfast/report`: the report of a run as a typed document. */
export type { Comparison } from '../evaluation/compare.js';
export type { ClassificationEvaluation, Evaluation, RegressionEvaluation } from '../evaluation/evaluate.js';
export type { LedgerRefusal, LedgerReport, LedgerSplit, LedgerUse } from '../splits/ledger-record.js';
export {
  COMPARISON_VERSION,
  type ComparedBaseline,
  type ComparedModel,
  type ComparisonReport,
  type Correction,
  type Difference,
  type FailedModel,
} from './model-comparison.js';
export {
  type BaselineResult,
  REPORT_VERSION,
  reportJson,
  type SplitEvaluations,
  type TrainingReport,
  type Verdict,
} from './training-report.js';
