/**
 * Shapley values of a linear model whose columns are taken as independent (interventional; Strumbelj and Kononenko, "Explaining
 * prediction models and individual predictions with feature contributions", 2014): weight times the distance from the background's mean.
 */
import type { Matrix } from '../core/matrix.js';
import { inTurns, Turns } from '../core/turns.js';
import type { LinearExplanation } from '../model/explanation.js';
import type { Worth } from './tree-shap.js';

const VALUES_A_STRETCH = 500_000;

/** `background`: without it, values are compared with 0. */
export async function linearShap(
  { weights, intercept, outputs, features, fromZero }: LinearExplanation,
  X: Matrix,
  background: Matrix | undefined,
  interactions: boolean,
): Promise<Worth> {
  const filled = (value: number) => (fromZero && Number.isNaN(value) ? 0 : value);
  const means = background ? await columnMeans(background, filled) : new Float64Array(features);
  const baseValues = Float64Array.from({ length: outputs }, (_, k) => {
    let sum = intercept[k];
    for (let j = 0; j < features; j++) sum += weights[k * features + j] * means[j];
    return sum;
  });
  const values = new Float64Array(X.rows * outputs * features);
  const pairs = interactions ? new Float64Array(values.length * features) : undefined;
  await inTurns(X.rows, Math.max(1, Math.floor(VALUES_A_STRETCH / (outputs * features))), (from, to) => {
    for (let i = from; i < to; i++) {
      for (let k = 0; k < outputs; k++) {
        for (let j = 0; j < features; j++) {
          const at = (i * outputs + k) * features + j;
          values[at] = weights[k * features + j] * (filled(X.data[i * features + j]) - means[j]);
          // A sum has no interactions.
          if (pairs) pairs[at * features + j] = values[at];
        }
      }
    }
  });
  return { values, ...(pairs ? { interactions: pairs } : {}), baseValues, outputs };
}

async function columnMeans({ data, rows, cols }: Matrix, filled: (value: number) => number): Promise<Float64Array> {
  const means = new Float64Array(cols);
  const turns = new Turns();
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) means[j] += filled(data[i * cols + j]) / rows;
    if (i % 1000 === 0) await turns.pause();
  }
  return means;
}
