/** How many threads a call may use: option, then HOLDFAST_THREADS, then OMP_NUM_THREADS, then the cores. */
import { availableParallelism } from 'node:os';
import { InvalidInputError } from './errors.js';

const MAX_THREADS = 64;
/** Asked once: it costs as much as the prediction of a row. */
let cores: number | undefined;

/** A positive integer; throws `InvalidInputError` on anything else. Results never depend on it, only speed does. */
export function resolveThreads(option?: number): number {
  if (option !== undefined) {
    if (!Number.isInteger(option) || option < 1) {
      throw new InvalidInputError(`threads must be a positive integer, got ${option}`, {
        hint: 'Leave it out to use all cores.',
      });
    }
    return Math.min(option, MAX_THREADS);
  }
  for (const name of ['HOLDFAST_THREADS', 'OMP_NUM_THREADS']) {
    // OMP_NUM_THREADS may be a list, one value for each nesting level; the first is the outermost.
    const value = Number(process.env[name]?.split(',')[0]);
    if (Number.isInteger(value) && value >= 1) return Math.min(value, MAX_THREADS);
  }
  cores ??= Math.min(availableParallelism(), MAX_THREADS);
  return cores;
}
