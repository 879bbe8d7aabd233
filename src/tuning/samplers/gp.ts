/**
 * A Gaussian process over the unit cube with a Matern 5/2 kernel and one length scale a parameter, and the expected improvement over the best
 * trial (Jones, Schonlau and Welch, 1998; Snoek, Larochelle and Adams, 2012): for small budgets, as its cost grows with the cube of the trials.
 */
import { ConfigError } from '../../core/errors.js';
import { exp, log } from '../../core/math.js';
import type { Random } from '../../core/random.js';
import { Turns } from '../../core/turns.js';
import { type Distribution, fromUnit, toInternal, toUnit } from '../distribution.js';
import { normalCdf, normalPdf } from '../normal.js';
import type { RelativeSample, Sampler, SamplerContext } from '../sampler.js';
import { commonSpace } from './common-space.js';
import { choleskyRow, solveLower, solveUpper } from './linear-algebra.js';
import { evenValue } from './qmc.js';
import { randomValue } from './random.js';

/** First trials and candidates of `GPSampler`. */
export interface GPOptions {
  /** Trials spread evenly before. Default 10. */
  readonly startupTrials?: number;
  /** Trials the process is fitted to, at most: the best and the latest. Default 100. */
  readonly mostTrials?: number;
}

const SQRT5 = Math.sqrt(5);
const CANDIDATES = 512;
const REFINED = 5;
const REFINEMENTS = 60;
/** Log length scales and log noise that are tried: a coarse walk is enough for the budgets this is for. */
const FIT_ROUNDS = 3;
/** Rows of a matrix, and points looked at, between two looks at the clock. */
const ROWS_IN_TURN = 16;
const POINTS_IN_TURN = 8;

/** A Gaussian process and the expected improvement over the best trial (Jones, Schonlau and Welch, 1998): for few, expensive trials. */
export class GPSampler implements Sampler {
  readonly name = 'gp';
  readonly maxDirections = 1;
  private readonly startup: number;
  private readonly most: number;

  /** @throws ConfigError - an option out of its range */
  constructor({ startupTrials = 10, mostTrials = 100 }: GPOptions = {}) {
    if (!Number.isInteger(startupTrials) || startupTrials < 1 || !Number.isInteger(mostTrials) || mostTrials < 10) {
      throw new ConfigError('GPSampler: an option is out of its range', {
        hint: 'startupTrials is at least 1, mostTrials at least 10.',
      });
    }
    this.startup = startupTrials;
    this.most = mostTrials;
  }

  async sampleRelative(context: SamplerContext): Promise<RelativeSample | undefined> {
    const space = commonSpace(context.view);
    if (!space || space.trials.length < this.startup) return undefined;
    const { names, distributions } = space;
    const sign = context.directions[0] === 'maximize' ? -1 : 1;
    const loss = (i: number): number => sign * (space.trials[i].values?.[0] ?? 0);
    let kept = space.trials.map((_, i) => i);
    if (kept.length > this.most) {
      const best = [...kept].sort((a, b) => loss(a) - loss(b) || a - b).slice(0, this.most / 2);
      kept = [...new Set([...best, ...kept.slice(-Math.floor(this.most / 2))])].sort((a, b) => a - b);
    }
    const points = kept.map((i) =>
      pointOf(
        distributions,
        (name) => toInternal(space.trials[i].distributions[name], space.trials[i].params[name]),
        names,
      ),
    );
    const values = standardised(kept.map(loss));
    // What was known when the trial was made: other trials may end while this one is being thought about.
    const open = [...context.view.open];
    const turns = new Turns();
    let process = await fitProcess(points, values, turns);
    // Trials without a value yet: as if they came out as expected.
    for (const { params } of open) {
      if (!names.every((name) => params.has(name))) continue;
      process = await process.with(
        pointOf(distributions, (name) => params.get(name) ?? 0, names),
        turns,
      );
    }
    const point = await bestPoint(process, distributions, context.random('gp'), turns);
    return { params: new Map(names.map((name, d) => [name, valueAt(distributions[d], point, distributions, d)])) };
  }

  sampleIndependent(context: SamplerContext, name: string, distribution: Distribution): number {
    return context.view.finished.length < this.startup
      ? evenValue(context, name, distribution, true)
      : randomValue(context, name, distribution);
  }
}

/** Coordinates: one for a range, one for each choice (1 for the chosen, apart by the root of a half). */
function pointOf(
  distributions: readonly Distribution[],
  value: (name: string) => number,
  names: readonly string[],
): Float64Array {
  const point: number[] = [];
  for (let d = 0; d < names.length; d++) {
    const distribution = distributions[d];
    const internal = value(names[d]);
    if (distribution.type !== 'categorical') point.push(toUnit(distribution, internal));
    else for (let c = 0; c < distribution.choices.length; c++) point.push(c === internal ? Math.SQRT1_2 : 0);
  }
  return Float64Array.from(point);
}

function valueAt(distribution: Distribution, point: Float64Array, all: readonly Distribution[], d: number): number {
  let offset = 0;
  for (let i = 0; i < d; i++) offset += widthOf(all[i]);
  if (distribution.type !== 'categorical') return fromUnit(distribution, point[offset]);
  let chosen = 0;
  for (let c = 1; c < distribution.choices.length; c++) if (point[offset + c] > point[offset + chosen]) chosen = c;
  return chosen;
}

const widthOf = (distribution: Distribution): number =>
  distribution.type === 'categorical' ? distribution.choices.length : 1;

/** Mean 0 and deviation 1; infinite values become the worst finite one. */
function standardised(values: readonly number[]): Float64Array {
  const finite = values.filter(Number.isFinite);
  const worst = finite.length > 0 ? Math.max(...finite) : 0;
  const best = finite.length > 0 ? Math.min(...finite) : 0;
  const clipped = values.map((v) => (v === Number.NEGATIVE_INFINITY ? best : Number.isFinite(v) ? v : worst));
  const mean = clipped.reduce((a, b) => a + b, 0) / clipped.length;
  const deviation = Math.sqrt(clipped.reduce((a, b) => a + (b - mean) ** 2, 0) / clipped.length) || 1;
  return Float64Array.from(clipped, (v) => (v - mean) / deviation);
}

class GaussianProcess {
  private constructor(
    private readonly points: readonly Float64Array[],
    private readonly inverseScales: Float64Array,
    private readonly noise: number,
    private readonly lower: Float64Array,
    private readonly alpha: Float64Array,
    readonly best: number,
    /** Logarithm of the evidence, and of a mild prior on scales. */
    readonly evidence: number,
    private readonly values: Float64Array,
  ) {}

  static async of(
    points: readonly Float64Array[],
    values: Float64Array,
    inverseScales: Float64Array,
    noise: number,
    turns: Turns,
  ): Promise<GaussianProcess | undefined> {
    const n = points.length;
    const k = new Float64Array(n * n);
    const lower = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) k[i * n + j] = matern(points[i], points[j], inverseScales);
      k[i * n + i] += noise;
      if (!choleskyRow(lower, k, n, i)) return undefined;
      if (i % ROWS_IN_TURN === 0) await turns.pause();
    }
    const half = solveLower(lower, n, values);
    const alpha = solveUpper(lower, n, half);
    let evidence = 0;
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i < n; i++) {
      evidence -= 0.5 * half[i] * half[i] + log(lower[i * n + i]);
      best = Math.min(best, values[i]);
    }
    // Scales of about half the cube, noise of about a thousandth: what data does not say is taken from here.
    for (const scale of inverseScales) evidence -= 0.1 * (log(scale) - log(2)) ** 2;
    evidence -= 0.05 * (log(noise) - log(1e-3)) ** 2;
    return new GaussianProcess(points, inverseScales, noise, lower, alpha, best, evidence, values);
  }

  /** One more point, with the value that is expected there. */
  async with(point: Float64Array, turns: Turns): Promise<GaussianProcess> {
    const values = Float64Array.from([...this.values, this.predict(point).mean]);
    const points = [...this.points, point];
    return (await GaussianProcess.of(points, values, this.inverseScales, this.noise, turns)) ?? this;
  }

  predict(point: Float64Array): { mean: number; deviation: number } {
    const { points, alpha, lower } = this;
    const n = points.length;
    const k = Float64Array.from(points, (other) => matern(other, point, this.inverseScales));
    let mean = 0;
    for (let i = 0; i < n; i++) mean += k[i] * alpha[i];
    const half = solveLower(lower, n, k);
    let explained = 0;
    for (let i = 0; i < n; i++) explained += half[i] * half[i];
    return { mean, deviation: Math.sqrt(Math.max(1 - explained, 1e-12)) };
  }

  /** Logarithm of the expected improvement over the best value. */
  improvement(point: Float64Array): number {
    const { mean, deviation } = this.predict(point);
    const z = (this.best - mean) / deviation;
    // Far below, the difference of the two terms is lost in rounding: their ratio's limit takes over.
    const share = z > -5 ? z * normalCdf(z) + normalPdf(z) : normalPdf(z) / (z * z);
    return log(Math.max(share * deviation, 1e-300));
  }
}

function matern(a: Float64Array, b: Float64Array, inverseScales: Float64Array): number {
  let square = 0;
  for (let d = 0; d < a.length; d++) square += ((a[d] - b[d]) * inverseScales[d]) ** 2;
  const r = SQRT5 * Math.sqrt(square);
  return (1 + r + (r * r) / 3) * exp(-r);
}

/** Length scales and noise of the highest evidence, by a walk over one after another. */
async function fitProcess(
  points: readonly Float64Array[],
  values: Float64Array,
  turns: Turns,
): Promise<GaussianProcess> {
  const dimensions = points[0].length;
  let scales = new Float64Array(dimensions).fill(2);
  let noise = 1e-3;
  let best = await GaussianProcess.of(points, values, scales, noise, turns);
  const consider = async (tried: Float64Array<ArrayBuffer>, triedNoise: number): Promise<boolean> => {
    const process = await GaussianProcess.of(points, values, tried, triedNoise, turns);
    if (!process || (best && process.evidence <= best.evidence)) return false;
    [best, scales, noise] = [process, tried, triedNoise];
    return true;
  };
  for (let round = 0, factor = 4; round < FIT_ROUNDS; round++, factor = Math.sqrt(factor)) {
    for (const f of [factor, 1 / factor])
      await consider(
        scales.map((s) => s * f),
        noise,
      );
    for (let d = 0; d < dimensions; d++) {
      for (const f of [factor, 1 / factor]) {
        const tried = scales.slice();
        tried[d] = Math.min(100, Math.max(0.05, tried[d] * f));
        if (await consider(tried, noise)) break;
      }
    }
    for (const f of [factor * factor, 1 / (factor * factor)])
      await consider(scales, Math.min(1, Math.max(1e-6, noise * f)));
  }
  if (best) return best;
  const rough = await GaussianProcess.of(points, values, scales, 1, turns);
  if (rough) return rough;
  throw new ConfigError('GPSampler: the trials cannot be fitted', { hint: 'Use TPESampler.' });
}

/** Where the most improvement is expected: the best of many random points, moved in ever smaller steps. */
async function bestPoint(
  process: GaussianProcess,
  distributions: readonly Distribution[],
  random: Random,
  turns: Turns,
): Promise<Float64Array> {
  const draw = (): Float64Array => {
    const values = distributions.map((distribution) => fromUnit(distribution, random.float()));
    return pointOf(
      distributions,
      (name) => values[Number(name)],
      distributions.map((_, d) => String(d)),
    );
  };
  const starts: { point: Float64Array; gain: number }[] = [];
  for (let i = 0; i < CANDIDATES; i++) {
    const point = draw();
    starts.push({ point, gain: process.improvement(point) });
    if (i % POINTS_IN_TURN === 0) await turns.pause();
  }
  starts.sort((a, b) => b.gain - a.gain);
  let best = starts[0];
  for (const start of starts.slice(0, REFINED)) {
    let current = start;
    for (let step = 0, width = 0.1; step < REFINEMENTS; step++, width *= 0.93) {
      const point = moved(current.point, distributions, width, random);
      const gain = process.improvement(point);
      if (gain > current.gain) current = { point, gain };
      if (step % POINTS_IN_TURN === 0) await turns.pause();
    }
    if (current.gain > best.gain) best = current;
  }
  return best.point;
}

/** A neighbour, rounded to values of the distributions. */
function moved(
  point: Float64Array,
  distributions: readonly Distribution[],
  width: number,
  random: Random,
): Float64Array {
  const values = distributions.map((distribution, d) => {
    const now = valueAt(distribution, point, distributions, d);
    if (distribution.type === 'categorical')
      return random.float() < width ? random.int(distribution.choices.length) : now;
    return fromUnit(distribution, Math.min(1, Math.max(0, toUnit(distribution, now) + width * random.normal())));
  });
  return pointOf(
    distributions,
    (name) => values[Number(name)],
    distributions.map((_, d) => String(d)),
  );
}
