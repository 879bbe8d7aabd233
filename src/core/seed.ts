/** The seed of whatever draws at random: given, or the same for everyone. */
import { InvalidInputError } from './errors.js';

export const DEFAULT_SEED = 42;

/** @throws InvalidInputError - no integer from 0 to 2^53 - 1 */
export function resolveSeed(seed: number | undefined): number {
  if (seed === undefined) return DEFAULT_SEED;
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new InvalidInputError(`seed must be a non-negative integer, got ${String(seed)}`, {
      hint: 'Use an integer such as 42.',
    });
  }
  return seed;
}
