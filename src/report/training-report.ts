/** The report of one run as plain data: what `report.json` holds and what every rendering is made from. */
import type { QCDecision } from '../data/qc-gate.js';
import type { Comparison } from '../evaluation/compare.js';
import type { Evaluation } from '../evaluation/evaluate.js';
import type { ValidationMetrics } from '../evaluation/validation-metrics.js';
import type { Task, TrainingMetrics } from '../model/types.js';
import type { LeakageReport } from '../splits/leakage.js';
import type { LedgerReport } from '../splits/ledger-record.js';
import type { Diagnostics } from './diagnostics/diagnostics.js';

/** Version of the form of `TrainingReport`; raised when a reader would have to change. */
export const REPORT_VERSION = 1;

/** Scores of a model (or baseline) on the splits; test is absent when the run was told to leave it alone. */
export interface SplitEvaluations {
  readonly train?: Evaluation;
  readonly validation?: Evaluation;
  readonly test?: Evaluation;
}

/** What a baseline scores on the splits of the run. */
export interface BaselineResult {
  readonly name: string;
  readonly description: string;
  readonly evaluations: SplitEvaluations;
  /** Model minus baseline on the split that decides (test, else validation). */
  readonly comparison?: Comparison;
}

/** The report of a run: what `report.json` holds. */
export interface TrainingReport {
  readonly formatVersion: typeof REPORT_VERSION;
  readonly runId: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly model: {
    readonly name: string;
    readonly family: string;
    readonly task: Task;
    readonly variant?: string;
    readonly config: Readonly<Record<string, unknown>>;
    readonly classes: readonly number[];
  };
  readonly seed: number;
  readonly data: {
    readonly symbol?: string;
    readonly horizon?: number;
    readonly sequenceLength?: number;
    readonly featureNames: readonly string[];
    /** Sizes, time ranges, purged and embargoed rows: `TimeSeriesDataContainer.summary()`. */
    readonly summary: unknown;
  };
  /** What the gate made of the data's quality report, where the run was given one. */
  readonly qc?: QCDecision;
  readonly leakage: LeakageReport;
  /** What the rows were used for, by whom and when; `own` marks what concerns this model. */
  readonly ledger: LedgerReport;
  readonly training: TrainingMetrics;
  readonly evaluations: SplitEvaluations;
  /** The whole of it: intervals, threshold, differences to the baselines, periods, groups, calibration. */
  readonly metrics: ValidationMetrics;
  readonly baselines: readonly BaselineResult[];
  /** One honest sentence: does the model beat the best baseline, and by how much. */
  readonly verdict: Verdict;
  /** Largest first; absent for models that have none. */
  readonly featureImportance?: {
    readonly kind: string;
    readonly features: readonly { readonly name: string; readonly value: number }[];
  };
  /** What plots show of the predictions: curves, calibration, scores, their course in time. */
  readonly diagnostics?: { readonly validation?: Diagnostics; readonly test?: Diagnostics };
  readonly warnings: readonly string[];
  readonly environment: {
    readonly holdfast: string;
    readonly node: string;
    readonly platform: string;
    readonly threads: number;
  };
}

/** Whether the model beats the best baseline, in a sentence and in numbers. */
export interface Verdict {
  readonly beatsBaseline: boolean;
  readonly split: 'test' | 'validation';
  readonly metric: string;
  readonly text: string;
}

/** Pretty JSON; values that are not finite become null. */
export function reportJson(report: object): string {
  return `${JSON.stringify(report, (_key, value) => (ArrayBuffer.isView(value) ? Array.from(value as unknown as ArrayLike<number>) : value), 2)}\n`;
}
