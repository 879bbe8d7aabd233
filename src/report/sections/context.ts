/** What all sections of a report look at: the data, and which split judges. */
import type { MetricName } from '../../evaluation/evaluate.js';
import type { SplitMetrics } from '../../evaluation/validation-metrics.js';
import type { Diagnostics } from '../diagnostics/diagnostics.js';
import type { Canvas } from '../plots/canvas.js';
import type { ReportData } from '../report-data.js';

export interface ReportContext {
  readonly canvas: Canvas;
  readonly data: ReportData;
  readonly judge: Judge;
}

/** The rows that say what new rows will give. */
export interface Judge {
  readonly split: 'test' | 'validation';
  readonly measured?: SplitMetrics;
  readonly diagnostics?: Diagnostics;
  /** Such as 'test rows'. */
  readonly words: string;
}

export function judgeOf(data: ReportData): Judge {
  const { metrics, evaluations, diagnostics } = data;
  const asked = metrics?.judge;
  const split =
    asked === 'validation' || asked === 'test' ? asked : evaluations?.test || diagnostics?.test ? 'test' : 'validation';
  return {
    split,
    measured: metrics?.splits[split],
    diagnostics: diagnostics?.[split],
    words: `${split} rows`,
  };
}

/** The metric that decides, and its value on the judging rows. */
export function decidingScore({ data, judge }: Pick<ReportContext, 'data' | 'judge'>): {
  metric?: MetricName;
  value?: number | null;
} {
  const named = data.verdict?.metric ?? data.metrics?.baselines[0]?.decidedBy;
  const evaluation = data.evaluations?.[judge.split];
  const fallback = evaluation?.task === 'regression' || data.model?.task === 'regression' ? 'rmse' : 'logLoss';
  const metric = (named === undefined || named === 'none' ? fallback : named) as MetricName;
  const value = judge.measured?.metrics[metric] ?? evaluation?.metrics[metric];
  if (value === undefined && evaluation === undefined && judge.measured === undefined) return {};
  return { metric, value: value ?? null };
}

/** Why a plot of predictions cannot be drawn. */
export function whyNoPredictions({ data, judge }: ReportContext): string {
  if (data.failure) return 'the run failed before there were predictions.';
  if (!judge.diagnostics) return `the report was given no predictions of ${judge.words}.`;
  const { rows, notes } = judge.diagnostics;
  if (rows === 0) return `no row has both a label and a finite score.`;
  return notes.at(-1) ?? 'the model gives no probabilities.';
}
