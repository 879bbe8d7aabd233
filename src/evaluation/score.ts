/** One metric of a model's output: picks what the metric takes (labels, probabilities, values) and says why where it is undefined. */
import type { Matrix } from '../core/matrix.js';
import type { PredictedScores } from '../metrics/inputs.js';
import { uniqueLabels } from '../metrics/labels.js';
import type { MetricOptions } from '../metrics/options.js';
import type { MetricDefinition } from '../metrics/registry.js';

/** What a model (or baseline) predicted; a `PredictionOutput` is one. */
export interface Predicted {
  /** Labels or values, shape (n,). */
  readonly predictions: ArrayLike<number>;
  /** Shape (n, classes), columns in the order of `classes`. */
  readonly probabilities?: Matrix;
  /** Ascending; empty for regression. */
  readonly classes: readonly number[];
}

/** True labels or values of the rows that were predicted, and their weights. */
export interface Truth {
  readonly y: ArrayLike<number>;
  readonly weights?: ArrayLike<number>;
}

/** A metric's arguments, or the reason why it has no value on these rows. */
export type MetricArguments = { predictions: PredictedScores; options: MetricOptions } | { undefined: string };

/** The larger of two classes; undefined for more or fewer. */
export function positiveClassOf(classes: readonly number[]): number | undefined {
  return classes.length === 2 ? classes[1] : undefined;
}

/**
 * What to call the metric with. Two classes are scored for the larger label, more by macro average. A metric that the rows leave
 * undefined (an area with one class only, probabilities of a label the model never saw) comes back as a reason, not as a number.
 */
export function argumentsFor(definition: MetricDefinition, truth: Truth, predicted: Predicted): MetricArguments {
  const options: MetricOptions = { sampleWeight: truth.weights };
  if (definition.input === 'values') return { predictions: predicted.predictions, options };
  const positiveClass = positiveClassOf(predicted.classes);
  const known = new Set(predicted.classes);
  const unknown = uniqueLabels(truth.y).filter((label) => !known.has(label));
  if (definition.input === 'labels') {
    const binary = positiveClass !== undefined && unknown.length === 0;
    const average = binary ? ({ average: 'binary', positiveClass } as const) : ({ average: 'macro' } as const);
    return { predictions: predicted.predictions, options: { ...options, ...average } };
  }
  const { probabilities } = predicted;
  if (!probabilities) return { undefined: 'the model gives no probabilities' };
  if (unknown.length > 0)
    return { undefined: `label ${unknown.join(', ')} is not one of the classes the model was trained on` };
  return { predictions: probabilities, options: { ...options, classes: predicted.classes, positiveClass } };
}

export type Score = { value: number } | { value: null; reason: string };

/** The value of one metric, or null and the reason. */
export function scoreOf(definition: MetricDefinition, truth: Truth, predicted: Predicted): Score {
  const call = argumentsFor(definition, truth, predicted);
  if ('undefined' in call) return { value: null, reason: call.undefined };
  const reason = undefinedBecause(definition, truth, predicted);
  if (reason) return { value: null, reason };
  const value = definition.compute(truth.y, call.predictions, call.options);
  if (typeof value === 'number' && Number.isFinite(value)) return { value };
  return { value: null, reason: 'its value is not a finite number' };
}

/** Why a metric that has a conventional value (0, 1, 0.5) on these rows says nothing about the model. */
function undefinedBecause({ name }: MetricDefinition, { y, weights }: Truth, predicted: Predicted): string | undefined {
  if (name === 'mape') return zeroTargets(y);
  const constant = constantOf(y, weights);
  if (name === 'r2') {
    if (y.length < 2) return 'one row has no variance';
    return constant === undefined ? undefined : `every target is ${constant}`;
  }
  if (name === 'rocAuc' || name === 'prAuc' || name === 'averagePrecision')
    return missingClasses(predicted, y, weights);
  if (name !== 'precision' && name !== 'recall' && name !== 'f1' && name !== 'matthewsCorrelation') return undefined;
  const guess = constantOf(predicted.predictions, weights);
  const positive = positiveClassOf(predicted.classes);
  if (name === 'matthewsCorrelation') {
    if (constant !== undefined) return `every row is of class ${constant}`;
    return guess === undefined ? undefined : `every row is predicted as ${guess}`;
  }
  if (positive === undefined) return undefined;
  const nonePredicted = guess !== undefined && guess !== positive;
  const noneTrue = constant !== undefined && constant !== positive;
  if (nonePredicted && name !== 'recall' && (name === 'precision' || noneTrue))
    return `no row is predicted as ${positive}`;
  return noneTrue && name !== 'precision' ? `no row is of class ${positive}` : undefined;
}

function zeroTargets(y: ArrayLike<number>): string | undefined {
  let zeros = 0;
  for (let i = 0; i < y.length; i++) if (y[i] === 0) zeros++;
  if (zeros === 0) return undefined;
  return zeros === 1 ? 'the target of 1 row is 0' : `the targets of ${zeros} rows are 0`;
}

/** The value all rows of positive weight share, or undefined when they differ. */
function constantOf(values: ArrayLike<number>, weights: ArrayLike<number> | undefined): number | undefined {
  let constant: number | undefined;
  for (let i = 0; i < values.length; i++) {
    if (weights && !(weights[i] > 0)) continue;
    if (constant !== undefined && values[i] !== constant) return undefined;
    constant = values[i];
  }
  return constant;
}

function missingClasses(
  predicted: Predicted,
  y: ArrayLike<number>,
  weights: ArrayLike<number> | undefined,
): string | undefined {
  const present = new Set<number>();
  for (let i = 0; i < y.length; i++) if (!weights || weights[i] > 0) present.add(y[i]);
  const missing = predicted.classes.filter((label) => !present.has(label));
  return missing.length === 0 ? undefined : `no row is of class ${missing.join(' or ')}`;
}
