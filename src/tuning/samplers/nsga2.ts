/**
 * NSGA-II: generations of trials, each bred from the best of the ones before (Deb, Pratap, Agarwal and Meyarivan, 2002; simulated binary
 * crossover after Deb and Agrawal, 1995). Feasible trials come before infeasible ones.
 */
import { ConfigError } from '../../core/errors.js';
import { pow } from '../../core/math.js';
import type { Random } from '../../core/random.js';
import { type Distribution, fromUnit, toInternal, toUnit } from '../distribution.js';
import type { RelativeSample, Sampler, SamplerContext } from '../sampler.js';
import type { TrialRecord } from '../trial-record.js';
import { commonSpace } from './common-space.js';
import { randomValue } from './random.js';
import { ranked } from './tpe/split.js';

/** Generations, crossover and mutation of `NsgaIISampler`. */
export interface NsgaIIOptions {
  /** Trials of a generation. Default 50. */
  readonly populationSize?: number;
  /** Share of children that mix two parents; the others copy one. Default 0.9. */
  readonly crossoverProb?: number;
  /** Share of a child's parameters that are drawn anew. Default 1 / number of parameters. */
  readonly mutationProb?: number;
  /** How near children stay to their parents. Default 2. */
  readonly eta?: number;
}

/** Attribute of a trial: the generation it was bred in. */
const GENERATION = 'holdfast:nsga2:generation';

/** NSGA-II for several objectives (Deb, Pratap, Agarwal and Meyarivan, 2002). */
export class NsgaIISampler implements Sampler {
  readonly name = 'nsga-ii';
  private readonly size: number;

  /** @throws ConfigError - an option out of its range */
  constructor(private readonly options: NsgaIIOptions = {}) {
    const { populationSize = 50, crossoverProb = 0.9, mutationProb = 0, eta = 2 } = options;
    const share = (p: number): boolean => p >= 0 && p <= 1;
    if (
      !Number.isInteger(populationSize) ||
      populationSize < 2 ||
      !share(crossoverProb) ||
      !share(mutationProb) ||
      !(eta > 0)
    ) {
      throw new ConfigError('NsgaIISampler: an option is out of its range', {
        hint: 'populationSize is at least 2, crossoverProb and mutationProb lie in 0 .. 1, eta is positive.',
      });
    }
    this.size = populationSize;
  }

  sampleRelative(context: SamplerContext): RelativeSample | undefined {
    const space = commonSpace(context.view);
    const { generation, parents } = this.parents(space?.trials ?? [], context);
    const systemAttrs = { [GENERATION]: generation };
    if (!space || parents.length === 0) return { params: new Map(), systemAttrs };
    const random = context.random('nsga2');
    const { names, distributions } = space;
    const [a, b] = [tournament(parents, random), tournament(parents, random)];
    const { crossoverProb = 0.9, mutationProb = 1 / names.length, eta = 2 } = this.options;
    const mixes = random.float() < crossoverProb;
    const params = new Map<string, number>();
    for (let i = 0; i < names.length; i++) {
      const distribution = distributions[i];
      const value = (trial: TrialRecord): number => toInternal(distribution, trial.params[names[i]]);
      const child = mixes ? crossed(distribution, value(a), value(b), eta, random) : value(a);
      // Left out, it is drawn anew.
      if (random.float() >= mutationProb) params.set(names[i], child);
    }
    return { params, systemAttrs };
  }

  sampleIndependent(context: SamplerContext, name: string, distribution: Distribution): number {
    return randomValue(context, name, distribution);
  }

  /** The last whole generation's survivors, best first, and the generation that is being bred. */
  private parents(
    trials: readonly TrialRecord[],
    { directions }: SamplerContext,
  ): { generation: number; parents: readonly TrialRecord[] } {
    const generations = new Map<number, TrialRecord[]>();
    for (const trial of trials) {
      const of = trial.systemAttrs[GENERATION];
      // Trials of other samplers are the first generation's.
      const generation = typeof of === 'number' ? of : 0;
      const members = generations.get(generation);
      if (members) members.push(trial);
      else generations.set(generation, [trial]);
    }
    let parents: readonly TrialRecord[] = [];
    for (let generation = 0; ; generation++) {
      const members = generations.get(generation);
      if (!members || members.length < this.size) return { generation, parents };
      parents = ranked([...parents, ...members], directions).slice(0, this.size);
    }
  }
}

/** The better of two, by their places. */
function tournament(parents: readonly TrialRecord[], random: Random): TrialRecord {
  return parents[Math.min(random.int(parents.length), random.int(parents.length))];
}

/** A child of two values: near one of them on ranges, one of them on choices. */
function crossed(distribution: Distribution, a: number, b: number, eta: number, random: Random): number {
  const first = random.float() < 0.5;
  if (distribution.type === 'categorical') return first ? a : b;
  const [x, y] = [toUnit(distribution, a), toUnit(distribution, b)];
  const u = random.float();
  const beta = u < 0.5 ? pow(2 * u, 1 / (eta + 1)) : pow(1 / (2 * (1 - u)), 1 / (eta + 1));
  const child = 0.5 * (first ? (1 + beta) * x + (1 - beta) * y : (1 - beta) * x + (1 + beta) * y);
  return fromUnit(distribution, Math.min(1, Math.max(0, child)));
}
