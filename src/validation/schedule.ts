/** Folds side by side within a budget of threads. How many run at once changes when a fold runs, never what it gives. */
import { HoldfastError, TrainingFailedError } from '../core/errors.js';

export interface ScheduledTask {
  readonly index: number;
  /** Threads it may use. */
  readonly threads: number;
  readonly signal: AbortSignal;
}

export interface ScheduleOptions {
  /** At most so many at once. */
  readonly workers: number;
  /** Threads of all that run, together. */
  readonly threads: number;
  readonly signal?: AbortSignal;
}

/**
 * Threads of each task. Where the tasks do not come out even, the first ones run with more threads each, so that no thread idles at the end:
 * five tasks, two workers and two threads make one task with two threads, then two times two with one.
 */
export function threadShares(
  count: number,
  { workers, threads }: Pick<ScheduleOptions, 'workers' | 'threads'>,
): number[] {
  const atOnce = Math.max(1, Math.min(workers, threads, count));
  const odd = count % atOnce;
  const share = (together: number): number => Math.max(1, Math.floor(threads / together));
  return Array.from({ length: count }, (_, i) => (i < odd ? share(odd) : share(atOnce)));
}

/**
 * Results of `count` tasks, in their order. Of several errors the one of the lowest index is thrown, whatever ended first: a failure stops
 * the tasks after it and lets those before it finish. Nothing is left running when this settles.
 */
export async function runScheduled<T>(
  count: number,
  options: ScheduleOptions,
  run: (task: ScheduledTask) => Promise<T>,
): Promise<T[]> {
  const shares = threadShares(count, options);
  const stops = shares.map(() => new AbortController());
  const results = new Array<T>(count);
  const errors = new Map<number, unknown>();
  const lowest = (): number => Math.min(...errors.keys());
  let free = options.threads;
  let running = 0;
  let next = 0;
  await new Promise<void>((resolve) => {
    const settle = (index: number): void => {
      free += shares[index];
      running--;
      start();
    };
    const fail = (index: number, error: unknown): void => {
      errors.set(index, error);
      for (let later = lowest() + 1; later < count; later++) stops[later].abort();
    };
    const start = (): void => {
      while (
        next < count &&
        next < lowest() &&
        (running === 0 || (running < options.workers && shares[next] <= free))
      ) {
        const index = next++;
        free -= shares[index];
        running++;
        const signal = options.signal ? AbortSignal.any([options.signal, stops[index].signal]) : stops[index].signal;
        run({ index, threads: shares[index], signal })
          .then(
            (result) => {
              results[index] = result;
            },
            (error) => fail(index, error),
          )
          .then(() => settle(index));
      }
      if (running === 0) resolve();
    };
    start();
  });
  if (errors.size > 0) throw errors.get(lowest());
  return results;
}

/** An error with the name of what failed before its message; the same class of error, with the original as its cause. */
export function named(error: unknown, where: string, details: Record<string, unknown>): HoldfastError {
  const message = `${where}: ${error instanceof Error ? error.message : String(error)}`;
  if (!(error instanceof HoldfastError)) {
    return new TrainingFailedError(message, { hint: 'The cause holds the original error.', details, cause: error });
  }
  const Same = error.constructor as new (message: string, options: object) => HoldfastError;
  return new Same(message, { hint: error.hint, details: { ...error.details, ...details }, cause: error });
}
