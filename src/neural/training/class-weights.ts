/** Weight of each training row: its sample weight times its class's. */
import { ConfigError } from '../../core/errors.js';
import type { ClassWeight } from './config.js';

/**
 * `'balanced'`: rows / (classes * rows of the class), as scikit-learn. Otherwise by label; labels left out count 1.
 *
 * @throws ConfigError - a weight for a label that does not occur, or none above 0
 */
export function rowWeights(
  y: Float64Array,
  weights: Float32Array | undefined,
  classes: readonly number[],
  classWeight: ClassWeight | undefined,
  what: string,
): Float32Array {
  const out = weights ? weights.slice() : new Float32Array(y.length).fill(1);
  if (classWeight === undefined || classes.length === 0) return out;
  const byClass = factors(y, classes, classWeight, what);
  for (let i = 0; i < y.length; i++) out[i] *= byClass[y[i]];
  if (!out.some((weight) => weight > 0)) {
    throw new ConfigError(`${what}: classWeight leaves no row with a weight above 0`, {
      hint: 'Give at least one class a weight above 0.',
    });
  }
  return out;
}

function factors(y: Float64Array, classes: readonly number[], given: ClassWeight, what: string): number[] {
  if (given === 'balanced') {
    const counts = new Float64Array(classes.length);
    for (let i = 0; i < y.length; i++) counts[y[i]]++;
    return Array.from(counts, (count) => (count > 0 ? y.length / (classes.length * count) : 0));
  }
  const byLabel = new Map(Object.entries(given).map(([label, weight]) => [Number(label), weight]));
  const unknown = [...byLabel.keys()].find((label) => !classes.includes(label));
  if (unknown !== undefined) {
    throw new ConfigError(`${what}: classWeight names ${unknown}, which is no label`, {
      hint: `The labels are ${classes.join(', ')}.`,
    });
  }
  return classes.map((label) => byLabel.get(label) ?? 1);
}
