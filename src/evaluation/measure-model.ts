/** `ValidationMetrics` of outputs that are there already: nothing is predicted here, and no row asked that was not handed in. */
import { InvalidInputError } from '../core/errors.js';
import { deriveSeed } from '../core/random.js';
import type { SplitRole } from '../core/split.js';
import { bestOf } from './best-threshold.js';
import { type MeasureOptions, measure } from './bootstrap/measure.js';
import type { MeasureTask, SplitData } from './bootstrap/tasks.js';
import type { Evaluation } from './evaluate.js';
import { type MeasuredModel, type ScoredRows, splitData, type ThresholdOrReason } from './measured-split.js';
import { type MetricsSettings, metricsOptions, type ResolvedMetricsSettings } from './metrics-options.js';
import { validationMetricsOf } from './metrics-record.js';
import { groupsOf, type PartsOrReason, periodsOf } from './parts.js';
import { positiveClassOf } from './score.js';
import type { Resampling, ValidationMetrics } from './validation-metrics.js';

/** How thoroughly `measureModel` looks, and with how many threads. */
export interface MetricsOptions extends MetricsSettings, MeasureOptions {}

const JUDGES = ['holdout', 'test', 'validation', 'train'] as const;

/**
 * Everything that is known of how good a model is, from its outputs on the splits. The threshold is chosen on validation rows alone; the
 * ledger is the caller's business: `evaluateModel` keeps it.
 *
 * @throws ConfigError - an unknown option or one out of range
 * @throws InvalidInputError - no split, lengths that differ, predictions that are not finite
 * @throws TrainingCancelledError - `signal` aborted
 */
export async function measureModel(given: MeasuredModel, options: MetricsOptions = {}): Promise<ValidationMetrics> {
  const { threads, signal, ...rest } = options;
  const settings = metricsOptions.parse(rest, 'Evaluation');
  const judge = JUDGES.find((role) => given.splits[role]);
  const judged = judge && given.splits[judge];
  if (!judge || !judged)
    throw new InvalidInputError('Evaluation: there is no split to judge by', { hint: 'Pass test or validation rows.' });
  const threshold = await thresholdOf(given, settings, { threads, signal });
  const others = [...(given.baselines ?? []), ...(given.uncalibrated ? [given.uncalibrated] : [])];
  const roles = (['train', 'validation', 'test', 'holdout'] as const).filter((role) => given.splits[role]);
  const data: SplitData[] = [];
  const tasks: MeasureTask[] = [];
  for (const role of roles) {
    const rows = given.splits[role];
    if (!rows) continue;
    const outputs = role === judge ? others.map(({ output }) => output) : [];
    data.push(splitData(`Evaluation of ${role} rows`, rows, outputs));
    tasks.push(wholeTask(given, settings, role, data.length - 1, outputs.length + 1, rows, threshold.chosen?.value));
  }
  const whole = tasks[roles.indexOf(judge)];
  const periods = await periodParts(judged, settings);
  const groups = await groupParts(judged, settings);
  tasks.push(...partTasks(whole, periods, 'period'), ...partTasks(whole, groups, 'group'));
  const results = await measure({ task: given.task, data, tasks }, { threads, signal });
  return validationMetricsOf({ given, settings, judge, roles, threshold, periods, groups, results, whole });
}

/** Plain scores of a split, as `evaluateSplit` gives them, without holding up the event loop where there are many rows. */
export async function evaluationOf(
  task: MeasuredModel['task'],
  rows: ScoredRows,
  options: MeasureOptions,
): Promise<Evaluation> {
  const only: MeasureTask = {
    ...{ data: 0, subjects: 1, resampling: 'rows', block: { least: 1 }, seed: 0, whole: false, precisionAt: [] },
    ...{ samples: 0, interval: 'percentile', level: 0.95 },
  };
  const [{ subjects }] = await measure({ task, data: [splitData('Evaluation', rows)], tasks: [only] }, options);
  return subjects[0].evaluation;
}

function wholeTask(
  given: MeasuredModel,
  { bootstrap, precisionAt }: ResolvedMetricsSettings,
  role: SplitRole,
  data: number,
  subjects: number,
  rows: ScoredRows,
  threshold: number | undefined,
): MeasureTask {
  const resampling = resamplingFor(given, rows, bootstrap === false ? 'auto' : bootstrap.resampling);
  const settings = bootstrap === false ? NO_BOOTSTRAP : bootstrap;
  return {
    data,
    subjects,
    resampling,
    block: { given: settings.blockLength, least: Math.max(1, given.horizon ?? 1) },
    seed: deriveSeed(settings.seed, 'evaluation', role),
    // How well a model knows its own training rows needs no interval.
    samples: role === 'train' && subjects === 1 ? 0 : settings.samples,
    interval: settings.interval,
    level: settings.level,
    whole: true,
    threshold,
    precisionAt,
  };
}

const NO_BOOTSTRAP = { samples: 0, level: 0.95, interval: 'percentile', seed: 0, blockLength: undefined } as const;

function resamplingFor({ task }: MeasuredModel, { times }: ScoredRows, asked: 'auto' | Resampling): Resampling {
  if (asked === 'stratified' && task === 'regression')
    throw new InvalidInputError('Evaluation: a regression has no classes to resample within', {
      hint: "Use resampling: 'rows', or 'stationary' for time series.",
    });
  if (asked !== 'auto') return asked;
  if (times) return 'stationary';
  return task === 'classification' ? 'stratified' : 'rows';
}

/** A part has its own random stream, by its name: it says the same however many others there are. */
function partTasks(whole: MeasureTask, found: PartsOrReason, kind: string): MeasureTask[] {
  if ('reason' in found) return [];
  return found.parts.map(({ name, rows }) => ({
    ...whole,
    rows,
    subjects: 1,
    whole: false,
    seed: deriveSeed(whole.seed, kind, name),
  }));
}

async function periodParts({ times, y }: ScoredRows, { periods }: ResolvedMetricsSettings): Promise<PartsOrReason> {
  if (periods === false) return { reason: 'not asked for' };
  if (!times && typeof periods !== 'number') return { reason: 'the rows have no times' };
  if (y.length < 2) return { reason: 'there is one row' };
  // Without times the order of the rows is all there is.
  return periodsOf(times ?? Array.from(y, (_, i) => i), periods);
}

async function groupParts({ groups }: ScoredRows, { groups: most }: ResolvedMetricsSettings): Promise<PartsOrReason> {
  if (most === false) return { reason: 'not asked for' };
  if (!groups) return { reason: 'the rows have no groups' };
  const found = await groupsOf(groups, most);
  return found.parts.length === 1 && found.leftOut === 0 ? { reason: 'all rows are of one group' } : found;
}

async function thresholdOf(
  { task, splits }: MeasuredModel,
  { threshold: criterion, beta }: ResolvedMetricsSettings,
  options: MeasureOptions,
): Promise<ThresholdOrReason> {
  if (criterion === false) return { reason: 'not asked for' };
  if (task === 'regression') return { reason: 'a regression decides nothing' };
  const rows = splits.validation;
  if (!rows) return { reason: 'there are no validation rows to choose it on' };
  const reason = noThresholdBecause(rows);
  if (reason) return { reason };
  const data = splitData('Evaluation of validation rows', rows);
  const { threshold, value } = await bestOf(data, { metric: criterion, beta }, options);
  return { chosen: { value: threshold, criterion, reached: value, chosenOn: 'validation', rows: rows.y.length } };
}

function noThresholdBecause(rows: ScoredRows): string | undefined {
  const { probabilities, classes } = rows.output;
  if (positiveClassOf(classes) === undefined) return `there are ${classes.length} classes`;
  if (!probabilities) return 'the model gives no probabilities';
  const present = presentLabels(rows);
  const strange = [...present].find((label) => !classes.includes(label));
  if (strange !== undefined) return `validation rows of class ${strange}, which the model never saw`;
  return present.size < 2 ? `every validation row is of class ${[...present].join()}` : undefined;
}

/** Of rows that count. */
function presentLabels({ y, weights }: ScoredRows): Set<number> {
  const present = new Set<number>();
  for (let i = 0; i < y.length; i++) if (!weights || weights[i] > 0) present.add(y[i]);
  return present;
}
