/** Independent trainings within one thread budget: several at once, each with a share; results never depend on how they were shared out. */
import { throwIfAborted } from '../core/abort.js';
import { TrainingCancelledError } from '../core/errors.js';

/** A training; `threads` and `signal` are to be handed on. */
export type Training<T> = (share: { threads: number; signal: AbortSignal }) => Promise<T>;

/**
 * Results in the order of `trainings`. They are started in that order, each on an equal share of the threads that are free, so that the budget
 * is never exceeded and the last ones get what is left. The first failure stops those that run.
 *
 * @throws the error of the first training (in their order) that failed; TrainingCancelledError - `signal` was aborted
 */
export async function runWithin<T>(
  trainings: readonly Training<T>[],
  threads: number,
  signal: AbortSignal | undefined,
): Promise<T[]> {
  const stop = new AbortController();
  const onAbort = () => stop.abort(signal?.reason);
  if (signal?.aborted) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  const results: T[] = [];
  const failures = new Map<number, unknown>();
  const running = new Set<Promise<void>>();
  let free = threads;
  const start = (i: number): void => {
    const share = Math.max(1, Math.floor(free / Math.min(trainings.length - i, free)));
    free -= share;
    const run = trainings[i]({ threads: share, signal: stop.signal })
      .then(
        (result) => {
          results[i] = result;
        },
        (error: unknown) => {
          failures.set(i, error);
          stop.abort(error);
        },
      )
      .finally(() => {
        free += share;
        running.delete(run);
      });
    running.add(run);
  };
  try {
    for (let i = 0; i < trainings.length && !stop.signal.aborted; i++) {
      while (free < 1) await Promise.race(running);
      if (!stop.signal.aborted) start(i);
    }
    while (running.size > 0) await Promise.race(running);
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
  const first = [...failures].sort(([a], [b]) => a - b);
  // Those that were stopped because of another failure say nothing.
  const cause = first.find(([, error]) => !(error instanceof TrainingCancelledError)) ?? first[0];
  if (cause) throw cause[1];
  throwIfAborted(signal);
  return results;
}
