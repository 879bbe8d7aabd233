/** The two sides of a job: what the caller asks for and what each worker's `run` is given. */
import type { ProgressEvent, ProgressListener } from '../core/progress.js';
import type { KernelExports } from './exports.js';

export interface Job {
  /** A .js (or, running from source, .ts) file exporting `run(context: JobContext)`. */
  module: URL;
  /** Structured-cloneable; SharedArrayBuffers are shared, everything else is copied to every worker. */
  args: unknown;
  threads: number;
  /** Size of the memory the job's workers share, in pages of 64 KiB; it may grow (see `Arena`). */
  memoryPages?: { initial: number; maximum?: number };
  signal?: AbortSignal;
  onProgress?: ProgressListener;
  /** Answers `JobContext.ask` on the calling thread; what it throws becomes the job's error. */
  answer?: (question: unknown) => unknown;
  /**
   * The job may be inside another library's native code, where ending its thread would end the process: when it is stopped, its workers are
   * left to notice by themselves, and go back to the pool when they have.
   */
  patient?: boolean;
  /** What an error calls the work: 'Training', 'Prediction'. */
  doing?: string;
}

/**
 * One worker's view of a job. All workers run the same function on the same arguments and meet at barriers; each must reach
 * every barrier. A throw in one releases the others.
 */
export interface JobContext<Args = unknown> {
  /** 0 .. threads-1. */
  readonly thread: number;
  readonly threads: number;
  readonly args: Args;
  /** Shared by the job's workers, gone after the job. Its first kilobyte is the pool's. */
  readonly memory: WebAssembly.Memory;
  /** This worker's own instance over `memory`. */
  readonly kernels: KernelExports;
  /** Waits for all workers; what any wrote before is visible to all after. Also resets `nextUnit`. */
  barrier(): void;
  /** The next unit of work that no worker has taken since the last barrier: 0, 1, 2, ... */
  nextUnit(): number;
  /** Whether the job was stopped; cheap. */
  cancelled(): boolean;
  /** Leaves the job if it was stopped. Call it at least every 50 ms or so. */
  check(): void;
  /**
   * Puts a structured-cloneable question to the job's `answer` function on the calling thread and waits for what it returns or
   * resolves to. Leaves the job if it is stopped meanwhile. The others wait at their next barrier.
   */
  ask(question: unknown): unknown;
  /** Tells the caller's `onProgress`; about 20 events a second pass, and the last; all if the listener wants `everyStep`. Only thread 0's count. */
  report(event: ProgressEvent): void;
}

/** What a job module exports. Worker 0's return value is the job's result; typed arrays directly in it move without a copy. */
export type JobFunction<Args, Result> = (context: JobContext<Args>) => Result | Promise<Result>;
