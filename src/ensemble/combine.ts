/** Predictions of members put together: classes aligned, then averages and votes; every sum goes over members in their order. */
import { Matrix } from '../core/matrix.js';
import { inTurns } from '../core/turns.js';
import type { PredictionOutput } from '../model/types.js';

/** What a member says of rows: (n, classes) probabilities, or (n, 1) values. */
export type Opinion = Matrix;

const VALUES_PER_STEP = 200_000;

/** A prediction with a column for each of `classes`: 0 for those the model never saw. Regression: one column. */
export async function opinionOf(output: PredictionOutput, classes: readonly number[]): Promise<Opinion> {
  if (classes.length === 0) return Matrix.wrap(output.predictions, 1);
  const { probabilities = Matrix.zeros(0, classes.length), classes: own } = output;
  const columns = own.map((label) => classes.indexOf(label));
  if (own.length === classes.length && columns.every((to, from) => to === from)) return probabilities;
  const aligned = Matrix.zeros(probabilities.rows, classes.length);
  await inTurns(probabilities.rows, stretch(classes.length), (from, to) => {
    for (let i = from; i < to; i++) {
      for (let k = 0; k < columns.length; k++)
        aligned.data[i * classes.length + columns[k]] = probabilities.data[i * own.length + k];
    }
  });
  return aligned;
}

/** sum of weight_m * opinion_m / sum of weight_m, in double, rounded once. */
export async function weightedMean(opinions: readonly Opinion[], weights: readonly number[]): Promise<Opinion> {
  const [{ rows, cols }] = opinions;
  const total = weights.reduce((a, b) => a + b, 0);
  const out = Matrix.zeros(rows, cols);
  await inTurns(rows * cols, VALUES_PER_STEP, (from, to) => {
    for (let p = from; p < to; p++) {
      let sum = 0;
      for (let m = 0; m < opinions.length; m++) sum += weights[m] * opinions[m].data[p];
      out.data[p] = sum / total;
    }
  });
  return out;
}

/** Share of the weight of those members whose likeliest class (the lowest on ties) each class is. */
export async function voteShares(opinions: readonly Opinion[], weights: readonly number[]): Promise<Opinion> {
  return weightedMean(await Promise.all(opinions.map(votesOf)), weights);
}

/** 1 for the likeliest class of each row, the lowest on ties; 0 for the others. */
export async function votesOf(opinion: Opinion): Promise<Opinion> {
  const { rows, cols, data } = opinion;
  const out = Matrix.zeros(rows, cols);
  await inTurns(rows, stretch(cols), (from, to) => {
    for (let i = from; i < to; i++) out.data[i * cols + likeliest(data, i * cols, cols)] = 1;
  });
  return out;
}

/** Number of the largest of `count` values from `offset` on, the lowest on ties. */
export function likeliest(data: ArrayLike<number>, offset: number, count: number): number {
  let best = 0;
  for (let k = 1; k < count; k++) if (data[offset + k] > data[offset + best]) best = k;
  return best;
}

const stretch = (cols: number): number => Math.max(1, Math.floor(VALUES_PER_STEP / Math.max(1, cols)));
