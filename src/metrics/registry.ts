/** Metrics by name: what each needs, which direction is better, and the names other libraries know it by. */
import { InvalidInputError } from '../core/errors.js';
import { nearest } from '../core/text.js';
import { accuracy } from './accuracy.js';
import { balancedAccuracy } from './balanced-accuracy.js';
import { brierScore } from './brier-score.js';
import { expectedCalibrationError } from './calibration.js';
import { cohenKappa } from './cohen-kappa.js';
import type { PredictedScores } from './inputs.js';
import { logLoss } from './log-loss.js';
import { matthewsCorrelation } from './matthews-correlation.js';
import type { MetricOptions } from './options.js';
import { f1, fBeta, precision, recall } from './precision-recall.js';
import { averagePrecision, prAuc } from './precision-recall-curve.js';
import { mae, mape, mse, pinballLoss, r2, rmse } from './regression.js';
import { rocAuc } from './roc-auc.js';

/** Any metric: labels or values, then predictions of the kind it takes, then options. (A method type, so that metrics of labels and of tables both fit.) */
export type MetricFunction = {
  /** The value, or one a class. */
  metric(yTrue: ArrayLike<number>, yPredOrScores: PredictedScores, options?: MetricOptions): number | number[];
}['metric'];

/** A metric by name: its direction, what it is computed from, and the function. */
export interface MetricDefinition {
  name: string;
  task: 'classification' | 'regression';
  /** What the second argument is: predicted labels, scores of the positive or of all classes, or predicted values. */
  input: 'labels' | 'scores' | 'values';
  direction: 'maximize' | 'minimize';
  /** Names other libraries use. */
  aliases: readonly string[];
  /** Truth and predictions to a number. */
  compute: MetricFunction;
}

type Row = [name: string, MetricFunction, MetricDefinition['direction'], aliases: string[]];

const LABEL_METRICS: Row[] = [
  ['accuracy', accuracy, 'maximize', ['acc', 'accuracy_score']],
  ['balancedAccuracy', balancedAccuracy, 'maximize', ['balanced_accuracy_score']],
  ['precision', precision, 'maximize', ['precision_score']],
  ['recall', recall, 'maximize', ['recall_score', 'sensitivity']],
  ['f1', f1, 'maximize', ['f1_score', 'f1Score']],
  ['fBeta', fBeta, 'maximize', ['fbeta_score']],
  ['matthewsCorrelation', matthewsCorrelation, 'maximize', ['mcc', 'matthews_corrcoef']],
  ['cohenKappa', cohenKappa, 'maximize', ['kappa', 'cohen_kappa_score']],
];
const SCORE_METRICS: Row[] = [
  ['rocAuc', rocAuc, 'maximize', ['auc', 'roc_auc_score']],
  ['prAuc', prAuc, 'maximize', ['auprc', 'aucpr']],
  ['averagePrecision', averagePrecision, 'maximize', ['ap', 'average_precision_score']],
  ['logLoss', logLoss, 'minimize', ['binary_logloss', 'multi_logloss', 'cross_entropy']],
  ['brierScore', brierScore, 'minimize', ['brier', 'brier_score_loss']],
  ['expectedCalibrationError', expectedCalibrationError, 'minimize', ['ece']],
];
const VALUE_METRICS: Row[] = [
  ['mae', mae, 'minimize', ['l1', 'mean_absolute_error']],
  ['mse', mse, 'minimize', ['l2', 'mean_squared_error']],
  ['rmse', rmse, 'minimize', ['root_mean_squared_error']],
  ['r2', r2, 'maximize', ['r2_score']],
  ['mape', mape, 'minimize', ['mean_absolute_percentage_error']],
  ['pinballLoss', pinballLoss, 'minimize', ['quantile', 'mean_pinball_loss']],
];

const define =
  (task: MetricDefinition['task'], input: MetricDefinition['input']) =>
  ([name, compute, direction, aliases]: Row): MetricDefinition => ({
    name,
    task,
    input,
    direction,
    aliases,
    compute,
  });

/** Every named metric, in the order reports print them. */
export const METRICS: readonly MetricDefinition[] = [
  ...LABEL_METRICS.map(define('classification', 'labels')),
  ...SCORE_METRICS.map(define('classification', 'scores')),
  ...VALUE_METRICS.map(define('regression', 'values')),
];

// Case, dashes and underscores do not matter: rocAuc, roc_auc and ROC-AUC are one name.
const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/**
 * The metric called `name` (or one of its aliases: `auc`, `roc_auc`, `mcc`, `rmse`, ...).
 *
 * @throws InvalidInputError naming the nearest metric when there is none
 */
export function metricByName(name: string): MetricDefinition {
  const wanted = plain(String(name));
  const found = METRICS.find((m) => plain(m.name) === wanted || m.aliases.some((alias) => plain(alias) === wanted));
  if (found) return found;
  const names = METRICS.map((m) => m.name);
  const close = nearest(String(name), [...names, ...METRICS.flatMap((m) => m.aliases)]);
  throw new InvalidInputError(`There is no metric '${String(name)}'`, {
    hint: close ? `Did you mean '${close}'?` : `Metrics: ${names.join(', ')}.`,
    details: { metric: name, nearest: close, metrics: names },
  });
}

/** The definition of a metric function of this library, or undefined for any other function. */
export function metricByFunction(metric: MetricFunction): MetricDefinition | undefined {
  return METRICS.find((m) => m.compute === metric);
}

/** Whether `a` is a better value than `b`; a NaN is never better. */
export function isBetter(definition: MetricDefinition, a: number, b: number): boolean {
  return definition.direction === 'maximize' ? a > b : a < b;
}
