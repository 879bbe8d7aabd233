/** Gradient boosting written out plainly: float64 gradients that are never quantised, trees of the plain twin. */
import { exp, log } from '../../src/core/math.js';
import { growPlainTree, type PlainOptions, type PlainProblem } from './tree-growth.js';

export interface Derivatives {
  loss: number;
  g: number[];
  h: number[];
}

/** Loss and derivatives of one row, by the book. */
export const plainObjectives: Record<'binary' | 'multiclass' | 'regression', (s: number[], y: number) => Derivatives> =
  {
    binary([s], y) {
      const p = 1 / (1 + exp(-s));
      return { loss: -log(y === 1 ? p : 1 / (1 + exp(s))), g: [p - y], h: [p * (1 - p)] };
    },
    multiclass(scores, y) {
      const top = Math.max(...scores);
      const sum = scores.reduce((total, s) => total + exp(s - top), 0);
      const p = scores.map((s) => exp(s - top) / sum);
      const k = scores.length;
      return {
        loss: log(sum) + top - scores[y],
        g: p.map((q, i) => q - (i === y ? 1 : 0)),
        h: p.map((q) => (k / (k - 1)) * q * (1 - q)),
      };
    },
    regression: ([s], y) => ({ loss: (s - y) ** 2, g: [s - y], h: [1] }),
  };

/** Far more digits than any gradient has: integers of the plain twin that are float64 numbers in disguise. */
const FINE = 2 ** 60;

/** Mean weighted loss after each iteration. */
export function plainBoosting(
  rows: Pick<PlainProblem, 'bins' | 'valueBins' | 'hasMissing'>,
  y: Float64Array,
  w: Float32Array,
  objective: keyof typeof plainObjectives,
  base: number[],
  options: PlainOptions & { iterations: number; learningRate: number },
): number[] {
  const all = Array.from(y.keys());
  const scores = all.map(() => [...base]);
  const derivatives = (): Derivatives[] => all.map((i) => plainObjectives[objective](scores[i], y[i]));
  const losses: number[] = [];
  for (let iteration = 0; iteration < options.iterations; iteration++) {
    const now = derivatives();
    for (let k = 0; k < base.length; k++) {
      const g = all.map((i) => w[i] * now[i].g[k] * FINE);
      const h = all.map((i) => w[i] * now[i].h[k] * FINE);
      const tree = growPlainTree({ ...rows, g, h, scaleG: FINE, scaleH: FINE, rows: all }, options);
      if (tree.splits.length === 0) continue;
      for (const leaf of tree.leaves) for (const i of leaf.rows) scores[i][k] += options.learningRate * leaf.value;
    }
    const total = w.reduce((a, b) => a + b, 0);
    losses.push(derivatives().reduce((sum, { loss }, i) => sum + w[i] * loss, 0) / total);
  }
  return losses;
}
