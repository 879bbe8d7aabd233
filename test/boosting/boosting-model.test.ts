import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { LightGBMModel } from '../../src/boosting/lightgbm/model.js';
import { LogisticRegressionModel } from '../../src/classical/logistic/model.js';
import { ConfigError, InvalidInputError } from '../../src/core/errors.js';
import { sigmoid } from '../../src/core/math.js';
import type { Matrix } from '../../src/core/matrix.js';
import { logLoss } from '../../src/metrics/log-loss.js';
import { failure, randomData } from './engine/data.js';

const directory = mkdtempSync(join(tmpdir(), 'holdfast-boosting-model-'));
afterAll(() => rmSync(directory, { recursive: true }));

const train = randomData(1, 1000, 6, 2);
const validation = randomData(2, 400, 6, 2);
const test = randomData(3, 300, 6, 2);
const three = randomData(4, 900, 6, 3);
const quick = { numIterations: 20, numLeaves: 8 };

describe('evaluation sets', () => {
  it('are each evaluated after every iteration, and saved with the model', async () => {
    const model = new LightGBMModel(quick);
    const metrics = await model.fit({ ...train, validation, evalSets: { test } });
    expect(Object.keys(metrics.evaluations ?? {})).toEqual(['validation', 'test']);
    for (const values of Object.values(metrics.evaluations?.test ?? {})) expect(values).toHaveLength(20);
    for (const [i, { valLoss }] of metrics.history.entries())
      expect(metrics.evaluations?.validation.binary_logloss[i]).toBeCloseTo(valLoss, 12);
    const { probabilities } = await model.predict(test.X, { numIterationRange: [0, 7] });
    expect(logLoss(test.y, (probabilities as Matrix).column(1))).toBeCloseTo(
      metrics.evaluations?.test.binary_logloss[6] as number,
      6,
    );
    await model.save(join(directory, 'sets'));
    const loaded = await LightGBMModel.load(join(directory, 'sets'));
    expect(loaded.trainingMetrics.evaluations).toEqual(metrics.evaluations);
  });

  it('one of them, by name, can be what early stopping watches', async () => {
    const config = { numIterations: 400, learningRate: 0.5, earlyStoppingRounds: 5, earlyStoppingSet: 'test' };
    const model = new LightGBMModel(config);
    const metrics = await model.fit({ ...train, validation, evalSets: { test } });
    const losses = metrics.evaluations?.test.binary_logloss ?? [];
    expect(metrics.earlyStopped).toBe(true);
    expect(metrics.bestEpoch).toBe(losses.indexOf(Math.min(...losses)) + 1);
    expect(metrics.totalEpochs).toBe(metrics.bestEpoch + 5);
    expect(await failure(model.fit({ ...train, validation }))).toBeInstanceOf(ConfigError);
  });

  it('a set named validation is the validation rows; giving both is refused', async () => {
    const model = new LightGBMModel(quick);
    const named = await model.fit({ ...train, evalSets: { test, validation } });
    expect(Object.keys(named.evaluations ?? {})).toEqual(['validation', 'test']);
    const plain = await model.fit({ ...train, validation });
    expect(named.valLoss).toBe(plain.valLoss);
    const twice = failure(model.fit({ ...train, validation, evalSets: { validation } }));
    expect(await twice).toBeInstanceOf(InvalidInputError);
  });

  it('with other columns, labels or lengths are refused by name', async () => {
    const model = new LightGBMModel(quick);
    for (const bad of [randomData(5, 50, 7, 2), { X: test.X, y: [1] }, { X: test.X, y: test.y.map((v) => v + 5) }]) {
      const error = await failure(model.fit({ ...train, evalSets: { later: bad } }));
      expect(error).toBeInstanceOf(InvalidInputError);
      expect((error as Error).message).toContain('later');
    }
  });

  it('are refused by a model that would ignore them', async () => {
    const model = new LogisticRegressionModel();
    expect(await failure(model.fit({ ...train, evalSets: { test } }))).toBeInstanceOf(InvalidInputError);
  });

  it('a smallest improvement ends training sooner', async () => {
    const epochs = async (earlyStoppingMinDelta: number) => {
      const model = new LightGBMModel({ numIterations: 300, earlyStoppingRounds: 3, earlyStoppingMinDelta });
      return (await model.fit({ ...train, validation })).totalEpochs;
    };
    expect(await epochs(0.01)).toBeLessThan(await epochs(0));
  });
});

describe('prediction', () => {
  it('raw scores of ranges of iterations add up, and the link makes them probabilities', async () => {
    const model = new LightGBMModel(quick);
    await model.fit(train);
    const all = await model.predictScores(test.X);
    const first = await model.predictScores(test.X, { numIterationRange: [0, 8] });
    const rest = await model.predictScores(test.X, { numIterationRange: [8, 20] });
    for (const [i, score] of all.entries()) expect(first[i] + rest[i]).toBeCloseTo(score, 12);
    const { probabilities } = await model.predict(test.X);
    expect(Array.from((probabilities as Matrix).column(1))).toEqual(Array.from(all, (s) => Math.fround(sigmoid(s))));
  });

  it('leaf numbers: rows in the same leaves of every tree have the same score', async () => {
    const model = new LightGBMModel({ numIterations: 2, numLeaves: 4 });
    await model.fit(three);
    const leaves = await model.predictLeaves(test.X);
    expect(leaves).toHaveLength(test.X.rows * 6);
    expect(Math.min(...leaves)).toBe(0);
    expect(Math.max(...leaves)).toBe(3);
    const scores = await model.predictScores(test.X);
    const seen = new Map<string, string>();
    for (let i = 0; i < test.X.rows; i++) {
      const path = leaves.slice(6 * i, 6 * i + 6).join();
      const score = scores.slice(3 * i, 3 * i + 3).join();
      expect(seen.get(path) ?? score).toBe(score);
      seen.set(path, score);
    }
    const last = await model.predictLeaves(test.X, { numIterationRange: [1, 2] });
    expect(last.slice(0, 3)).toEqual(leaves.slice(3, 6));
  });

  it('iterations that the model does not have are refused', async () => {
    const model = new LightGBMModel(quick);
    await model.fit(train);
    for (const range of [
      [0, 21],
      [-1, 3],
      [4, 4],
      [0.5, 2],
    ] as const) {
      expect(await failure(model.predict(test.X, { numIterationRange: range }))).toBeInstanceOf(InvalidInputError);
    }
  });

  it('importance by cover is the sum of the hessians split', async () => {
    const model = new LightGBMModel({ task: 'regression', numIterations: 1, numLeaves: 2 });
    await model.fit(randomData(6, 500, 4, 0));
    const cover = model.featureImportance('cover');
    expect(cover?.kind).toBe('cover');
    expect(cover?.values.reduce((a, b) => a + b, 0)).toBe(500);
    expect(() => model.featureImportance('weight' as never)).toThrow(InvalidInputError);
  });
});

describe('scores to start from', () => {
  it('those of a model: the trees trained on top are those that would have come next', async () => {
    const whole = new LightGBMModel(quick);
    await whole.fit(three);
    const start = new LightGBMModel({ ...quick, numIterations: 8 });
    await start.fit(three);
    const rest = new LightGBMModel({ ...quick, numIterations: 12 });
    const metrics = await rest.fit({ ...three, initScore: await start.predictScores(three.X) });
    expect(await rest.predictScores(test.X)).toEqual(await whole.predictScores(test.X, { numIterationRange: [8, 20] }));
    expect(metrics.trainLoss).toBeCloseTo(whole.trainingMetrics.trainLoss, 9);
  });

  it('initModel: ten and ten more iterations are twenty', async () => {
    const whole = new LightGBMModel(quick);
    await whole.fit({ ...train, validation });
    const half = new LightGBMModel({ ...quick, numIterations: 10 });
    await half.fit(train);
    const both = new LightGBMModel({ ...quick, numIterations: 10 });
    const metrics = await both.fit({ ...train, validation }, { initModel: half });
    expect(await both.predictScores(test.X)).toEqual(await whole.predictScores(test.X));
    expect(metrics.history.map(({ valLoss }) => valLoss)).toEqual(
      whole.trainingMetrics.history.slice(10).map(({ valLoss }) => valLoss),
    );
    expect(metrics.valLoss).toBe(whole.trainingMetrics.valLoss);
  });

  it('of a set to evaluate on count in its losses', async () => {
    const plain = new LightGBMModel(quick);
    const shifted = new LightGBMModel(quick);
    const [a, b] = [
      await plain.fit({ ...train, validation }),
      await shifted.fit({ ...train, validation: { ...validation, initScore: new Float64Array(400).fill(3) } }),
    ];
    expect(b.valLoss).toBeGreaterThan(a.valLoss + 0.1);
    expect(b.valLoss).toBeCloseTo(b.history[19].valLoss, 5);
  });

  it('of rows of weight 0 leave with them', async () => {
    const weights = Float32Array.from(three.y, (_, i) => i % 2);
    const initScore = Float64Array.from({ length: 2700 }, (_, p) => (Math.floor(p / 3) % 2 ? (p % 3) / 4 : 1e6));
    const kept = [...weights.keys()].filter((i) => i % 2);
    const model = new LightGBMModel(quick);
    await model.fit({ ...three, weights, initScore });
    const alone = new LightGBMModel(quick);
    await alone.fit({
      X: three.X.take(kept),
      y: kept.map((i) => three.y[i]),
      weights: kept.map(() => 1),
      initScore: Float64Array.from({ length: 1350 }, (_, p) => (p % 3) / 4),
    });
    expect(await model.predictScores(test.X)).toEqual(await alone.predictScores(test.X));
  });

  it('that do not fit, and models that do not, are refused', async () => {
    const model = new LightGBMModel(quick);
    for (const initScore of [[1, 2], new Float64Array(900), new Float64Array(2700).fill(Number.NaN)]) {
      expect(await failure(model.fit({ ...three, initScore }))).toBeInstanceOf(InvalidInputError);
    }
    const binary = new LightGBMModel(quick);
    await binary.fit(train);
    const wide = new LightGBMModel(quick);
    await wide.fit(randomData(7, 300, 9, 3));
    for (const initModel of [binary, wide, new LightGBMModel(quick), {}]) {
      const error = await failure(model.fit(three, { initModel: initModel as LightGBMModel }));
      expect(error).toHaveProperty('hint');
    }
  });
});
