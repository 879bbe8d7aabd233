/** Machines on data that solvers find hard: classes apart without a penalty, kernels that are not positive, limits of iterations. */
import { describe, expect, it } from 'vitest';
import type { SVMConfig } from '../../../src/classical/svm/config.js';
import { SVMModel } from '../../../src/classical/svm/model.js';
import { InvalidInputError } from '../../../src/core/errors.js';
import { Matrix } from '../../../src/core/matrix.js';
import { Random } from '../../../src/core/random.js';

const random = new Random(3);
const ROWS = 120;
const X = Matrix.from(Array.from({ length: ROWS }, () => [random.normal(), random.normal()]));
const apart = Float64Array.from({ length: ROWS }, (_, i) => (X.row(i)[0] > 0 ? 1 : 0));
const mixed = Float64Array.from({ length: ROWS }, (_, i) => (X.row(i)[0] + random.normal() > 0 ? 1 : 0));

async function trained(config: SVMConfig, data: { X: Matrix; y: Float64Array }) {
  const model = new SVMModel(config);
  const { warnings } = await model.fit(data);
  if (!model.training) throw new Error('training says nothing of itself');
  return { model, warnings, training: model.training };
}

describe('classes that can be separated, without a penalty', () => {
  it.each([1e6, 1e10, 1e300])('have the machine of the largest margin: C %d', async (C) => {
    const { model, warnings } = await trained({ kernel: 'linear', C, probability: false }, { X, y: apart });
    expect(warnings).toEqual([]);
    const { data } = await model.decisionFunction(X);
    const margins = Array.from(data, (value, i) => (apart[i] === 1 ? value : -value));
    expect(Math.min(...margins)).toBeGreaterThan(1 - 2e-3);
    for (const row of model.support ?? []) expect(margins[row]).toBeCloseTo(1, 2);
    // Half the squared length of the weights is the dual objective: there are no costs.
    const [weights] = model.coefficients ?? [];
    const half = weights.reduce((sum, w) => sum + w * w, 0) / 2;
    expect(half / -(model.training?.objectives[0] ?? 0)).toBeCloseTo(1, 2);
  });

  it('have probabilities that are finite, by every solver', async () => {
    for (const config of [{}, { kernel: 'linear', solver: 'dcd' }] as const) {
      const { model } = await trained({ ...config, C: 1e10 }, { X, y: apart });
      const { probabilities, predictions } = await model.predict(X);
      expect(probabilities?.data.every((p) => p >= 0 && p <= 1)).toBe(true);
      expect(predictions.filter((label, i) => label === apart[i]).length).toBeGreaterThan(0.98 * ROWS);
    }
  });
});

describe('a precomputed kernel', () => {
  const N = 60;
  const y = Float64Array.from({ length: N }, (_, i) => i % 2);
  const kernelOf = (value: (i: number, j: number) => number) => {
    const K = Matrix.zeros(N, N);
    for (let i = 0; i < N; i++) for (let j = 0; j <= i; j++) K.data[i * N + j] = K.data[j * N + i] = value(i, j);
    return K;
  };
  const indefinite = kernelOf(() => random.normal());

  it.each([0.1, 1, 100])('that is not positive ends where no pair of rows can be bettered: C %d', async (C) => {
    const { model, warnings, training } = await trained(
      { kernel: 'precomputed', C, probability: false },
      { X: indefinite, y },
    );
    expect(warnings).toEqual([]);
    const alpha = new Float64Array(N);
    model.support?.forEach((row, s) => {
      alpha[row] = model.dualCoefficients[0][s];
    });
    const sum = alpha.reduce((a, b) => a + b, 0);
    expect(sum).toBeCloseTo(0, 8);
    // The optimality conditions by hand: what raising one and lowering another row's coefficient gains.
    let [top, least] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let i = 0; i < N; i++) {
      const sign = y[i] === 1 ? 1 : -1;
      const error = sign - alpha.reduce((total, a, j) => total + a * indefinite.data[i * N + j], 0);
      expect(Math.abs(alpha[i])).toBeLessThanOrEqual(C * (1 + 1e-12));
      if (alpha[i] < (sign > 0 ? C : 0)) top = Math.max(top, error);
      if (alpha[i] > (sign > 0 ? 0 : -C)) least = Math.min(least, error);
    }
    expect(Math.max(0, top - least)).toBeCloseTo(training.violation, 6);
    expect(training.violation).toBeLessThanOrEqual(1e-3);
  });

  it.each([
    ['of zeros', kernelOf(() => 0)],
    ['of minus the identity', kernelOf((i, j) => (i === j ? -1 : 0))],
  ])('%s says nothing of new rows, and neither does the machine', async (_, K) => {
    const { model } = await trained({ kernel: 'precomputed' }, { X: K, y });
    const { probabilities } = await model.predict(Matrix.zeros(1, N));
    expect(probabilities?.data[0]).toBeCloseTo(0.5, 6);
  });

  it('that is not symmetric, or lacks values, is refused', async () => {
    const lopsided = Matrix.wrap(indefinite.data.slice(), N);
    lopsided.data[5 * N + 3] += 0.5;
    await expect(trained({ kernel: 'precomputed' }, { X: lopsided, y })).rejects.toThrow(/symmetric, but rows 3 and 5/);
    const gap = Matrix.wrap(indefinite.data.slice(), N);
    gap.data[7] = Number.NaN;
    await expect(trained({ kernel: 'precomputed' }, { X: gap, y })).rejects.toBeInstanceOf(InvalidInputError);
    await expect(trained({ kernel: 'precomputed' }, { X, y: mixed })).rejects.toThrow(/is square, X is \(120, 2\)/);
  });
});

describe('a limit of iterations', () => {
  it.each([
    ['C-SVC', { maxIterations: 3 }],
    ['nu-SVC', { svmType: 'nu', maxIterations: 3 }],
    ['epsilon-SVR', { task: 'regression', maxIterations: 3 }],
    ['nu-SVR', { task: 'regression', svmType: 'nu', maxIterations: 3 }],
    ['linear classification', { kernel: 'linear', solver: 'dcd', C: 100, maxIterations: 1 }],
    ['linear regression', { task: 'regression', kernel: 'linear', solver: 'dcd', C: 100, maxIterations: 1 }],
    ['an approximation', { approximation: 'nystroem', components: 20, C: 100, maxIterations: 1 }],
    ['classes that no plane separates', { kernel: 'linear', C: 1e10, maxIterations: 2000 }],
  ] as const)('ends with a warning that says how far the optimum is: %s', async (_, config) => {
    const { model, warnings, training } = await trained(config, { X, y: mixed });
    const limit = new RegExp(`after (at most )?${config.maxIterations} (iterations|passes): the optimality conditions`);
    expect(warnings).toEqual([expect.stringMatching(limit)]);
    expect(warnings[0]).toContain(`are violated by ${training.violation.toPrecision(3)}, the `);
    expect(training.violation).toBeGreaterThan(1e-3);
    expect((await model.predict(X)).predictions.every(Number.isFinite)).toBe(true);
  });
});
