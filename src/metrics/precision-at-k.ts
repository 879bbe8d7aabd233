/** Share of positives among the rows ranked first. */
import { InvalidInputError } from '../core/errors.js';
import { binaryScores } from './binary-scores.js';
import type { PredictedScores } from './inputs.js';
import { clearOrLargerPositive } from './labels.js';
import { checkOptions, type MetricOptions } from './options.js';
import { descendingOrder } from './ranking.js';

export interface PrecisionAtKOptions extends MetricOptions {
  /** How many rows: a whole number from 1 to n, or a share of them below 1 (rounded, at least one row). */
  k: number;
}

/**
 * Share of positive rows among the k with the highest scores. Rows tied for the last places share them, so that the order of the
 * rows never matters: the result is the mean over all ways of breaking the tie. With weights, k counts rows and the share is by weight.
 *
 * @param options `{ k, ... }`, or k itself
 * @throws InvalidInputError when k is not in 1..n
 * @example
 * precisionAtK([0, 1, 1, 0], [0.2, 0.9, 0.4, 0.6], { k: 2 }); // 0.5
 */
export function precisionAtK(yTrue: ArrayLike<number>, scores: PredictedScores, options: PrecisionAtKOptions): number;
export function precisionAtK(yTrue: ArrayLike<number>, scores: PredictedScores, k: number): number;
export function precisionAtK(
  yTrue: ArrayLike<number>,
  scores: PredictedScores,
  options: PrecisionAtKOptions | number,
): number {
  const given: PrecisionAtKOptions = typeof options === 'number' ? { k: options } : options;
  checkOptions('precisionAtK', given ?? null, ['k']);
  const {
    positive,
    scores: values,
    weights,
  } = binaryScores('precisionAtK', yTrue, scores, given, clearOrLargerPositive);
  const k = rowsAt(given.k, values.length);
  const order = descendingOrder(values);
  const cutoff = values[order[k - 1]];
  let hits = 0;
  let total = 0;
  let tiedHits = 0;
  let tiedTotal = 0;
  let above = 0;
  let tied = 0;
  for (let i = 0; i < order.length && values[order[i]] >= cutoff; i++) {
    const row = order[i];
    const w = weights ? weights[row] : 1;
    if (values[row] > cutoff) {
      above++;
      total += w;
      hits += w * positive[row];
    } else {
      tied++;
      tiedTotal += w;
      tiedHits += w * positive[row];
    }
  }
  const share = (k - above) / tied;
  return (hits + share * tiedHits) / (total + share * tiedTotal);
}

function rowsAt(k: number, n: number): number {
  const rows = k > 0 && k < 1 ? Math.max(1, Math.round(k * n)) : k;
  if (Number.isInteger(rows) && rows >= 1 && rows <= n) return rows;
  throw new InvalidInputError(`precisionAtK: k is ${String(k)}, there are ${n} rows`, {
    hint: `Use a whole number from 1 to ${n}, or a share between 0 and 1.`,
    details: { k, rows: n },
  });
}
