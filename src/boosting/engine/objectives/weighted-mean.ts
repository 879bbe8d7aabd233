/** Weighted means of functions of labels, summed in row order. */
import { log } from '../../../core/math.js';

/** Keeps log-odds and logarithms of base scores finite when all rows agree. */
export const LEAST_PROBABILITY = 1e-15;

export function weightedMean(
  labels: Float64Array,
  weights: Float32Array | undefined,
  of: (y: number) => number = (y) => y,
): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < labels.length; i++) {
    const w = weights ? weights[i] : 1;
    sum += w * of(labels[i]);
    total += w;
  }
  return sum / total;
}

/** log(p / (1 - p)), finite for every p. */
export function logOdds(probability: number): number {
  const p = Math.min(Math.max(probability, LEAST_PROBABILITY), 1 - LEAST_PROBABILITY);
  return log(p / (1 - p));
}

/** The logarithm of a mean that may be 0. */
export function logMean(labels: Float64Array, weights: Float32Array | undefined): number {
  return log(Math.max(LEAST_PROBABILITY, weightedMean(labels, weights)));
}
