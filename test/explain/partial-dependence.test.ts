/** partialDependence: of a linear model the line itself, rows that average to it, and bad input. Its values beside scikit-learn's are in test/interop. */
import { describe, expect, it } from 'vitest';
import { LightGBMModel } from '../../src/boosting/index.js';
import { LogisticRegressionModel, RidgeModel, SVMModel } from '../../src/classical/index.js';
import { Random } from '../../src/core/random.js';
import { partialDependence } from '../../src/explain/index.js';

const random = new Random(5);
const X = Array.from({ length: 150 }, () => [random.normal(), random.int(4), random.normal()]);
const line = X.map(([a, b, c]) => 3 * a - b + 0.5 * c);
const labels = X.map(([a, b]) => (a > 0.3 ? 2 : b > 1 ? 1 : 0));
const names = ['a', 'level', 'c'];

describe('partialDependence', () => {
  it('of a linear model is its line', async () => {
    const model = new RidgeModel({ task: 'regression', alpha: 0 });
    await model.fit({ X, y: line, featureNames: names });
    const { grid, average, outputs, features } = await partialDependence(model, X, 'a', { gridResolution: 20 });
    expect([outputs, features, grid[0].length]).toEqual([1, ['a'], 20]);
    for (let p = 1; p < 20; p++) {
      expect((average[p] - average[p - 1]) / (grid[0][p] - grid[0][p - 1])).toBeCloseTo(3, 4);
    }
  });

  it('takes all values of a feature that has few, and two features side by side', async () => {
    const model = new RidgeModel({ task: 'regression', alpha: 0 });
    await model.fit({ X, y: line, featureNames: names });
    const { grid, average } = await partialDependence(model, X, ['level', 2], {
      customValues: [
        [3, 0, 1, 2],
        [-1, 1],
      ],
    });
    expect(grid.map((values) => [...values])).toEqual([
      [0, 1, 2, 3],
      [-1, 1],
    ]);
    for (let p = 0; p < 8; p++) expect(average[p] - average[0]).toBeCloseTo(-(p >> 1) + (p & 1), 4);
    const { grid: own } = await partialDependence(model, X, 1);
    expect([...own[0]]).toEqual([0, 1, 2, 3]);
  });

  it('is the mean of its rows, which begin at 0 when they are centred', async () => {
    const model = new LightGBMModel({ numIterations: 8, minDataInLeaf: 5 });
    await model.fit({ X, y: labels, featureNames: names });
    const options = { individual: true, gridResolution: 7 };
    const { average, individual, outputs, rows, grid } = await partialDependence(model, X, 'c', options);
    expect([outputs, rows, grid[0].length]).toEqual([3, 150, 7]);
    const centred = await partialDependence(model, X, 'c', { ...options, centered: true, threads: 1 });
    for (let k = 0; k < 3; k++) {
      for (let p = 0; p < 7; p++) {
        let mean = 0;
        for (let i = 0; i < rows; i++) {
          const at = (k * rows + i) * 7;
          mean += (individual?.[at + p] ?? Number.NaN) / rows;
          expect(centred.individual?.[at + p]).toBe((individual?.[at + p] ?? 0) - (individual?.[at] ?? 0));
        }
        expect(mean).toBeCloseTo(average[k * 7 + p], 12);
      }
    }
  });

  it('names what is wrong with its input', async () => {
    const model = new LogisticRegressionModel();
    await expect(partialDependence(model, X, 'a')).rejects.toMatchObject({ code: 'NOT_FITTED' });
    await model.fit({ X, y: labels, featureNames: names });
    const failing: [unknown, object, RegExp][] = [
      ['levle', {}, /'levle' is no feature/],
      [3, {}, /'3' is no feature/],
      [['a', 'a'], {}, /two features are one/],
      [[], {}, /0 features/],
      [['a', 'c', 'level'], {}, /3 features/],
      ['a', { gridResolution: 1 }, /gridResolution/],
      ['a', { percentiles: [0.9, 0.1] }, /percentiles/],
      ['a', { percentiles: [0.5, 0.5] }, /percentiles/],
      ['a', { customValues: [[Number.NaN]] }, /finite/],
      ['a', { customValues: [[1], [2]] }, /customValues for 2/],
      ['a', { centered: true }, /individual/],
      ['a', { resolution: 3 }, /unknown option/],
      ['a', { signal: AbortSignal.abort() }, /cancel/i],
    ];
    for (const [features, options, message] of failing) {
      await expect(partialDependence(model, X, features as string, options)).rejects.toThrow(message);
    }
    await expect(partialDependence(model, [], 'a')).rejects.toThrow(/no rows/);
    await expect(
      partialDependence(
        model,
        X.map((row) => row.slice(1)),
        'a',
      ),
    ).rejects.toThrow(/2 columns/);
    const missing = X.map(([, b, c]) => [Number.NaN, b, c]);
    await expect(partialDependence(model, missing, 'a')).rejects.toThrow(/holds no value/);
    const svm = new SVMModel({ probability: false });
    await svm.fit({ X: X.slice(0, 60), y: labels.slice(0, 60) });
    await expect(partialDependence(svm, X, 0)).rejects.toThrow(/no probabilities/);
  });
});
