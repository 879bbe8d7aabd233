/** Backtest paths of a combinatorial cross-validation: predictions of all rows, path by path, and what they are worth. */
import { Matrix } from '../core/matrix.js';
import type { Predicted, Truth } from '../evaluation/score.js';
import type { PredictionOutput } from '../model/types.js';
import type { BacktestPath } from '../splits/backtest-path.js';
import type { Metric, ScoresByName } from './metrics.js';

/** One backtest path: every row predicted once by a model that saw none of its labels. */
export interface PathResult {
  /** From 0. */
  readonly index: number;
  /** The split that predicted each part of the rows, in time order. */
  readonly splits: readonly number[];
  /** Row numbers in time order. */
  readonly order: Uint32Array;
  /** On all rows, by metric. */
  readonly scores: ScoresByName;
  /** Of all rows, by row number; none of them was predicted by a model that saw it. */
  readonly predictions: Predicted;
}

/** @param outputs - of each split, its test rows in their order */
export function pathResults(
  paths: readonly BacktestPath[],
  outputs: readonly PredictionOutput[],
  metrics: readonly Metric[],
  truth: Truth,
): { paths: PathResult[]; warnings: string[] } {
  const warnings: string[] = [];
  const results = paths.map((path) => {
    const predictions = collect(path, outputs);
    const scores: Record<string, number> = {};
    for (const metric of metrics) {
      const { value, reason } = metric.score(truth, predictions);
      scores[metric.name] = value;
      if (reason) warnings.push(`path ${path.index + 1}: ${metric.name} is undefined: ${reason}`);
    }
    return {
      index: path.index,
      splits: path.parts.map(({ split }) => split),
      order: orderOf(path),
      scores,
      predictions,
    };
  });
  return { paths: results, warnings };
}

function orderOf({ parts, rows }: BacktestPath): Uint32Array {
  const order = new Uint32Array(rows);
  let at = 0;
  for (const part of parts) {
    order.set(part.rows, at);
    at += part.rows.length;
  }
  return order;
}

function collect(path: BacktestPath, outputs: readonly PredictionOutput[]): Predicted {
  const { classes } = outputs[0];
  const predictions = path.collect(outputs.map((output) => output.predictions));
  if (!outputs.every(({ probabilities }) => probabilities)) return { predictions, classes };
  const probabilities = Matrix.zeros(path.rows, classes.length);
  for (let k = 0; k < classes.length; k++) {
    const column = path.collect(outputs.map((output) => output.probabilities?.column(k) ?? []));
    for (let i = 0; i < path.rows; i++) probabilities.data[i * classes.length + k] = column[i];
  }
  return { predictions, probabilities, classes };
}
