/** The gate before deployment: requirements against `ValidationMetrics`. All are checked, and all that fail are named. */
import { ConfigError, ValidationGateError } from '../core/errors.js';
import type { SplitRole } from '../core/split.js';
import type { MetricName } from './evaluate.js';
import { type GateSettings, gateOptions, isMaximized, type ResolvedGate } from './gate-options.js';
import type { GateCheck, GateVerdict } from './gate-verdict.js';
import type {
  BaselineMetrics,
  Breakdown,
  MetricValues,
  SplitMetrics,
  ValidationMetrics,
} from './validation-metrics.js';

/**
 * Whether a model may pass, with every requirement and what came of it. A value that is not there fails: what was not measured was not
 * reached.
 *
 * @throws ConfigError - an unknown key or metric, or no requirement at all
 * @example
 * const verdict = checkThresholds(metrics, { metrics: { rocAuc: { min: 0.55, lowerBound: 0.52 } }, baselines: {} });
 * verdict.failures; // ['rocAuc of test is 0.531, required is at least 0.55', ...]
 */
export function checkThresholds(metrics: ValidationMetrics, gate: GateSettings): GateVerdict {
  const settings = gateOptions.parse(gate, 'The gate');
  const role = settings.split ?? metrics.judge;
  const split = metrics.splits[role];
  const checks = [
    ...rowChecks(settings, role, split),
    ...valueChecks(settings.metrics, role, split),
    ...valueChecks(settings.atThreshold, role, split?.atThreshold, ' at the threshold'),
    ...baselineChecks(settings, metrics, role),
    ...partChecks('period', settings.periods, role, metrics.periods),
    ...partChecks('group', settings.groups, role, metrics.groups),
    ...gapChecks(settings, role, metrics),
  ];
  if (checks.length === 0)
    throw new ConfigError('The gate requires nothing', {
      hint: 'Set at least one requirement, such as metrics: { rocAuc: { min: 0.55 } }.',
    });
  const failures = checks.filter(({ passed }) => !passed).map(({ text }) => text);
  return { passed: failures.length === 0, checks, failures };
}

/**
 * As {@link checkThresholds}, and refuses a model that fails.
 *
 * @throws ValidationGateError - listing every failed requirement; `details.verdict` is the verdict
 */
export function validateModel(metrics: ValidationMetrics, gate: GateSettings): GateVerdict {
  const verdict = checkThresholds(metrics, gate);
  if (verdict.passed) return verdict;
  const { failures, checks } = verdict;
  throw new ValidationGateError(
    `${metrics.model} fails ${failures.length} of ${checks.length} requirements: ${failures.join('; ')}`,
    {
      hint: 'Do not deploy it. Find out why before changing the gate: limits that follow the results check nothing.',
      details: { verdict },
    },
  );
}

interface Found {
  readonly kind: GateCheck['kind'];
  readonly split: SplitRole;
  readonly metric?: string;
  readonly name?: string;
  /** As the sentence begins. */
  readonly what: string;
  readonly actual: number | null | undefined;
  /** Why it is missing. */
  readonly because?: string;
}

function check(
  { what, actual = null, because, ...rest }: Found,
  comparison: GateCheck['comparison'],
  limit: number,
): GateCheck {
  const passed = actual !== null && (comparison === 'atLeast' ? actual >= limit : actual <= limit);
  const wanted = `${comparison === 'atLeast' ? 'at least' : 'at most'} ${limit}`;
  let text = `${what} is ${round(actual ?? 0)}, required is ${wanted}`;
  if (actual === null) text = `${what} is not known${because ? ` (${because})` : ''}, required is ${wanted}`;
  return { ...rest, comparison, limit, actual, passed, text };
}

const round = (value: number): string => Number(value.toPrecision(4)).toString();

function rowChecks({ minRows }: ResolvedGate, split: SplitRole, found: SplitMetrics | undefined): GateCheck[] {
  if (minRows === undefined) return [];
  const rows = { kind: 'rows', split, what: `The number of ${split} rows`, actual: found?.rows ?? 0 } as const;
  return [check(rows, 'atLeast', minRows)];
}

type Limits = { min?: number; max?: number; lowerBound?: number; upperBound?: number };

const entriesOf = <T>(byMetric: Partial<Record<MetricName, T | undefined>> | undefined): [MetricName, T][] =>
  Object.entries(byMetric ?? {}).filter((entry): entry is [MetricName, T] => entry[1] !== undefined);

function valueChecks(
  byMetric: Partial<Record<MetricName, Limits | undefined>> | undefined,
  split: SplitRole,
  values: MetricValues | undefined,
  where = '',
): GateCheck[] {
  return entriesOf(byMetric).flatMap(([metric, { min, max, lowerBound, upperBound }]) => {
    const what = `${metric} of ${split}${where}`;
    const because = values ? values.undefinedMetrics[metric] : `there is no ${split} split${where}`;
    const value = { kind: 'metric', metric, split, what, actual: values?.metrics[metric], because } as const;
    const interval = values?.intervals[metric];
    const end = (which: 'lower' | 'upper') =>
      ({
        kind: 'interval',
        metric,
        split,
        what: `The ${which} end of ${what}`,
        actual: interval?.[which],
        because: because ?? 'there is no interval',
      }) as const;
    return [
      ...(min === undefined ? [] : [check(value, 'atLeast', min)]),
      ...(max === undefined ? [] : [check(value, 'atMost', max)]),
      ...(lowerBound === undefined ? [] : [check(end('lower'), 'atLeast', lowerBound)]),
      ...(upperBound === undefined ? [] : [check(end('upper'), 'atMost', upperBound)]),
    ];
  });
}

function baselineChecks(
  { baselines: wanted }: ResolvedGate,
  metrics: ValidationMetrics,
  split: SplitRole,
): GateCheck[] {
  if (!wanted) return [];
  const names = wanted.names ?? metrics.baselines.map(({ name }) => name);
  if (names.length === 0) {
    const because = metrics.missing.baselines;
    return [
      check({ kind: 'baseline', split, what: 'The improvement over a baseline', actual: null, because }, 'atLeast', 0),
    ];
  }
  return names.flatMap((name) => {
    const found = metrics.baselines.find((one) => one.name === name && one.split === split);
    return baselineCheck(name, found, wanted, split);
  });
}

/** Improvements count upwards, whichever way the metric goes. */
function baselineCheck(
  name: string,
  found: BaselineMetrics | undefined,
  { significant, improvement, metric: asked }: NonNullable<ResolvedGate['baselines']>,
  split: SplitRole,
): GateCheck[] {
  const metric = asked ?? found?.decidedBy;
  const one = metric && found?.differences[metric];
  const sign = metric && !isMaximized(metric) ? -1 : 1;
  const what = `The improvement of ${metric ?? 'the metric'} over ${name} on ${split}`;
  const because = found ? one?.reason : `there is no baseline '${name}' on ${split} rows`;
  const head = { kind: 'baseline', ...(metric && { metric }), name, split } as const;
  const checks: GateCheck[] = [];
  if (significant) {
    const end = one?.interval && (sign > 0 ? one.interval.lower : 0 - one.interval.upper);
    const lower = check(
      {
        ...head,
        what: `The lower end of ${what[0].toLowerCase()}${what.slice(1)}`,
        actual: end,
        because: because ?? 'there is no interval',
      },
      'atLeast',
      0,
    );
    // 0 itself lies in the interval: then nothing is shown.
    checks.push(lower.actual === 0 ? { ...lower, passed: false, text: `${what} may be 0` } : lower);
  }
  const actual = one?.difference === null || one?.difference === undefined ? null : sign * one.difference;
  if (improvement !== undefined) checks.push(check({ ...head, what, actual, because }, 'atLeast', improvement));
  return checks;
}

function partChecks(
  kind: 'period' | 'group',
  wanted: ResolvedGate['periods'],
  split: SplitRole,
  found: Breakdown | undefined,
): GateCheck[] {
  if (!wanted) return [];
  const parts = (found?.split === split ? found.parts : []).filter(({ small }) => wanted.small || !small);
  return entriesOf(wanted.metrics).flatMap(([metric, { min, max }]) => {
    const limits = [
      ...(min === undefined ? [] : [['atLeast', min] as const]),
      ...(max === undefined ? [] : [['atMost', max] as const]),
    ];
    if (parts.length === 0) {
      const because = `there is no ${kind} of ${split} rows${found ? ' that is large enough' : ''}`;
      const none = { kind, metric, split, what: `${metric} by ${kind}`, actual: null, because };
      return limits.map(([comparison, limit]) => check(none, comparison, limit));
    }
    return parts.flatMap(({ name, metrics, undefinedMetrics }) => {
      const because = undefinedMetrics[metric];
      const part = { kind, metric, name, split, what: `${metric} of ${name}`, actual: metrics[metric], because };
      return limits.map(([comparison, limit]) => check(part, comparison, limit));
    });
  });
}

function gapChecks({ trainGap }: ResolvedGate, split: SplitRole, { splits }: ValidationMetrics): GateCheck[] {
  return entriesOf(trainGap).map(([metric, limit]) => {
    const train = splits.train?.metrics[metric] ?? null;
    const own = splits[split]?.metrics[metric] ?? null;
    const sign = isMaximized(metric) ? 1 : -1;
    const actual = train === null || own === null ? null : sign * (train - own);
    const because = train === null ? 'there is no value on train' : `there is no value on ${split}`;
    const what = `By how much ${metric} is better on train than on ${split}`;
    return check({ kind: 'gap', metric, split, what, actual, because }, 'atMost', limit);
  });
}
