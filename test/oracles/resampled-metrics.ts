/** Metrics of a resample the slow way: the drawn rows are written out, repeats and all, and scored as any other rows. */
import { Matrix } from '../../src/core/matrix.js';
import { evaluateSplit } from '../../src/evaluation/evaluate.js';
import type { Predicted } from '../../src/evaluation/score.js';
import { precisionAtK } from '../../src/metrics/precision-at-k.js';

export interface PlainRows {
  readonly y: ArrayLike<number>;
  readonly weights?: ArrayLike<number>;
  readonly output: Predicted;
}

export function drawnRows({ y, weights, output }: PlainRows, counts: ArrayLike<number>): PlainRows {
  const rows = Array.from(counts, (count, row) => Array<number>(count).fill(row)).flat();
  const { predictions, probabilities, classes } = output;
  return {
    y: rows.map((row) => y[row]),
    ...(weights && { weights: rows.map((row) => weights[row]) }),
    output: {
      predictions: rows.map((row) => predictions[row]),
      ...(probabilities && { probabilities: probabilities.take(rows) }),
      classes,
    },
  };
}

export function plainMetrics(task: 'classification' | 'regression', rows: PlainRows): Record<string, number | null> {
  return { ...evaluateSplit(task, rows, rows.output).metrics };
}

/** Labels from a threshold on the second class's probability. */
export function plainThreshold({ y, weights, output }: PlainRows, threshold: number): Record<string, number | null> {
  const { probabilities = Matrix.zeros(0, 2), classes } = output;
  const predictions = Array.from(y, (_, i) => (probabilities.data[2 * i + 1] >= threshold ? classes[1] : classes[0]));
  return plainMetrics('classification', { y, weights, output: { predictions, classes } });
}

export function plainPrecisionAt({ y, weights, output }: PlainRows, k: number): number {
  const { probabilities = Matrix.zeros(0, 2), classes } = output;
  return precisionAtK(y, probabilities, { k, classes, positiveClass: classes[1], sampleWeight: weights });
}
