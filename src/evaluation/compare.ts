/**
 * Is the model better than the baseline, or is the difference within what chance does? Both are scored on the same resampled rows
 * (paired bootstrap), so that rows that are hard for both cancel out.
 */
import { InvalidInputError } from '../core/errors.js';
import { bootstrapValues, percentileInterval } from '../metrics/bootstrap-interval.js';
import { checkNumber } from '../metrics/options.js';
import { type MetricDefinition, metricByName } from '../metrics/registry.js';
import type { ResampleOptions } from '../metrics/resample.js';
import { type ResampledMetric, resampledMetric } from '../metrics/resampled-metric.js';
import { argumentsFor, type Predicted, scoreOf, type Truth } from './score.js';
import type { BaselineMetrics, MetricDifference, ValidationMetrics } from './validation-metrics.js';

export interface CompareOptions extends ResampleOptions {
  /** Name of the deciding metric. Default: `'logLoss'` where both give probabilities, `'accuracy'` else, `'mse'` for regression. */
  metric?: string;
  /** Probability the interval covers. Default 0.95. */
  confidence?: number;
}

export interface Comparison {
  readonly metric: string;
  readonly direction: 'maximize' | 'minimize';
  readonly rows: number;
  /** Null where the metric is undefined on these rows; `reason` says why. */
  readonly model: number | null;
  readonly baseline: number | null;
  /** Model minus baseline, in units of the metric. */
  readonly difference: number | null;
  /** Bootstrap interval of the difference. */
  readonly interval: { readonly lower: number; readonly upper: number; readonly confidence: number } | null;
  readonly resamples: number;
  /** The whole interval lies on the model's side of 0. */
  readonly beatsBaseline: boolean;
  /** `'undecided'`: 0 lies in the interval, or there is none. */
  readonly outcome: 'better' | 'worse' | 'undecided';
  /** Why there is no difference to report. */
  readonly reason?: string;
}

const WHAT = 'compareToBaseline';

/**
 * Compares a model with a baseline on the same rows.
 *
 * @param options for a time series give `blockLength` (at least the label's horizon in rows), or the interval is too narrow
 * @throws InvalidInputError when predictions and rows do not match, or for an unknown metric
 */
export function compareToBaseline(
  truth: Truth,
  model: Predicted,
  baseline: Predicted,
  options: CompareOptions = {},
): Comparison {
  const { confidence = 0.95 } = options;
  checkNumber(WHAT, 'confidence', confidence, (c) => c > 0 && c < 1, 'a probability between 0 and 1');
  const definition = metricByName(options.metric ?? defaultMetric(model, baseline));
  const scores = [scoreOf(definition, truth, model), scoreOf(definition, truth, baseline)] as const;
  const [a, b] = scores.map((score) => score.value);
  const head = {
    metric: definition.name,
    direction: definition.direction,
    rows: truth.y.length,
    model: a,
    baseline: b,
  };
  if (a === null || b === null) {
    const reason = scores.flatMap((score) => ('reason' in score ? [score.reason] : []))[0];
    return {
      ...head,
      difference: null,
      interval: null,
      resamples: 0,
      beatsBaseline: false,
      outcome: 'undecided',
      reason,
    };
  }
  const one = bound(definition, truth, model);
  const two = bound(definition, truth, baseline);
  const values = bootstrapValues(WHAT, truth.y, (counts) => one(counts) - two(counts), options);
  const { lower, upper, resamples } = percentileInterval(WHAT, values, confidence);
  const outcome = outcomeOf(definition, lower, upper);
  return {
    ...head,
    difference: a - b,
    interval: { lower, upper, confidence },
    resamples,
    beatsBaseline: outcome === 'better',
    outcome,
  };
}

function defaultMetric(model: Predicted, baseline: Predicted): string {
  if (model.classes.length === 0) return 'mse';
  return model.probabilities && baseline.probabilities ? 'logLoss' : 'accuracy';
}

function bound(definition: MetricDefinition, truth: Truth, predicted: Predicted): ResampledMetric {
  const call = argumentsFor(definition, truth, predicted);
  if ('undefined' in call)
    throw new InvalidInputError(`${WHAT}: ${definition.name} is undefined: ${call.undefined}`, {
      hint: 'Choose a metric that both outputs have.',
    });
  return resampledMetric(WHAT, definition.name, truth.y, call.predictions, { ...call.options });
}

function outcomeOf({ direction }: MetricDefinition, lower: number, upper: number): Comparison['outcome'] {
  if (lower <= 0 && upper >= 0) return 'undecided';
  return lower > 0 === (direction === 'maximize') ? 'better' : 'worse';
}

/**
 * The honest sentence of a report. `comparisons` hold the model against each baseline, by the baseline's name.
 *
 * @example
 * remarkOn('lightgbm', { prior: comparison }); // 'lightgbm is not shown to beat any baseline: logLoss 0.6931 against 0.6929, ...'
 */
export function remarkOn(model: string, comparisons: Readonly<Record<string, Comparison>>): string {
  const entries = Object.entries(comparisons);
  if (entries.length === 0) return `${model} was not compared with any baseline.`;
  const beaten = entries.filter(([, comparison]) => comparison.beatsBaseline);
  if (beaten.length === entries.length)
    return `${model} beats every baseline: ${entries.map(([name, c]) => against(name, c)).join('; ')}.`;
  const rest = entries.filter(([, comparison]) => !comparison.beatsBaseline);
  const lead =
    beaten.length === 0 ? `${model} is not shown to beat any baseline` : `${model} is not shown to beat every baseline`;
  return `${lead}: ${rest.map(([name, c]) => against(name, c)).join('; ')}. Do not trust it with decisions on this evidence.`;
}

function against(name: string, c: Comparison): string {
  if (c.model === null || c.baseline === null || c.difference === null || c.interval === null)
    return `${name} cannot be compared by ${c.metric} (${c.reason ?? 'undefined'})`;
  const { lower, upper, confidence } = c.interval;
  const interval = `${round(lower)} to ${round(upper)} at ${Math.round(confidence * 100)}%`;
  return `${c.metric} ${round(c.model)} against ${round(c.baseline)} of ${name}, difference ${round(c.difference)} (${interval})`;
}

function round(value: number): string {
  return Number(value.toPrecision(4)).toString();
}

const NO_DIFFERENCE: MetricDifference = { model: null, baseline: null, difference: null, outcome: 'undecided' };

/** The deciding difference to a baseline, as reports print it. */
export function comparisonOf(metrics: ValidationMetrics, baseline: BaselineMetrics): Comparison {
  const { decidedBy, differences, split, beaten } = baseline;
  const found: MetricDifference = differences[decidedBy] ?? NO_DIFFERENCE;
  const { interval, reason = metrics.missing.intervals } = found;
  return {
    metric: decidedBy,
    direction: metricByName(decidedBy).direction,
    rows: metrics.splits[split]?.rows ?? 0,
    model: found.model,
    baseline: found.baseline,
    difference: found.difference,
    interval: interval ? { lower: interval.lower, upper: interval.upper, confidence: interval.level } : null,
    resamples: interval ? interval.samples + interval.undefinedSamples : 0,
    beatsBaseline: beaten,
    outcome: found.outcome,
    ...(!interval && reason !== undefined && { reason }),
  };
}
