/** What the columns contributed to a forest. */
import type { ImportanceKind } from '../../model/types.js';
import { type Forest, sizeOf } from './forest.js';

/**
 * (features,) of a forest. Gain is the mean decrease in impurity: each tree's decreases, weighed by their rows, add up to 1 and are averaged
 * (Breiman, 2001; Louppe, 2014), trees that are a single leaf left out. Split is the number of splits, cover the weight of their rows.
 */
export function forestImportance(forest: Forest, kind: ImportanceKind): Float64Array {
  const { features, nodeStarts, feature, gain, weight } = forest;
  const total = new Float64Array(features);
  const own = new Float64Array(features);
  for (let t = 0; t < sizeOf(forest).trees; t++) {
    own.fill(0);
    for (let i = nodeStarts[t]; i < nodeStarts[t + 1]; i++) {
      own[feature[i]] += kind === 'gain' ? gain[i] : kind === 'cover' ? weight[i] : 1;
    }
    addScaled(total, own, kind === 'gain' ? sum(own) : 1);
  }
  if (kind === 'gain') {
    const all = sum(total);
    if (all > 0) for (let j = 0; j < features; j++) total[j] /= all;
  }
  return total;
}

function addScaled(total: Float64Array, values: Float64Array, divisor: number): void {
  if (divisor > 0) for (let j = 0; j < values.length; j++) total[j] += values[j] / divisor;
}

function sum(values: Float64Array): number {
  let total = 0;
  for (let j = 0; j < values.length; j++) total += values[j];
  return total;
}
