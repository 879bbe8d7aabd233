/** Ends a trial only after a number of reports without improvement, and then only if the pruner it wraps would. */
import { ConfigError } from '../../core/errors.js';
import type { Pruner, PrunerContext } from '../pruner.js';

/** Ends a trial only after `patience` reports without improvement, and then only if the pruner it wraps would. */
export class PatientPruner implements Pruner {
  readonly name = 'patient';

  /**
   * @param wrapped - undefined: lack of improvement is enough
   * @param patience - reports to wait; 0 asks the wrapped pruner as soon as a report is no improvement
   * @param minDelta - what counts as improvement; at least 0
   * @throws ConfigError - an option out of its range
   */
  constructor(
    private readonly wrapped: Pruner | undefined,
    private readonly patience: number,
    private readonly minDelta = 0,
  ) {
    if (!Number.isInteger(patience) || patience < 0 || !(minDelta >= 0)) {
      throw new ConfigError(`PatientPruner: patience ${patience} and minDelta ${minDelta} must not be negative`, {
        hint: 'Patience is a whole number of reports.',
      });
    }
  }

  shouldPrune(context: PrunerContext): boolean {
    const { reports, direction } = context;
    const steps = [...reports.keys()].sort((a, b) => a - b);
    if (steps.length <= this.patience + 1) return false;
    const sign = direction === 'maximize' ? -1 : 1;
    const split = steps.length - this.patience - 1;
    const best = (some: readonly number[]): number => {
      let least = Number.POSITIVE_INFINITY;
      for (const step of some) {
        const value = sign * (reports.get(step) ?? Number.NaN);
        if (value < least) least = value;
      }
      return least;
    };
    const stuck = best(steps.slice(0, split)) + this.minDelta < best(steps.slice(split));
    return stuck && (this.wrapped?.shouldPrune(context) ?? true);
  }
}
