import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LogisticRegressionModel } from '../../../src/classical/index.js';
import { ConfigError, InvalidInputError, ModelFormatError, NotFittedError } from '../../../src/core/errors.js';
import { Matrix } from '../../../src/core/matrix.js';
import { randomProblem, toRows } from './problems.js';

const problem = randomProblem(31, 200, 4, 3);
/** Labels -1, 0, 1. */
const y = problem.y.map((k) => k - 1);

describe('LogisticRegressionModel', () => {
  let directory = '';
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'holdfast-logistic-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  it('has one weight vector for each class, and one for two classes', async () => {
    const three = new LogisticRegressionModel();
    await three.fit({ X: problem.X, y });
    expect(three.classes).toEqual([-1, 0, 1]);
    expect(three.coefficients.map((row) => row.length)).toEqual([4, 4, 4]);
    expect(three.intercept).toHaveLength(3);
    for (let j = 0; j < 4; j++) expect(three.coefficients.reduce((sum, row) => sum + row[j], 0)).toBeCloseTo(0, 10);

    const two = new LogisticRegressionModel({ fitIntercept: false });
    await two.fit({ X: problem.X, y: y.map((label) => (label > 0 ? 1 : 0)) });
    expect(two.coefficients).toHaveLength(1);
    expect([...two.intercept]).toEqual([0]);
  });

  it('saves to files that give the same bytes and predictions again', async () => {
    const model = new LogisticRegressionModel({ C: 0.5 });
    await model.fit({ X: problem.X, y });
    const [first, second] = [join(directory, 'first'), join(directory, 'second')];
    await model.save(first);
    expect(await readdir(first)).toContain('model.logistic.json');
    const loaded = await LogisticRegressionModel.load(first);
    expect(loaded.coefficients).toEqual(model.coefficients);
    expect(loaded.intercept).toEqual(model.intercept);
    expect(loaded.featureImportance()).toEqual(model.featureImportance());
    expect((await loaded.predict(problem.X)).probabilities).toEqual((await model.predict(problem.X)).probabilities);
    await loaded.save(second);
    for (const file of await readdir(first)) {
      expect(await readFile(join(second, file), 'utf8')).toBe(await readFile(join(first, file), 'utf8'));
    }
  });

  it('refuses a damaged file', async () => {
    const model = new LogisticRegressionModel();
    await model.fit({ X: problem.X, y });
    const place = join(directory, 'damaged');
    await model.save(place);
    const file = join(place, 'model.logistic.json');
    await writeFile(file, (await readFile(file, 'utf8')).slice(0, 100));
    await expect(LogisticRegressionModel.load(place)).rejects.toBeInstanceOf(ModelFormatError);
  });

  it('ranks features by |weight| times deviation, whatever their unit', async () => {
    const model = new LogisticRegressionModel({ penalty: 'none' });
    await model.fit({ X: problem.X, y, featureNames: ['a', 'b', 'c', 'd'] });
    const scaled = new LogisticRegressionModel({ penalty: 'none' });
    await scaled.fit({ X: Matrix.from(toRows(problem.X).map((row) => [row[0] * 1000, row[1], row[2], row[3]])), y });
    const importance = model.featureImportance();
    expect(importance?.names).toEqual(['a', 'b', 'c', 'd']);
    expect(importance?.kind).toBe('coefficient');
    scaled.featureImportance()?.values.forEach((value, j) => {
      expect(value).toBeCloseTo(importance?.values[j] ?? Number.NaN, 4);
    });
  });

  it('imputes missing values, and gives a column without any value the weight 0', async () => {
    const rows = toRows(problem.X).map((row, i) => [i % 10 === 0 ? Number.NaN : row[0], Number.NaN, row[1]]);
    const model = new LogisticRegressionModel();
    await model.fit({ X: rows, y });
    expect(model.coefficients.every((row) => row.length === 3 && row[1] === 0 && row[0] !== 0)).toBe(true);
    const place = join(directory, 'missing');
    await model.save(place);
    expect((await LogisticRegressionModel.load(place)).coefficients).toEqual(model.coefficients);
  });

  it('starts the second fit from the first when asked', async () => {
    const model = new LogisticRegressionModel({ warmStart: true });
    const cold = await model.fit({ X: problem.X, y });
    const warm = await model.fit({ X: problem.X, y });
    expect(warm.totalEpochs).toBeLessThan(cold.totalEpochs / 2);
  });

  it('passes the warning of the iteration limit on', async () => {
    const metrics = await new LogisticRegressionModel({ max_iter: 1 }).fit({ X: problem.X, y });
    expect(metrics.warnings[0]).toMatch(/limit of 1 iterations: the largest entry of the gradient is/);
  });

  it('refuses what cannot be learned from', async () => {
    const model = new LogisticRegressionModel();
    await expect(model.fit({ X: problem.X, y: new Float64Array(200) })).rejects.toBeInstanceOf(InvalidInputError);
    await expect(
      new LogisticRegressionModel({ classWeight: { 5: 1 } }).fit({ X: problem.X, y }),
    ).rejects.toBeInstanceOf(ConfigError);
    expect(() => model.coefficients).toThrow(NotFittedError);
    expect(() => model.intercept).toThrow(NotFittedError);
    // @ts-expect-error an unknown hyperparameter does not compile
    expect(() => new LogisticRegressionModel({ numLeaves: 3 })).toThrow(ConfigError);
  });
});
