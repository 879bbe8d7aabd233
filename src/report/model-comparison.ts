/** The report of a comparison of models as plain data: what `comparison.json` holds and what every rendering is made from. */
import type { QCDecision } from '../data/qc-gate.js';
import type { Comparison } from '../evaluation/compare.js';
import type { Evaluation } from '../evaluation/evaluate.js';
import type { Task } from '../model/types.js';
import type { LedgerReport } from '../splits/ledger-record.js';

/** Version of the form of `ComparisonReport`; raised when a reader would have to change. */
export const COMPARISON_VERSION = 1;

/** How p-values of several comparisons are corrected. */
export type Correction = 'holm' | 'bonferroni' | 'none';

/** A model or baseline minus the winner, in units of the deciding metric. */
export interface Difference {
  readonly value: number;
  /** Bootstrap interval of the difference by itself, not corrected. */
  readonly interval: { readonly lower: number; readonly upper: number; readonly confidence: number };
  readonly pValue: number;
  /** Corrected for the number of comparisons. */
  readonly adjustedPValue: number;
  /** The corrected p-value is below 1 - confidence. */
  readonly significant: boolean;
}

interface ComparedEntry {
  /** Unique in the comparison, such as 'lightgbm' or 'lightgbm (aggressive)'. */
  readonly label: string;
  /** The deciding metric on the compared rows; null where it is undefined, which `reason` explains. */
  readonly value: number | null;
  readonly reason?: string;
  /** On the compared rows. */
  readonly evaluation: Evaluation;
  /** Absent for the winner, and where a metric is undefined. */
  readonly difference?: Difference;
}

/** A trained model among the compared. */
export interface ComparedModel extends ComparedEntry {
  /** Registered name. */
  readonly name: string;
  /** 1 for the winner. Equal values share no rank: the one named first comes first. */
  readonly rank: number;
  readonly runId: string;
  readonly variant?: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Rows a window, for models of sequences. */
  readonly sequenceLength?: number;
  readonly trainedRows: number;
  /** Seconds. */
  readonly trainingTime: number;
  readonly bestEpoch: number;
  readonly totalEpochs: number;
}

/** A baseline among the compared. */
export interface ComparedBaseline extends ComparedEntry {
  readonly description: string;
}

/** A model whose training failed, with the error. */
export interface FailedModel {
  readonly label: string;
  readonly name: string;
  readonly error: {
    readonly name: string;
    readonly code?: string;
    readonly message: string;
    readonly hint?: string;
  };
}

/** The report of a comparison: what `comparison.json` holds. */
export interface ComparisonReport {
  readonly formatVersion: typeof COMPARISON_VERSION;
  readonly comparisonId: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly task: Task;
  readonly seed: number;
  readonly metric: { readonly name: string; readonly direction: 'maximize' | 'minimize' };
  readonly data: {
    readonly symbol?: string;
    readonly horizon?: number;
    readonly featureNames: readonly string[];
    readonly summary: unknown;
    readonly validationRows: number;
    /** Validation rows that every model could predict: what all scores here are about. */
    readonly comparedRows: number;
    /** ISO 8601, where the times are known. */
    readonly from?: string;
    readonly to?: string;
  };
  readonly significance: {
    readonly method: 'paired bootstrap' | 'paired block bootstrap';
    readonly resamples: number;
    /** Rows drawn together. */
    readonly blockLength: number;
    readonly confidence: number;
    readonly correction: Correction;
    /** Differences tested together. */
    readonly comparisons: number;
  };
  /** Label of the winner. */
  readonly winner: string;
  /** Best first. */
  readonly models: readonly ComparedModel[];
  readonly baselines: readonly ComparedBaseline[];
  readonly failed: readonly FailedModel[];
  /** Models of 'all' that were not tried, and why. */
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
  readonly verdict: {
    readonly text: string;
    /** The winner is better than every baseline, by the corrected p-values. */
    readonly beatsBaselines: boolean;
    /** Models from which the winner cannot be told apart. */
    readonly ties: readonly string[];
  };
  /** The winner alone on the test rows, where that was asked for. */
  readonly finalTest?: {
    readonly evaluation: Evaluation;
    readonly baselines: readonly { readonly label: string; readonly comparison: Comparison }[];
  };
  /** What the gate made of the data's quality report, where the comparison was given one. */
  readonly qc?: QCDecision;
  readonly ledger: LedgerReport;
  readonly warnings: readonly string[];
  readonly environment: {
    readonly holdfast: string;
    readonly node: string;
    readonly platform: string;
    readonly threads: number;
  };
}
