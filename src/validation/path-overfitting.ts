/** Overfitting of a choice among candidates that were cross-validated over the same backtest paths. */
import { InvalidInputError } from '../core/errors.js';
import { mean } from '../metrics/sums.js';
import {
  type BacktestOverfitting,
  type BacktestOverfittingOptions,
  probabilityOfBacktestOverfitting,
} from './backtest-overfitting.js';
import type { PathResult } from './paths.js';
import type { CrossValidationResult } from './result.js';
import { deflatedSharpeRatio, returnMoments } from './sharpe.js';

/** What a prediction is worth, and how time is cut. */
export interface PathOverfittingOptions extends BacktestOverfittingOptions {
  /**
   * What a prediction of one row was worth, 0 without skill: for example `(row, prediction) => prediction * returns[row]`.
   * `probabilities` are of the classes in ascending order; undefined for regression.
   */
  performance: (row: number, prediction: number, probabilities: Float32Array | undefined) => number;
}

/** Overfitting of the choice among candidates, over backtest paths. */
export interface PathOverfitting {
  /** Mean over the paths of the probability of backtest overfitting. */
  readonly probability: number;
  /** The candidate with the largest mean Sharpe ratio over the paths; of equal ones the first. */
  readonly best: number;
  /** Mean over the paths of its deflated Sharpe ratio: the probability that it has skill, given how many candidates were tried. */
  readonly deflatedSharpe: number;
  readonly paths: readonly {
    readonly overfitting: BacktestOverfitting;
    /** Of each candidate, per row. */
    readonly sharpes: readonly number[];
    readonly deflatedSharpe: number;
  }[];
}

/**
 * Each path holds a prediction of every row that no training row has seen, so the performance of all candidates on it is a table of time by
 * candidates: what the probability of backtest overfitting and the deflated Sharpe ratio are made from.
 *
 * @param results - of `crossValidate` with the same `CombinatorialPurgedKFold` on the same rows, one a candidate
 * @throws InvalidInputError - fewer than two results, one without paths, or of other rows
 */
export async function pathOverfitting(
  results: readonly CrossValidationResult[],
  options: PathOverfittingOptions,
): Promise<PathOverfitting> {
  const { performance, ...rest } = options;
  const candidates = checkedPaths(results);
  const paths: { overfitting: BacktestOverfitting; sharpes: number[]; series: Float64Array[] }[] = [];
  for (const p of candidates[0].keys()) {
    const series = candidates.map((own) => performanceOf(own[p], performance));
    paths.push({
      overfitting: await probabilityOfBacktestOverfitting(series, rest),
      sharpes: series.map((values) => returnMoments(values).sharpe),
      series,
    });
  }
  const means = candidates.map((_, c) => mean(paths.map(({ sharpes }) => sharpes[c])));
  const best = means.indexOf(Math.max(...means));
  const found = paths.map(({ overfitting, sharpes, series }) => ({
    overfitting,
    sharpes,
    deflatedSharpe: deflatedSharpeRatio(returnMoments(series[best]), sharpes),
  }));
  return {
    probability: mean(found.map(({ overfitting }) => overfitting.probability)),
    best,
    deflatedSharpe: mean(found.map(({ deflatedSharpe }) => deflatedSharpe)),
    paths: found,
  };
}

function checkedPaths(results: readonly CrossValidationResult[]): (readonly PathResult[])[] {
  const paths = Array.isArray(results) ? results.map((result) => result.paths ?? []) : [];
  const same = (own: readonly PathResult[]): boolean =>
    own.length === paths[0].length && own.every(({ order }, p) => order.length === paths[0][p].order.length);
  if (paths.length < 2 || paths[0].length === 0 || !paths.every(same)) {
    throw new InvalidInputError('pathOverfitting needs at least two results with the same backtest paths', {
      hint: 'Run crossValidate for each candidate with the same CombinatorialPurgedKFold and the same rows.',
    });
  }
  return paths;
}

function performanceOf(path: PathResult, performance: PathOverfittingOptions['performance']): Float64Array {
  const { predictions, probabilities } = path.predictions;
  return Float64Array.from(path.order, (row) => performance(row, predictions[row], probabilities?.row(row)));
}
