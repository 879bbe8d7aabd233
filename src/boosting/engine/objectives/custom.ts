/** A caller's own loss: worker 0 asks the calling thread for the derivatives of all rows and waits for them. */
import type { Objective } from '../objectives.js';
import { type Derivatives, type GradientQuestion, rowMajor } from '../questions.js';
import { viewsOf } from './pointwise.js';

export function custom(outputs: number): Objective {
  return {
    outputs,
    baseScores: () => new Array<number>(outputs).fill(0),
    evaluate() {
      throw new TypeError('A custom objective is evaluated for all rows at once');
    },
    evaluateAll(rows, count, context) {
      // The function gives derivatives only; without a loss of its own the loss is unknown.
      if (!rows.gradients) return Number.NaN;
      const views = Array.from({ length: outputs }, (_, k) => viewsOf(rows, k));
      const { labels, weights } = views[0];
      const question: GradientQuestion = {
        ask: 'gradients',
        scores: rowMajor(
          views.map((view) => view.scores),
          count,
        ),
        labels: labels.slice(0, count),
        weights: weights?.slice(0, count),
      };
      const { gradient, hessian, loss } = context.ask(question) as Derivatives;
      for (const [k, { pairs }] of views.entries()) {
        if (!pairs) continue;
        for (let i = 0; i < count; i++) {
          pairs[2 * i] = gradient[i * outputs + k];
          pairs[2 * i + 1] = hessian[i * outputs + k];
        }
      }
      return loss ?? Number.NaN;
    },
  };
}
