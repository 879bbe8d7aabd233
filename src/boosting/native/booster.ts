/** What the boosting loop asks of a library: one interface, a driver for each library behind it. */
import { TrainingFailedError } from '../../core/errors.js';

export interface NativeBooster {
  /** Trains one iteration, 0-based; false when no further split is possible and nothing was added. */
  update(iteration: number): boolean;
  /** (metrics,) names in the library's words. */
  readonly metrics: readonly string[];
  /** Values of every metric: the training rows first, then each evaluation set. */
  evaluate(iteration: number): number[][];
  /** The library's model file of the first `iterations` iterations, or of all where the format cannot be cut. */
  model(iterations: number): Uint8Array;
  /** What the caller should know, such as a device that was not there. */
  notices(): string[];
  free(): void;
}

/** Throws what the library said when a call of its C interface did not return 0. */
export function check(library: string, status: number, lastError: () => string): void {
  if (status === 0) return;
  const said = lastError().trim();
  throw new TrainingFailedError(`${library}: ${said.split('\n')[0]}`, {
    hint: `This is what the native ${library} library reported; its parameters are those of the config and of nativeParameters.`,
    details: { library, said },
  });
}

/** Metrics of both libraries of which more is better; of all others less is. */
export function moreIsBetter(metric: string): boolean {
  return /^(auc|aucpr|auc_mu|average_precision|ndcg|map|pre)\b/.test(metric);
}
