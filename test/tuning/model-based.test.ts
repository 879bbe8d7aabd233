/** Samplers that learn from trials: TPE, CMA-ES, a Gaussian process and NSGA-II. */
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/core/errors.js';
import {
  CmaEsSampler,
  createStudy,
  GPSampler,
  NsgaIISampler,
  RandomSampler,
  type Sampler,
  TPESampler,
  type Trial,
} from '../../src/tuning/index.js';
import { cholesky, symmetricEigen } from '../../src/tuning/samplers/linear-algebra.js';

/** A valley that no axis follows; its floor is at (0.3, 0.6) with value 0. */
function valley(trial: Trial): number {
  const a = trial.suggestFloat('a', 0, 1) - 0.3;
  const b = trial.suggestFloat('b', 0, 1) - 0.6;
  return 10 * (a + b) ** 2 + 0.5 * (a - b) ** 2;
}

/** Mean over the seeds of the best value found. */
async function best(
  make: () => Sampler,
  objective: (trial: Trial) => number,
  trials: number,
  seeds: number,
): Promise<number> {
  let sum = 0;
  for (let seed = 0; seed < seeds; seed++) {
    const study = await createStudy({ sampler: make(), seed });
    await study.optimize(objective, { trials });
    sum += study.bestValue / seeds;
  }
  return sum;
}

const SAMPLERS: [string, () => Sampler][] = [
  ['TPE', () => new TPESampler()],
  ['TPE, all together', () => new TPESampler({ multivariate: true })],
  ['TPE, each for itself', () => new TPESampler({ multivariate: false })],
  ['CMA-ES', () => new CmaEsSampler()],
  ['GP', () => new GPSampler()],
];

describe.each(SAMPLERS)('%s', (name, make) => {
  it('finds more than a random search with as many trials', async () => {
    // A few seeds say little: a random search is lucky now and then.
    const [trials, seeds] = name === 'GP' ? [22, 4] : [60, 12];
    const random = await best(() => new RandomSampler(), valley, trials, 30);
    expect(await best(make, valley, trials, seeds)).toBeLessThan(0.8 * random);
  });

  it('gives the same trials for 1 and 4 workers, also where parameters are conditional and trials fail', async () => {
    const run = async (workers: number) => {
      const study = await createStudy({ sampler: make(), seed: 1 });
      await study.optimize(
        async (trial) => {
          const value = valley(trial);
          await new Promise((resolve) => setTimeout(resolve, workers > 1 ? (trial.number * 3) % 5 : 0));
          if (trial.number % 9 === 8) throw new Error('unlucky');
          return trial.suggestCategorical('kind', ['a', 'b']) === 'a' ? value : value + trial.suggestInt('n', 0, 4);
        },
        { trials: 26, workers },
      );
      return study.trials.map(({ params, values }) => [params, values]);
    };
    expect(await run(4)).toEqual(await run(1));
  });
});

describe('TPE', () => {
  it.each([{ startupTrials: -1 }, { candidates: 0 }, { priorWeight: 0 }])('refuses %j', (options) => {
    expect(() => new TPESampler(options)).toThrow(ConfigError);
  });

  it('prefers the branch of a conditional space that is better, and its best values', async () => {
    const study = await createStudy({ seed: 3 });
    await study.optimize(
      (trial) =>
        trial.suggestCategorical('kind', ['bad', 'good']) === 'bad'
          ? 5 + trial.suggestFloat('x', 0, 1)
          : Math.abs(trial.suggestFloat('y', 0, 1) - 0.25),
      { trials: 60 },
    );
    const late = study.trials.slice(30);
    expect(late.filter(({ params }) => params.kind === 'good').length).toBeGreaterThan(20);
    expect(study.bestValue).toBeLessThan(0.02);
  });
});

describe('GP', () => {
  it('learns as well while trials run whose values it does not know', async () => {
    // Branin's function; its least value is 0.398. With the default concurrency three trials are always open.
    const branin = (trial: Trial): number => {
      const x = trial.suggestFloat('x', -5, 10);
      const y = trial.suggestFloat('y', 0, 15);
      const a = y - (5.1 / (4 * Math.PI ** 2)) * x * x + (5 / Math.PI) * x - 6;
      return a * a + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10;
    };
    expect(await best(() => new GPSampler(), branin, 30, 4)).toBeLessThan(0.9);
  });

  it('lets other work run while it thinks', async () => {
    const study = await createStudy({ sampler: new GPSampler({ startupTrials: 200, mostTrials: 200 }), seed: 2 });
    await study.optimize(valley, { trials: 200 });
    let [turns, thinking] = [0, true];
    const count = (): void => {
      turns++;
      if (thinking) setImmediate(count);
    };
    setImmediate(count);
    const trial = await study.ask();
    thinking = false;
    expect(trial.chosen.size).toBe(2);
    expect(turns).toBeGreaterThan(3);
  });
});

describe('CMA-ES and GP', () => {
  it('take one direction only, and options within their ranges', async () => {
    await expect(createStudy({ directions: ['minimize', 'minimize'], sampler: new CmaEsSampler() })).rejects.toThrow(
      ConfigError,
    );
    await expect(createStudy({ directions: ['minimize', 'minimize'], sampler: new GPSampler() })).rejects.toThrow(
      ConfigError,
    );
    expect(() => new CmaEsSampler({ sigma: 0 })).toThrow(ConfigError);
    expect(() => new GPSampler({ startupTrials: 0 })).toThrow(ConfigError);
  });

  it('factorise symmetric matrices', () => {
    const a = Float64Array.of(4, 2, 1, 2, 5, 3, 1, 3, 6);
    const { values, vectors } = symmetricEigen(a, 3);
    const lower = cholesky(a, 3) ?? new Float64Array(9);
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 3; j++) {
        let [fromEigen, fromLower] = [0, 0];
        for (let k = 0; k < 3; k++) {
          fromEigen += vectors[i * 3 + k] * values[k] * vectors[j * 3 + k];
          fromLower += lower[i * 3 + k] * lower[j * 3 + k];
        }
        expect(fromEigen).toBeCloseTo(a[i * 3 + j], 10);
        expect(fromLower).toBeCloseTo(a[i * 3 + j], 10);
      }
    }
    expect(cholesky(Float64Array.of(1, 2, 2, 1), 2)).toBeUndefined();
  });
});

describe('NSGA-II', () => {
  /** Schaffer's two parabolas in two dimensions: the front lies between (0, 0) and (2, 2). */
  const parabolas = (trial: Trial): number[] => {
    const [x, y] = [trial.suggestFloat('x', -10, 10), trial.suggestFloat('y', -10, 10)];
    return [x * x + y * y, (x - 2) ** 2 + (y - 2) ** 2];
  };
  /** Area below (20, 20) that the front dominates. */
  const hypervolume = (points: readonly (readonly number[])[]): number => {
    let [area, top] = [0, 20];
    for (const [a, b] of [...points].sort((p, q) => p[0] - q[0])) {
      if (a >= 20 || b >= top) continue;
      area += (20 - a) * (top - b);
      top = b;
    }
    return area;
  };

  it('comes nearer to the front than a random search', async () => {
    const volume = async (sampler: Sampler): Promise<number> => {
      const study = await createStudy({ directions: ['minimize', 'minimize'], sampler, seed: 2 });
      await study.optimize(parabolas, { trials: 160 });
      return hypervolume(study.bestTrials.map(({ values }) => values ?? []));
    };
    const bred = await volume(new NsgaIISampler({ populationSize: 20 }));
    expect(bred).toBeGreaterThan(await volume(new RandomSampler()));
    expect(await volume(new TPESampler())).toBeGreaterThan(await volume(new RandomSampler()));
  });

  it('refuses options out of their ranges', () => {
    expect(() => new NsgaIISampler({ populationSize: 1 })).toThrow(ConfigError);
    expect(() => new NsgaIISampler({ crossoverProb: 2 })).toThrow(ConfigError);
  });
});
