/** Work that a worker of a job does by itself while the others do something else. */
import type { JobContext } from './job.js';

/**
 * The job as a worker sees it that shares nothing but memory: it meets nobody at barriers and takes every unit of work. What is made
 * with it must lie where no other worker writes.
 */
export function aloneIn<Args>(context: JobContext<Args>): JobContext<Args> {
  let unit = 0;
  return {
    ...context,
    thread: 0,
    threads: 1,
    barrier: () => {
      unit = 0;
    },
    nextUnit: () => unit++,
  };
}
