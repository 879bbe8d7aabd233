/** Ctrl-C ends a run between two of its steps, so that its state is whole; a second one ends the process at once. */

/** What shells expect of a process that was interrupted. */
export const INTERRUPTED = 130;

export class Interrupt {
  readonly #stop = new AbortController();
  readonly #listener = (): void => {
    if (this.#stop.signal.aborted) process.exit(INTERRUPTED);
    process.stderr.write('\nstopping at the next step; Ctrl-C again ends at once\n');
    this.#stop.abort();
  };

  constructor() {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, this.#listener);
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  get happened(): boolean {
    return this.#stop.signal.aborted;
  }

  release(): void {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, this.#listener);
  }
}
