/**
 * The loop of a job whose workers share every pass over the data: worker 0 asks for a phase, all work on it, and meet before and after.
 * Phases are integers from 1 on; 0 is the end.
 */
import type { JobContext } from './job.js';

const STOP = 0;

export class Phases {
  constructor(
    private readonly context: Pick<JobContext, 'barrier'>,
    /** One integer in the job's memory. */
    private readonly asked: Int32Array,
    /** One worker's part of a phase; takes units until none are left. */
    private readonly work: (phase: number) => void,
  ) {}

  /** Workers other than 0: do what worker 0 asks for until it stops. */
  serve(): void {
    for (;;) {
      this.context.barrier();
      const phase = Atomics.load(this.asked, 0);
      if (phase === STOP) return;
      this.work(phase);
      this.context.barrier();
    }
  }

  /** Worker 0: all workers do the phase; it is done when this returns. */
  together(phase: number): void {
    Atomics.store(this.asked, 0, phase);
    this.context.barrier();
    this.work(phase);
    this.context.barrier();
  }

  /** Worker 0: releases the others. */
  stop(): void {
    Atomics.store(this.asked, 0, STOP);
    this.context.barrier();
  }
}
