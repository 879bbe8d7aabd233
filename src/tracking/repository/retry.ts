/** Work on a database again, after growing pauses, while its fault is one that passes. */
import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { passes } from './faults.js';

const FIRST_MS = 50;
const LONGEST_MS = 5000;

/** What `work` gives back; its last error once `seconds` have passed since the first. `work` has the same effect once or many times. */
export async function retried<T>(
  seconds: number,
  work: () => Promise<T>,
  onRetry?: (error: unknown, waitMs: number) => void,
): Promise<T> {
  const end = performance.now() + seconds * 1000;
  for (let wait = FIRST_MS; ; wait = Math.min(2 * wait, LONGEST_MS)) {
    try {
      return await work();
    } catch (error) {
      const left = end - performance.now();
      if (!passes(error) || left <= 0) throw error;
      // Many clients of one server that was gone do not all come back at the same moment.
      const waitMs = Math.min(left, wait / 2 + randomInt(wait));
      onRetry?.(error, waitMs);
      await pause(waitMs);
    }
  }
}
