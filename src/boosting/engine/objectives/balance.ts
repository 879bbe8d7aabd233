/** Weights of the classes of a two-class loss: `scalePosWeight` and `isUnbalance`. */
import type { ClassBalance } from './spec.js';

export interface ClassWeights {
  negative: number;
  positive: number;
}

/** With `isUnbalance`, the rarer class is weighted up to as many rows as the other one has. Rows are counted, not weighed. */
export function classWeights(
  { scalePosWeight = 1, isUnbalance = false }: ClassBalance,
  labels: Float64Array | undefined,
  isPositive: (label: number) => boolean,
): ClassWeights {
  const weights = { negative: 1, positive: scalePosWeight };
  if (!isUnbalance || !labels) return weights;
  let positives = 0;
  for (const label of labels) if (isPositive(label)) positives++;
  const negatives = labels.length - positives;
  if (positives === 0 || negatives === 0) return weights;
  if (positives > negatives) weights.negative = positives / negatives;
  else weights.positive *= negatives / positives;
  return weights;
}
