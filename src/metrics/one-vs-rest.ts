/** Averages a metric of two classes over several, each class against the rest. */
import { InvalidInputError } from '../core/errors.js';
import type { BinaryScores, LabelledScores } from './binary-scores.js';
import { scoreColumn } from './inputs.js';
import { indicator } from './labels.js';
import type { MetricAverage } from './options.js';
import { mean, sum } from './sums.js';

type BinaryMetric = (positive: Uint8Array, scores: Float64Array, weights: Float64Array | undefined) => number;

/**
 * Mean over classes (`'macro'`, default), mean by the weight of each class (`'weighted'`), or all scores (`'none'`).
 * A class without weight adds nothing to `'weighted'`, even where its own score is NaN.
 */
export function averageOverClasses(
  metric: string,
  { yTrue, table, weights, classes }: LabelledScores,
  average: MetricAverage = 'macro',
  score: BinaryMetric,
): number | number[] {
  if (average === 'binary')
    throw new InvalidInputError(`${metric}: there are ${classes.length} classes and average is 'binary'`, {
      hint: "Choose average: 'macro', 'micro', 'weighted' or 'none' for more than two classes.",
    });
  const indicators = classes.map((label) => indicator(yTrue, label));
  const scores = indicators.map((positive, k) => score(positive, scoreColumn(table, k), weights));
  if (average === 'none') return scores;
  if (average === 'macro') return mean(scores);
  const support = indicators.map((positive) => sum(positive, weights));
  return mean(
    scores.map((value, k) => (support[k] === 0 ? 0 : value)),
    support,
  );
}

/** Every (row, class) cell as a row of its own: what `'micro'` averages score. */
export function flattened({ yTrue, table, weights, classes }: LabelledScores): BinaryScores {
  const { rows, cols, data } = table;
  const positive = new Uint8Array(rows * cols);
  for (let i = 0; i < rows; i++) {
    const k = classes.indexOf(yTrue[i]);
    if (k >= 0) positive[i * cols + k] = 1;
  }
  return {
    positive,
    scores: Float64Array.from(data),
    weights: weights && Float64Array.from({ length: rows * cols }, (_, p) => weights[Math.floor(p / cols)]),
  };
}
