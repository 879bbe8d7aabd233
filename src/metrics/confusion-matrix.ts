/** Counts of true against predicted classes. */
import { InvalidInputError } from '../core/errors.js';
import { pairedVectors, weightVector } from './inputs.js';
import { classesOption, encodeLabels, uniqueLabels } from './labels.js';
import { checkChoice, checkOptions, type MetricOptions } from './options.js';

export interface ConfusionMatrixOptions extends MetricOptions {
  /** Divide by the row sums (`'true'`), the column sums (`'pred'`) or the total (`'all'`); an empty row or column stays 0. */
  normalize?: 'true' | 'pred' | 'all';
}

/**
 * Confusion matrix, shape (classes, classes): entry `[i][j]` is the weight of the rows of true class i predicted as class j.
 * Classes are the sorted labels of both arrays, or the option `classes`; rows with a label outside it are left out.
 *
 * @throws InvalidInputError when none of `classes` occurs in `yTrue`.
 * @example
 * confusionMatrix([0, 1, 1], [0, 1, 0]); // [[1, 0], [1, 1]]
 */
export function confusionMatrix(
  yTrue: ArrayLike<number>,
  yPred: ArrayLike<number>,
  options: ConfusionMatrixOptions = {},
): number[][] {
  checkOptions('confusionMatrix', options, ['normalize']);
  checkChoice('confusionMatrix', 'normalize', options.normalize, ['true', 'pred', 'all']);
  const table = countConfusions('confusionMatrix', yTrue, yPred, options);
  const { counts, size } = table;
  if (options.normalize) normalise(counts, size, options.normalize);
  return Array.from({ length: size }, (_, i) => Array.from(counts.subarray(i * size, (i + 1) * size)));
}

/** Row-major (size, size) weights of true class by predicted class. */
export interface ConfusionCounts {
  classes: number[];
  counts: Float64Array;
  size: number;
}

/** Counts of true by predicted class for the metrics that stand on them. */
export function countConfusions(
  metric: string,
  yTrueInput: ArrayLike<number>,
  yPredInput: ArrayLike<number>,
  options: MetricOptions,
): ConfusionCounts {
  const { yTrue, yPred } = pairedVectors(metric, yTrueInput, yPredInput);
  const weights = weightVector(metric, options.sampleWeight, yTrue.length);
  const given = classesOption(metric, options);
  const classes = given ?? uniqueLabels(yTrue, yPred);
  const t = encodeLabels(yTrue, classes);
  const p = encodeLabels(yPred, classes);
  if (given && t.every((k) => k < 0))
    throw new InvalidInputError(`${metric}: none of the classes occurs in yTrue`, {
      hint: 'At least one of classes must be a label of yTrue.',
      details: { classes },
    });
  const size = classes.length;
  const counts = new Float64Array(size * size);
  for (let i = 0; i < t.length; i++) {
    if (t[i] >= 0 && p[i] >= 0) counts[t[i] * size + p[i]] += weights ? weights[i] : 1;
  }
  return { classes, counts, size };
}

/** Row sums (weight of each true class) and column sums (weight of each predicted class). */
export function marginals({ counts, size }: ConfusionCounts): { actual: Float64Array; predicted: Float64Array } {
  const actual = new Float64Array(size);
  const predicted = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      actual[i] += counts[i * size + j];
      predicted[j] += counts[i * size + j];
    }
  }
  return { actual, predicted };
}

function normalise(counts: Float64Array, size: number, by: 'true' | 'pred' | 'all'): void {
  const { actual, predicted } = marginals({ classes: [], counts, size });
  const total = actual.reduce((a, b) => a + b, 0);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      const divisor = by === 'true' ? actual[i] : by === 'pred' ? predicted[j] : total;
      counts[i * size + j] = divisor === 0 ? 0 : counts[i * size + j] / divisor;
    }
  }
}
