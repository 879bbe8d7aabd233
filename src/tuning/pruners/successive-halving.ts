/**
 * Asynchronous successive halving (Li et al., 2020): steps form rungs, each `reductionFactor` times as far as the one before, and at
 * each rung only the best part of the trials that got there goes on.
 */
import { ConfigError } from '../../core/errors.js';
import type { Pruner, PrunerContext } from '../pruner.js';
import type { TrialRecord } from '../trial-record.js';
import { checkCounts } from './percentile.js';

/** Rungs and reduction of `SuccessiveHalvingPruner`. */
export interface SuccessiveHalvingOptions {
  /** Step of the first rung. Default 1. */
  readonly minResource?: number;
  /** One in so many goes on. Default 4. */
  readonly reductionFactor?: number;
  /** Rungs that are left out at the start. Default 0. */
  readonly minEarlyStoppingRate?: number;
  /** Trials that must have come to a rung before one of them is ended there. Default 0. */
  readonly bootstrapCount?: number;
}

/** Asynchronous successive halving (Li et al., 2020): at each rung only the best part of the trials that got there goes on. */
export class SuccessiveHalvingPruner implements Pruner {
  readonly name = 'successive halving';
  private readonly options: Required<SuccessiveHalvingOptions>;

  /** @throws ConfigError - an option out of its range */
  constructor(options: SuccessiveHalvingOptions = {}) {
    this.options = { minResource: 1, reductionFactor: 4, minEarlyStoppingRate: 0, bootstrapCount: 0, ...options };
    checkCounts(
      'SuccessiveHalvingPruner',
      { ...this.options },
      { minResource: 1, reductionFactor: 2, minEarlyStoppingRate: 0, bootstrapCount: 0 },
    );
  }

  shouldPrune(context: PrunerContext): boolean {
    return this.among(context, context.view.finished);
  }

  /** Decides against these trials only. */
  among({ step, reports, direction }: PrunerContext, others: readonly TrialRecord[]): boolean {
    const { reductionFactor, bootstrapCount } = this.options;
    const sign = direction === 'maximize' ? -1 : 1;
    // Rungs that this report is the first to reach.
    let before = -1;
    for (const other of reports.keys()) if (other < step && other > before) before = other;
    for (let rung = 0; ; rung++) {
      const at = this.stepOf(rung);
      if (at > step) return false;
      if (at <= before) continue;
      const own = sign * valueAt(reports, at);
      if (Number.isNaN(own)) return true;
      const rivals: number[] = [own];
      for (const { intermediateValues, state } of others) {
        const value = state === 'fail' ? Number.NaN : sign * valueAt(intermediateValues, at);
        if (!Number.isNaN(value)) rivals.push(value);
      }
      if (rivals.length <= bootstrapCount) return true;
      rivals.sort((a, b) => a - b);
      const promoted = Math.floor(rivals.length / reductionFactor);
      // While fewer came than one in `reductionFactor`, the best so far goes on.
      if (own > rivals[Math.max(0, promoted - 1)]) return true;
    }
  }

  private stepOf(rung: number): number {
    const { minResource, reductionFactor, minEarlyStoppingRate } = this.options;
    return minResource * reductionFactor ** (rung + minEarlyStoppingRate);
  }
}

/** The first report at a step or after it; NaN if there is none. */
function valueAt(reports: ReadonlyMap<number, number>, step: number): number {
  const exact = reports.get(step);
  if (exact !== undefined) return exact;
  let first = Number.POSITIVE_INFINITY;
  for (const other of reports.keys()) if (other >= step && other < first) first = other;
  return reports.get(first) ?? Number.NaN;
}

/** @throws ConfigError - a number of resources that cannot be split */
export function bracketCount(minResource: number, maxResource: number, reductionFactor: number): number {
  if (!Number.isInteger(maxResource) || maxResource < minResource) {
    throw new ConfigError(`HyperbandPruner: maxResource ${maxResource} is below minResource ${minResource}`, {
      hint: 'It is the last step a trial may report.',
    });
  }
  let brackets = 1;
  for (let resource = minResource * reductionFactor; resource <= maxResource; resource *= reductionFactor) brackets++;
  return brackets;
}
