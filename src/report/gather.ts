/** From what a caller has to the plain data of a report. */
import { InvalidInputError } from '../core/errors.js';
import type { ShapResult } from '../explain/shap-result.js';
import type { CrossValidationResult } from '../validation/result.js';
import type { ComparisonData } from './comparison/comparison-data.js';
import { diagnosticsOf } from './diagnostics/diagnose.js';
import type { Diagnostics, PredictedRows } from './diagnostics/diagnostics.js';
import { COMPARISON_VERSION, type ComparisonReport } from './model-comparison.js';
import type { Reportable, ReportParts, StudySource } from './options.js';
import { summariseFolds } from './parts/fold-summary.js';
import { summariseShap } from './parts/shap-summary.js';
import { summariseStudy } from './parts/tuning-summary.js';
import type { CrossValidationSummary, ReportData, RunFailure, ShapSummary, TuningSummary } from './report-data.js';
import { REPORT_VERSION, type TrainingReport } from './training-report.js';

export type Gathered =
  | { readonly kind: 'run'; readonly data: ReportData }
  | { readonly kind: 'comparison'; readonly data: ComparisonData };

/** Curves of models that a comparison shows. */
const CURVES = 6;

/** @throws InvalidInputError - what is no result, or of a newer version; predictions that do not fit together */
export async function gather(result: Reportable, parts: ReportParts): Promise<Gathered> {
  const base = baseOf(result);
  if (base.kind === 'comparison')
    return parts.title === undefined ? base : { kind: 'comparison', data: { ...base.data, title: parts.title } };
  const {
    title,
    metrics = base.data.metrics,
    gate,
    shap,
    crossValidation,
    crossValidationTimes,
    tuning,
    lineage,
  } = parts;
  const threshold = parts.threshold ?? metrics?.threshold?.value;
  const own = await ownDiagnostics(parts, threshold);
  const data: ReportData = {
    ...base.data,
    ...(title !== undefined && { title }),
    ...(own && { diagnostics: { ...base.data.diagnostics, ...own } }),
    ...(metrics && { metrics }),
    ...(gate && { gate }),
    ...(shap && { shap: isShapResult(shap) ? summariseShap(shap) : shap }),
    ...(crossValidation && { crossValidation: foldsOf(crossValidation, crossValidationTimes) }),
    ...(tuning && { tuning: studyOf(tuning) }),
    ...(lineage && { lineage: { ...base.data.lineage, ...lineage } }),
  };
  return { kind: 'run', data };
}

function baseOf(result: Reportable): Gathered {
  if (result instanceof Error) return { kind: 'run', data: failed(result, {}) };
  if (result === null || typeof result !== 'object') throw unknownResult(result);
  if ('error' in result) return { kind: 'run', data: failed(result.error, result.report ?? {}) };
  const report = 'report' in result ? result.report : result;
  if (report === null || typeof report !== 'object') throw unknownResult(result);
  if ('comparisonId' in report) {
    checkVersion('comparison', report.formatVersion, COMPARISON_VERSION);
    const results = 'results' in result ? (result.results ?? []) : [];
    return { kind: 'comparison', data: withCurves(report, results) };
  }
  const known = ['model', 'evaluations', 'failure', 'diagnostics', 'metrics', 'title'].some((key) => key in report);
  if (!known) throw unknownResult(result);
  checkVersion('report', report.formatVersion, REPORT_VERSION);
  return { kind: 'run', data: report };
}

function withCurves(
  report: ComparisonReport | ComparisonData,
  results: readonly { readonly label: string; readonly report: TrainingReport }[],
): ComparisonData {
  const curves = results.flatMap(({ label, report: { diagnostics } }) =>
    diagnostics?.validation ? [{ label, diagnostics: diagnostics.validation }] : [],
  );
  return curves.length === 0 ? report : { ...report, curves: curves.slice(0, CURVES) };
}

const failed = (error: unknown, report: Partial<TrainingReport>): ReportData => ({
  ...report,
  status: 'failed',
  failure: failureOf(error),
});

function failureOf(error: unknown): RunFailure {
  const { name, code, message, hint } = (error ?? {}) as {
    name?: unknown;
    code?: unknown;
    message?: unknown;
    hint?: unknown;
  };
  return {
    name: typeof name === 'string' ? name : 'Error',
    ...(typeof code === 'string' && { code }),
    message: typeof message === 'string' ? message : String(error),
    ...(typeof hint === 'string' && { hint }),
  };
}

async function ownDiagnostics({ predictions }: ReportParts, threshold: number | undefined) {
  if (!predictions) return undefined;
  const of = (rows: PredictedRows): Promise<Diagnostics> =>
    diagnosticsOf(rows, threshold === undefined ? {} : { threshold });
  const { validation, test } = predictions;
  return { ...(validation && { validation: await of(validation) }), ...(test && { test: await of(test) }) };
}

const isShapResult = (shap: ShapResult | ShapSummary): shap is ShapResult => 'data' in shap;

function foldsOf(
  given: CrossValidationResult | CrossValidationSummary,
  times: ArrayLike<number> | undefined,
): CrossValidationSummary {
  return 'leftOut' in given ? given : summariseFolds(given, { ...(times && { times }) });
}

function studyOf(given: StudySource | TuningSummary): TuningSummary {
  if ('direction' in given) return given;
  return 'study' in given ? summariseStudy(given.study, { metric: given.metric }) : summariseStudy(given);
}

function checkVersion(what: string, found: unknown, known: number): void {
  if (found === undefined || found === known) return;
  throw new InvalidInputError(`This ${what} has format ${String(found)}, and this version knows ${known}`, {
    hint: 'Update holdfast.',
  });
}

const unknownResult = (given: unknown): InvalidInputError =>
  new InvalidInputError(`renderReport: ${given === null ? 'null' : typeof given} is no result`, {
    hint: 'Pass what trainModel or trainAll gave, a report.json, or the error of a run that failed.',
  });
