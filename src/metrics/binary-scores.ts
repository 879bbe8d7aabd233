/** One class against the rest: what metrics of a ranking need from labels, scores and options. */
import { InvalidInputError } from '../core/errors.js';
import {
  finiteVector,
  type PredictedScores,
  type ScoreTable,
  scoreColumn,
  scoreTable,
  weightVector,
} from './inputs.js';
import { indicator, scoreClasses, uniqueLabels } from './labels.js';
import type { MetricOptions } from './options.js';

export interface BinaryScores {
  /** 1 for rows of the positive class, shape (n,). */
  positive: Uint8Array;
  scores: Float64Array;
  weights: Float64Array | undefined;
}

/** Checked labels, scores with a column a class, and weights. */
export interface LabelledScores {
  yTrue: Float64Array;
  table: ScoreTable;
  weights: Float64Array | undefined;
  /** Classes in the order of the columns; for one column the classes that occur or are given. */
  classes: number[];
  /** Labels that occur, ascending. */
  present: number[];
}

type PositiveRule = (metric: string, labels: readonly number[], options: MetricOptions) => number;

/** Checks labels, scores and weights together; a table of scores must have a column for every class. */
export function labelledScores(
  metric: string,
  yTrueInput: ArrayLike<number>,
  scores: PredictedScores,
  options: MetricOptions,
): LabelledScores {
  const yTrue = finiteVector(metric, 'yTrue', yTrueInput);
  const table = scoreTable(metric, scores, yTrue.length);
  const weights = weightVector(metric, options.sampleWeight, yTrue.length);
  const present = uniqueLabels(yTrue);
  const classes = scoreClasses(metric, yTrue, options, present);
  if (table.cols > 1 && table.cols !== classes.length)
    throw new InvalidInputError(`${metric}: scores have ${table.cols} columns, there are ${classes.length} classes`, {
      hint: options.classes
        ? 'scores need one column for each of classes, in ascending order.'
        : 'Pass classes: all classes in ascending order, also those that do not occur in yTrue.',
      details: { columns: table.cols, classes },
    });
  return { yTrue, table, weights, classes, present };
}

/** The positive class against the rest; of a table of scores, its column. */
export function binaryScores(
  metric: string,
  yTrueInput: ArrayLike<number>,
  scoresInput: PredictedScores,
  options: MetricOptions,
  positiveRule: PositiveRule,
): BinaryScores {
  const input = labelledScores(metric, yTrueInput, scoresInput, options);
  return positiveAgainstRest(metric, input, options, positiveRule);
}

/** As {@link binaryScores}, of input that is checked already. */
export function positiveAgainstRest(
  metric: string,
  { yTrue, table, weights, classes }: LabelledScores,
  options: MetricOptions,
  positiveRule: PositiveRule,
): BinaryScores {
  if (classes.length > 2 && options.positiveClass === undefined)
    throw new InvalidInputError(`${metric}: there are ${classes.length} classes, one must be positive`, {
      hint: 'Pass positiveClass for one class against the rest.',
      details: { classes },
    });
  const positive = positiveRule(metric, classes, options);
  const column = table.cols === 1 ? 0 : classes.indexOf(positive);
  if (column < 0)
    throw new InvalidInputError(`${metric}: the positive class ${positive} has no column in the scores`, {
      hint: 'positiveClass must be one of the classes.',
      details: { classes, positiveClass: positive },
    });
  return { positive: indicator(yTrue, positive), scores: scoreColumn(table, column), weights };
}
