/** Matthews correlation coefficient for two or more classes. */
import { countConfusions, marginals } from './confusion-matrix.js';
import { checkOptions, type MetricOptions } from './options.js';

/**
 * Correlation of true and predicted classes, -1..1; 0 when either is constant (Matthews, 1975; for several classes
 * Gorodkin, 2004).
 */
export function matthewsCorrelation(
  yTrue: ArrayLike<number>,
  yPred: ArrayLike<number>,
  options: MetricOptions = {},
): number {
  checkOptions('matthewsCorrelation', options);
  const table = countConfusions('matthewsCorrelation', yTrue, yPred, { sampleWeight: options.sampleWeight });
  const { actual, predicted } = marginals(table);
  let total = 0;
  let right = 0;
  for (let k = 0; k < table.size; k++) {
    total += predicted[k];
    right += table.counts[k * table.size + k];
  }
  let both = right * total;
  let spreadActual = total * total;
  let spreadPredicted = total * total;
  for (let k = 0; k < table.size; k++) {
    both -= actual[k] * predicted[k];
    spreadActual -= actual[k] * actual[k];
    spreadPredicted -= predicted[k] * predicted[k];
  }
  if (spreadActual === 0 || spreadPredicted === 0) return 0;
  return both / (Math.sqrt(spreadActual) * Math.sqrt(spreadPredicted));
}
