import { describe, expect, it } from 'vitest';
import { SVMModel } from '../../../src/classical/index.js';
import type { SVMSettings } from '../../../src/classical/svm/config.js';
import { decisionValues } from '../../../src/classical/svm/machine/decisions.js';
import type { SvmData } from '../../../src/classical/svm/plan.js';
import { trainMachine } from '../../../src/classical/svm/train.js';
import { ConfigError, InvalidInputError, TrainingCancelledError } from '../../../src/core/errors.js';
import { Matrix } from '../../../src/core/matrix.js';
import { kernelMatrix, solveDense } from '../../oracles/svm.js';
import { randomData, settingsOf, toRows } from './problems.js';

const train = (data: SvmData, config: Partial<SVMSettings>, threads = 1) =>
  trainMachine(data, settingsOf(config), { threads, seed: 7 });

/** Decision values of the oracle's solution at the training rows. */
const decided = (K: number[][], w: number[], bias: number) =>
  K.map((row) => row.reduce((sum, value, j) => sum + value * w[j], bias));

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let worst = 0;
  for (let i = 0; i < a.length; i++) worst = Math.max(worst, Math.abs(a[i] - b[i]));
  return worst;
}

const tight = { tolerance: 1e-6 };

describe('machines trained by sequential minimal optimisation', () => {
  const binary = randomData(1, 150, 4, 2);
  const values = randomData(2, 150, 4, 0);

  it.each([
    ['linear', { kernel: 'linear', C: 0.5 }],
    ['rbf', { gamma: 0.3, C: 2 }],
    ['poly', { kernel: 'poly', gamma: 0.3, coef0: 1, degree: 2 }],
    ['sigmoid, which is not positive definite', { kernel: 'sigmoid', gamma: 0.05, coef0: 0 }],
    ['without shrinking', { gamma: 0.3, C: 2, shrinking: false }],
  ] as [string, Partial<SVMSettings>][])('C-SVC has the optimum of the plain solver: %s', async (_name, config) => {
    const { weights } = binary;
    const settings = settingsOf({ ...config, ...tight });
    const { machine, objectives, decisions, violation } = await train(binary, settings);
    const K = kernelMatrix(toRows(binary.X), machine.kernel);
    const z = Array.from(binary.y, (label) => (label === 0 ? 1 : -1));
    const bounds = z.map((_, i) => settings.C * weights[i]);
    const oracle = solveDense({
      K,
      z,
      lower: z.map((sign, i) => (sign > 0 ? 0 : -bounds[i])),
      upper: z.map((sign, i) => (sign > 0 ? bounds[i] : 0)),
      epsilon: 0,
    });
    expect(violation).toBeLessThanOrEqual(1e-6);
    expect(Math.abs(objectives[0] / oracle.objective - 1)).toBeLessThan(1e-5);
    if (config.kernel !== 'sigmoid') {
      expect(largestDifference(decisions ?? [], decided(K, oracle.w, oracle.bias[0]))).toBeLessThan(1e-3);
    }
  });

  it('epsilon-SVR has the optimum of the plain solver', async () => {
    const { objectives, decisions, machine } = await train(values, {
      task: 'regression',
      C: 1.5,
      epsilon: 0.2,
      ...tight,
    });
    const K = kernelMatrix(toRows(values.X), machine.kernel);
    const bounds = Array.from(values.weights, (weight) => 1.5 * weight);
    const oracle = solveDense({ K, z: [...values.y], lower: bounds.map((b) => -b), upper: bounds, epsilon: 0.2 });
    expect(Math.abs(objectives[0] / oracle.objective - 1)).toBeLessThan(1e-5);
    expect(largestDifference(decisions ?? [], decided(K, oracle.w, oracle.bias[0]))).toBeLessThan(1e-3);
  });

  it('nu-SVC has margin errors below nu and support vectors above it', async () => {
    const nu = 0.4;
    const data = { ...binary, weights: undefined };
    const { machine, decisions } = await train(data, { svmType: 'nu', nu, ...tight });
    const signs = Array.from(data.y, (label) => (label === 0 ? 1 : -1));
    const errors = signs.filter((sign, i) => sign * (decisions?.[i] ?? 0) < 1 - 1e-3).length;
    expect(errors / 150).toBeLessThanOrEqual(nu);
    expect(machine.counts[0] + machine.counts[1]).toBeGreaterThanOrEqual(nu * 150);
  });

  it('nu-SVR has the optimum of the plain solver', async () => {
    const { objectives, machine } = await train(values, { task: 'regression', svmType: 'nu', nu: 0.5, C: 2, ...tight });
    const half = kernelMatrix(toRows(values.X), machine.kernel).map((row) => [...row, ...row]);
    const bounds = Array.from(values.weights, (weight) => 2 * weight);
    let left = bounds.reduce((sum, b) => sum + 0.25 * b, 0);
    const start = bounds.map((b) => {
      const own = Math.min(b, left);
      left -= own;
      return own;
    });
    const zeros = bounds.map(() => 0);
    const oracle = solveDense({
      K: [...half, ...half],
      z: [...values.y, ...values.y],
      lower: [...zeros, ...bounds.map((b) => -b)],
      upper: [...bounds, ...zeros],
      epsilon: 0,
      start: [...start, ...start.map((value) => -value)],
      group: [...zeros, ...zeros.map(() => 1)],
    });
    expect(Math.abs(objectives[0] / oracle.objective - 1)).toBeLessThan(1e-5);
  });

  it('a precomputed kernel gives the machine of the kernel itself', async () => {
    const direct = await train(binary, { gamma: 0.25 });
    const K = Matrix.from(kernelMatrix(toRows(binary.X), { name: 'rbf', gamma: 0.25, coef0: 0, degree: 3 }));
    const given = await train({ ...binary, X: K }, { kernel: 'precomputed' });
    expect([...(given.machine.rows ?? [])]).toEqual([...(direct.machine.rows ?? [])]);
    expect(largestDifference(given.machine.coefficients, direct.machine.coefficients)).toBeLessThan(1e-3);
    const some = K.take([3, 50, 149]);
    const there = await decisionValues(direct.machine, binary.X.take([3, 50, 149]), 1);
    expect(largestDifference(await decisionValues(given.machine, some, 1), there)).toBeLessThan(1e-3);
  });

  it('the same bytes on 1, 2 and 4 threads, by every way of sharing the work', async () => {
    // Variables are left out and taken back on the way.
    const narrow = randomData(3, 4500, 2, 2);
    const one = await train(narrow, { C: 3, gamma: 1 }, 1);
    expect(one.iterations).toBeGreaterThan(5000);
    for (const threads of [2, 4]) {
      expect((await train(narrow, { C: 3, gamma: 1 }, threads)).machine).toEqual(one.machine);
    }
    const large = randomData(3, 4500, 6, 2);
    const nu = { svmType: 'nu', nu: 0.15 } as const;
    expect((await train(large, nu, 2)).machine).toEqual((await train(large, nu, 1)).machine);
    const classes = randomData(4, 400, 5, 4);
    const [first, second] = await Promise.all([1, 4].map((threads) => train(classes, { probability: true }, threads)));
    expect(second.machine).toEqual(first.machine);
  });

  it('a cache of a few rows, and shrinking, change nothing but time', async () => {
    const data = randomData(5, 1500, 3, 2);
    const config = { C: 100, gamma: 0.3 };
    const usual = await train(data, { ...config, shrinking: false });
    for (const shrinking of [true, false]) {
      const [small, large] = [1e-6, 200].map((cacheSize) => train(data, { ...config, shrinking, cacheSize }));
      expect((await small).machine).toEqual((await large).machine);
    }
    const shrunk = await train(data, config);
    // Errors of variables that were left out are summed anew, in another order.
    expect(shrunk.objectives[0]).not.toBe(usual.objectives[0]);
    expect(shrunk.violation).toBeLessThanOrEqual(1e-3);
    expect(Math.abs(shrunk.objectives[0] / usual.objectives[0] - 1)).toBeLessThan(1e-6);
    expect(largestDifference(shrunk.decisions ?? [], usual.decisions ?? [])).toBeLessThan(5e-3);
    // What the solver says of its own rows is what prediction says.
    const predicted = await decisionValues(shrunk.machine, data.X, 2);
    expect(largestDifference(predicted, shrunk.decisions ?? [])).toBeLessThan(1e-4);
  });

  it('a row is decided in the same bits alone and among many', async () => {
    const data = randomData(6, 700, 6, 3);
    const { machine } = await train(data, {});
    const many = await decisionValues(machine, data.X, 2);
    for (const row of [0, 31, 32, 699]) {
      expect([...(await decisionValues(machine, data.X.take([row]), 1))]).toEqual([
        ...many.subarray(row * 3, row * 3 + 3),
      ]);
    }
  });

  it('duplicated rows, whose kernels differ by nothing, are solved', async () => {
    const { X, y, classes } = randomData(7, 40, 2, 2);
    const rows = [...X.data.keys()].map((i) => i % 40).slice(0, 80);
    const doubled = { X: X.take(rows), y: Float64Array.from(rows, (i, k) => (k < 40 ? y[i] : 1 - y[i])), classes };
    const { violation, decisions } = await train(doubled, { C: 100 });
    expect(violation).toBeLessThanOrEqual(1e-3);
    expect(decisions?.every(Number.isFinite)).toBe(true);
  });

  it('an iteration limit ends with a warning that says how far the optimum is', async () => {
    const { warnings, violation } = await train(binary, { maxIterations: 5 });
    expect(violation).toBeGreaterThan(1e-3);
    expect(warnings[0]).toContain(`violated by ${violation.toPrecision(3)}`);
  });

  it('a whole run can be cancelled', async () => {
    const data = randomData(8, 6000, 20, 2);
    const controller = new AbortController();
    const run = trainMachine(data, settingsOf({ C: 1000, tolerance: 1e-6 }), {
      threads: 2,
      seed: 1,
      signal: controller.signal,
    });
    setTimeout(() => controller.abort(), 100);
    await expect(run).rejects.toBeInstanceOf(TrainingCancelledError);
  });
});

describe('bad input', () => {
  const data = randomData(11, 60, 3, 2);

  it('a kernel matrix that is not square is refused', async () => {
    await expect(train(data, { kernel: 'precomputed' })).rejects.toThrow(InvalidInputError);
  });

  it('a nu that the classes cannot hold is refused, and the error says what they can', async () => {
    const few = { ...data, y: data.y.map((_, i) => (i < 6 ? 0 : 1)), weights: undefined };
    await expect(train(few, { svmType: 'nu', nu: 0.5 })).rejects.toThrow(/at most 0.2/);
  });

  it('a kernel beyond float32 is refused', async () => {
    const X = Matrix.wrap(
      data.X.data.map((value) => value * 1e30),
      3,
    );
    await expect(train({ ...data, X }, { kernel: 'linear' })).rejects.toThrow(/not finite/);
  });

  it('class weights: balanced, by label, and for a label that does not exist', async () => {
    const skewed = { ...data, y: data.y.map((_, i) => (i < 10 ? 0 : 1)), weights: undefined };
    const balanced = await train(skewed, { classWeight: 'balanced' });
    const same = await train(skewed, { classWeight: { 0: 60 / 20, 1: 60 / 100 } });
    expect(same.machine.coefficients).toEqual(balanced.machine.coefficients);
    await expect(train(skewed, { classWeight: { 5: 2 } })).rejects.toThrow(ConfigError);
    await expect(train(skewed, { classWeight: { 0: 0 } })).rejects.toThrow(InvalidInputError);
  });

  it.each([
    ['c', {}],
    ['nu', { svmType: 'nu', nu: 0.3 }],
    ['regression', { task: 'regression' }],
  ] as [string, Partial<SVMSettings>][])(
    'a kernel that is negative, or that says nothing, ends at a bound: %s',
    async (_name, config) => {
      const { X, y, classes } = randomData(13, 60, 60, config.task === 'regression' ? 0 : 2);
      for (const value of [-1, 0]) {
        const K = Matrix.zeros(60, 60);
        for (let i = 0; i < 60; i++) K.data[i * 61] = value;
        const { machine, violation } = await train({ X: K, y, classes }, { ...config, kernel: 'precomputed' });
        expect(Number.isFinite(violation)).toBe(true);
        expect((await decisionValues(machine, X, 1)).every(Number.isFinite)).toBe(true);
      }
    },
  );

  it('classes of one or two rows, which some folds lack, have finite probabilities', async () => {
    for (const rows of [1, 2]) {
      const few = { ...data, y: data.y.map((_, i) => (i < rows ? 0 : 1)) };
      const { machine } = await train(few, { probability: true });
      const { a, b } = machine.sigmoids?.[0] ?? { a: Number.NaN, b: Number.NaN };
      expect([a, b].every(Number.isFinite)).toBe(true);
    }
  });

  it('all weights zero, and values that are not finite, are refused', async () => {
    const { X, y } = data;
    for (const config of [
      {},
      { kernel: 'linear', solver: 'dcd' },
      { approximation: 'fourier', components: 10 },
    ] as const) {
      const model = new SVMModel(config);
      await expect(model.fit({ X, y, weights: new Float32Array(y.length) })).rejects.toThrow(InvalidInputError);
      const infinite = Matrix.wrap(X.data.slice().fill(Number.POSITIVE_INFINITY, 4, 5), X.cols);
      await expect(model.fit({ X: infinite, y })).rejects.toThrow(InvalidInputError);
      expect(model.isFitted).toBe(false);
    }
  });

  it('more columns than rows, and a class of one row, are taken', async () => {
    const wide = randomData(12, 20, 100, 2);
    const one = { ...wide, y: wide.y.map((_, i) => (i === 4 ? 1 : 0)) };
    const { machine, violation } = await train(one, { probability: true });
    expect(violation).toBeLessThanOrEqual(1e-3);
    expect(machine.sigmoids?.every(({ a, b }) => Number.isFinite(a) && Number.isFinite(b))).toBe(true);
  });
});
