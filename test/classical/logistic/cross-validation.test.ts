import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { strengthsOf } from '../../../src/classical/logistic/cross-validation.js';
import { readExtras } from '../../../src/classical/logistic/extras.js';
import { LogisticRegressionModel } from '../../../src/classical/logistic/model.js';
import { trainLogistic } from '../../../src/classical/logistic/train.js';
import { ConfigError, InvalidInputError, ModelFormatError } from '../../../src/core/errors.js';
import { Matrix } from '../../../src/core/matrix.js';
import { logLoss } from '../../../src/metrics/log-loss.js';
import { difference, randomProblem } from './problems.js';

const problem = randomProblem(51, 200, 6, 3);
const { X, y, weights } = problem;
const Cs = [10, 0.01, 0.1, 1];

async function fitted(config: ConstructorParameters<typeof LogisticRegressionModel>[0], threads = 1) {
  const model = new LogisticRegressionModel(config);
  await model.fit({ X, y, weights }, { threads });
  return model;
}

describe('the regularisation path', () => {
  it('lists values as given, ascending and once, or so many on a log scale', () => {
    expect(strengthsOf([3, 1, 3])).toEqual([1, 3]);
    const ten = strengthsOf(10);
    expect([ten.length, ten[0]]).toEqual([10, 1e-4]);
    expect(ten[9]).toBeCloseTo(1e4, 8);
    expect(ten[1] / ten[0]).toBeCloseTo(ten[9] / ten[8], 10);
  });

  it('holds the models of all rows, whose best is the model', async () => {
    const model = await fitted({ Cs, folds: 3 });
    const path = model.regularizationPath;
    if (!path) throw new Error('expected a path');
    expect(path.Cs).toEqual([0.01, 0.1, 1, 10]);
    expect(path.foldLogLoss.map((losses) => losses.length)).toEqual([4, 4, 4]);
    expect(path.meanLogLoss[path.best]).toBe(Math.min(...path.meanLogLoss));
    expect(model.C).toBe(path.Cs[path.best]);
    for (const [c, C] of path.Cs.entries()) {
      const alone = await trainLogistic(problem, { C }, { threads: 1 });
      expect(difference(path.coefficients[c].weights, alone.coefficients.weights)).toBeLessThan(1e-5);
    }
    expect(model.coefficients.flatMap((row) => [...row])).toEqual([...path.coefficients[path.best].weights]);
  });

  it('scores each fold by a model of the other rows alone', async () => {
    const model = await fitted({ Cs: [0.5], folds: 4, foldKind: 'blocks' });
    for (let f = 0; f < 4; f++) {
      const held = Array.from({ length: 50 }, (_, i) => 50 * f + i);
      const rest = Array.from({ length: 200 }, (_, i) => i).filter((i) => Math.floor(i / 50) !== f);
      const other = new LogisticRegressionModel({ C: 0.5 });
      await other.fit({ X: X.take(rest), y: rest.map((i) => y[i]), weights: rest.map((i) => weights[i]) });
      const { probabilities } = await other.predict(X.take(held));
      const want = logLoss(
        held.map((i) => y[i]),
        probabilities ?? Matrix.zeros(1, 1),
        { sampleWeight: held.map((i) => weights[i]) },
      );
      expect(model.regularizationPath?.foldLogLoss[f][0]).toBeCloseTo(want, 5);
    }
  });

  it('is the same for the same seed and any threads, and another for another seed', async () => {
    const one = await fitted({ Cs, seed: 1 });
    const same = await fitted({ Cs, seed: 1 }, 4);
    const other = await fitted({ Cs, seed: 2 });
    expect(same.regularizationPath).toEqual(one.regularizationPath);
    expect(other.regularizationPath?.foldLogLoss).not.toEqual(one.regularizationPath?.foldLogLoss);
  });

  it('refuses folds that leave a class without rows', async () => {
    const model = new LogisticRegressionModel({ Cs, folds: 2, foldKind: 'blocks' });
    const sorted = Float64Array.from(y).sort();
    await expect(model.fit({ X, y: sorted })).rejects.toThrow(/all rows of class .* lie in fold/);
    await expect(model.fit({ X: X.take([0, 1, 2]), y: [0, 1, 2] })).rejects.toThrow(InvalidInputError);
    await expect(
      new LogisticRegressionModel({ Cs, folds: 9 }).fit({ X: X.take([0, 1, 2, 3]), y: [0, 1, 0, 1] }),
    ).rejects.toThrow(/4 rows cannot be cut into 9 folds/);
  });

  it('works with an L1 norm, one model for each class, and stops when aborted', async () => {
    const model = await fitted({ Cs, penalty: 'l1', multiClass: 'ovr', folds: 3 });
    expect(model.regularizationPath?.coefficients[0].weights.filter((w) => w === 0).length).toBeGreaterThan(0);
    const controller = new AbortController();
    const fit = new LogisticRegressionModel({ Cs, folds: 50 }).fit(
      { X, y },
      { signal: controller.signal, onProgress: () => controller.abort() },
    );
    await expect(fit).rejects.toThrow(/cancelled/i);
  });
});

describe('standard errors', () => {
  it('are those of the two-sample formula for one binary column', async () => {
    // Counts of y = 1 among x = 0 and x = 1: the slope is a log odds ratio, its variance the sum of inverse counts.
    const counts = [30, 70, 55, 45];
    const cells = counts.flatMap((n, cell) => new Array<number>(n).fill(cell));
    const model = new LogisticRegressionModel({ penalty: 'none', standardErrors: true });
    await model.fit({ X: cells.map((cell) => [cell >> 1]), y: cells.map((cell) => cell & 1) });
    const { coefficients, intercept } = model.standardErrors;
    expect(coefficients[0][0]).toBeCloseTo(Math.sqrt(1 / 30 + 1 / 70 + 1 / 55 + 1 / 45), 6);
    expect(intercept[0]).toBeCloseTo(Math.sqrt(1 / 30 + 1 / 70), 6);
    const [slope, constant] = model.coefficientTable();
    expect(slope.estimate).toBeCloseTo(Math.log((30 * 45) / (70 * 55)), 5);
    expect(slope.z).toBeCloseTo(slope.estimate / slope.standardError, 12);
    expect(slope.pValue).toBeCloseTo(0.0004120584, 8);
    expect([slope.name, constant.name, slope.label]).toEqual(['f0', '(intercept)', 1]);
  });

  it('are NaN for a constant column, and for all with a warning when columns are combinations of others', async () => {
    const wide = Matrix.from(Array.from({ length: 200 }, (_, i) => [X.data[6 * i], 3, X.data[6 * i + 1]]));
    const model = new LogisticRegressionModel({ penalty: 'none', standardErrors: true });
    await model.fit({ X: wide, y });
    const rows = model.standardErrors.coefficients;
    expect(rows.map((row) => Number.isNaN(row[1]))).toEqual([true, true, true]);
    expect(rows.every((row) => row[0] > 0 && row[2] > 0)).toBe(true);
    const double = Matrix.from(Array.from({ length: 200 }, (_, i) => [X.data[6 * i], 2 * X.data[6 * i]]));
    const metrics = await model.fit({ X: double, y });
    expect(metrics.warnings.join()).toMatch(/do not determine/);
    expect(model.standardErrors.coefficients.flatMap((row) => [...row]).every(Number.isNaN)).toBe(true);
  });

  it('are refused for an L1 part, and asked for in vain when they were not trained', async () => {
    expect(() => new LogisticRegressionModel({ penalty: 'l1', standardErrors: true })).toThrow(ConfigError);
    const model = await fitted({ penalty: 'elasticnet' });
    expect(() => model.standardErrors).toThrow(/without standard errors/);
    expect(() => model.coefficientTable()).toThrow(ConfigError);
  });

  it('count an integer weight as repeated rows', async () => {
    const repeats = Float32Array.from(y, (_, i) => 1 + (i % 3));
    const rows = Array.from(repeats).flatMap((n, i) => new Array<number>(n).fill(i));
    const weighted = new LogisticRegressionModel({ standardErrors: true });
    await weighted.fit({ X, y, weights: repeats });
    const repeated = new LogisticRegressionModel({ standardErrors: true });
    await repeated.fit({ X: X.take(rows), y: rows.map((i) => y[i]) });
    for (let k = 0; k < 3; k++) {
      const [a, b] = [weighted, repeated].map((model) => model.standardErrors.coefficients[k]);
      expect(difference(a, b)).toBeLessThan(1e-5);
    }
  });
});

describe('saved models', () => {
  it('keep the path, the standard errors and one-vs-rest outputs; damage is noticed', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'holdfast-logistic-'));
    try {
      const model = await fitted({ Cs, multiClass: 'ovr', standardErrors: true });
      await model.save(directory);
      const loaded = await LogisticRegressionModel.load(directory);
      expect(loaded.regularizationPath).toEqual(model.regularizationPath);
      expect(loaded.standardErrors).toEqual(model.standardErrors);
      expect((await loaded.predict(X)).probabilities).toEqual((await model.predict(X)).probabilities);
      const file = join(directory, 'model.json');
      writeFileSync(file, readFileSync(file, 'utf8').replace(/"foldLogLoss":\s*\[\s*\[/, '"foldLogLoss":[["x",'));
      await expect(LogisticRegressionModel.load(directory)).rejects.toBeInstanceOf(ModelFormatError);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it.each([
    ['a path without scores', { path: { Cs: [1], best: 0, coefficients: [] } }],
    ['a best that is none', { path: { Cs: [1], foldLogLoss: [], meanLogLoss: [1], best: 3, coefficients: [0] } }],
    ['words for numbers', { standardErrors: { weights: ['a'], intercept: [1] } }],
    ['too few numbers', { standardErrors: { weights: [], intercept: [1] } }],
    ['no object', { path: 7 }],
  ])('are refused with %s', (_, state) => {
    const shape = { outputs: 1, features: 1, weights: Float64Array.of(1), intercept: Float64Array.of(0) };
    expect(() => readExtras(state, shape)).toThrow(ModelFormatError);
  });
});
