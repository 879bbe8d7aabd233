/**
 * The tree-structured Parzen estimator (Bergstra, Bardenet, Bengio and Kegl, 2011; Bergstra, Yamins and Cox, 2013): one density over the good
 * trials, one over the others, and of some draws from the first the one that it favours most over the second. The details follow what
 * Watanabe (2023) describes of Optuna's, except that parameters which come together are sampled together unless told otherwise, and that
 * trials whose value is not known yet count among the others, so that workers spread out.
 */
import { ConfigError } from '../../../core/errors.js';
import type { Random } from '../../../core/random.js';
import { type Distribution, isSingle } from '../../distribution.js';
import type { HistoryView } from '../../history.js';
import type { RelativeSample, Sampler, SamplerContext } from '../../sampler.js';
import type { TrialRecord } from '../../trial-record.js';
import { randomValue } from '../random.js';
import { groupsOf } from './groups.js';
import { ParzenEstimator } from './parzen.js';
import { defaultGamma, ranked, recencyWeights } from './split.js';

/** First trials, candidates and grouping of `TPESampler`. */
export interface TPEOptions {
  /** Trials drawn at random before the estimator starts. Default 10. */
  readonly startupTrials?: number;
  /** Draws of which the best is taken. Default 24. */
  readonly candidates?: number;
  /**
   * Whether parameters that come together are sampled together, which finds what matters jointly; false: each for itself, which finds more
   * where they act independently. Default 'alternate': every other trial.
   */
  readonly multivariate?: boolean | 'alternate';
  /** Whether a conditional space is split into groups that are sampled together; false: only what all trials have is. Default true. */
  readonly group?: boolean;
  /** Whether trials without a value yet count as bad ones. Default true. */
  readonly constantLiar?: boolean;
  /** How many of n trials count as good. Default: a tenth, 25 at most. */
  readonly gamma?: (n: number) => number;
  /** Weight of the prior against that of one trial. Default 1. */
  readonly priorWeight?: number;
}

const DEFAULTS = {
  startupTrials: 10,
  candidates: 24,
  multivariate: 'alternate' as const,
  group: true,
  constantLiar: true,
  priorWeight: 1,
};

interface Observed {
  readonly good: readonly number[];
  readonly bad: readonly number[];
}

/**
 * Tree-structured Parzen estimators (Bergstra, Bardenet, Bengio and Kégl, 2011; multivariate as Falkner, Klein and Hutter, 2018): the
 * default.
 */
export class TPESampler implements Sampler {
  readonly name = 'tpe';
  private readonly options: Required<TPEOptions>;
  /** Of the view asked about last: several groups of one trial share it. */
  private cached: { view: HistoryView; order: readonly TrialRecord[] } | undefined;

  /** @throws ConfigError - an option out of its range */
  constructor(options: TPEOptions = {}) {
    this.options = { gamma: defaultGamma, ...DEFAULTS, ...options };
    const { startupTrials, candidates, priorWeight } = this.options;
    checkOption('startupTrials', startupTrials, Number.isInteger(startupTrials) && startupTrials >= 0);
    checkOption('candidates', candidates, Number.isInteger(candidates) && candidates >= 1);
    checkOption('priorWeight', priorWeight, priorWeight > 0 && Number.isFinite(priorWeight));
  }

  sampleRelative(context: SamplerContext): RelativeSample | undefined {
    if (this.starting(context)) return undefined;
    const { view } = context;
    const params = new Map<string, number>();
    for (const names of this.jointly(context)) {
      const space = names.flatMap((name): [string, Distribution][] => {
        const distribution = latestDistribution(view, name);
        return distribution && !isSingle(distribution) ? [[name, distribution]] : [];
      });
      if (space.length === 0) continue;
      const values = this.sample(context, space, context.random(`tpe ${space[0][0]}`));
      for (let d = 0; d < space.length; d++) params.set(space[d][0], values[d]);
    }
    return { params };
  }

  sampleIndependent(context: SamplerContext, name: string, distribution: Distribution): number {
    if (this.starting(context)) return randomValue(context, name, distribution);
    return this.sample(context, [[name, distribution]], context.random(`tpe ${name}`))[0];
  }

  /** Names of parameters to sample together. */
  private jointly({ view, number }: SamplerContext): readonly (readonly string[])[] {
    const groups = groupsOf(view);
    if (!this.isMultivariate(number)) return groups.flat().map((name) => [name]);
    if (this.options.group) return groups;
    return groups.length > 0 ? [commonTo(view)] : [];
  }

  private isMultivariate(number: number): boolean {
    const { multivariate } = this.options;
    return multivariate === 'alternate' ? number % 2 === 0 : multivariate;
  }

  private starting(context: SamplerContext): boolean {
    return this.order(context).length < this.options.startupTrials;
  }

  /** Trials to learn from, best first. */
  private order({ view, directions }: SamplerContext): readonly TrialRecord[] {
    if (this.cached?.view !== view) this.cached = { view, order: ranked(view.finished, directions) };
    return this.cached.order;
  }

  private sample(context: SamplerContext, space: readonly [string, Distribution][], random: Random): number[] {
    const { view } = context;
    const distributions = space.map(([, distribution]) => distribution);
    const columns = space.map(([name]) => view.history.column(name));
    const { good, bad } = this.split(this.order(context), columns);
    const { priorWeight, candidates, constantLiar } = this.options;
    const shape = { multivariate: this.isMultivariate(context.number), priorWeight };
    const liars = constantLiar ? view.open.filter(({ params }) => space.every(([name]) => params.has(name))) : [];
    const observed = (numbers: readonly number[], extra: typeof liars): ParzenEstimator => {
      const values = columns.map((column, d) => {
        const all = new Float64Array(numbers.length + extra.length);
        for (let i = 0; i < numbers.length; i++) all[i] = column[numbers[i]];
        for (let i = 0; i < extra.length; i++) all[numbers.length + i] = extra[i].params.get(space[d][0]) ?? 0;
        return all;
      });
      return new ParzenEstimator(distributions, values, recencyWeights(numbers.length + extra.length), shape);
    };
    const below = observed(good, []);
    const above = observed(bad, liars);
    const draws = below.sample(candidates, random);
    const gains = below.logDensity(draws, candidates);
    const against = above.logDensity(draws, candidates);
    let best = 0;
    for (let i = 1; i < candidates; i++) if (gains[i] - against[i] > gains[best] - against[best]) best = i;
    return distributions.map((_, d) => draws[d * candidates + best]);
  }

  /** Numbers of the trials that have all of these parameters, oldest first. */
  private split(order: readonly TrialRecord[], columns: readonly Float64Array[]): Observed {
    const numbers: number[] = [];
    for (const { number } of order) {
      let has = true;
      // False for NaN, and for undefined beyond a column's end.
      for (let d = 0; has && d < columns.length; d++) has = columns[d][number] > Number.NEGATIVE_INFINITY;
      if (has) numbers.push(number);
    }
    const cut = Math.min(numbers.length, Math.max(0, this.options.gamma(numbers.length)));
    const byAge = (a: number, b: number): number => a - b;
    return { good: numbers.slice(0, cut).sort(byAge), bad: numbers.slice(cut).sort(byAge) };
  }
}

function checkOption(name: string, value: number, valid: boolean): void {
  if (valid) return;
  throw new ConfigError(`TPESampler: ${name} cannot be ${String(value)}`, {
    hint: 'See its documentation for its range.',
  });
}

/** Names that every trial of the view has, in their order. */
function commonTo({ history, finished }: HistoryView): readonly string[] {
  let common: readonly string[] | undefined;
  for (const { number, state } of finished) {
    if (state === 'fail') continue;
    const names = history.parameterSets[history.setOf(number)];
    if (names === common) continue;
    common = common?.filter((name) => names.includes(name)) ?? names;
  }
  return common ?? [];
}

function latestDistribution({ finished }: HistoryView, name: string): Distribution | undefined {
  for (let i = finished.length - 1; i >= 0; i--) {
    const distribution = finished[i].state === 'fail' ? undefined : finished[i].distributions[name];
    if (distribution) return distribution;
  }
  return undefined;
}
