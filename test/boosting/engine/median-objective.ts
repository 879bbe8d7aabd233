/** An objective of a user's own: absolute error, in plain TypeScript over the shared memory. */
import type { Objective, ObjectiveRows } from '../../../src/boosting/engine/objectives/objective.js';

export function createObjective(): Objective {
  return {
    outputs: 1,
    baseScores: (labels) => [Float64Array.from(labels).sort()[labels.length >> 1]],
    evaluate({ memory, rows, scores, labels, gradients }: ObjectiveRows, from: number, to: number): number {
      const s = new Float64Array(memory.buffer, scores, rows);
      const y = new Float64Array(memory.buffer, labels, rows);
      const pairs = gradients ? new Float32Array(memory.buffer, gradients, 2 * rows) : undefined;
      let loss = 0;
      for (let i = from; i < to; i++) {
        pairs?.set([Math.sign(s[i] - y[i]), 1], 2 * i);
        loss += Math.abs(s[i] - y[i]);
      }
      return loss;
    },
  };
}
