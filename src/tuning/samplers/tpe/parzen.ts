/**
 * A density over one or more parameters: a kernel on each observation and a wide one for the prior (Bergstra, Bardenet, Bengio and Kegl,
 * 2011; Watanabe, 2023). A kernel is a product over the parameters: truncated normals on ranges, their mass within a step on discrete
 * ranges, and a table on choices.
 */
import { log, pow } from '../../../core/math.js';
import type { Random } from '../../../core/random.js';
import { type Distribution, fromScale, scaledBounds, toScale } from '../../distribution.js';
import { normalCdf } from '../../normal.js';
import { expOfNegative } from './fast-exp.js';

export interface ParzenOptions {
  /** One bandwidth for all kernels, by Scott's rule over all parameters; false: by the distance to the neighbours. */
  readonly multivariate: boolean;
  /** Weight of the prior's kernel; an observation has 1. */
  readonly priorWeight: number;
}

/** A density is never quite 0: the prior's kernel is everywhere. This keeps its logarithm finite where rounding loses it. */
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
  /** (kernels * choices,) probabilities. */
  readonly shares: Float64Array;
}

type Factor = RangeFactor | ChoiceFactor;

export class ParzenEstimator {
  private readonly kernels: number;
  private readonly factors: readonly Factor[];
  private readonly cumulative: Float64Array;
  /** Each kernel's weight over what its normals are to be divided by. */
  private readonly heights: Float64Array;

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
    this.heights = new Float64Array(n + 1);
    const share = this.heights;
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
    const exponents = new Float64Array(this.kernels);
    const heights = new Float64Array(this.kernels);
    for (let i = 0; i < count; i++) {
      exponents.fill(0);
      heights.set(this.heights);
      for (let d = 0; d < this.factors.length; d++) apply(this.factors[d], values[d * count + i], exponents, heights);
      let sum = 0;
      for (let k = 0; k < exponents.length; k++) sum += heights[k] * expOfNegative(exponents[k]);
      out[i] = log(Math.max(sum, TINY));
    }
    return out;
  }
}

function choiceFactor(choices: number, column: Float64Array, n: number, priorWeight: number): ChoiceFactor {
  const shares = new Float64Array((n + 1) * choices);
  const base = priorWeight / (n + 1);
  const whole = 1 + base * choices;
  const [own, other] = [(1 + base) / whole, base / whole];
  for (let k = 0; k < n; k++) {
    shares.fill(other, k * choices, (k + 1) * choices);
    shares[k * choices + column[k]] = own;
  }
  shares.fill(1 / choices, n * choices);
  return { kind: 'choice', choices, shares };
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

/** The first place of a value in ascending order. */
function placeOf(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Distance of each mean to the farther of its two neighbours in order. */
function neighbourDistances(means: Float64Array): Float64Array {
  const sorted = means.slice().sort();
  const last = sorted.length - 1;
  const distances = new Float64Array(means.length);
  for (let k = 0; k < means.length; k++) {
    const place = placeOf(sorted, means[k]);
    const left = place > 0 ? means[k] - sorted[place - 1] : 0;
    const right = place < last ? sorted[place + 1] - means[k] : 0;
    distances[k] = Math.max(left, right);
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

/** Takes a value into account: normals in the exponents, masses and shares in the heights. */
function apply(factor: Factor, value: number, exponents: Float64Array, heights: Float64Array): void {
  const n = heights.length;
  if (factor.kind === 'choice') {
    const { choices, shares } = factor;
    for (let k = 0; k < n; k++) heights[k] *= shares[k * choices + value];
    return;
  }
  const { means, inverse, distribution, discrete } = factor;
  if (!discrete) {
    const x = toScale(distribution, value);
    for (let k = 0; k < n; k++) {
      const z = (x - means[k]) * inverse[k];
      exponents[k] -= 0.5 * z * z;
    }
    return;
  }
  const half = (distribution.step ?? 0) / 2;
  const from = toScale(distribution, value - half);
  const to = toScale(distribution, value + half);
  for (let k = 0; k < n; k++) {
    heights[k] *= normalCdf((to - means[k]) * inverse[k]) - normalCdf((from - means[k]) * inverse[k]);
  }
}
