/** Puts what was measured together to `ValidationMetrics`. */
import type { SplitRole } from '../core/split.js';
import type { MeasureTask, SubjectResult, TaskResult } from './bootstrap/tasks.js';
import type { MetricName } from './evaluate.js';
import type { MeasuredModel, ThresholdOrReason } from './measured-split.js';
import type { ResolvedMetricsSettings } from './metrics-options.js';
import type { PartsOrReason } from './parts.js';
import { positiveClassOf } from './score.js';
import {
  type BaselineMetrics,
  type BootstrapRecord,
  type Breakdown,
  type CalibrationMetrics,
  type MetricValues,
  type MissingPart,
  type PartMetrics,
  type SplitMetrics,
  VALIDATION_METRICS_VERSION,
  type ValidationMetrics,
} from './validation-metrics.js';

export interface Measured {
  readonly given: MeasuredModel;
  readonly settings: ResolvedMetricsSettings;
  readonly judge: SplitRole;
  readonly roles: readonly SplitRole[];
  readonly threshold: ThresholdOrReason;
  readonly periods: PartsOrReason;
  readonly groups: PartsOrReason;
  /** Of the splits in the order of `roles`, then of the periods, then of the groups. */
  readonly results: readonly TaskResult[];
  /** The task of the split that judges. */
  readonly whole: MeasureTask;
}

/** A confusion matrix of more classes is for no reader, and most of the document. */
const MOST_CLASSES_SHOWN = 50;
/** A part with fewer rows, or fewer rows of one of two classes, is called small. */
const SMALL_ROWS = 50;
const SMALL_CLASS = 10;
/** An interval from fewer blocks is itself a rough guess. */
const FEW_BLOCKS = 20;

export function validationMetricsOf(measured: Measured): ValidationMetrics {
  const { given, judge, roles, threshold, periods, groups, results } = measured;
  const classes = Array.from(given.splits[judge]?.output.classes ?? []);
  const judged = results[roles.indexOf(judge)];
  const splits = Object.fromEntries(
    roles.map((role, i) => [role, splitMetrics(role, results[i], given.splits[role]?.weights !== undefined)]),
  );
  const parts = results.slice(roles.length);
  const periodCount = 'parts' in periods ? periods.parts.length : 0;
  const calibration = calibrationMetrics(measured, judged);
  const bootstrap = bootstrapRecord(measured, judged);
  const positiveClass = positiveClassOf(classes);
  return {
    formatVersion: VALIDATION_METRICS_VERSION,
    model: given.model,
    task: given.task,
    classes,
    ...(positiveClass !== undefined && { positiveClass }),
    judge,
    splits,
    ...(threshold.chosen && { threshold: threshold.chosen }),
    ...(bootstrap && { bootstrap }),
    baselines: baselineMetrics(measured, judged),
    ...('parts' in periods && { periods: breakdown(judge, periods, parts.slice(0, periodCount)) }),
    ...('parts' in groups && { groups: breakdown(judge, groups, parts.slice(periodCount)) }),
    ...(calibration && { calibration }),
    missing: missingParts(measured, judged, calibration),
    warnings: warningsOf(measured, judged),
  };
}

function splitMetrics(role: SplitRole, result: TaskResult, weighted: boolean): SplitMetrics {
  const [{ evaluation, precisionAt, perClass, atThreshold, ...rest }] = result.subjects;
  const confusion = evaluation.task === 'classification' ? evaluation.confusionMatrix : undefined;
  return {
    role,
    rows: result.rows,
    weighted,
    ...timeOf(result),
    ...(result.classCounts && { classCounts: result.classCounts }),
    ...valuesOf({ evaluation, ...rest }),
    ...(confusion && confusion.classes.length <= MOST_CLASSES_SHOWN && { confusionMatrix: confusion }),
    ...(perClass && { perClass }),
    precisionAt,
    ...(atThreshold && { atThreshold: { ...atThreshold, optimistic: role === 'validation' } }),
  };
}

const timeOf = ({ from, to }: TaskResult) => (from === undefined || to === undefined ? {} : { from, to });

function valuesOf({ evaluation, intervals }: Pick<SubjectResult, 'evaluation' | 'intervals'>): MetricValues {
  return { metrics: evaluation.metrics, undefinedMetrics: evaluation.undefinedMetrics, intervals };
}

function breakdown(
  split: SplitRole,
  { by, parts, leftOut }: Extract<PartsOrReason, { parts: unknown }>,
  results: readonly TaskResult[],
): Breakdown {
  return {
    split,
    by,
    parts: results.map((result, i) => partMetrics(parts[i].name, result)),
    leftOut,
  };
}

function partMetrics(name: string, result: TaskResult): PartMetrics {
  const { rows, classCounts = [] } = result;
  const rare = classCounts.length <= 2 ? classCounts.find((one) => one.rows < SMALL_CLASS) : undefined;
  const because =
    rows < SMALL_ROWS ? `${rows} rows` : rare ? `${rare.rows} rows of class ${rare.label}` : result.noIntervals;
  return {
    name,
    ...timeOf(result),
    rows,
    ...(result.classCounts && { classCounts }),
    ...valuesOf(result.subjects[0]),
    small: because !== undefined,
    ...(because !== undefined && { smallBecause: because }),
  };
}

function bootstrapRecord(
  { settings: { bootstrap }, whole }: Measured,
  judged: TaskResult,
): BootstrapRecord | undefined {
  if (bootstrap === false || judged.noIntervals || whole.samples === 0) return undefined;
  const { blockLength, blockUnit, blockLengthFrom } = judged;
  return {
    resampling: whole.resampling,
    interval: whole.interval,
    samples: whole.samples,
    level: whole.level,
    seed: bootstrap.seed,
    ...(blockLength !== undefined && { blockLength, blockUnit, blockLengthFrom }),
  };
}

function baselineMetrics({ given, judge }: Measured, { subjects }: TaskResult): BaselineMetrics[] {
  return (given.baselines ?? []).map(({ name, description, output }, i) => {
    const { differences = {}, delong } = subjects[i + 1];
    const probabilities = given.splits[judge]?.output.probabilities && output.probabilities;
    const decidedBy: MetricName = given.task === 'regression' ? 'mse' : probabilities ? 'logLoss' : 'accuracy';
    return {
      name,
      ...(description !== undefined && { description }),
      split: judge,
      differences,
      decidedBy,
      beaten: differences[decidedBy]?.outcome === 'better',
      ...(delong && { delong }),
    };
  });
}

/** Metrics that a map of probabilities is made for. */
const OF_PROBABILITIES = ['logLoss', 'brierScore', 'expectedCalibrationError', 'rocAuc'] as const;

function calibrationMetrics(
  { given, judge }: Measured,
  { subjects, rows }: TaskResult,
): CalibrationMetrics | undefined {
  const own = subjects[0].quality;
  if (!own) return undefined;
  const about = given.splits[judge]?.output.classes.length === 2 ? 'positive' : 'largest';
  const head = { split: judge, rows, about } as const;
  const before = given.uncalibrated && subjects[subjects.length - 1];
  if (!given.uncalibrated || !before?.quality) return { ...head, before: own };
  const { differences = {} } = before;
  const kept = OF_PROBABILITIES.flatMap((name) => (differences[name] ? [[name, differences[name]]] : []));
  return {
    ...head,
    before: before.quality,
    after: own,
    method: given.uncalibrated.method,
    differences: Object.fromEntries(kept),
  };
}

function missingParts(
  { given, settings, threshold, periods, groups, whole }: Measured,
  judged: TaskResult,
  calibration: CalibrationMetrics | undefined,
): ValidationMetrics['missing'] {
  const missing: Partial<Record<MissingPart, string>> = {};
  for (const role of ['train', 'validation', 'test'] as const)
    if (!given.splits[role]) missing[role] = `${role} rows were not evaluated`;
  if (threshold.reason) missing.threshold = threshold.reason;
  if (settings.bootstrap === false) missing.intervals = 'not asked for';
  else if (judged.noIntervals) missing.intervals = judged.noIntervals;
  else if (whole.samples === 0) missing.intervals = 'training rows have no intervals';
  if (!given.baselines?.length) missing.baselines = 'there is nothing to compare with';
  if ('reason' in periods) missing.periods = periods.reason;
  if ('reason' in groups) missing.groups = groups.reason;
  if (!calibration)
    missing.calibration =
      given.task === 'regression'
        ? 'a regression has no probabilities'
        : ((judged.subjects[0].evaluation.undefinedMetrics as { logLoss?: string }).logLoss ??
          'there are no probabilities');
  else if (!calibration.after)
    missing.calibration = 'the model has no map of probabilities: this is what it gives by itself';
  return missing;
}

function warningsOf({ judge, settings }: Measured, judged: TaskResult): string[] {
  const warnings: string[] = [];
  if (judge === 'train' || judge === 'validation')
    warnings.push(`Judged by ${judge} rows, which training has seen: new rows will do worse.`);
  const small = partMetrics(judge, judged);
  if (small.small && small.smallBecause !== judged.noIntervals)
    warnings.push(`The ${judge} split is small (${small.smallBecause}): every number here is rough.`);
  if (judged.noIntervals && settings.bootstrap !== false)
    warnings.push(`There are no intervals: ${judged.noIntervals}.`);
  const { blockLength, units, blockUnit } = judged;
  if (blockLength !== undefined && !judged.noIntervals && units < FEW_BLOCKS * blockLength)
    warnings.push(
      `Intervals stand on ${Math.floor(units / blockLength)} blocks of ${blockLength} ${blockUnit}: take their width as a rough guess.`,
    );
  const classes = judged.subjects[0].evaluation.task === 'classification' ? (judged.classCounts ?? []) : [];
  const absent = classes.filter(({ rows }) => rows === 0).map(({ label }) => label);
  if (absent.length > 0)
    warnings.push(
      `No ${judge} row is of class ${absent.slice(0, 10).join(', ')}${absent.length > 10 ? ', ...' : ''}: areas under curves are undefined.`,
    );
  return warnings;
}
