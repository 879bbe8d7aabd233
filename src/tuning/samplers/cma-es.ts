/**
 * CMA-ES: a normal distribution that moves to and takes the shape of the best trials, generation by generation (Hansen, 2016, 'The CMA
 * evolution strategy: a tutorial'; constants are his defaults). It works in the unit cube of the numeric parameters that all trials have;
 * choices, and parameters of some trials only, are drawn at random.
 */
import { ConfigError } from '../../core/errors.js';
import { exp, log } from '../../core/math.js';
import { type Distribution, fromUnit, toUnit } from '../distribution.js';
import type { RelativeSample, Sampler, SamplerContext } from '../sampler.js';
import type { TrialRecord } from '../trial-record.js';
import { commonSpace } from './common-space.js';
import { symmetricEigen } from './linear-algebra.js';
import { randomValue } from './random.js';

/** Generations and first step of `CmaEsSampler`. */
export interface CmaEsOptions {
  /** Trials of a generation. Default 4 + 3 ln(number of parameters). */
  readonly populationSize?: number;
  /** Width of the first distribution, in shares of each range. Default 1/6. */
  readonly sigma?: number;
  /** Trials drawn at random before. Default 1. */
  readonly startupTrials?: number;
}

/** Attribute of a trial: the generation it was drawn in. */
const GENERATION = 'holdfast:cma:generation';
const REDRAWS = 20;

/** CMA-ES in the unit cube of the numeric parameters that all trials have (Hansen, 2016); others are drawn at random. */
export class CmaEsSampler implements Sampler {
  readonly name = 'cma-es';
  readonly maxDirections = 1;
  private readonly options: CmaEsOptions;

  /** @throws ConfigError - an option out of its range */
  constructor(options: CmaEsOptions = {}) {
    const { populationSize = 5, sigma = 1 / 6, startupTrials = 1 } = options;
    if (
      !Number.isInteger(populationSize) ||
      populationSize < 4 ||
      !(sigma > 0) ||
      !Number.isInteger(startupTrials) ||
      startupTrials < 1
    ) {
      throw new ConfigError('CmaEsSampler: an option is out of its range', {
        hint: 'populationSize is at least 4, sigma positive, startupTrials at least 1.',
      });
    }
    this.options = options;
  }

  sampleRelative(context: SamplerContext): RelativeSample | undefined {
    const space = commonSpace(context.view);
    if (!space || space.trials.length < (this.options.startupTrials ?? 1)) return undefined;
    const numeric = space.names.flatMap((name, i): [string, Distribution][] =>
      space.distributions[i].type === 'categorical' ? [] : [[name, space.distributions[i]]],
    );
    if (numeric.length === 0) return undefined;
    const state = this.replay(space.trials, numeric, context.directions[0] === 'maximize' ? -1 : 1);
    const point = state.draw(context.random('cma'));
    const params = new Map(numeric.map(([name, distribution], i) => [name, fromUnit(distribution, point[i])]));
    return { params, systemAttrs: { [GENERATION]: state.generation } };
  }

  sampleIndependent(context: SamplerContext, name: string, distribution: Distribution): number {
    return randomValue(context, name, distribution);
  }

  /** The distribution after all whole generations: trials say which they belong to, so nothing else needs to be kept. */
  private replay(trials: readonly TrialRecord[], space: readonly [string, Distribution][], sign: number): Evolution {
    const n = space.length;
    const size = this.options.populationSize ?? 4 + Math.floor(3 * log(n));
    const place = ({ params, distributions }: TrialRecord): Float64Array =>
      Float64Array.from(space, ([name]) => toUnit(distributions[name], internalOf(distributions[name], params[name])));
    const loss = (trial: TrialRecord): number => sign * (trial.values?.[0] ?? Number.NaN);
    const best = (some: readonly TrialRecord[]): TrialRecord[] =>
      [...some].sort((a, b) => loss(a) - loss(b) || a.number - b.number);
    const generations = new Map<number, TrialRecord[]>();
    const before: TrialRecord[] = [];
    for (const trial of trials) {
      const generation = trial.systemAttrs[GENERATION];
      if (typeof generation !== 'number') before.push(trial);
      else generations.set(generation, [...(generations.get(generation) ?? []), trial]);
    }
    // From the best of what was drawn at random.
    const state = new Evolution(
      n,
      size,
      this.options.sigma ?? 1 / 6,
      before.length > 0 ? place(best(before)[0]) : new Float64Array(n).fill(0.5),
    );
    for (;;) {
      const members = generations.get(state.generation);
      if (!members || members.length < size) return state;
      state.tell(best(members.slice(0, size)).map(place));
    }
  }
}

const internalOf = (distribution: Distribution, value: unknown): number =>
  distribution.type === 'categorical' ? distribution.choices.indexOf(value as string) : Number(value);

class Evolution {
  generation = 0;
  private readonly covariance: Float64Array;
  private readonly pathC: Float64Array;
  private readonly pathSigma: Float64Array;
  private readonly weights: Float64Array;
  private readonly muEffective: number;
  private basis: { vectors: Float64Array; scales: Float64Array } | undefined;

  constructor(
    private readonly n: number,
    size: number,
    private sigma: number,
    private mean: Float64Array,
  ) {
    this.covariance = new Float64Array(n * n);
    for (let i = 0; i < n; i++) this.covariance[i * n + i] = 1;
    this.pathC = new Float64Array(n);
    this.pathSigma = new Float64Array(n);
    const mu = Math.floor(size / 2);
    const raw = Float64Array.from({ length: mu }, (_, i) => log((size + 1) / 2) - log(i + 1));
    const sum = raw.reduce((a, b) => a + b, 0);
    this.weights = raw.map((w) => w / sum);
    this.muEffective = 1 / this.weights.reduce((a, w) => a + w * w, 0);
  }

  /** A point of the distribution within the cube; the last draw is moved to its border if none fell inside. */
  draw(random: { normal(): number }): Float64Array {
    const { n, mean, sigma } = this;
    const { vectors, scales } = this.eigen();
    let point = new Float64Array(n);
    for (let attempt = 0; attempt < REDRAWS; attempt++) {
      const z = Float64Array.from({ length: n }, (_, k) => scales[k] * random.normal());
      point = Float64Array.from({ length: n }, (_, i) => {
        let x = 0;
        for (let k = 0; k < n; k++) x += vectors[i * n + k] * z[k];
        return mean[i] + sigma * x;
      });
      if (point.every((x) => x >= 0 && x <= 1)) return point;
    }
    return point.map((x) => Math.min(1, Math.max(0, x)));
  }

  /** One generation, best first. */
  tell(points: readonly Float64Array[]): void {
    const { n, weights, muEffective, pathC, pathSigma, covariance } = this;
    const cSigma = (muEffective + 2) / (n + muEffective + 5);
    const dSigma = 1 + 2 * Math.max(0, Math.sqrt((muEffective - 1) / (n + 1)) - 1) + cSigma;
    const cC = (4 + muEffective / n) / (n + 4 + (2 * muEffective) / n);
    const c1 = 2 / ((n + 1.3) ** 2 + muEffective);
    const cMu = Math.min(1 - c1, (2 * (muEffective - 2 + 1 / muEffective)) / ((n + 2) ** 2 + muEffective));
    const steps = points.slice(0, weights.length).map((point) => point.map((x, i) => (x - this.mean[i]) / this.sigma));
    const step = new Float64Array(n);
    for (let j = 0; j < steps.length; j++) for (let i = 0; i < n; i++) step[i] += weights[j] * steps[j][i];
    const { vectors, scales } = this.eigen();
    const turned = new Float64Array(n);
    for (let k = 0; k < n; k++) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += vectors[i * n + k] * step[i];
      for (let i = 0; i < n; i++) turned[i] += (vectors[i * n + k] * sum) / scales[k];
    }
    let length = 0;
    for (let i = 0; i < n; i++) {
      pathSigma[i] = (1 - cSigma) * pathSigma[i] + Math.sqrt(cSigma * (2 - cSigma) * muEffective) * turned[i];
      length += pathSigma[i] ** 2;
    }
    length = Math.sqrt(length);
    const expected = Math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n));
    this.generation++;
    const settled = Math.sqrt(1 - (1 - cSigma) ** (2 * this.generation));
    const h = length / settled < (1.4 + 2 / (n + 1)) * expected ? 1 : 0;
    for (let i = 0; i < n; i++) pathC[i] = (1 - cC) * pathC[i] + h * Math.sqrt(cC * (2 - cC) * muEffective) * step[i];
    const keep = 1 - c1 - cMu + (1 - h) * c1 * cC * (2 - cC);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        let rank = 0;
        for (let k = 0; k < steps.length; k++) rank += weights[k] * steps[k][i] * steps[k][j];
        covariance[i * n + j] = keep * covariance[i * n + j] + c1 * pathC[i] * pathC[j] + cMu * rank;
      }
    }
    this.mean = this.mean.map((x, i) => x + this.sigma * step[i]);
    this.sigma = Math.min(1, this.sigma * exp((cSigma / dSigma) * (length / expected - 1)));
    this.basis = undefined;
  }

  private eigen(): { vectors: Float64Array; scales: Float64Array } {
    if (!this.basis) {
      const { values, vectors } = symmetricEigen(this.covariance, this.n);
      this.basis = { vectors, scales: values.map((value) => Math.sqrt(Math.max(value, 1e-20))) };
    }
    return this.basis;
  }
}
