import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type XGBoostConfig, XGBoostModel } from '../../../src/boosting/xgboost/model.js';
import { ConfigError, InvalidInputError } from '../../../src/core/errors.js';
import { Matrix } from '../../../src/core/matrix.js';
import { Random } from '../../../src/core/random.js';

const directory = mkdtempSync(join(tmpdir(), 'holdfast-xgboost-'));
afterAll(() => rmSync(directory, { recursive: true }));

function sample(rows: number, seed: number) {
  const random = new Random(seed);
  const X = Matrix.zeros(rows, 4);
  const value = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    const row = X.row(i);
    row.set([random.normal(), random.normal(), random.int(6), random.normal()]);
    value[i] = row[0] * row[1] + (row[2] % 3) + 0.2 * random.normal();
    if (random.float() < 0.1) row[0] = Number.NaN;
  }
  return {
    X,
    value,
    binary: value.map((v) => (v > 1 ? 1 : 0)),
    classes: value.map((v) => (v > 1.5 ? 5 : v > 0.5 ? 0 : -1)),
  };
}

const train = sample(800, 1);
const test = sample(300, 2);
const names = ['a', 'b', 'kind', 'd'];

async function fitted(config: XGBoostConfig, y: ArrayLike<number> = train.value) {
  const model = new XGBoostModel({ numIterations: 15, ...config });
  const metrics = await model.fit({ X: train.X, y, featureNames: names });
  return { model, metrics };
}

describe('configuration', () => {
  it("takes XGBoost's names and those of its scikit-learn wrapper", () => {
    const { config } = new XGBoostModel({ eta: 0.1, max_depth: 3, reg_lambda: 2, n_estimators: 7, eval_metric: 'auc' });
    expect(config).toMatchObject({ learningRate: 0.1, maxDepth: 3, regLambda: 2, numIterations: 7, metric: ['auc'] });
  });

  it('implies the task by the objective', () => {
    expect(new XGBoostModel({ objective: 'count:poisson' }).task).toBe('regression');
    expect(new XGBoostModel({ objective: 'binary:hinge' }).task).toBe('classification');
  });

  it.each<[string, object, string]>([
    ['an unknown parameter', { max_dept: 3 }, 'max_depth'],
    ['a parameter twice', { eta: 0.1, learning_rate: 0.1 }, ''],
    ['a value out of range', { subsample: 0 }, ''],
    ['quantiles left out', { objective: 'reg:quantileerror' }, ''],
    ['sampling by gradients', { sampling_method: 'gradient_based' }, ''],
    ['a task against the objective', { task: 'regression', objective: 'binary:logistic' }, ''],
  ])('%s is a ConfigError', (_, config, nearest) => {
    let error: unknown;
    try {
      new XGBoostModel(config as XGBoostConfig);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as ConfigError).hint).toContain(nearest);
  });

  it.each<[string, XGBoostConfig]>([
    ['a base score outside its range', { objective: 'reg:gamma', baseScore: -1 }],
    ['a constraint on a feature that is not there', { task: 'regression', monotoneConstraints: { ab: 1 } }],
    ['too many constraints', { task: 'regression', monotoneConstraints: '(1,0,0,0,1)' }],
    ['constraints that cannot be read', { task: 'regression', interactionConstraints: '[[0, 1]' }],
    ['types for other columns', { task: 'regression', featureTypes: ['c'] }],
    ['trees without a limit', { task: 'regression', maxDepth: 0 }],
  ])('%s is a ConfigError of fit', async (_, config) => {
    await expect(
      fitted(
        config,
        train.value.map((v) => v + 10),
      ),
    ).rejects.toThrow(ConfigError);
  });

  it('what has no effect is a warning', async () => {
    const { metrics } = await fitted({ task: 'regression', rateDrop: 0.2, topK: 3 });
    expect(metrics.warnings.join()).toMatch(/topK.*rateDrop/);
  });
});

describe('evaluation', () => {
  const validation = { X: test.X, y: test.binary };

  it.each<[XGBoostConfig, string]>([
    [{}, 'logloss'],
    [{ objective: 'binary:hinge' }, 'error'],
    [{ objective: 'reg:squarederror' }, 'rmse'],
    [{ objective: 'reg:absoluteerror' }, 'mae'],
    [{ objective: 'reg:tweedie', tweedieVariancePower: 1.2 }, 'tweedie-nloglik@1.2'],
    [{ objective: 'count:poisson', metric: ['rmse', 'mae'] }, 'rmse,mae'],
  ])('%o is watched by %s', async (config, names) => {
    const model = new XGBoostModel({ numIterations: 3, ...config });
    const evalSets = { other: { X: train.X, y: train.binary } };
    const metrics = await model.fit({ X: train.X, y: train.binary, validation, evalSets });
    for (const set of ['validation', 'other']) {
      expect(Object.keys(metrics.evaluations?.[set] ?? {}).join()).toBe(names);
      for (const values of Object.values(metrics.evaluations?.[set] ?? {})) expect(values).toHaveLength(3);
    }
  });

  it('stops by a metric and a set of its own, and keeps the best iteration', async () => {
    const model = new XGBoostModel({
      numIterations: 200,
      metric: ['logloss', 'auc'],
      earlyStoppingRounds: 4,
      earlyStoppingMetric: 'auc',
      earlyStoppingSet: 'other',
    });
    const evalSets = { other: { X: test.X, y: test.binary } };
    const metrics = await model.fit({ X: train.X, y: train.binary, evalSets });
    const auc = metrics.evaluations?.other.auc ?? [];
    expect(metrics.earlyStopped).toBe(true);
    expect(auc[metrics.bestEpoch - 1]).toBe(Math.max(...auc));
    await expect(model.predict(test.X, { numIterationRange: [0, metrics.bestEpoch + 1] })).rejects.toThrow(
      InvalidInputError,
    );
  });

  it('takes a loss and a metric of the caller', async () => {
    const model = new XGBoostModel({ objective: 'reg:squarederror', numIterations: 30, baseScore: 0 });
    const objective = (scores: Float64Array, labels: Float64Array) => ({
      gradient: scores.map((score, i) => score - labels[i]),
      hessian: new Float64Array(scores.length).fill(1),
    });
    const bias = {
      evaluate: (scores: Float64Array, labels: Float64Array) =>
        scores.reduce((sum, score, i) => sum + score - labels[i], 0) / scores.length,
      direction: 'minimize' as const,
    };
    const data = { X: train.X, y: train.value, validation: { X: test.X, y: test.value } };
    const metrics = await model.fit(data, { objective, metrics: { bias } });
    expect(metrics.evaluations?.validation.bias).toHaveLength(30);
    const own = new XGBoostModel({ objective: 'reg:squarederror', numIterations: 30, baseScore: 0 });
    await own.fit(data);
    expect((await model.predict(test.X)).predictions).toEqual((await own.predict(test.X)).predictions);
  });

  it.each(['auc@3', 'ndcg', 'error@x', 'Logloss'])("'%s' is no metric: a ConfigError", async (metric) => {
    const model = new XGBoostModel({ numIterations: 2, metric });
    await expect(model.fit({ X: train.X, y: train.binary, validation })).rejects.toThrow(ConfigError);
  });
});

describe('models', () => {
  it.each<[string, XGBoostConfig, ArrayLike<number>]>([
    ['two classes', {}, train.binary],
    ['three classes', { growPolicy: 'lossguide', maxLeaves: 9 }, train.classes],
    ['categories', { objective: 'reg:squarederror', categoricalFeatures: ['kind'] }, train.value],
    ['quantiles', { objective: 'reg:quantileerror', quantileAlpha: [0.1, 0.5, 0.9] }, train.value],
    ['one tree for all classes', { multiStrategy: 'multi_output_tree' }, train.classes],
  ])('%s: the same predictions after saving, and from both native files', async (title, config, y) => {
    const { model } = await fitted(config, y);
    const scores = await model.predictScores(test.X);
    const leaves = await model.predictLeaves(test.X);
    await model.save(join(directory, title));
    const copies = [await XGBoostModel.load(join(directory, title))];
    for (const ending of ['json', 'ubj']) {
      const file = join(directory, `${title}.${ending}`);
      await model.exportNative(file);
      copies.push(await XGBoostModel.importNative(file));
    }
    for (const copy of copies) {
      expect(await copy.predictScores(test.X)).toEqual(scores);
      expect(await copy.predictLeaves(test.X)).toEqual(leaves);
      expect(copy.classes).toEqual(model.classes);
      expect(copy.featureNames).toEqual(names);
    }
  });

  it('ranges of iterations add up to the whole', async () => {
    const { model } = await fitted({}, train.binary);
    const parts: Float64Array[] = [];
    for (const numIterationRange of [
      [0, 5],
      [5, 15],
    ] as const) {
      parts.push(await model.predictScores(test.X, { numIterationRange }));
    }
    const whole = await model.predictScores(test.X);
    expect(whole.every((score, i) => Math.abs(score - parts[0][i] - parts[1][i]) < 1e-5)).toBe(true);
  });

  it('quantiles are in order for most rows, and predict gives the middle one', async () => {
    const { model } = await fitted({
      objective: 'reg:quantileerror',
      quantileAlpha: [0.1, 0.5, 0.9],
      numIterations: 40,
    });
    const all = await model.predictOutputs(test.X);
    expect((await model.predict(test.X)).predictions).toEqual(all.column(1));
    const below = (k: number) => test.value.filter((v, i) => v < all.data[3 * i + k]).length / test.value.length;
    expect(below(0)).toBeLessThan(below(1));
    expect(below(1)).toBeLessThan(below(2));
  });

  it('continued training holds the earlier iterations first', async () => {
    const { model } = await fitted({}, train.binary);
    const more = new XGBoostModel({ numIterations: 5 });
    await more.fit({ X: train.X, y: train.binary, featureNames: names }, { initModel: model });
    expect(await more.predictScores(test.X, { numIterationRange: [0, 15] })).toEqual(await model.predictScores(test.X));
    const wrong = new XGBoostModel({ numParallelTree: 2 });
    await expect(wrong.fit({ X: train.X, y: train.binary }, { initModel: model })).rejects.toThrow(InvalidInputError);
  });

  it('a tree without a split still moves the scores', async () => {
    const { model } = await fitted({ objective: 'reg:squarederror', baseScore: 100, gamma: 1e9, numIterations: 60 });
    const { predictions } = await model.predict(test.X);
    const mean = train.value.reduce((sum, v) => sum + v, 0) / train.value.length;
    expect(predictions[0]).toBeCloseTo(mean, 2);
  });
});
