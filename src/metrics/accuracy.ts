/** Share of rows predicted right. */
import { pairedVectors, weightVector } from './inputs.js';
import { checkOptions, type MetricOptions } from './options.js';
import { mean } from './sums.js';

/**
 * Weighted share of rows whose predicted label is the true one.
 *
 * @example
 * accuracy([0, 1, 1, 1], [0, 1, 0, 1]); // 0.75
 */
export function accuracy(yTrue: ArrayLike<number>, yPred: ArrayLike<number>, options: MetricOptions = {}): number {
  checkOptions('accuracy', options);
  const pair = pairedVectors('accuracy', yTrue, yPred);
  const weights = weightVector('accuracy', options.sampleWeight, pair.yTrue.length);
  const right = Uint8Array.from(pair.yTrue, (label, i) => (label === pair.yPred[i] ? 1 : 0));
  return mean(right, weights);
}
