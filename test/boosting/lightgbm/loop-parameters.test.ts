import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type LightGBMConfig, LightGBMModel } from '../../../src/boosting/lightgbm/model.js';
import { ConfigError } from '../../../src/core/errors.js';
import { failure, randomData } from '../engine/data.js';

const directory = mkdtempSync(join(tmpdir(), 'holdfast-loop-'));
afterAll(() => rmSync(directory, { recursive: true }));

const two = randomData(1, 1500, 6, 2);
const test = randomData(2, 300, 6, 2);
const quick = { numIterations: 12, numLeaves: 8 };

async function fitted(config: LightGBMConfig): Promise<LightGBMModel> {
  const model = new LightGBMModel({ ...quick, ...config });
  await model.fit({ ...two, validation: test });
  return model;
}

describe('methods of boosting', () => {
  it.each<[string, LightGBMConfig, LightGBMConfig]>([
    ['goss, by either name', { boosting: 'goss', eta: 0.5 }, { data_sample_strategy: 'goss', eta: 0.5 }],
    [
      'a forest, by either name',
      { boosting: 'rf', feature_fraction: 0.5 },
      { boosting_type: 'random_forest', feature_fraction: 0.5 },
    ],
    ['gbdt, by either name', { boosting: 'gbrt' }, {}],
    [
      'dart with the defaults spelled out',
      { boosting: 'dart' },
      { boosting: 'dart', rate_drop: 0.1, skip_drop: 0.5, max_drop: 50 },
    ],
    [
      'bagging by label, by every alias',
      { bagging_freq: 1, pos_sub_row: 0.5, neg_bagging: 0.9 },
      { subsample_freq: 1, posBaggingFraction: 0.5, negBaggingFraction: 0.9 },
    ],
  ])('%s: the same model', async (_name, a, b) => {
    const [one, other] = [await fitted(a), await fitted(b)];
    expect(await one.predictScores(test.X)).toEqual(await other.predictScores(test.X));
  });

  it.each<[string, LightGBMConfig]>([
    ['goss', { boosting: 'goss', learningRate: 0.5 }],
    ['goss with other shares', { boosting: 'goss', learningRate: 0.5, topRate: 0.5 }],
    ['a forest', { boosting: 'rf', featureFraction: 0.5 }],
    ['dart', { boosting: 'dart', skipDrop: 0 }],
    ['dart that drops more', { boosting: 'dart', skipDrop: 0, dropRate: 0.9 }],
    ['dart, uniform', { boosting: 'dart', skipDrop: 0, dropRate: 0.5, uniformDrop: true }],
    ['dart as XGBoost', { boosting: 'dart', skipDrop: 0, xgboostDartMode: true }],
    ['dart from another seed', { boosting: 'dart', skipDrop: 0, dropSeed: 99 }],
    ['bagging by label', { baggingFreq: 1, posBaggingFraction: 0.5 }],
    ['bagging from another seed', { baggingFreq: 1, baggingFraction: 0.5, baggingSeed: 99 }],
  ])('%s: another model, without warnings', async (_name, config) => {
    const model = await fitted(config);
    const plain = await fitted({ learningRate: config.learningRate ?? 0.1 });
    expect(model.trainingMetrics.warnings).toEqual([]);
    expect(await model.predictScores(test.X)).not.toEqual(await plain.predictScores(test.X));
  });

  it('a forest of some of the trees is a forest', async () => {
    const model = await fitted({ boosting: 'rf', featureFraction: 0.5 });
    const [all, a, b] = [
      await model.predictScores(test.X),
      await model.predictScores(test.X, { numIterationRange: [0, 4] }),
      await model.predictScores(test.X, { numIterationRange: [4, 12] }),
    ];
    for (const [i, score] of all.entries()) expect((4 * a[i] + 8 * b[i]) / 12).toBeCloseTo(score, 12);
  });

  it('survive the way through a file', async () => {
    for (const config of [
      { boosting: 'rf', featureFraction: 0.5 },
      { boosting: 'dart', uniformDrop: true },
    ] as const) {
      const model = await fitted({ ...config, metric: ['auc', 'binary_error'] });
      const file = join(directory, 'model.txt');
      await model.exportNative(file);
      expect(readFileSync(file, 'utf8')).toContain(`[boosting: ${config.boosting}]`);
      const back = await LightGBMModel.importNative(file);
      expect(back.config).toMatchObject({ ...config, metric: 'auc,binary_error' });
      const range = { numIterationRange: [2, 5] } as const;
      expect(await back.predictScores(test.X, range)).toEqual(await model.predictScores(test.X, range));
    }
  });
});

describe('parameters given in vain', () => {
  it.each<[LightGBMConfig, string]>([
    [{ dropRate: 0.3 }, 'dropRate'],
    [{ topRate: 0.3 }, 'topRate'],
    [{ baggingFraction: 0.5 }, 'baggingFraction'],
    [{ baggingFreq: 2 }, 'baggingFreq'],
    [{ posBaggingFraction: 0.5 }, 'bagging by label'],
    [{ boosting: 'rf', featureFraction: 0.5, learningRate: 0.3 }, 'learningRate'],
    [{ firstMetricOnly: false }, 'firstMetricOnly'],
  ])('%o: a warning', async (config, name) => {
    const { warnings } = (await fitted(config)).trainingMetrics;
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(name);
  });

  it('contradictions are refused', async () => {
    for (const config of [
      { boosting: 'rf' },
      { boosting: 'goss', baggingFreq: 1, baggingFraction: 0.5 },
      { boosting: 'goss', topRate: 0.8, otherRate: 0.5 },
      { earlyStoppingRounds: 3, earlyStoppingMetric: 'auc' },
    ] as const) {
      expect(await failure(fitted(config))).toBeInstanceOf(ConfigError);
    }
  });
});

describe('metrics', () => {
  it('are those asked for, by main name, in order, also on the training rows', async () => {
    const model = await fitted({ metric: 'auc, binary,binary_logloss', training_metric: true });
    expect(Object.keys(model.trainingMetrics.evaluations ?? {})).toEqual(['train', 'validation']);
    for (const set of Object.values(model.trainingMetrics.evaluations ?? {})) {
      expect(Object.keys(set)).toEqual(['auc', 'binary_logloss']);
    }
  });

  it("None leaves the caller's own, which early stopping can watch", async () => {
    const model = new LightGBMModel({ ...quick, metric: 'None', numIterations: 50, earlyStoppingRounds: 2 });
    let asked = 0;
    const metrics = await model.fit(
      { ...two, validation: test },
      { metrics: { patience: { direction: 'maximize', evaluate: async () => Math.min(++asked, 5) } } },
    );
    expect(metrics.evaluations?.validation).toEqual({ patience: [1, 2, 3, 4, 5, 5, 5] });
    expect(metrics.bestEpoch).toBe(5);
  });

  it('a loss of the caller: predictions go through the configured link', async () => {
    const model = new LightGBMModel(quick);
    const metrics = await model.fit(
      { ...two, validation: test },
      {
        objective: (scores, labels) => {
          const p = scores.map((s) => 1 / (1 + Math.exp(-s)));
          return { gradient: p.map((q, i) => q - labels[i]), hessian: p.map((q) => q * (1 - q)) };
        },
      },
    );
    const built = await fitted({ boostFromAverage: false });
    const [own, other] = [await model.predict(test.X), await built.predict(test.X)];
    for (const [i, p] of (own.probabilities?.data ?? []).entries())
      expect(p).toBeCloseTo(other.probabilities?.data[i] ?? Number.NaN, 4);
    expect(metrics.evaluations?.validation.binary_logloss[11]).toBeCloseTo(metrics.valLoss, 5);
  });
});
