/**
 * Weights by forward selection with replacement: Caruana, Niculescu-Mizil, Crew and Ksikes, "Ensemble selection from libraries of models",
 * ICML 2004. Each round adds the member that makes the mean of those chosen best on validation rows.
 */

import { Matrix } from '../core/matrix.js';
import { Turns } from '../core/turns.js';
import { scoreOf } from '../evaluation/score.js';
import { isBetter, type MetricDefinition } from '../metrics/registry.js';
import { lossAndAccuracyInTurns, predictionOutput } from '../model/output.js';
import type { Opinion } from './combine.js';

export interface SelectionRows {
  /** (n,) class numbers, or values. */
  readonly y: Float64Array;
  readonly weights?: Float32Array;
  /** Ascending; empty for regression. */
  readonly classes: readonly number[];
}

export interface Selection {
  /** How often each member was chosen, as shares that sum to 1. */
  readonly weights: number[];
  /** The metric of the weighted mean; NaN when it is undefined on these rows. */
  readonly score: number;
  /** The metric after each round, up to the best. */
  readonly history: readonly number[];
}

/** `rounds` at most; the first of the best rounds counts, and within a round the first of the best members. */
export async function selectGreedily(
  opinions: readonly Opinion[],
  rows: SelectionRows,
  metric: MetricDefinition,
  rounds: number,
): Promise<Selection | undefined> {
  const [{ rows: n, cols }] = opinions;
  const sum = new Float64Array(n * cols);
  const candidate = Matrix.zeros(n, cols);
  const chosen: number[] = [];
  const scores: number[] = [];
  const turns = new Turns();
  let best = -1;
  for (let round = 1; round <= rounds; round++) {
    let winner = -1;
    let score = Number.NaN;
    for (const [m, { data }] of opinions.entries()) {
      for (let p = 0; p < sum.length; p++) candidate.data[p] = (sum[p] + data[p]) / round;
      await turns.pause();
      const value = await metricOf(metric, candidate, rows);
      await turns.pause();
      if (winner >= 0 && !isBetter(metric, value, score)) continue;
      if (Number.isNaN(value)) continue;
      winner = m;
      score = value;
    }
    if (winner < 0) return undefined;
    for (let p = 0; p < sum.length; p++) sum[p] += opinions[winner].data[p];
    chosen.push(winner);
    scores.push(score);
    if (best < 0 || isBetter(metric, score, scores[best])) best = round - 1;
  }
  const weights = new Array<number>(opinions.length).fill(0);
  for (const m of chosen.slice(0, best + 1)) weights[m] += 1;
  return {
    weights: weights.map((count) => count / (best + 1)),
    score: scores[best],
    history: scores.slice(0, best + 1),
  };
}

/** NaN where the metric is undefined on the rows. */
async function metricOf(metric: MetricDefinition, opinion: Opinion, rows: SelectionRows): Promise<number> {
  const { y, weights, classes } = rows;
  if (metric.name === 'logLoss' || metric.name === 'mse') {
    return (await lossAndAccuracyInTurns(opinion, y, weights, classes.length)).loss;
  }
  if (metric.name === 'accuracy') return (await lossAndAccuracyInTurns(opinion, y, weights, classes.length)).accuracy;
  const raw = classes.length > 0 ? opinion : opinion.data;
  const predicted = await predictionOutput(raw, opinion.rows, classes, 'voting');
  const truth = classes.length > 0 ? Float64Array.from(y, (k) => classes[k]) : y;
  return scoreOf(metric, { y: truth, weights }, predicted).value ?? Number.NaN;
}
