/** What the caller of `fit` may bring: scores and models to start from, losses and metrics of their own, learning rates, checkpoints. */
import { mkdtempSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CatBoostConfig } from '../../../src/boosting/catboost/config.js';
import { CatBoostModel } from '../../../src/boosting/catboost/model.js';
import { sigmoid } from '../../../src/core/math.js';
import { Matrix } from '../../../src/core/matrix.js';
import { Random } from '../../../src/core/random.js';

const ROWS = 400;

/** Two numbers and a category; the label depends on all three. */
function rowsOf(seed: number, rows = ROWS) {
  const random = new Random(seed);
  const data = new Float32Array(rows * 3);
  const y = new Float32Array(rows);
  for (let i = 0; i < rows; i++) {
    const [a, b, c] = [random.normal(), random.normal(), random.int(12)];
    data.set([a, b, c], i * 3);
    y[i] = a * b + (c % 3) - 1 + 0.3 * random.normal() > 0 ? 1 : 0;
  }
  return { X: Matrix.wrap(data, 3), y };
}

const config: CatBoostConfig = {
  iterations: 8,
  depth: 3,
  learningRate: 0.3,
  categoricalFeatures: [2],
  bootstrapType: 'No',
  randomStrength: 0,
};
const train = rowsOf(1);
const test = rowsOf(2);
const options = { seed: 4, threads: 2 };

async function fitted(more: CatBoostConfig = {}, data: object = {}, fit: object = {}): Promise<CatBoostModel> {
  const model = new CatBoostModel({ ...config, ...more });
  await model.fit({ ...train, ...data }, { ...options, ...fit });
  return model;
}

const lossOf = (scores: Float64Array, y: ArrayLike<number>): number =>
  scores.reduce((sum, s, i) => sum - Math.log(y[i] === 1 ? sigmoid(s) : sigmoid(-s)), 0) / scores.length;

const gradients = (scores: Float64Array, labels: Float64Array) => ({
  gradient: scores.map((s, i) => sigmoid(s) - labels[i]),
  hessian: scores.map((s) => sigmoid(s) * (1 - sigmoid(s))),
});

describe('fit of a CatBoost model', () => {
  it('boosts from given scores, which the model does not contain', async () => {
    const initScore = Float64Array.from(train.y, (y, i) => (y === 1 ? 2 : -2) * (i % 2));
    // Statistics of categories differ between training rows and prediction: numbers only.
    const model = await fitted({ categoricalFeatures: [] }, { initScore });
    const scores = (await model.predictScores(train.X)).map((s, i) => s + initScore[i]);
    const history = model.trainingMetrics.history;
    expect(lossOf(scores, train.y)).toBeLessThan(lossOf(initScore, train.y));
    // Rows with a score of their own right at the start have little left to learn.
    expect(history[0].trainLoss).toBeLessThan(
      (await fitted({ categoricalFeatures: [] })).trainingMetrics.history[0].trainLoss,
    );
    expect(model.trainingMetrics.trainLoss).toBeCloseTo(lossOf(scores, train.y), 6);
  });

  it('goes on from a model: its iterations come first, and the loss goes on falling', async () => {
    const first = await fitted();
    const model = await fitted({}, {}, { initModel: first });
    expect(await model.predictScores(test.X, { numIterationRange: [0, 8] })).toEqual(await first.predictScores(test.X));
    const [before, after] = [await first.predictScores(train.X), await model.predictScores(train.X)];
    expect(lossOf(after, train.y)).toBeLessThan(lossOf(before, train.y));
    expect((await model.predictLeaves(test.X)).length).toBe(16 * ROWS);
  });

  it('keeps both counts of its categories where it goes on with other rows: in its own directory, not in a native file', async () => {
    const first = await fitted();
    const model = await fitted({}, rowsOf(9), { initModel: first });
    const directory = mkdtempSync(join(tmpdir(), 'holdfast-catboost-'));
    await expect(model.exportNative(join(directory, 'model.json'))).rejects.toThrow(
      /two counts of the same categories/,
    );
    await model.save(join(directory, 'saved'));
    const loaded = await CatBoostModel.load(join(directory, 'saved'));
    expect(await (loaded as CatBoostModel).predictScores(test.X)).toEqual(await model.predictScores(test.X));
    await (await fitted({}, {}, { initModel: first })).exportNative(join(directory, 'model.json'));
    await rm(directory, { recursive: true });
  });

  it('does not go on from a model that treats columns differently', async () => {
    const first = await fitted({ categoricalFeatures: [] });
    await expect(fitted({}, {}, { initModel: first })).rejects.toThrow(/other categorical columns/);
    const data = train.X.data.slice();
    data[0] = Number.NaN;
    const missing = { X: Matrix.wrap(data, 3) };
    const low = await fitted({}, missing);
    await expect(fitted({ nanMode: 'Max' }, missing, { initModel: low })).rejects.toThrow(/missing values of column 0/);
  });

  it("learns the caller's loss: the logistic one gives the trees of Logloss", async () => {
    const own = await fitted({ leafEstimationIterations: 1 }, {}, { objective: gradients });
    const plain = await fitted({ leafEstimationIterations: 1 });
    const [a, b] = [await own.predictScores(test.X), await plain.predictScores(test.X)];
    for (let i = 0; i < a.length; i++) expect(a[i]).toBeCloseTo(b[i], 5);
    expect(own.trainingMetrics.history[0].trainLoss).toBeNaN();
  });

  it("watches the caller's metric", async () => {
    const metrics = {
      wrong: {
        direction: 'minimize' as const,
        evaluate: (scores: Float64Array, labels: Float64Array) =>
          scores.reduce((sum, s, i) => sum + (s > 0 === labels[i] > 0.5 ? 0 : 1), 0),
      },
    };
    const model = await fitted(
      { earlyStoppingRounds: 8, earlyStoppingMetric: 'wrong' },
      { validation: test },
      { metrics },
    );
    const { evaluations, bestEpoch } = model.trainingMetrics;
    const wrong = evaluations?.validation.wrong ?? [];
    expect(wrong).toHaveLength(8);
    expect(bestEpoch).toBe(wrong.indexOf(Math.min(...wrong)) + 1);
    const scores = await model.predictScores(test.X);
    expect(metrics.wrong.evaluate(scores, Float64Array.from(test.y))).toBe(Math.min(...wrong));
    expect(evaluations?.validation.Logloss).toHaveLength(8);
  });

  it('takes a learning rate for each iteration', async () => {
    const one = await fitted({ iterations: 1, learningRate: 0.6 });
    const own = await fitted({ iterations: 2 }, {}, { learningRates: [0.6, 0.1] });
    expect(await own.predictScores(test.X, { numIterationRange: [0, 1] })).toEqual(await one.predictScores(test.X));
    await expect(fitted({}, {}, { learningRates: [0.1] })).rejects.toThrow(/for each of 8 iterations/);
  });

  it.each<[string, CatBoostConfig]>([
    ['plain', {}],
    ['with chance', { bootstrapType: 'MVS', randomStrength: 1, maxCtrComplexity: 2 }],
  ])('goes on from a checkpoint to the same model: %s', async (_name, more) => {
    const directory = mkdtempSync(join(tmpdir(), 'holdfast-catboost-'));
    const whole = await fitted(more, { validation: test });
    const abort = new AbortController();
    const interrupted = fitted(
      { ...more, checkpointInterval: 2 },
      { validation: test },
      {
        checkpointDirectory: directory,
        signal: abort.signal,
        onProgress: ({ phase, step }: { phase: string; step: number }) => {
          if (phase === 'fit' && step >= 5) abort.abort();
        },
      },
    );
    await expect(interrupted).rejects.toThrow(/cancel/i);
    expect(readdirSync(directory)).toEqual(['catboost.checkpoint']);
    await expect(
      fitted({ ...more, l2LeafReg: 5 }, { validation: test }, { checkpointDirectory: directory }),
    ).rejects.toThrow(/belongs to another training/);
    const resumed = await fitted(
      { ...more, checkpointInterval: 2 },
      { validation: test },
      { checkpointDirectory: directory },
    );
    expect(await resumed.predictScores(test.X)).toEqual(await whole.predictScores(test.X));
    expect(resumed.trainingMetrics.history).toEqual(whole.trainingMetrics.history);
    expect(readdirSync(directory)).toEqual([]);
    await rm(directory, { recursive: true });
  });

  it.each([
    ['Poisson', -1],
    ['Tweedie:variance_power=1.5', -1],
    ['CrossEntropy', 1.5],
  ])('refuses labels that %s is not defined for', async (lossFunction, label) => {
    const y = train.y.slice();
    y[3] = label;
    await expect(fitted({ lossFunction }, { y })).rejects.toThrow(`label ${label} of row 3`);
  });
});
