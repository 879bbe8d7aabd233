/** MiniRocket's transform beside its plain twin: equal in every bit, for one channel and several, on any number of threads. */
import { describe, expect, it } from 'vitest';
import { biasQuantile, KERNELS, kernelTaps, planRocket } from '../../../src/baselines/minirocket/plan.js';
import { fitRocket, transform } from '../../../src/baselines/minirocket/rocket.js';
import { MiniRocketTransform } from '../../../src/baselines/minirocket/transform.js';
import { ConfigError, InvalidInputError, NotFittedError, TrainingCancelledError } from '../../../src/core/errors.js';
import { Matrix } from '../../../src/core/matrix.js';
import { Random } from '../../../src/core/random.js';
import { Windows } from '../../../src/core/windows.js';
import * as oracle from '../../oracles/minirocket.js';

/** Overlapping windows over a random walk, with some ties. */
function walk(rows: number, channels: number, length: number, seed = 1): Windows {
  const random = new Random(seed);
  const base = Matrix.zeros(rows, channels);
  for (let p = 0; p < base.data.length; p++) {
    const before = p >= channels ? base.data[p - channels] : 0;
    base.data[p] = random.float() < 0.2 ? before : before + random.normal();
  }
  const ends = Uint32Array.from({ length: Math.ceil((rows - length + 1) / 3) }, (_, i) => length - 1 + 3 * i);
  return new Windows(base, ends, length);
}

const seriesOf = (X: Windows, i: number): Float32Array[] => {
  const window = Matrix.wrap(X.window(i), X.base.cols);
  return Array.from({ length: X.base.cols }, (_, c) => window.column(c));
};

const shapeOf = (X: Windows, numFeatures: number) => ({
  length: X.length,
  channels: X.base.cols,
  numFeatures,
  maxDilationsPerKernel: 32,
  seed: 5,
});

describe('the plan', () => {
  it('has 84 kernels, each with three weights of 2 in other places, in the order of the definition', () => {
    expect(kernelTaps.length).toBe(KERNELS);
    const weights = kernelTaps.map((taps) => Array.from({ length: 9 }, (_, k) => (taps.includes(k) ? 2 : -1)));
    expect(weights).toEqual(oracle.kernels());
  });

  it('has the dilations and features of the publication for its default of 10,000', () => {
    // Windows of 24: exponents from 0 to log2(23 / 8) in 32 steps give dilation 1 twenty-one times and 2 eleven times.
    const { convolutions, numFeatures } = planRocket({
      length: 24,
      channels: 1,
      numFeatures: 10_000,
      maxDilationsPerKernel: 32,
      seed: 1,
    });
    expect(numFeatures).toBe(9996);
    const counts = new Map(convolutions.map(({ dilation, count }) => [dilation, count]));
    expect(Object.fromEntries(counts)).toEqual({ 1: 79, 2: 40 });
    expect(convolutions.filter(({ padded }) => padded).length).toBe(84);
    expect(convolutions[0].padded).toBe(true);
    expect(convolutions[84].padded).toBe(false);
  });

  it.each([
    [9, 84],
    [9, 10_000],
    [17, 500],
    [60, 10_000],
    [251, 10_000],
    [5000, 900],
  ])('gives each feature to one convolution that fits the window: length %i, %i features', (length, numFeatures) => {
    const plan = planRocket({ length, channels: 3, numFeatures, maxDilationsPerKernel: 32, seed: 1 });
    let next = 0;
    for (const { dilation, first, count, channels, padded } of plan.convolutions) {
      expect(first).toBe(next);
      next += count;
      expect(count).toBeGreaterThan(0);
      expect(8 * dilation).toBeLessThan(length);
      expect(padded || length - 8 * dilation > 0).toBe(true);
      expect(new Set(channels).size).toBe(channels.length);
      expect(channels.every((c) => c >= 0 && c < 3)).toBe(true);
    }
    expect(next).toBe(plan.numFeatures);
    expect(plan.numFeatures).toBe(numFeatures - (numFeatures % 84));
  });

  it('spreads quantiles evenly', () => {
    const quantiles = Array.from({ length: 1000 }, (_, f) => biasQuantile(f)).sort((a, b) => a - b);
    for (const [i, q] of quantiles.entries()) expect(Math.abs(q - (i + 0.5) / 1000)).toBeLessThan(0.005);
  });
});

describe('the transform', () => {
  it.each([
    [1, 9, 84],
    [1, 24, 1000],
    [1, 61, 2000],
    [2, 30, 500],
    [12, 29, 3000],
    [14, 40, 336],
  ])(
    'is its plain twin bit for bit: %i channels, windows of %i, %i features',
    async (channels, length, numFeatures) => {
      const X = walk(length + 30, channels, length, channels + length);
      const { rocket, features } = await fitRocket(X, shapeOf(X, numFeatures), { threads: 2 });
      for (let i = 0; i < X.ends.length; i++) {
        expect([...features.row(i)]).toEqual(oracle.features(seriesOf(X, i), rocket.plan, rocket.biases));
      }
    },
  );

  it('takes biases between the least and the largest value of the convolution in some training window', async () => {
    const X = walk(80, 2, 20);
    const { rocket } = await fitRocket(X, shapeOf(X, 840), { threads: 1 });
    for (const [c, { first, count }] of rocket.plan.convolutions.entries()) {
      const windows = Array.from(X.ends, (_, i) => oracle.convolution(seriesOf(X, i), rocket.plan, c));
      const biases = [...rocket.biases.subarray(first, first + count)];
      const fits = windows.some((values) => {
        const sorted = [...values].sort((a, b) => a - b);
        return biases.every((bias, i) => {
          const position = biasQuantile(first + i) * (sorted.length - 1);
          const [low, high] = [sorted[Math.floor(position)], sorted[Math.ceil(position)]];
          return bias >= low && bias <= high;
        });
      });
      expect(fits).toBe(true);
    }
  });

  it('gives the same bits on 1, 2 and 4 threads, to a window alone and among others', async () => {
    const X = walk(200, 3, 30);
    const all = [];
    for (const threads of [1, 2, 4]) all.push(await fitRocket(X, shapeOf(X, 1500), { threads }));
    for (const { rocket, features } of all.slice(1)) {
      expect(rocket.biases).toEqual(all[0].rocket.biases);
      expect(features.data).toEqual(all[0].features.data);
    }
    const alone = await transform(all[0].rocket, X.take([7]), { threads: 1 });
    expect(alone.row(0)).toEqual(all[0].features.row(7));
  });

  it('chooses others for another seed, and the same for the same', async () => {
    const X = walk(100, 4, 20);
    const of = async (seed: number) => (await new MiniRocketTransform({ numFeatures: 168, seed }).fitTransform(X)).data;
    expect(await of(1)).toEqual(await of(1));
    expect(await of(1)).not.toEqual(await of(2));
  });

  it('refuses what it cannot transform', async () => {
    const X = walk(60, 2, 12);
    const rocket = new MiniRocketTransform({ numFeatures: 84 });
    await expect(rocket.transform(X)).rejects.toThrow(NotFittedError);
    await expect(rocket.fit(walk(60, 2, 8))).rejects.toThrow(InvalidInputError);
    await expect(rocket.fit(X.take([]))).rejects.toThrow(InvalidInputError);
    await rocket.fit(X);
    await expect(rocket.transform(walk(60, 2, 13))).rejects.toThrow(/windows of 13/);
    await expect(rocket.transform(walk(60, 3, 12))).rejects.toThrow(/3 channels/);
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const broken = walk(60, 2, 12);
      broken.base.data[9] = bad;
      await expect(rocket.transform(broken)).rejects.toThrow(InvalidInputError);
    }
    const signal = AbortSignal.abort();
    await expect(rocket.fit(X, { signal })).rejects.toThrow(TrainingCancelledError);
    expect(() => new MiniRocketTransform({ numFeatures: 83 })).toThrow(ConfigError);
    expect(() => new MiniRocketTransform({ numKernels: 84 } as never)).toThrow(ConfigError);
  });

  it('takes a constant window', async () => {
    const constant = [Array.from({ length: 40 }, () => [3])];
    const rocket = new MiniRocketTransform({ numFeatures: 84 });
    const features = await rocket.fitTransform(constant);
    expect(features.data.every((share) => share >= 0 && share <= 1)).toBe(true);
  });
});
