/** What a report can be made of, and what it is told. */
import { ConfigError } from '../core/errors.js';
import { nearest } from '../core/text.js';
import type { GateVerdict } from '../evaluation/gate-verdict.js';
import type { ValidationMetrics } from '../evaluation/validation-metrics.js';
import type { ShapResult } from '../explain/shap-result.js';
import type { Study } from '../tuning/study.js';
import type { CrossValidationResult } from '../validation/result.js';
import type { ComparisonData } from './comparison/comparison-data.js';
import type { PredictedRows } from './diagnostics/diagnostics.js';
import type { ComparisonReport } from './model-comparison.js';
import { PLOT_NAMES, type PlotName } from './plots/figure.js';
import type { ThemeName } from './plots/theme.js';
import type { CrossValidationSummary, Lineage, ReportData, ShapSummary, TuningSummary } from './report-data.js';
import type { TrainingReport } from './training-report.js';

/** A study, or a tuning's result with one. */
export type StudySource =
  | Pick<Study, 'name' | 'directions' | 'trials'>
  | { readonly study: Pick<Study, 'name' | 'directions' | 'trials'>; readonly metric?: string };

/** What was found out beside the training: all of it optional. */
export interface ReportParts {
  readonly title?: string;
  /** Rows as they were predicted; in place of what the training kept. */
  readonly predictions?: { readonly validation?: PredictedRows; readonly test?: PredictedRows };
  /** Probability of the larger of two classes from which it is predicted: where curves have their operating point. Default: of `metrics`, else 0.5. */
  readonly threshold?: number;
  readonly metrics?: ValidationMetrics;
  readonly gate?: GateVerdict;
  readonly shap?: ShapResult | ShapSummary;
  readonly crossValidation?: CrossValidationResult | CrossValidationSummary;
  /** (rows,) ms since epoch of the cross-validated rows. */
  readonly crossValidationTimes?: ArrayLike<number>;
  readonly tuning?: StudySource | TuningSummary;
  /** Such as the hash of the data and the commit of the code. */
  readonly lineage?: Lineage;
}

/** Which plots are written, and how. */
export interface PlotFiles {
  /** Default: all that can be drawn. */
  readonly names?: readonly PlotName[];
  /** Default 'svg'. PNG takes the package @resvg/resvg-js. */
  readonly format?: 'svg' | 'png';
  /** Default 'light'. */
  readonly theme?: ThemeName;
}

export interface RenderReportOptions extends ReportParts {
  /** Made where it does not exist. Files of earlier reports in it are replaced. */
  readonly directory: string;
  /** Plots as files of their own, in `plots/`. `true`: all, as SVG. Default: none. */
  readonly plots?: boolean | PlotFiles;
}

/** Absolute paths. */
export interface RenderedReport {
  readonly html: string;
  readonly json: string;
  readonly modelCard: string;
  /** In the order of the report; with `plots`. */
  readonly plots: readonly string[];
}

/**
 * What `ModelTrainer.trainModel` or `trainAll` gives; the plain reports of them, as files hold them; the error of a run that failed, or
 * `{ error, report }` with as much of the report as there is.
 */
export type Reportable =
  | { readonly report: TrainingReport }
  | {
      readonly report: ComparisonReport;
      readonly results?: readonly { readonly label: string; readonly report: TrainingReport }[];
    }
  | { readonly error: unknown; readonly report?: Partial<TrainingReport> }
  | ReportData
  | ComparisonReport
  | ComparisonData
  | Error;

const PARTS = [
  ...['title', 'predictions', 'threshold', 'metrics', 'gate', 'shap', 'crossValidation', 'crossValidationTimes'],
  ...['tuning', 'lineage'],
];
const PLOT_OPTIONS = ['names', 'format', 'theme'];

/** @throws ConfigError - an unknown option (the nearest is named), or a value it cannot have */
export function checkParts(what: string, options: ReportParts, further: readonly string[]): void {
  checkKeys(what, options, [...PARTS, ...further]);
  const { threshold } = options;
  if (threshold !== undefined && !(threshold >= 0 && threshold <= 1))
    throw new ConfigError(`${what}: threshold is ${String(threshold)}`, { hint: 'It is a probability: 0 to 1.' });
}

export function checkPlotFiles(what: string, plots: PlotFiles): void {
  checkKeys(`${what}: plots`, plots, PLOT_OPTIONS);
  for (const name of plots.names ?? []) checkPlotName(what, name);
  checkChoice(what, 'format', plots.format, ['svg', 'png']);
  checkChoice(what, 'theme', plots.theme, ['light', 'dark']);
}

export function checkPlotName(what: string, name: string): void {
  if ((PLOT_NAMES as readonly string[]).includes(name)) return;
  const close = nearest(name, PLOT_NAMES);
  throw new ConfigError(`${what}: there is no plot '${name}'`, {
    hint: close ? `Did you mean '${close}'?` : `Plots: ${PLOT_NAMES.join(', ')}.`,
    details: { plot: name, nearest: close },
  });
}

export function checkChoice(what: string, name: string, value: unknown, choices: readonly string[]): void {
  if (value === undefined || choices.includes(value as string)) return;
  throw new ConfigError(`${what}: ${name} is ${String(value)}`, {
    hint: `Use ${choices.map((c) => `'${c}'`).join(' or ')}.`,
  });
}

function checkKeys(what: string, given: object, known: readonly string[]): void {
  if (given === null || typeof given !== 'object')
    throw new ConfigError(`${what}: options are ${String(given)}`, {
      hint: "Pass an object, such as { directory: 'report' }.",
    });
  const unknown = Object.keys(given).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  const close = nearest(unknown, known);
  throw new ConfigError(`${what}: unknown option '${unknown}'`, {
    hint: close ? `Did you mean '${close}'?` : `Valid: ${known.join(', ')}.`,
    details: { option: unknown, nearest: close },
  });
}
