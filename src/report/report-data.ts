/**
 * Everything a report of one run can show, as plain data that JSON holds: the training report and what was found out beside it. Every part is optional:
 * one that is missing is said in words where it would stand.
 */
import type { GateVerdict } from '../evaluation/gate-verdict.js';
import type { TrainingReport } from './training-report.js';

/** Why there is no model. */
export interface RunFailure {
  readonly name: string;
  readonly code?: string;
  readonly message: string;
  readonly hint?: string;
}

/** SHAP values of a sample of rows, feature by feature. */
export interface ShapSummary {
  readonly method: string;
  readonly unit: string;
  /** What is explained: a class, the margin, the value; `outputs` more were summed for the order. */
  readonly output: string;
  readonly outputs: number;
  readonly baseValue: number;
  /** Rows explained, and drawn. */
  readonly rows: number;
  readonly shown: number;
  readonly allFeatures: number;
  /** Largest mean absolute value first. */
  readonly features: readonly {
    readonly name: string;
    readonly meanAbsolute: number;
    /** (shown,) */
    readonly values: readonly number[];
    /** (shown,) 0 the lowest feature value, 4 the highest, -1 missing. */
    readonly levels: readonly number[];
  }[];
}

/** One fold of a cross-validation in the order of time (or of rows). */
export interface FoldLine {
  readonly name: string;
  /** Score on its test rows. */
  readonly score?: number;
  readonly trainRows: number;
  readonly testRows: number;
  readonly unusedRows: number;
  /** Runs of places in the order of time (`to` excluded): `unused` rows were purged, embargoed, or not reached yet. */
  readonly spans: readonly { readonly use: 'train' | 'test' | 'unused'; readonly from: number; readonly to: number }[];
}

/** A cross-validation as the report shows it: folds, scores, gaps. */
export interface CrossValidationSummary {
  readonly metric?: string;
  readonly mean?: number;
  readonly std?: number;
  readonly rows: number;
  /** Times (ms since epoch) of some places along the rows, where they are known. */
  readonly times?: readonly { readonly place: number; readonly time: number }[];
  readonly folds: readonly FoldLine[];
  /** Folds beyond the most that are drawn. */
  readonly leftOut: number;
}

/** One trial of a study. */
export interface TuningTrial {
  readonly number: number;
  readonly state: string;
  readonly value: number | null;
  readonly params: Readonly<Record<string, string | number | boolean | null>>;
}

/** A study as the report shows it: trials, parameters, best values. */
export interface TuningSummary {
  readonly name?: string;
  readonly metric?: string;
  readonly direction: 'minimize' | 'maximize';
  readonly trials: readonly TuningTrial[];
  readonly best?: { readonly number: number; readonly value: number };
  /** Parameters, the ones with most influence first where that is known; log-scaled ranges are drawn so. */
  readonly parameters: readonly {
    readonly name: string;
    readonly log: boolean;
    readonly choices?: readonly string[];
  }[];
}

/** Where the model comes from. Values are shown as they are. */
export type Lineage = Readonly<Record<string, string | number | boolean | null>>;

/** Everything that a report may show; a part that is missing is said, not drawn. */
export interface ReportData extends Partial<TrainingReport> {
  /** Default: the model, the symbol and the horizon. */
  readonly title?: string;
  readonly status?: 'completed' | 'failed';
  readonly failure?: RunFailure;
  readonly gate?: GateVerdict;
  readonly shap?: ShapSummary;
  readonly crossValidation?: CrossValidationSummary;
  readonly tuning?: TuningSummary;
  readonly lineage?: Lineage;
}
