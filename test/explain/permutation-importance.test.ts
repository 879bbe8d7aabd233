/** permutationImportance: the same for any number of threads, groups dealt together, the forest's own numbers, and bad input. */
import { describe, expect, it } from 'vitest';
import { LightGBMModel } from '../../src/boosting/index.js';
import { LogisticRegressionModel, RandomForestModel, RidgeModel } from '../../src/classical/index.js';
import { Random } from '../../src/core/random.js';
import { permutationImportance } from '../../src/explain/index.js';
import { studentT } from '../../src/explain/student-t.js';

const random = new Random(3);
const X = Array.from({ length: 200 }, () => {
  const [a, b, c] = [random.normal(), random.normal(), random.normal()];
  return [a, a + 0.01 * random.normal(), b, c];
});
const y = X.map(([a, , b]) => (2 * a + b + 0.5 * random.normal() > 0 ? 5 : -5));
const names = ['a', 'copy', 'b', 'noise'];

describe('permutationImportance', () => {
  it("is the forest's own where that is asked for", async () => {
    const model = new RandomForestModel({ nTrees: 20 });
    await model.fit({ X, y });
    const own = await model.permutationImportance({ X, y }, { repeats: 3, seed: 11 });
    const { mean, deviation, score, metric } = await permutationImportance(model, X, y, { repeats: 3, seed: 11 });
    expect(metric).toBe('accuracy');
    expect(score).toBeCloseTo(own.score, 12);
    for (let j = 0; j < 4; j++) {
      expect(mean[j]).toBeCloseTo(own.mean[j], 12);
      expect(deviation[j]).toBeCloseTo(own.deviation[j], 12);
    }
  });

  it('deals the columns of a group together: features that say the same no longer hide each other', async () => {
    const model = new LogisticRegressionModel();
    await model.fit({ X, y, featureNames: names });
    const alone = await permutationImportance(model, X, y, { metric: 'auc', repeats: 8 });
    const grouped = await permutationImportance(model, X, y, {
      metric: 'auc',
      repeats: 8,
      groups: { level: ['a', 'copy'] },
    });
    expect(alone.names).toEqual(names);
    expect(grouped.names).toEqual(['level', 'b', 'noise']);
    expect(grouped.mean[0]).toBeGreaterThan(Math.max(alone.mean[0], alone.mean[1]));
    expect(Math.abs(grouped.mean[2])).toBeLessThan(0.02);
    for (let g = 0; g < 3; g++) {
      expect(grouped.low[g]).toBeLessThanOrEqual(grouped.mean[g]);
      expect(grouped.high[g]).toBeGreaterThanOrEqual(grouped.mean[g]);
    }
    expect(grouped.low[0]).toBeGreaterThan(0);
  });

  it('counts losses so that larger is worse to lose, and weights rows', async () => {
    const target = X.map(([a, , b]) => 3 * a + b);
    const model = new RidgeModel({ task: 'regression' });
    await model.fit({ X, y: target });
    const { metric, score, mean, importances, repeats } = await permutationImportance(model, X, target, {
      metric: 'rmse',
      weights: X.map((_, i) => (i < 100 ? 1 : 0)),
    });
    expect(metric).toBe('rmse');
    expect(score).toBeGreaterThan(0);
    expect(mean[2]).toBeGreaterThan(0.5);
    expect(importances).toHaveLength(4 * repeats);
  });

  it('is the same for 1 and 4 threads, leaves X as it is, and reports each feature', async () => {
    const model = new LightGBMModel({ numIterations: 5 });
    await model.fit({ X, y });
    const before = JSON.stringify(X);
    const steps: number[] = [];
    const one = await permutationImportance(model, X, y, { threads: 1, onProgress: ({ step }) => steps.push(step) });
    const four = await permutationImportance(model, X, y, { threads: 4 });
    expect(four).toEqual(one);
    expect(steps).toEqual([1, 2, 3, 4]);
    expect(JSON.stringify(X)).toBe(before);
  });

  it('names what is wrong with its input', async () => {
    const model = new LogisticRegressionModel();
    await expect(permutationImportance(model, X, y)).rejects.toMatchObject({ code: 'NOT_FITTED' });
    await model.fit({ X, y, featureNames: names });
    const failing: [object, RegExp][] = [
      [{ repeat: 3 }, /unknown option 'repeat'/],
      [{ repeats: 0 }, /repeats has to be a whole number/],
      [{ seed: 1.5 }, /seed has to be a whole number/],
      [{ confidence: 1 }, /confidence/],
      [{ metric: 'rmse' }, /'rmse' is for regression/],
      [{ metric: 'acuracy' }, /no metric 'acuracy'/],
      [{ groups: { x: ['a', 'z'] } }, /'z' is no feature/],
      [{ groups: { x: ['a'], z: ['a'] } }, /two groups/],
      [{ groups: { x: [] } }, /holds no features/],
      [{ groups: { b: ['a'] } }, /name of a feature/],
      [{ signal: AbortSignal.abort() }, /cancel/i],
    ];
    for (const [options, message] of failing) {
      await expect(permutationImportance(model, X, y, options)).rejects.toThrow(message);
    }
    await expect(permutationImportance(model, [], [])).rejects.toThrow(/no rows/);
    await expect(permutationImportance(model, X, y.slice(1))).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(
      permutationImportance(
        model,
        X.slice(0, 9).map((row) => row.slice(1)),
        y.slice(0, 9),
      ),
    ).rejects.toThrow(/columns/);
    const positive = X.filter((_, i) => y[i] > 0);
    const only = positive.map(() => 5);
    await expect(permutationImportance(model, positive, only, { metric: 'auc' })).rejects.toThrow(/has no value/);
  });
});

describe("Student's t", () => {
  // Values of scipy.stats.t.ppf.
  it.each([
    [0.95, 1, 12.706204736432095],
    [0.95, 2, 4.302652729911275],
    [0.95, 4, 2.7764451051977987],
    [0.9, 9, 1.8331129326536335],
    [0.99, 30, 2.749995653567231],
  ])('has the quantiles of the tables: %f, %d', (share, freedom, value) => {
    expect(Math.abs(studentT(share, freedom) / value - 1)).toBeLessThan(1e-9);
  });
});
