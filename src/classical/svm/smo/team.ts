/** Workers that solve one problem in step: all of a job, or one alone. */
import type { JobContext } from '../../../kernels/job.js';

export interface Team {
  readonly thread: number;
  readonly threads: number;
  barrier(): void;
  /** Leaves the job if it was stopped. */
  check(): void;
  /** This worker's part of 0 .. count-1. */
  share(count: number): [from: number, to: number];
}

export function wholeTeam({ thread, threads, barrier, check }: JobContext<unknown>): Team {
  const at = (count: number, t: number) => Math.floor((count * t) / threads);
  return { thread, threads, barrier, check, share: (count) => [at(count, thread), at(count, thread + 1)] };
}

export function alone({ check }: JobContext<unknown>): Team {
  return { thread: 0, threads: 1, barrier: () => {}, check, share: (count) => [0, count] };
}
