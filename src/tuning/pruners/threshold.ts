/** Ends a trial whose report leaves a range, or is NaN. */
import { ConfigError } from '../../core/errors.js';
import type { Pruner, PrunerContext } from '../pruner.js';

/** The range that reports have to stay in. */
export interface ThresholdOptions {
  readonly lower?: number;
  readonly upper?: number;
  /** No trial is ended before this step. Default 0. */
  readonly warmupSteps?: number;
}

/** Ends a trial whose report leaves a range, or is NaN. */
export class ThresholdPruner implements Pruner {
  readonly name = 'threshold';

  /** @throws ConfigError - neither end is given, or they are out of order */
  constructor(private readonly options: ThresholdOptions) {
    const { lower = Number.NEGATIVE_INFINITY, upper = Number.POSITIVE_INFINITY } = options;
    if (!(lower < upper) || (options.lower === undefined && options.upper === undefined)) {
      throw new ConfigError(`ThresholdPruner: nothing lies between ${lower} and ${upper}, or everything does`, {
        hint: 'Give lower, upper or both, the smaller one first.',
      });
    }
  }

  shouldPrune({ step, reports }: PrunerContext): boolean {
    const { lower = Number.NEGATIVE_INFINITY, upper = Number.POSITIVE_INFINITY, warmupSteps = 0 } = this.options;
    const value = reports.get(step) ?? Number.NaN;
    return step >= warmupSteps && !(value >= lower && value <= upper);
  }
}
