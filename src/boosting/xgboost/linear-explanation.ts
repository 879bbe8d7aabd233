/** A gblinear model as explanations read it. */
import type { LinearExplanation } from '../../model/explanation.js';
import type { LinearWeights } from './format.js';

/** `start`: scores before the weights, one an output. */
export function explainedLinear(
  { weights }: LinearWeights,
  features: number,
  start: readonly number[],
): LinearExplanation {
  const outputs = start.length;
  return {
    kind: 'linear',
    unit: 'raw',
    outputs,
    features,
    weights: Float64Array.from({ length: outputs * features }, (_, i) => {
      return weights[(i % features) * outputs + Math.floor(i / features)];
    }),
    intercept: start.map((score, k) => score + weights[features * outputs + k]),
    fromZero: true,
  };
}
