/** What is said of the rows of one task: values, their intervals, and the differences of the first model to the others. */

import { confusionMatrix } from '../../metrics/confusion-matrix.js';
import { uniqueLabels } from '../../metrics/labels.js';
import { precisionAtK } from '../../metrics/precision-at-k.js';
import { metricByName } from '../../metrics/registry.js';
import { evaluateSplit, type MetricName } from '../evaluate.js';
import { positiveClassOf, scoreOf } from '../score.js';
import type {
  ClassCount,
  MetricDifference,
  MetricInterval,
  PrecisionAt,
  ThresholdMetrics,
} from '../validation-metrics.js';
import { classMetrics } from './class-metrics.js';
import { delongRecord } from './delong-record.js';
import { unitCount } from './draws.js';
import { bootstrapPValue, type IntervalInput, intervalOf } from './interval.js';
import { LABEL_METRICS } from './label-outcomes.js';
import { isBlocks, type MeasuredRows, type MeasuredSubject } from './measured-rows.js';
import { probabilityQuality } from './probability-quality.js';
import type { StatisticName } from './replicate-input.js';
import type { MeasureTask, SubjectResult, TaskResult } from './tasks.js';

/** Values of resamples by statistic. */
export type ResampledSubject = ReadonlyMap<StatisticName, Omit<IntervalInput, 'level'>>;

export function taskResult(
  rows: MeasuredRows,
  task: MeasureTask,
  block: Partial<TaskResult>,
  resampled: readonly (ResampledSubject | undefined)[],
): TaskResult {
  const { truth, times, kind } = rows;
  const subjects = rows.subjects.map((_, s) => subjectResult(rows, task, s, resampled[s]));
  return {
    rows: rows.rows,
    subjects: subjects.map((result, s) =>
      s === 0 || !task.whole ? result : { ...result, ...comparison(rows, task, subjects, resampled, s) },
    ),
    ...(kind === 'classification' && { classCounts: countsOf(truth.y, rows.subjects[0].classes) }),
    ...(times && timesOf(times)),
    ...block,
    units: unitCount(rows.units),
  };
}

function subjectResult(
  rows: MeasuredRows,
  task: MeasureTask,
  s: number,
  resampled: ResampledSubject | undefined,
): SubjectResult {
  const { truth, kind } = rows;
  const subject = rows.subjects[s];
  const evaluation = evaluateSplit(kind, truth, subject);
  const has = (name: MetricName) => (evaluation.metrics[name] ?? null) !== null;
  const intervals: Record<string, MetricInterval> = {};
  for (const [name, values] of resampled ?? []) {
    if (name.includes('.') || !has(name as MetricName)) continue;
    const interval = intervalOf({ ...values, level: task.level });
    if (interval) intervals[name] = interval;
  }
  const base = { evaluation, intervals, precisionAt: [] };
  if (!task.whole || kind === 'regression') return base;
  return {
    ...base,
    precisionAt: precisionsOf(rows, subject, task, resampled),
    ...(task.threshold !== undefined && subject.probabilities && evaluation.metrics.logLoss !== null
      ? { atThreshold: thresholdMetrics(rows, subject, task.threshold, task.level, resampled) }
      : {}),
    ...(s === 0 && subject.classes.length > 2 && { perClass: classMetrics(rows, subject) }),
    ...(evaluation.metrics.logLoss !== null && { quality: probabilityQuality(truth, subject) }),
  };
}

function precisionsOf(
  { truth, rows }: MeasuredRows,
  { probabilities, classes }: MeasuredSubject,
  { precisionAt, level }: MeasureTask,
  resampled: ResampledSubject | undefined,
): PrecisionAt[] {
  const positiveClass = positiveClassOf(classes);
  if (!probabilities || positiveClass === undefined) return [];
  const known = new Set(classes);
  if (uniqueLabels(truth.y).some((label) => !known.has(label))) return [];
  return precisionAt.flatMap((asked, i): PrecisionAt[] => {
    if (asked > rows) return [];
    const value = precisionAtK(truth.y, probabilities, {
      k: asked,
      classes,
      positiveClass,
      sampleWeight: truth.weights,
    });
    if (!Number.isFinite(value)) return [];
    const values = resampled?.get(`precisionAt.${i}`);
    const interval = values && intervalOf({ ...values, level });
    const k = asked < 1 ? Math.max(1, Math.round(asked * rows)) : asked;
    return [{ k, ...(asked < 1 && { share: asked }), value, ...(interval && { interval }) }];
  });
}

function thresholdMetrics(
  { truth }: MeasuredRows,
  { probabilities, classes }: MeasuredSubject,
  threshold: number,
  level: number,
  resampled: ResampledSubject | undefined,
): Omit<ThresholdMetrics, 'optimistic'> | undefined {
  const positiveClass = positiveClassOf(classes);
  if (!probabilities || positiveClass === undefined) return undefined;
  const { data } = probabilities;
  let positives = 0;
  const predictions = truth.y.map((_, i) => {
    // As metrics of scores take them: float32 probabilities, exactly as float64.
    const positive = data[2 * i + 1] >= threshold;
    if (positive) positives++;
    return positive ? positiveClass : classes[0];
  });
  const metrics: Partial<Record<MetricName, number | null>> = {};
  const undefinedMetrics: Partial<Record<MetricName, string>> = {};
  const intervals: Partial<Record<MetricName, MetricInterval>> = {};
  for (const name of LABEL_METRICS) {
    const score = scoreOf(metricByName(name), truth, { predictions, classes });
    metrics[name] = score.value;
    if (score.value === null) undefinedMetrics[name] = score.reason;
    const values = resampled?.get(`threshold.${name}`);
    const interval = score.value !== null && values ? intervalOf({ ...values, level }) : undefined;
    if (interval) intervals[name] = interval;
  }
  return {
    threshold,
    positiveShare: positives / predictions.length,
    metrics,
    undefinedMetrics,
    intervals,
    confusionMatrix: {
      classes,
      matrix: confusionMatrix(truth.y, predictions, { classes, sampleWeight: truth.weights }),
    },
  };
}

/** The first subject against another. */
function comparison(
  rows: MeasuredRows,
  task: MeasureTask,
  subjects: readonly SubjectResult[],
  resampled: readonly (ResampledSubject | undefined)[],
  s: number,
): Pick<SubjectResult, 'differences' | 'delong'> {
  const [first, other] = [subjects[0].evaluation, subjects[s].evaluation];
  const differences: Record<string, MetricDifference> = {};
  for (const [name, model] of Object.entries(first.metrics) as [MetricName, number | null][]) {
    const baseline = other.metrics[name] ?? null;
    const reason = reasonOf(first, name) ?? reasonOf(other, name);
    const values = differenceOf(resampled[0]?.get(name), resampled[s]?.get(name));
    differences[name] =
      model === null || baseline === null
        ? { model, baseline, difference: null, outcome: 'undecided', ...(reason && { reason }) }
        : { model, baseline, difference: model - baseline, ...decided(name, values, task.level) };
  }
  const delong = delongRecord(rows, s, task.level, !isBlocks(task.resampling));
  return { differences, ...(delong && { delong }) };
}

const reasonOf = (evaluation: SubjectResult['evaluation'], name: MetricName): string | undefined =>
  (evaluation.undefinedMetrics as Partial<Record<MetricName, string>>)[name];

type Values = Omit<IntervalInput, 'level'>;

function differenceOf(a: Values | undefined, b: Values | undefined): Values | undefined {
  if (!a || !b) return undefined;
  return {
    values: a.values.map((v, i) => v - b.values[i]),
    ...(a.bca &&
      b.bca && {
        bca: {
          estimate: a.bca.estimate - b.bca.estimate,
          without: a.bca.without.map((v, i) => v - (b.bca?.without[i] ?? Number.NaN)),
        },
      }),
  };
}

/** Which side of 0 the interval lies on. */
function decided(
  name: MetricName,
  values: Values | undefined,
  level: number,
): Pick<MetricDifference, 'interval' | 'pValue' | 'outcome'> {
  const interval = values && intervalOf({ ...values, level });
  if (!values || !interval) return { outcome: 'undecided' };
  const pValue = bootstrapPValue(values.values);
  if (interval.lower <= 0 && interval.upper >= 0) return { interval, pValue, outcome: 'undecided' };
  const better = interval.lower > 0 === (metricByName(name).direction === 'maximize');
  return { interval, pValue, outcome: better ? 'better' : 'worse' };
}

/** Rows of each class, also of those the model never saw. */
function countsOf(y: Float64Array, classes: readonly number[]): ClassCount[] {
  const counts = new Map<number, number>(uniqueLabels(classes, y).map((label) => [label, 0]));
  for (const label of y) counts.set(label, (counts.get(label) ?? 0) + 1);
  return Array.from(counts, ([label, rows]) => ({ label, rows }));
}

function timesOf(times: Float64Array): { from: number; to: number } {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const time of times) {
    if (time < from) from = time;
    if (time > to) to = time;
  }
  return { from, to };
}
