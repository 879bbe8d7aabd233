/** Sees, from a thread of its own, when a case does not end or takes the machine's memory: keeps its input and ends the process. */
import { Worker } from 'node:worker_threads';

const MOST_INPUT = 4 << 20;

export class Watchdog {
  /** Number of the case, 0 between cases; length of its input. */
  private readonly state = new Int32Array(new SharedArrayBuffer(8));
  private readonly input = new Uint8Array(new SharedArrayBuffer(MOST_INPUT));
  private readonly worker: Worker;
  private cases = 0;

  /** `corpus`: the directory where the input of a case is kept that has to be ended. */
  constructor(corpus: string) {
    const { state, input } = this;
    this.worker = new Worker(new URL('watchdog-thread.mjs', import.meta.url), {
      workerData: { state, input, corpus },
      execArgv: [],
    });
    this.worker.unref();
  }

  begin(input: Uint8Array): void {
    this.input.set(input.subarray(0, MOST_INPUT));
    this.state[1] = Math.min(input.length, MOST_INPUT);
    Atomics.store(this.state, 0, ++this.cases);
  }

  end(): void {
    Atomics.store(this.state, 0, 0);
  }

  async stop(): Promise<void> {
    await this.worker.terminate();
  }
}
