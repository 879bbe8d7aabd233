/** Agreement beyond chance. */
import { countConfusions, marginals } from './confusion-matrix.js';
import { checkChoice, checkOptions, type MetricOptions } from './options.js';

export interface CohenKappaOptions extends MetricOptions {
  /** Cost of a disagreement by the distance of the two classes in their order. Default: every disagreement costs 1. */
  weights?: 'linear' | 'quadratic';
  /** Value when agreement by chance alone is certain and kappa is 0 / 0. Default NaN. */
  replaceUndefinedBy?: number;
}

/** Cohen's kappa, 1 for full agreement, 0 for chance (Cohen, 1960; weighted: Cohen, 1968). */
export function cohenKappa(
  yTrue: ArrayLike<number>,
  yPred: ArrayLike<number>,
  options: CohenKappaOptions = {},
): number {
  checkOptions('cohenKappa', options, ['weights', 'replaceUndefinedBy']);
  checkChoice('cohenKappa', 'weights', options.weights, ['linear', 'quadratic']);
  const table = countConfusions('cohenKappa', yTrue, yPred, options);
  const { actual, predicted } = marginals(table);
  const { counts, size } = table;
  const total = actual.reduce((a, b) => a + b, 0);
  let observed = 0;
  let expected = 0;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      const cost = disagreement(i, j, options.weights);
      observed += cost * counts[i * size + j];
      expected += cost * ((actual[i] * predicted[j]) / total);
    }
  }
  return expected > 0 ? 1 - observed / expected : (options.replaceUndefinedBy ?? Number.NaN);
}

function disagreement(i: number, j: number, weights: CohenKappaOptions['weights']): number {
  const distance = Math.abs(i - j);
  if (weights === 'linear') return distance;
  return weights === 'quadratic' ? distance * distance : Math.min(distance, 1);
}
