/**
 * A density over one or more parameters: a kernel on each observation and a wide one for the prior (Bergstra, Bardenet, Bengio and Kegl,
 * 2011; Watanabe, 2023). A kernel is a product over the parameters: truncated normals on ranges, their mass within a step on discrete
 * ranges, and a table on choices.
 */
import { exp, log, pow } from '../../../core/math.js';
import type { Random } from '../../../core/random.js';
import { type Distribution, fromScale, scaledBounds, toScale } from '../../distribution.js';
import { normalCdf } from '../../normal.js';

export interface ParzenOptions {
  /** One bandwidth for all kernels, by Scott's rule over all parameters; false: by the distance to the neighbours. */
  readonly multivariate: boolean;
  /** Weight of the prior's kernel; an observation has 1. */
  readonly priorWeight: number;
}

/** Below this a kernel's share of a density is lost in rounding. */
const NEGLIGIBLE = -37;
const TINY = 1e-300;
/** Kernels are never narrower than the range over this many. */
const MOST_KERNELS = 100;

interface RangeFactor {
  readonly kind: 'range';
  readonly distribution: Exclude<Distribution, { type: 'categorical' }>;
  readonly low: number;
  readonly high: number;
  readonly discrete: boolean;
  readonly means: Float64Array;
  /** 1 / bandwidth. */
  readonly inverse: Float64Array;
}

interface ChoiceFactor {
  readonly kind: 'choice';
  readonly choices: number;
  /** (kernels * choices,) probabilities, and their logarithms. */
  readonly shares: Float64Array;
  readonly logShares: Float64Array;
}

type Factor = RangeFactor | ChoiceFactor;

export class ParzenEstimator {
  private readonly kernels: number;
  private readonly factors: readonly Factor[];
  private readonly cumulative: Float64Array;
  /** Logarithm of each kernel's weight and of what its normals are to be divided by. */
  private readonly constants: Float64Array;

  /**
   * @param distributions - of the parameters
   * @param columns - a list of observed values for each parameter, as one number each
   * @param weights - one for each observation
   */
  constructor(
    distributions: readonly Distribution[],
    columns: readonly Float64Array[],
    weights: Float64Array,
    options: ParzenOptions,
  ) {
    const n = weights.length;
    this.kernels = n + 1;
    let total = options.priorWeight;
    for (let k = 0; k < n; k++) total += weights[k];
    this.cumulative = new Float64Array(n + 1);
    this.constants = new Float64Array(n + 1);
    /** What the constant of a kernel is the logarithm of. */
    const share = new Float64Array(n + 1);
    let sum = 0;
    for (let k = 0; k <= n; k++) {
      share[k] = (k < n ? weights[k] : options.priorWeight) / total;
      this.cumulative[k] = sum += share[k];
    }
    this.factors = distributions.map((distribution, d) =>
      distribution.type === 'categorical'
        ? choiceFactor(distribution.choices.length, columns[d], n, options.priorWeight)
        : rangeFactor(distribution, columns[d], n, distributions.length, options, share),
    );
    for (let k = 0; k <= n; k++) this.constants[k] = log(Math.max(share[k], TINY));
  }

  /** `count` values for each parameter, parameter by parameter: out[d * count + i]. */
  sample(count: number, random: Random): Float64Array {
    const out = new Float64Array(count * this.factors.length);
    for (let i = 0; i < count; i++) {
      const kernel = this.pick(random.float());
      for (let d = 0; d < this.factors.length; d++) out[d * count + i] = draw(this.factors[d], kernel, random);
    }
    return out;
  }

  private pick(u: number): number {
    const { cumulative, kernels } = this;
    let [low, high] = [0, kernels - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cumulative[middle] > u) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Logarithm of the density at values laid out as those of `sample`. */
  logDensity(values: Float64Array, count: number): Float64Array {
    const out = new Float64Array(count);
    const sums = new Float64Array(this.kernels);
    for (let i = 0; i < count; i++) {
      sums.set(this.constants);
      for (let d = 0; d < this.factors.length; d++) addLogarithms(this.factors[d], values[d * count + i], sums);
      out[i] = logSumExp(sums);
    }
    return out;
  }
}

function choiceFactor(choices: number, column: Float64Array, n: number, priorWeight: number): ChoiceFactor {
  const shares = new Float64Array((n + 1) * choices);
  const logShares = new Float64Array((n + 1) * choices);
  const base = priorWeight / (n + 1);
  const whole = 1 + base * choices;
  const [own, other] = [(1 + base) / whole, base / whole];
  const [logOwn, logOther] = [log(own), log(other)];
  for (let k = 0; k < n; k++) {
    shares.fill(other, k * choices, (k + 1) * choices);
    logShares.fill(logOther, k * choices, (k + 1) * choices);
    shares[k * choices + column[k]] = own;
    logShares[k * choices + column[k]] = logOwn;
  }
  shares.fill(1 / choices, n * choices);
  logShares.fill(-log(choices), n * choices);
  return { kind: 'choice', choices, shares, logShares };
}

function rangeFactor(
  distribution: RangeFactor['distribution'],
  column: Float64Array,
  n: number,
  dimensions: number,
  options: ParzenOptions,
  share: Float64Array,
): RangeFactor {
  const [low, high] = scaledBounds(distribution);
  const range = high - low;
  const discrete = distribution.step !== null;
  const means = new Float64Array(n + 1);
  for (let k = 0; k < n; k++) means[k] = Math.min(high, Math.max(low, toScale(distribution, column[k])));
  means[n] = (low + high) / 2;
  const narrowest = range / Math.min(MOST_KERNELS, n + 2);
  const widths = options.multivariate
    ? new Float64Array(n + 1).fill(0.2 * pow(Math.max(n, 1), -1 / (dimensions + 4)) * range)
    : neighbourDistances(means);
  widths[n] = range;
  const inverse = new Float64Array(n + 1);
  for (let k = 0; k <= n; k++) {
    const width = k === n ? range : Math.min(range, Math.max(narrowest, widths[k]));
    const scale = 1 / width;
    inverse[k] = scale;
    const within = normalCdf((high - means[k]) * scale) - normalCdf((low - means[k]) * scale);
    // The normal's own constant is the same for all kernels of both densities that are compared, and left out.
    share[k] *= discrete ? 1 / within : scale / within;
  }
  return { kind: 'range', distribution, low, high, discrete, means, inverse };
}

/** Distance of each mean to the farther of its two neighbours in order. */
function neighbourDistances(means: Float64Array): Float64Array {
  const order = Array.from(means, (_, k) => k).sort((a, b) => means[a] - means[b] || a - b);
  const distances = new Float64Array(means.length);
  for (let place = 0; place < order.length; place++) {
    const mean = means[order[place]];
    const left = place > 0 ? mean - means[order[place - 1]] : 0;
    const right = place + 1 < order.length ? means[order[place + 1]] - mean : 0;
    distances[order[place]] = Math.max(left, right);
  }
  return distances;
}

function draw(factor: Factor, kernel: number, random: Random): number {
  if (factor.kind === 'choice') {
    const { choices, shares } = factor;
    let u = random.float();
    for (let c = 0; c < choices - 1; c++) {
      u -= shares[kernel * choices + c];
      if (u < 0) return c;
    }
    return choices - 1;
  }
  const { means, inverse, low, high, distribution } = factor;
  for (;;) {
    // Means lie in the range and widths are at most the range: a third of the draws or more stay inside.
    const x = means[kernel] + random.normal() / inverse[kernel];
    if (x >= low && x <= high) return fromScale(distribution, x);
  }
}

function addLogarithms(factor: Factor, value: number, sums: Float64Array): void {
  const n = sums.length;
  if (factor.kind === 'choice') {
    const { choices, logShares } = factor;
    for (let k = 0; k < n; k++) sums[k] += logShares[k * choices + value];
    return;
  }
  const { means, inverse, distribution, discrete } = factor;
  if (!discrete) {
    const x = toScale(distribution, value);
    for (let k = 0; k < n; k++) {
      const z = (x - means[k]) * inverse[k];
      sums[k] -= 0.5 * z * z;
    }
    return;
  }
  const half = (distribution.step ?? 0) / 2;
  const from = toScale(distribution, value - half);
  const to = toScale(distribution, value + half);
  for (let k = 0; k < n; k++) {
    const mass = normalCdf((to - means[k]) * inverse[k]) - normalCdf((from - means[k]) * inverse[k]);
    sums[k] += log(Math.max(mass, TINY));
  }
}

/** log of the sum of e^x, in the order of the terms. */
function logSumExp(terms: Float64Array): number {
  let max = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < terms.length; k++) if (terms[k] > max) max = terms[k];
  let sum = 0;
  for (let k = 0; k < terms.length; k++) {
    const difference = terms[k] - max;
    if (difference > NEGLIGIBLE) sum += exp(difference);
  }
  return max + log(sum);
}
