import { describe, expect, it } from 'vitest';
import { deriveSeed, Random } from '../../src/core/random.js';
import { metricByName } from '../../src/metrics/registry.js';
import { blockLengthOf } from '../../src/training/comparison-rows.js';
import { corrected, pairedDifferences } from '../../src/training/significance.js';

const DAY = 86_400_000;

/** Values that miss y by noise of the given size. */
function guesses(y: readonly number[], noise: number, seed: number) {
  const random = new Random(deriveSeed(seed, 'guess'));
  return { predictions: Float64Array.from(y, (value) => value + noise * random.normal()), classes: [] };
}

const random = new Random(5);
const y = Array.from({ length: 200 }, () => random.normal());
const options = { resamples: 500, seed: 3, blockLength: 1, confidence: 0.95, correction: 'holm' as const };

describe('paired differences', () => {
  it('equal a plain paired bootstrap over the same draws', async () => {
    const [best, other] = [guesses(y, 0.5, 1), guesses(y, 0.55, 2)];
    const [found] = await pairedDifferences(metricByName('mse'), { y }, best, [other], options);
    const draws = new Random(deriveSeed(3, 'bootstrap'));
    const differences = Array.from({ length: 500 }, () => {
      let [sum, n] = [0, 0];
      for (let i = 0; i < y.length; i++, n++) {
        const row = draws.int(y.length);
        sum += (other.predictions[row] - y[row]) ** 2 - (best.predictions[row] - y[row]) ** 2;
      }
      return sum / n;
    });
    const below = differences.filter((d) => d <= 0).length + 1;
    const above = differences.filter((d) => d >= 0).length + 1;
    expect(found.pValue).toBe(Math.min(1, (2 * Math.min(below, above)) / 501));
    const sorted = differences.sort((a, b) => a - b);
    expect(found.interval.lower).toBeGreaterThanOrEqual(sorted[11] - 1e-12);
    expect(found.interval.lower).toBeLessThanOrEqual(sorted[13] + 1e-12);
  });

  it('hold their level: models that are equally good are rarely told apart', async () => {
    let told = 0;
    for (let k = 0; k < 60; k++) {
      const models = [guesses(y, 1, 100 + k), guesses(y, 1, 200 + k)];
      const [{ significant }] = await pairedDifferences(metricByName('mse'), { y }, models[0], [models[1]], {
        ...options,
        resamples: 200,
        seed: k,
      });
      if (significant) told++;
    }
    expect(told).toBeLessThanOrEqual(9);
  });

  it('find a model that is much worse', async () => {
    const [found] = await pairedDifferences(
      metricByName('rmse'),
      { y },
      guesses(y, 0.2, 1),
      [guesses(y, 1, 2)],
      options,
    );
    expect(found).toMatchObject({ significant: true, pValue: 2 / 501 });
    expect(found.value).toBeGreaterThan(0.5);
  });
});

describe('the correction for several comparisons', () => {
  it("is Holm's step-down, as R's p.adjust gives it", () => {
    expect(corrected([0.01, 0.04, 0.03, 0.005], 'holm')).toEqual([0.03, 0.06, 0.06, 0.02]);
    expect(corrected([0.01, 0.04], 'bonferroni')).toEqual([0.02, 0.08]);
    expect(corrected([0.01, 0.04], 'none')).toEqual([0.01, 0.04]);
    expect(corrected([0.9, 0.8], 'holm')).toEqual([1, 1]);
  });
});

describe('the length of blocks', () => {
  const times = Float64Array.from({ length: 1000 }, (_, i) => i * DAY);
  it('is one for rows without times', () => {
    expect(blockLengthOf({ y: new Float64Array(1000) }, 20)).toBe(1);
  });
  it('covers the rows that a label overlaps, however far apart they are in time', () => {
    const labelEnds = times.map((t) => t + 30 * DAY);
    expect(blockLengthOf({ y: new Float64Array(1000), times, labelEnds }, undefined)).toBe(30);
    expect(blockLengthOf({ y: new Float64Array(1000), times }, 40)).toBe(40);
  });
  it('is at least the cube root of the rows and at most a tenth of them', () => {
    expect(blockLengthOf({ y: new Float64Array(1000), times }, 1)).toBe(10);
    expect(blockLengthOf({ y: new Float64Array(1000), times }, 500)).toBe(100);
  });
});
