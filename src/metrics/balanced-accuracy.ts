/** Mean recall over the classes that occur: accuracy that class imbalance cannot inflate. */
import { countConfusions, marginals } from './confusion-matrix.js';
import { checkOptions, type MetricOptions } from './options.js';
import { mean } from './sums.js';

export interface BalancedAccuracyOptions extends MetricOptions {
  /** Rescale so that guessing scores 0 and perfect predictions 1. Default false. */
  adjusted?: boolean;
}

/**
 * Unweighted mean of the recall of every class that occurs in `yTrue` (Brodersen et al., 2010). A class that is only
 * predicted does not count.
 */
export function balancedAccuracy(
  yTrue: ArrayLike<number>,
  yPred: ArrayLike<number>,
  options: BalancedAccuracyOptions = {},
): number {
  checkOptions('balancedAccuracy', options, ['adjusted']);
  const table = countConfusions('balancedAccuracy', yTrue, yPred, { sampleWeight: options.sampleWeight });
  const { actual } = marginals(table);
  const recalls: number[] = [];
  for (let k = 0; k < table.size; k++) if (actual[k] > 0) recalls.push(table.counts[k * table.size + k] / actual[k]);
  const score = mean(recalls);
  if (!options.adjusted) return score;
  const chance = 1 / recalls.length;
  return (score - chance) / (1 - chance);
}
