/** Precision, recall, F1 and support of every class and their averages, under the keys scikit-learn's report has. */
import { accuracy } from './accuracy.js';
import { uniqueLabels } from './labels.js';
import { checkOptions, type MetricOptions } from './options.js';
import { type ClassScores, classScores, f1, precision, recall } from './precision-recall.js';
import { meanOfDefined, sum } from './sums.js';

/** One line of the report: scores of a class, or a mean of them. */
export interface ClassReport {
  precision: number;
  recall: number;
  'f1-score': number;
  /** Weight of the rows truly of this class. */
  support: number;
}

/** Precision, recall, F1 and support by label, with scikit-learn's averages. */
export interface ClassificationReport {
  [label: number]: ClassReport;
  /** Only when the classes cover every label; `'micro avg'` takes its place otherwise. */
  accuracy?: number;
  'micro avg'?: ClassReport;
  'macro avg': ClassReport;
  'weighted avg': ClassReport;
}

/**
 * Scores by class and on average as a plain record: `report[1].precision`, `report['macro avg']['f1-score']`, `report.accuracy`.
 * {@link formatClassificationReport} makes a table of it.
 */
export function classificationReport(
  yTrue: ArrayLike<number>,
  yPred: ArrayLike<number>,
  options: MetricOptions = {},
): ClassificationReport {
  checkOptions('classificationReport', options);
  const scores = classScores('classificationReport', yTrue, yPred, options);
  const report: ClassificationReport = { 'macro avg': averageOf(scores), 'weighted avg': averageOf(scores, true) };
  for (let k = 0; k < scores.classes.length; k++) report[scores.classes[k]] = classReport(scores, k);
  if (uniqueLabels(yTrue, yPred).every((label) => scores.classes.includes(label))) {
    report.accuracy = accuracy(yTrue, yPred, { sampleWeight: options.sampleWeight });
  } else {
    const micro = { ...options, average: 'micro' as const };
    report['micro avg'] = {
      precision: precision(yTrue, yPred, micro),
      recall: recall(yTrue, yPred, micro),
      'f1-score': f1(yTrue, yPred, micro),
      support: sum(scores.support),
    };
  }
  return report;
}

function classReport(scores: ClassScores, k: number): ClassReport {
  return {
    precision: scores.precision[k],
    recall: scores.recall[k],
    'f1-score': scores.fScore[k],
    support: scores.support[k],
  };
}

function averageOf(scores: ClassScores, bySupport = false): ClassReport {
  const weights = bySupport ? scores.support : undefined;
  return {
    precision: meanOfDefined(scores.precision, weights),
    recall: meanOfDefined(scores.recall, weights),
    'f1-score': meanOfDefined(scores.fScore, weights),
    support: sum(scores.support),
  };
}

/** The report as an aligned text table, classes in ascending order, then accuracy and averages. */
export function formatClassificationReport(report: ClassificationReport, digits = 2): string {
  const classRows = Object.keys(report)
    .filter((key) => !Number.isNaN(Number(key)))
    .map(Number)
    .sort((a, b) => a - b)
    .map((label): [string, ClassReport] => [String(label), report[label]]);
  const averages = (['micro avg', 'macro avg', 'weighted avg'] as const).flatMap((key): [string, ClassReport][] => {
    const row = report[key];
    return row ? [[key, row]] : [];
  });
  const cells = ([name, row]: [string, ClassReport]) => [
    name,
    ...[row.precision, row.recall, row['f1-score']].map((v) => v.toFixed(digits)),
    String(Number(row.support.toFixed(digits))),
  ];
  const lines = [
    ['', 'precision', 'recall', 'f1-score', 'support'],
    ...classRows.map(cells),
    ...(report.accuracy === undefined ? [] : [['accuracy', '', '', report.accuracy.toFixed(digits), '']]),
    ...averages.map(cells),
  ];
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  return lines.map((line) => line.map((cell, column) => cell.padStart(widths[column])).join('  ')).join('\n');
}
