/** Hyperband (Li, Jamieson, DeSalvo, Rostamizadeh and Talwalkar, 2018): successive halving in brackets that start later and later. */
import { deriveSeed } from '../../core/random.js';
import type { Pruner, PrunerContext } from '../pruner.js';
import { checkCounts } from './percentile.js';
import { bracketCount, SuccessiveHalvingPruner } from './successive-halving.js';

/** Steps, brackets and reduction of `HyperbandPruner`. */
export interface HyperbandOptions {
  /** Step of the first rung of the bracket that starts first. Default 1. */
  readonly minResource?: number;
  /** The last step a trial may report, such as the number of iterations. */
  readonly maxResource: number;
  /** One in so many goes on at each rung. Default 3. */
  readonly reductionFactor?: number;
}

/**
 * Successive halving in brackets that start later and later (Li, Jamieson, DeSalvo, Rostamizadeh and Talwalkar, 2018). Throws
 * `ConfigError` for a range that makes no bracket.
 */
export class HyperbandPruner implements Pruner {
  readonly name = 'hyperband';
  private readonly brackets: readonly SuccessiveHalvingPruner[];
  /** Share of the trials that each bracket gets, by what it costs. */
  private readonly budgets: readonly number[];

  /** @throws ConfigError - an option out of its range */
  constructor(options: HyperbandOptions) {
    const { minResource = 1, maxResource, reductionFactor = 3 } = options;
    checkCounts('HyperbandPruner', { ...options }, { minResource: 1, maxResource: 1, reductionFactor: 2 });
    const count = bracketCount(minResource, maxResource, reductionFactor);
    this.brackets = Array.from(
      { length: count },
      (_, minEarlyStoppingRate) => new SuccessiveHalvingPruner({ minResource, reductionFactor, minEarlyStoppingRate }),
    );
    this.budgets = this.brackets.map((_, b) => Math.ceil((count * reductionFactor ** (count - 1 - b)) / (count - b)));
  }

  shouldPrune(context: PrunerContext): boolean {
    const { studyName, view, number } = context;
    const bracket = this.bracketOf(studyName, number);
    const rivals = view.finished.filter((trial) => this.bracketOf(studyName, trial.number) === bracket);
    return this.brackets[bracket].among(context, rivals);
  }

  /** By the trial's number alone. */
  private bracketOf(studyName: string, number: number): number {
    const total = this.budgets.reduce((sum, budget) => sum + budget, 0);
    let place = deriveSeed(number, 'hyperband', studyName.startsWith('no-name-') ? '' : studyName) % total;
    for (let b = 0; b < this.budgets.length; b++) {
      place -= this.budgets[b];
      if (place < 0) return b;
    }
    return this.budgets.length - 1;
  }
}
