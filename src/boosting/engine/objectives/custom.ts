/** A caller's own loss: worker 0 asks the calling thread for the derivatives of all rows and waits for them. */
import type { Derivatives } from '../../options.js';
import { type GradientQuestion, rowMajor } from '../questions.js';
import type { Objective } from './objective.js';
import { viewsOf } from './pointwise.js';

export function custom(outputs: number): Objective {
  return {
    outputs,
    baseScores: () => new Array<number>(outputs).fill(0),
    evaluate() {
      throw new TypeError('A custom objective is evaluated for all rows at once');
    },
    evaluateAll(rows, count, context) {
      // The function gives derivatives only: the loss itself is unknown.
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
      const { gradient, hessian } = context.ask(question) as Derivatives;
      for (const [k, { pairs }] of views.entries()) {
        if (!pairs) continue;
        for (let i = 0; i < count; i++) {
          const w = weights ? weights[i] : 1;
          pairs[2 * i] = w * gradient[i * outputs + k];
          pairs[2 * i + 1] = w * hessian[i * outputs + k];
        }
      }
      return Number.NaN;
    },
  };
}
