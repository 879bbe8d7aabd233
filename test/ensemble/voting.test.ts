/** Voting: the model contract, means and votes by hand, greedy weights, members named in errors, files. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { LightGBMModel } from '../../src/boosting/lightgbm/model.js';
import { registerBuiltins } from '../../src/builtin.js';
import { LogisticRegressionModel } from '../../src/classical/logistic/model.js';
import { RidgeModel } from '../../src/classical/ridge/model.js';
import { ConfigError, DataLeakageError, InvalidInputError, NotFittedError } from '../../src/core/errors.js';
import { Matrix } from '../../src/core/matrix.js';
import type { ProgressEvent } from '../../src/core/progress.js';
import { VotingModel } from '../../src/ensemble/voting/model.js';
import { loadModel } from '../../src/model/registry.js';
import { syntheticClassification, syntheticRegression } from '../../src/testing/index.js';

registerBuiltins();

const directory = mkdtempSync(join(tmpdir(), 'holdfast-voting-'));
afterAll(() => rmSync(directory, { recursive: true }));

const data = syntheticClassification({ rows: 300, classes: 3, seed: 1 });
const later = syntheticClassification({ rows: 200, classes: 3, seed: 2 });
const members = [
  { name: 'a', model: 'logistic', config: { C: 0.1 } },
  { name: 'b', model: new LightGBMModel({ numIterations: 10 }) },
  { name: 'c', model: 'ridge' },
] as const;

/** The members as they are alone. */
async function alone(): Promise<Matrix[]> {
  const models = [new LogisticRegressionModel({ C: 0.1 }), new LightGBMModel({ numIterations: 10 }), new RidgeModel()];
  const all: Matrix[] = [];
  for (const model of models) {
    await model.fit(data);
    all.push((await model.predict(later.X)).probabilities ?? Matrix.zeros(0, 0));
  }
  return all;
}

describe('voting', () => {
  it('is the weighted mean of the same models trained alone', async () => {
    const each = await alone();
    const model = new VotingModel({ members, weights: [1, 2, 5] });
    await model.fit(data);
    const { probabilities } = await model.predict(later.X);
    const mean = each[0].data.map((a, p) => (a + 2 * each[1].data[p] + 5 * each[2].data[p]) / 8);
    expect(probabilities?.data).toEqual(mean);
    const own = await model.memberPredictions(later.X);
    expect(own.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(own.map(({ prediction }) => prediction.probabilities?.data)).toEqual(each.map((one) => one.data));
    expect(model.weights).toEqual([
      { name: 'a', weight: 1 / 8 },
      { name: 'b', weight: 2 / 8 },
      { name: 'c', weight: 5 / 8 },
    ]);
  });

  it('by hard votes gives each class the share of the weight that votes for it, the lowest class on ties', async () => {
    const each = await alone();
    const model = new VotingModel({ members, voting: 'hard', weights: [1, 1, 2] });
    await model.fit(data);
    const { probabilities, predictions } = await model.predict(later.X);
    let ties = 0;
    for (let i = 0; i < later.X.rows; i++) {
      const shares = [0, 0, 0];
      for (const [m, one] of each.entries()) {
        const row = [...one.row(i)];
        shares[row.indexOf(Math.max(...row))] += [1, 1, 2][m] / 4;
      }
      expect([...(probabilities?.row(i) ?? [])]).toEqual(shares);
      expect(predictions[i]).toBe(shares.indexOf(Math.max(...shares)));
      if (shares.filter((share) => share === 0.5).length === 2) ties++;
    }
    expect(ties).toBeGreaterThan(0);
  });

  it('of a regression is the mean of the values', async () => {
    const rows = syntheticRegression({ rows: 200, seed: 3 });
    const model = new VotingModel({
      task: 'regression',
      members: ['ridge', { model: 'ridge', config: { alpha: 50 } }],
    });
    await model.fit(rows);
    const [a, b] = await Promise.all(
      [1, 50].map(async (alpha) => {
        const one = new RidgeModel({ task: 'regression', alpha });
        await one.fit(rows);
        return (await one.predict(rows.X)).predictions;
      }),
    );
    expect(model.memberModels.map(({ name }) => name)).toEqual(['ridge', 'ridge_2']);
    expect((await model.predict(rows.X)).predictions).toEqual(a.map((value, i) => (value + b[i]) / 2));
  });

  it('trains the same bytes whatever the order of the members is in time', async () => {
    const files = await Promise.all(
      [1, 2, 3].map(async (threads) => {
        const model = new VotingModel({ members });
        await model.fit(data, { threads });
        return model.toBundle();
      }),
    );
    expect(files[1]).toEqual(files[0]);
    expect(files[2]).toEqual(files[0]);
  });

  it('nests, and is loaded with all its members', async () => {
    const model = new VotingModel({
      members: ['logistic', { name: 'inner', model: new VotingModel({ members: ['ridge', members[1]] }) }],
    });
    await model.fit(data);
    const path = join(directory, 'nested');
    await model.save(path);
    const loaded = await loadModel(path);
    expect(loaded).toBeInstanceOf(VotingModel);
    expect((await loaded.predict(later.X)).probabilities).toEqual((await model.predict(later.X)).probabilities);
    expect(loaded.featureImportance()).toEqual(model.featureImportance());
  });

  it('tells the progress of its members and of the whole', async () => {
    const events: ProgressEvent[] = [];
    await new VotingModel({ members }).fit(data, { onProgress: (event) => events.push(event) });
    const whole = events.filter(({ phase }) => phase === 'members').map(({ step, total }) => [step, total]);
    expect(whole).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
    expect(events.some(({ phase }) => phase.startsWith('b: '))).toBe(true);
  });
});

describe('greedy weights', () => {
  it('prefer a good member to a bad one, and leave out what does not help', async () => {
    const useless = { name: 'useless', model: 'logistic', config: { C: 1e-9 } };
    const model = new VotingModel({ members: [useless, { name: 'good', model: 'logistic' }], weights: 'greedy' });
    await model.fit({ ...data, validation: later });
    expect(model.weights).toEqual([
      { name: 'useless', weight: 0 },
      { name: 'good', weight: 1 },
    ]);
    expect(model.memberModels).toHaveLength(1);
    expect(model.memberScores.map(({ name }) => name)).toEqual(['useless', 'good']);
  });

  it('are never worse on the validation rows than the best member, by any metric', async () => {
    for (const metric of ['logLoss', 'accuracy', 'rocAuc']) {
      const model = new VotingModel({ members, weights: 'greedy', metric, rounds: 12 });
      await model.fit({ ...data, validation: later });
      expect(model.weights.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
      const metrics = model.trainingMetrics;
      if (metric === 'logLoss')
        expect(metrics.valLoss).toBeLessThanOrEqual(Math.min(...model.memberScores.map(({ loss }) => loss)) + 1e-9);
      if (metric === 'accuracy')
        expect(metrics.valAccuracy).toBeGreaterThanOrEqual(Math.max(...model.memberScores.map((s) => s.accuracy)));
    }
  });

  it('of fitted models are found on rows that none of them has seen', async () => {
    const a = new LogisticRegressionModel();
    const b = new RidgeModel();
    await Promise.all([a.fit(data), b.fit(data)]);
    const voting = await VotingModel.of({ a, b }, { weights: 'greedy', validation: later });
    expect(voting.memberScores).toHaveLength(2);
    const path = join(directory, 'of');
    await voting.save(path);
    expect((await (await loadModel(path)).predict(later.X)).probabilities).toEqual(
      (await voting.predict(later.X)).probabilities,
    );
    await expect(VotingModel.of({ a, b }, { weights: 'greedy', validation: data })).rejects.toBeInstanceOf(
      DataLeakageError,
    );
    await expect(VotingModel.of({ a, b }, { weights: 'greedy' })).rejects.toThrow(/needs validation rows/);
    await expect(VotingModel.of({ a, c: new RidgeModel() })).rejects.toBeInstanceOf(NotFittedError);
    await expect(VotingModel.of({})).rejects.toBeInstanceOf(InvalidInputError);
  });
});

describe('diversity', () => {
  it('is counted over pairs as in the definitions', async () => {
    const model = new VotingModel({ members });
    await model.fit(data);
    const each = await alone();
    const wrong = each.map((one) =>
      Array.from(later.y, (label, i) => [...one.row(i)].indexOf(Math.max(...one.row(i))) !== label),
    );
    const { pairs, mean } = await model.diversity(later);
    expect(pairs.map((pair) => pair.members.join())).toEqual(['a,b', 'a,c', 'b,c']);
    const n = later.y.length;
    const count = (a: boolean, b: boolean) => wrong[0].filter((w, i) => w === a && wrong[1][i] === b).length;
    const [both, onlyA, onlyB, none] = [count(true, true), count(true, false), count(false, true), count(false, false)];
    expect(pairs[0].disagreement).toBeCloseTo((onlyA + onlyB) / n, 12);
    expect(pairs[0].doubleFault).toBeCloseTo(both / n, 12);
    expect(pairs[0].qStatistic).toBeCloseTo((both * none - onlyA * onlyB) / (both * none + onlyA * onlyB), 12);
    const phi =
      (both * none - onlyA * onlyB) / Math.sqrt((both + onlyA) * (both + onlyB) * (none + onlyA) * (none + onlyB));
    expect(pairs[0].errorCorrelation).toBeCloseTo(phi, 12);
    expect(mean.doubleFault).toBeCloseTo(pairs.reduce((sum, pair) => sum + pair.doubleFault, 0) / 3, 12);
    await expect(model.diversity({ X: later.X, y: later.y.map(() => 7) })).rejects.toBeInstanceOf(InvalidInputError);
  });
});

describe('a voting config', () => {
  it.each([
    [{ members: ['lightgmb'] }, /'lightgmb' is not a registered model; did you mean 'lightgbm'/],
    [{ members: [] }, /members/],
    [{ members: ['ridge', { name: 'ridge', model: 'logistic' }] }, /name of an earlier member/],
    [{ members: [{ model: 'ridge', confg: {} }] }, /unknown key; did you mean 'config'/],
    [{ members: [{ name: '../x', model: 'ridge' }] }, /is not a name/],
    [{ members: ['ridge'], weights: [1, 2] }, /2 weights for 1 members/],
    [{ members: ['ridge'], weights: [0] }, /are all 0/],
    [{ weights: 'greedy', metric: 'rmse' }, /is a metric of regression/],
    [{ metric: 'acuracy' }, /accuracy/],
    [{ voting: 'loud' }, /voting/],
    [{ vote: 'soft' }, /unknown key 'vote'/],
  ])('%j is refused', (config, message) => {
    expect(() => new VotingModel(config as never)).toThrow(ConfigError);
    expect(() => new VotingModel(config as never)).toThrow(message);
  });

  it('names the member that cannot be made or trained', async () => {
    const wrong = new VotingModel({ members: ['ridge', { name: 'odd', model: 'logistic', config: { C: -1 } }] });
    await expect(wrong.fit(data)).rejects.toThrow(/voting: member 'odd': logistic: 'C'/);
    await expect(wrong.fit(data)).rejects.toBeInstanceOf(ConfigError);
    expect(wrong.isFitted).toBe(false);
    const other = new VotingModel({
      task: 'regression',
      members: [{ model: 'ridge', config: { task: 'classification' } }],
    });
    await expect(other.fit(syntheticRegression({ rows: 50 }))).rejects.toThrow(
      /member 'ridge': its task is classification/,
    );
    const windows = new VotingModel({ members: ['ridge', 'minirocket'] });
    await expect(windows.fit(data)).rejects.toBeInstanceOf(InvalidInputError);
  });
});
