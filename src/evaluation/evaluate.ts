/** Scores of one model on one split as a plain record. A metric the rows leave undefined is null with its reason, never silently a number. */
import { confusionMatrix } from '../metrics/confusion-matrix.js';
import { uniqueLabels } from '../metrics/labels.js';
import { metricByName } from '../metrics/registry.js';
import { type Predicted, positiveClassOf, scoreOf, type Truth } from './score.js';

/** Metrics of a classifier, in the order reports print them. */
export const CLASSIFICATION_METRICS = [
  'accuracy',
  'balancedAccuracy',
  'precision',
  'recall',
  'f1',
  'matthewsCorrelation',
  'rocAuc',
  'prAuc',
  'logLoss',
  'brierScore',
  'expectedCalibrationError',
] as const;

/** Metrics of a regression, in the order reports print them. */
export const REGRESSION_METRICS = ['mae', 'mse', 'rmse', 'r2', 'mape'] as const;

/** A metric of a classification. */
export type ClassificationMetric = (typeof CLASSIFICATION_METRICS)[number];
/** A metric of a regression. */
export type RegressionMetric = (typeof REGRESSION_METRICS)[number];

/** A metric that models are evaluated by. */
export type MetricName = ClassificationMetric | RegressionMetric;

interface Scored<Name extends MetricName> {
  /** Rows scored. */
  readonly rows: number;
  /** Whether the rows were weighted. */
  readonly weighted: boolean;
  /** Null where undefined; see `undefinedMetrics`. Metrics of the other task are absent. */
  readonly metrics: Readonly<Record<Name, number | null> & Partial<Record<MetricName, number | null>>>;
  /** Why a metric is null, by name. */
  readonly undefinedMetrics: Readonly<Partial<Record<Name, string>>>;
}

/** Scores of predicted classes and probabilities on one split. */
export interface ClassificationEvaluation extends Scored<ClassificationMetric> {
  readonly task: 'classification';
  /** Of two classes the larger, which precision, recall, F1 and the areas are about; undefined for more (macro averages). */
  readonly positiveClass?: number;
  /** `matrix[i][j]`: weight of the rows of class `classes[i]` predicted as `classes[j]`. */
  readonly confusionMatrix: { readonly classes: readonly number[]; readonly matrix: readonly (readonly number[])[] };
}

/** Scores of predicted values on one split. */
export interface RegressionEvaluation extends Scored<RegressionMetric> {
  readonly task: 'regression';
}

/** Scores of a model on one split, told apart by `task`. */
export type Evaluation = ClassificationEvaluation | RegressionEvaluation;

/**
 * Scores predictions of one split.
 *
 * @param task what the model was trained for
 * @param truth `{ y, weights? }`: labels or values of the rows; a `Split` is one
 * @param predicted what the model predicted for those rows; a `PredictionOutput` is one
 * @throws InvalidInputError when the lengths differ, a value is not finite, or all weights are 0
 */
export function evaluateSplit(task: 'classification', truth: Truth, predicted: Predicted): ClassificationEvaluation;
export function evaluateSplit(task: 'regression', truth: Truth, predicted: Predicted): RegressionEvaluation;
export function evaluateSplit(task: 'classification' | 'regression', truth: Truth, predicted: Predicted): Evaluation;
export function evaluateSplit(task: 'classification' | 'regression', truth: Truth, predicted: Predicted): Evaluation {
  if (task === 'regression') return { task, ...scored(REGRESSION_METRICS, truth, predicted) };
  // Fails first, with a message about labels, when the rows cannot be compared at all.
  const confusion = confusionOf(truth, predicted);
  return {
    task,
    ...scored(CLASSIFICATION_METRICS, truth, predicted),
    positiveClass: positiveClassOf(predicted.classes),
    confusionMatrix: confusion,
  };
}

function scored<Name extends MetricName>(names: readonly Name[], truth: Truth, predicted: Predicted): Scored<Name> {
  const metrics = {} as Record<Name, number | null> & Partial<Record<MetricName, number | null>>;
  const undefinedMetrics: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const score = scoreOf(metricByName(name), truth, predicted);
    (metrics as Record<Name, number | null>)[name] = score.value;
    if (score.value === null) undefinedMetrics[name] = score.reason;
  }
  return { rows: truth.y.length, weighted: truth.weights !== undefined, metrics, undefinedMetrics };
}

function confusionOf({ y, weights }: Truth, { predictions, classes: known }: Predicted) {
  // Without `classes`, so that unusable input is reported before labels are collected from it.
  confusionMatrix(y, predictions, { sampleWeight: weights });
  const classes = uniqueLabels(known, y, predictions);
  return { classes, matrix: confusionMatrix(y, predictions, { classes, sampleWeight: weights }) };
}
