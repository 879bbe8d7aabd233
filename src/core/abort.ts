/** Cancellation by `AbortSignal`, always as `TrainingCancelledError`. */
import { TrainingCancelledError } from './errors.js';

export function throwIfAborted(signal: AbortSignal | undefined, doing = 'Training'): void {
  if (signal?.aborted) throw cancelled(signal, doing);
}

export function cancelled(signal: AbortSignal | undefined, doing = 'Training'): TrainingCancelledError {
  return new TrainingCancelledError(`${doing} was cancelled`, {
    hint: 'The AbortSignal passed as `signal` was aborted; nothing was kept.',
    cause: signal?.reason,
  });
}
