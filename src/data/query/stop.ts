/** What may end a query before its time: the caller's signal and the caller's patience. */
import { cancelled, throwIfAborted } from '../../core/abort.js';
import { DatabaseError, type HoldfastError } from '../../core/errors.js';
import type { QueryOptions } from './options.js';

export class Stop {
  /** Why the query is to end; undefined while it is not. */
  reason: HoldfastError | undefined;
  /** Never resolves; rejects with the reason. */
  readonly happened: Promise<never>;
  private reject: (reason: HoldfastError) => void = () => {};
  private readonly timer: NodeJS.Timeout | undefined;
  private readonly onAbort = (): void => this.end(cancelled(this.options.signal, `Reading ${this.source}`));

  /** `onStop` is told once. @throws TrainingCancelledError - cancelled already */
  constructor(
    private readonly source: string,
    private readonly options: QueryOptions,
    private readonly onStop: () => void,
  ) {
    const { signal, timeout } = options;
    throwIfAborted(signal, `Reading ${source}`);
    this.happened = new Promise((_, reject) => {
      this.reject = reject;
    });
    // Nobody may be waiting just then.
    this.happened.catch(() => {});
    signal?.addEventListener('abort', this.onAbort, { once: true });
    if (timeout !== undefined) this.timer = setTimeout(() => this.end(this.tooLate(timeout)), timeout * 1000);
  }

  throwIfStopped(): void {
    if (this.reason) throw this.reason;
  }

  release(): void {
    clearTimeout(this.timer);
    this.options.signal?.removeEventListener('abort', this.onAbort);
  }

  private tooLate(timeout: number): DatabaseError {
    return new DatabaseError(`${this.source} was not read within ${timeout} s`, {
      hint: 'Raise `timeout`, or narrow the query.',
      details: { timeout },
    });
  }

  private end(reason: HoldfastError): void {
    if (this.reason) return;
    this.reason = reason;
    this.release();
    this.onStop();
    this.reject(reason);
  }
}
