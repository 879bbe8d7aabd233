/** Probabilities from learned coefficients: the same bits for a row however many others are asked for with it. */
import { exp, sigmoid, softmaxInPlace } from '../../core/math.js';
import { Matrix } from '../../core/matrix.js';
import { Turns } from '../../core/turns.js';
import { dotRow } from '../dot.js';
import type { LogisticCoefficients } from './coefficients.js';

/** Multiply-adds done at a stretch, about a millisecond. */
const STRETCH = 1 << 20;

/** (n, classes) probabilities, rows summing to 1 in float64 before they are rounded to float32. Blocks: for small inputs. */
export function predictLogistic(coefficients: LogisticCoefficients, X: Matrix): Matrix {
  const out = Matrix.zeros(X.rows, classesOf(coefficients));
  writeProbabilities(coefficients, X, 0, X.rows, out);
  return out;
}

/** `predictLogistic` in short turns, so that a large input does not hold up the event loop. */
export async function predictLogisticInTurns(coefficients: LogisticCoefficients, X: Matrix): Promise<Matrix> {
  const out = Matrix.zeros(X.rows, classesOf(coefficients));
  const turns = new Turns();
  const rows = Math.max(1, Math.floor(STRETCH / (coefficients.outputs * (coefficients.features + 16))));
  for (let from = 0; from < X.rows; from += rows) {
    writeProbabilities(coefficients, X, from, Math.min(X.rows, from + rows), out);
    await turns.pause();
  }
  return out;
}

const classesOf = ({ outputs }: LogisticCoefficients): number => (outputs === 1 ? 2 : outputs);

function writeProbabilities(model: LogisticCoefficients, X: Matrix, from: number, to: number, out: Matrix): void {
  const { outputs, features, weights, intercept } = model;
  const scores = new Float64Array(outputs);
  for (let i = from; i < to; i++) {
    const row = i * features;
    for (let k = 0; k < outputs; k++) scores[k] = intercept[k] + dotRow(X.data, row, weights, k * features, features);
    if (outputs === 1) {
      const [first, second] = twoClasses(scores[0]);
      out.data[2 * i] = first;
      out.data[2 * i + 1] = second;
    } else {
      if (model.oneVsRest) normalisedSigmoids(scores);
      else softmaxInPlace(scores, 0, outputs);
      out.data.set(scores, i * outputs);
    }
  }
}

/** Scores become the probability of each class against the rest, divided by their sum. */
function normalisedSigmoids(scores: Float64Array): void {
  let total = 0;
  for (let k = 0; k < scores.length; k++) total += scores[k] = sigmoid(scores[k]);
  for (let k = 0; k < scores.length; k++) scores[k] = total > 0 ? scores[k] / total : 1 / scores.length;
}

/** Both probabilities of a score, each without cancellation. */
function twoClasses(score: number): [number, number] {
  const e = exp(-Math.abs(score));
  const large = 1 / (1 + e);
  const small = e / (1 + e);
  return score >= 0 ? [small, large] : [large, small];
}
