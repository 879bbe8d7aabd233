/** Samplers that look at no results: random, grid and quasi-random. */
import { describe, expect, it } from 'vitest';
import { ConfigError, HyperparameterTuningError } from '../../src/core/errors.js';
import { createStudy, GridSampler, QmcSampler, RandomSampler, type Sampler } from '../../src/tuning/index.js';
import { SOBOL_DIMENSIONS, sobol, sobolBits } from '../../src/tuning/samplers/sobol.js';

const paramsOf = async (sampler: Sampler, trials: number, seed = 0) => {
  const study = await createStudy({ sampler, seed });
  await study.optimize(
    (trial) => trial.suggestInt('depth', 1, 3) + (trial.suggestCategorical('kind', ['a', 'b']) === 'a' ? 0 : 1),
    { trials },
  );
  return study.trials.map(({ params }) => `${params.depth}${params.kind}`);
};

describe('random search', () => {
  it('draws every value, and logarithmic ranges by their logarithm', async () => {
    expect(new Set(await paramsOf(new RandomSampler(), 60)).size).toBe(6);
    const study = await createStudy({ sampler: new RandomSampler() });
    await study.optimize((trial) => trial.suggestFloat('x', 1e-4, 1, { log: true }), { trials: 200 });
    const below = study.trials.filter(({ params }) => Number(params.x) < 1e-2).length;
    expect(below).toBeGreaterThan(75);
    expect(below).toBeLessThan(125);
  });
});

describe('grid search', () => {
  const grid = { depth: [1, 3], kind: ['a', 'b'] };

  it('tries every cell once, in an order of its seed, and ends', async () => {
    const cells = await paramsOf(new GridSampler(grid), 50, 1);
    expect([...cells].sort()).toEqual(['1a', '1b', '3a', '3b']);
    expect(await paramsOf(new GridSampler(grid), 50, 1)).toEqual(cells);
    const orders = await Promise.all([2, 3, 4, 5].map((seed) => paramsOf(new GridSampler(grid), 50, seed)));
    expect(orders.some((order) => order.join() !== cells.join())).toBe(true);
    expect(await paramsOf(new GridSampler(grid, { shuffle: false }), 50)).toEqual(['1a', '1b', '3a', '3b']);
  });

  it('refuses what is no grid, and values the objective does not take', async () => {
    expect(() => new GridSampler({})).toThrow(ConfigError);
    expect(() => new GridSampler({ x: [] })).toThrow(ConfigError);
    expect(() => new GridSampler({ x: Array(10_000).fill(1), y: Array(10_000).fill(1) })).toThrow(/too many/);
    const study = await createStudy({ sampler: new GridSampler({ depth: [9] }) });
    await expect(study.optimize((trial) => trial.suggestInt('depth', 1, 3))).rejects.toThrow(HyperparameterTuningError);
  });
});

describe('Sobol points', () => {
  it('are those of Joe and Kuo', () => {
    // scipy.stats.qmc.Sobol(4, scramble=False).random(8)
    const expected = [
      [0, 0, 0, 0],
      [0.5, 0.5, 0.5, 0.5],
      [0.75, 0.25, 0.25, 0.25],
      [0.25, 0.75, 0.75, 0.75],
      [0.375, 0.375, 0.625, 0.875],
      [0.875, 0.875, 0.125, 0.375],
      [0.625, 0.125, 0.875, 0.625],
      [0.125, 0.625, 0.375, 0.125],
    ];
    const points = expected.map((_, i) => [0, 1, 2, 3].map((d) => sobol(i, d, 0, false)));
    expect(points).toEqual(expected);
  });

  it.each([false, true])(
    'put one of 2^k points into each of 2^k equal parts of every dimension (scrambled: %s)',
    (scramble) => {
      for (let d = 0; d < SOBOL_DIMENSIONS; d++) {
        const cells = new Set(Array.from({ length: 256 }, (_, i) => Math.floor(sobol(i, d, 5, scramble) * 256)));
        expect(cells.size).toBe(256);
      }
      expect(sobolBits(2 ** 20, 3)).toBeLessThan(2 ** 32);
    },
  );

  it('spread a search over the space', async () => {
    const study = await createStudy({ sampler: new QmcSampler(), seed: 2 });
    await study.optimize((trial) => trial.suggestFloat('x', 0, 1) + trial.suggestFloat('y', 0, 1), { trials: 64 });
    const cells = study.trials.map(
      ({ params }) => `${Math.floor(Number(params.x) * 8)},${Math.floor(Number(params.y) * 8)}`,
    );
    expect(new Set(cells).size).toBe(64);
    expect(new Set(await paramsOf(new QmcSampler(), 32)).size).toBe(6);
  });
});
