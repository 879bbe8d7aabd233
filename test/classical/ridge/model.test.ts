/** Ridge regression by itself: optimality, leave-one-out by brute force, bad input. Equality with scikit-learn is an interop test. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { symmetricEigen } from '../../../src/classical/ridge/eigen.js';
import { readLearned } from '../../../src/classical/ridge/format.js';
import { RidgeModel } from '../../../src/classical/ridge/model.js';
import { ConfigError, ModelFormatError } from '../../../src/core/errors.js';
import { Matrix } from '../../../src/core/matrix.js';
import { Random } from '../../../src/core/random.js';
import { logLoss } from '../../../src/metrics/log-loss.js';

function problem(rows: number, cols: number, seed: number) {
  const random = new Random(seed);
  const X = Matrix.zeros(rows, cols);
  for (let p = 0; p < X.data.length; p++) X.data[p] = random.normal() + (p % cols);
  const y = Float64Array.from(
    { length: rows },
    (_, i) => 3 + X.data[i * cols] - 2 * X.data[i * cols + 1] + random.normal(),
  );
  const weights = Float32Array.from({ length: rows }, () => 0.5 + random.float());
  return { X, y, weights };
}

async function fitted(
  config: ConstructorParameters<typeof RidgeModel>[0],
  data: Parameters<RidgeModel['fit']>[0],
  threads = 1,
) {
  const model = new RidgeModel(config);
  const metrics = await model.fit(data, { threads });
  return Object.assign(model, { metrics });
}

describe('ridge regression', () => {
  it.each([
    [120, 7],
    [15, 40],
    [700, 33],
  ])('is where the derivatives of its objective are 0: %i rows, %i columns', async (rows, cols) => {
    const data = problem(rows, cols, rows);
    for (const fitIntercept of [true, false]) {
      const model = await fitted({ task: 'regression', alpha: 2, fitIntercept }, data);
      const [w] = model.coefficients;
      const [b] = model.intercept;
      const residual = (i: number) => data.X.row(i).reduce((sum, x, j) => sum + x * w[j], b) - data.y[i];
      for (let j = 0; j <= cols; j++) {
        let slope = j < cols ? 2 * w[j] : 0;
        for (let i = 0; i < rows; i++)
          slope += data.weights[i] * residual(i) * (j < cols ? data.X.data[i * cols + j] : 1);
        if (j < cols || fitIntercept) expect(Math.abs(slope)).toBeLessThan(1e-7 * rows);
        else expect(b).toBe(0);
      }
    }
  });

  it('chooses the alpha with the least error of leaving one row out, computed one by one', async () => {
    const alphas = [0.01, 1, 30, 1000];
    for (const [rows, cols] of [
      [24, 5],
      [9, 14],
    ]) {
      const data = problem(rows, cols, 7 * rows);
      const model = await fitted({ task: 'regression', alphas }, data);
      for (const { alpha, error } of model.leaveOneOutErrors) {
        let [total, mass] = [0, 0];
        for (let out = 0; out < rows; out++) {
          const rest = Array.from({ length: rows }, (_, i) => i).filter((i) => i !== out);
          const part = {
            X: data.X.take(rest),
            y: rest.map((i) => data.y[i]),
            weights: rest.map((i) => data.weights[i]),
          };
          const other = await fitted({ task: 'regression', alpha }, part);
          const [w] = other.coefficients;
          const value = data.X.row(out).reduce((sum, x, j) => sum + x * w[j], other.intercept[0]);
          total += data.weights[out] * (value - data.y[out]) ** 2;
          mass += data.weights[out];
        }
        expect(error / (total / mass)).toBeCloseTo(1, 6);
      }
      const least = Math.min(...model.leaveOneOutErrors.map(({ error }) => error));
      expect(model.leaveOneOutErrors.find(({ alpha }) => alpha === model.alpha)?.error).toBe(least);
    }
  });

  it('takes the weights of least length, with a warning, where alpha is 0 and columns are combinations of others', async () => {
    const X = Matrix.from(Array.from({ length: 30 }, (_, i) => [i % 7, 2 * (i % 7), 1]));
    const y = Array.from({ length: 30 }, (_, i) => 5 * (i % 7) + 1);
    const model = await fitted({ task: 'regression', alpha: 0 }, { X, y });
    const [w] = model.coefficients;
    expect([w[0], w[1], w[2]].map((v) => v + 0)).toEqual([
      expect.closeTo(1, 6),
      expect.closeTo(2, 6),
      expect.closeTo(0, 6),
    ]);
    expect(model.metrics.warnings.join()).toMatch(/least length/);
    expect(model.metrics.trainLoss).toBeLessThan(1e-9);
  });

  it('gives the same bytes for 1, 2 and 4 threads', async () => {
    const data = problem(3000, 21, 5);
    const all = await Promise.all(
      [1, 2, 4].map(async (threads) => {
        const model = await fitted({ task: 'regression', alphas: [0.1, 10] }, data, threads);
        return JSON.stringify([...model.coefficients[0], ...model.intercept, model.leaveOneOutErrors]);
      }),
    );
    expect(new Set(all).size).toBe(1);
  });
});

describe('ridge classification', () => {
  const data = problem(400, 6, 3);
  const labels = data.y.map((v) => (v < -3 ? -1 : v > 2 ? 1 : 0));

  it('predicts the class with the largest decision value, with probabilities better than the shares', async () => {
    const model = await fitted({ alpha: 1 }, { X: data.X, y: labels });
    const { predictions, probabilities } = await model.predict(data.X);
    const w = model.coefficients;
    for (let i = 0; i < 400; i++) {
      const values = w.map((row, k) => data.X.row(i).reduce((sum, x, j) => sum + x * row[j], model.intercept[k]));
      expect(predictions[i]).toBe([-1, 0, 1][values.indexOf(Math.max(...values))]);
    }
    const shares = [-1, 0, 1].map((label) => labels.filter((v) => v === label).length / 400);
    const entropy = -shares.reduce((sum, p) => sum + p * Math.log(p), 0);
    expect(logLoss(labels, probabilities ?? Matrix.zeros(0, 3))).toBeLessThan(0.7 * entropy);
  });

  it('treats class weights as sample weights by class', async () => {
    const byClass = await fitted({ classWeight: { '-1': 3, '0': 0.5, '1': 1 } }, { X: data.X, y: labels });
    const bySample = await fitted(
      {},
      { X: data.X, y: labels, weights: labels.map((v) => (v < 0 ? 3 : v > 0 ? 1 : 0.5)) },
    );
    expect(byClass.coefficients).toEqual(bySample.coefficients);
    await expect(fitted({ classWeight: { 7: 1 } }, { X: data.X, y: labels })).rejects.toBeInstanceOf(ConfigError);
  });

  it('saves to files that give the same predictions, and refuses damaged ones', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'holdfast-ridge-'));
    try {
      const model = await fitted({ alphas: [1, 10] }, { X: data.X, y: labels });
      await model.save(directory);
      const loaded = await RidgeModel.load(directory);
      expect(await loaded.predict(data.X)).toEqual(await model.predict(data.X));
      expect(loaded.leaveOneOutErrors).toEqual(model.leaveOneOutErrors);
      const body = JSON.parse(readFileSync(join(directory, 'model.ridge.json'), 'utf8')) as Record<string, unknown>;
      for (const change of [
        { version: 9 },
        { outputs: 0 },
        { weights: [1] },
        { weights: null },
        { names: [1] },
        { alpha: -1 },
        { steepness: 0 },
        { errors: 7 },
        { errors: [{}] },
        { format: 'x' },
      ]) {
        expect(() => readLearned(JSON.stringify({ ...body, ...change }))).toThrow(ModelFormatError);
      }
      expect(() => readLearned('{')).toThrow(ModelFormatError);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('refuses bad parameters, and parameters without sense', () => {
    for (const config of [
      { alpha: -1 },
      { alphas: [] },
      { alphas: [0] },
      { alpa: 1 },
      { task: 'regression', classWeight: 'balanced' },
    ]) {
      expect(() => new RidgeModel(config as never)).toThrow(ConfigError);
    }
    expect(() => new RidgeModel({ fitIntercept: true, fit_intercept: true })).toThrow(/same parameter/);
  });
});

describe('symmetricEigen', () => {
  it('gives orthonormal vectors that take the matrix apart, for many sizes and repeated values', () => {
    const random = new Random(3);
    for (const n of [1, 2, 3, 5, 20, 60]) {
      for (const rank of [n, Math.ceil(n / 2)]) {
        const factors = Array.from({ length: rank }, () => Float64Array.from({ length: n }, () => random.normal()));
        const A = Float64Array.from({ length: n * n }, (_, at) =>
          factors.reduce((sum, f) => sum + f[Math.floor(at / n)] * f[at % n], 0),
        );
        const { values, vectors } = symmetricEigen(A, n);
        for (let a = 0; a < n; a++) {
          for (let b = 0; b < n; b++) {
            let [dot, entry] = [0, 0];
            for (let k = 0; k < n; k++) {
              dot += vectors[a * n + k] * vectors[b * n + k];
              entry += values[k] * vectors[k * n + a] * vectors[k * n + b];
            }
            expect(dot).toBeCloseTo(a === b ? 1 : 0, 10);
            expect(entry).toBeCloseTo(A[a * n + b], 8);
          }
        }
      }
    }
  });
});
