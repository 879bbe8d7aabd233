/** What linear models make of data that no model can be learned from, or only in a documented way. */
import { describe, expect, it } from 'vitest';
import { LogisticRegressionModel } from '../../src/classical/logistic/model.js';
import { RidgeModel } from '../../src/classical/ridge/model.js';
import { InvalidInputError } from '../../src/core/errors.js';
import { Matrix } from '../../src/core/matrix.js';
import { Random } from '../../src/core/random.js';

const random = new Random(9);
const X = Matrix.from(Array.from({ length: 40 }, () => [random.normal(), random.normal()]));
const y = Float64Array.from({ length: 40 }, (_, i) => (X.row(i)[0] + random.normal() > 0 ? 1 : 0));

const MODELS = {
  logistic: () => new LogisticRegressionModel(),
  ridge: () => new RidgeModel(),
  'ridge regression': () => new RidgeModel({ task: 'regression' }),
};

describe.each(Object.entries(MODELS))('%s', (name, model) => {
  const refused = (data: Parameters<LogisticRegressionModel['fit']>[0]) =>
    expect(model().fit(data)).rejects.toBeInstanceOf(InvalidInputError);

  it('refuses weights that are all zero, negative or not finite', async () => {
    await refused({ X, y, weights: new Float32Array(40) });
    await refused({ X, y, weights: new Float32Array(40).fill(-1) });
    await refused({ X, y, weights: new Float32Array(40).fill(Number.POSITIVE_INFINITY) });
  });

  it('refuses infinite values and labels that are not finite', async () => {
    const infinite = Matrix.wrap(X.data.slice(), 2);
    infinite.data[7] = Number.NEGATIVE_INFINITY;
    await refused({ X: infinite, y });
    await refused({ X, y: y.map((label, i) => (i === 3 ? Number.NaN : label)) });
  });

  it('refuses one class, also where the other has no weight', async () => {
    if (name === 'ridge regression') return;
    await refused({ X, y: new Float64Array(40).fill(1) });
    await refused({ X, y, weights: Float32Array.from(y) });
  });

  it('learns from more columns than rows, to a finite model that predicts its rows', async () => {
    const wide = Matrix.from(Array.from({ length: 12 }, () => Array.from({ length: 50 }, () => random.normal())));
    const labels = Float64Array.from({ length: 12 }, (_, i) => i % 2);
    const trained = model();
    const metrics = await trained.fit({ X: wide, y: labels });
    expect(metrics.warnings).toEqual([]);
    const { predictions } = await trained.predict(wide);
    predictions.forEach((value, i) => {
      expect(Math.abs(value - labels[i])).toBeLessThan(0.5);
    });
  });
});

describe('logistic', () => {
  it('refuses folds that take all rows of a class away', async () => {
    const rare = y.map((_, i) => (i < 2 ? 1 : 0));
    const model = new LogisticRegressionModel({ Cs: [1], folds: 4, foldKind: 'blocks' });
    await expect(model.fit({ X, y: rare })).rejects.toBeInstanceOf(InvalidInputError);
  });

  it.each(['lbfgs', 'coordinate'] as const)(
    'says that separable classes without a penalty have no optimum: %s',
    async (solver) => {
      const separable = y.map((_, i) => (X.row(i)[0] > 0 ? 1 : 0));
      const model = new LogisticRegressionModel({ penalty: 'none', solver });
      const { warnings, trainAccuracy } = await model.fit({ X, y: separable });
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toMatch(/separable/);
      expect(trainAccuracy).toBe(1);
      expect(model.coefficients[0].every(Number.isFinite)).toBe(true);
    },
  );

  it.each([
    ['l2', 'lbfgs'],
    ['l1', 'coordinate'],
  ] as const)('says how far from the optimum the limit of iterations ended it: %s', async (penalty, solver) => {
    const model = new LogisticRegressionModel({ penalty, solver, maxIterations: 1, C: 10 });
    const { warnings } = await model.fit({ X, y });
    expect(warnings[0]).toMatch(
      /limit of 1 iterations: the largest entry of the gradient is \d\.\de-\d+, the tolerance/,
    );
  });
});

describe('ridge', () => {
  it('fits separable classes and says nothing: its optimum is finite', async () => {
    const separable = y.map((_, i) => (X.row(i)[0] > 0 ? 1 : 0));
    const metrics = await new RidgeModel({ alpha: 1e-6 }).fit({ X, y: separable });
    expect(metrics.warnings).toEqual([]);
  });
});
