/** Metrics and functions of the caller's own in `fit` of a LightGBM model. */
import { describe, expect, it } from 'vitest';
import { type LightGBMConfig, LightGBMModel } from '../../../src/boosting/lightgbm/model.js';
import type { CustomObjective } from '../../../src/boosting/options.js';
import { ConfigError, InvalidInputError, TrainingCancelledError } from '../../../src/core/errors.js';
import { log, sigmoid } from '../../../src/core/math.js';
import { rocAuc } from '../../../src/metrics/roc-auc.js';
import { failure, randomData } from '../engine/data.js';

const train = randomData(1, 900, 5, 2);
const validation = randomData(2, 400, 5, 2);
const weights = Float32Array.from(train.y, (_, i) => 0.5 + (i % 3) / 2);
const trained = async (config: LightGBMConfig, options = {}, data = {}) => {
  const model = new LightGBMModel({ numIterations: 12, ...config });
  return { model, metrics: await model.fit({ ...train, validation, ...data }, { seed: 1, ...options }) };
};

/** The log-loss of labels 0 and 1 as its user would write it. */
const logistic: CustomObjective = (scores, labels) => {
  const p = Float64Array.from(scores, sigmoid);
  return { gradient: p.map((q, i) => q - labels[i]), hessian: p.map((q) => q * (1 - q)) };
};
const meanLogLoss = (scores: Float64Array, labels: Float64Array): number =>
  scores.reduce((sum, s, i) => sum - log(labels[i] === 1 ? sigmoid(s) : sigmoid(-s)), 0) / scores.length;

describe('metrics by name', () => {
  it('are evaluated on every set after every iteration, on the training rows if asked for', async () => {
    const config = { metric: 'binary_logloss,auc', isProvideTrainingMetric: true };
    const { model, metrics } = await trained(config, {}, { evalSets: { other: { X: train.X, y: train.y } } });
    const { evaluations = {}, history } = metrics;
    expect(Object.keys(evaluations).sort()).toEqual(['other', 'train', 'validation']);
    expect(evaluations.validation.binary_logloss).toHaveLength(12);
    expect(evaluations.other).toEqual(evaluations.train);
    for (const [i, { valLoss }] of history.entries()) {
      expect(evaluations.validation.binary_logloss[i]).toBeCloseTo(valLoss, 12);
    }
    const scores = await model.predictScores(validation.X);
    expect(evaluations.validation.auc[11]).toBeCloseTo(rocAuc(validation.y, scores), 12);
  });

  it('do not depend on the number of threads', async () => {
    const config = { metric: ['auc', 'binary_logloss', 'binary_error', 'average_precision'] };
    const big = { ...randomData(3, 6000, 40, 2), validation: randomData(4, 5000, 40, 2) };
    const runs = [];
    for (const threads of [1, 2, 4]) runs.push(await trained({ ...config, numIterations: 4 }, { threads }, big));
    for (const { metrics } of runs) expect(metrics.evaluations).toEqual(runs[0].metrics.evaluations);
  });

  it('stop early on the one that is watched, in its direction', async () => {
    const config = { numIterations: 200, learningRate: 0.3, earlyStoppingRounds: 5, metric: ['binary_logloss', 'auc'] };
    const { model, metrics } = await trained({ ...config, earlyStoppingMetric: 'auc' });
    const { auc } = metrics.evaluations?.validation ?? {};
    expect(metrics.earlyStopped).toBe(true);
    expect(auc[metrics.bestEpoch - 1]).toBe(Math.max(...auc));
    expect(metrics.totalEpochs).toBe(metrics.bestEpoch + 5);
    const scores = await model.predictScores(validation.X);
    expect(rocAuc(validation.y, scores)).toBeCloseTo(Math.max(...auc), 12);
  });

  it('all together stop as soon as one has not improved for so long, and the model is the best by the one that is watched', async () => {
    const config = { numIterations: 200, learningRate: 0.3, earlyStoppingRounds: 8, metric: ['binary_logloss', 'auc'] };
    const first = await trained({ ...config, firstMetricOnly: true });
    const last = await trained({ ...config, earlyStoppingMetric: 'auc' });
    const ends = [first, last].map(({ metrics }) => metrics.totalEpochs);
    expect(new Set(ends).size).toBe(2);
    for (const earlyStoppingMetric of ['binary_logloss', 'auc']) {
      const { model, metrics } = await trained({ ...config, earlyStoppingMetric, firstMetricOnly: false });
      expect(metrics).toMatchObject({ earlyStopped: true, totalEpochs: Math.min(...ends), warnings: [] });
      const values = metrics.evaluations?.validation[earlyStoppingMetric] ?? [];
      const best = earlyStoppingMetric === 'auc' ? Math.max(...values) : Math.min(...values);
      expect(values.indexOf(best) + 1).toBe(metrics.bestEpoch);
      const scores = await model.predictScores(validation.X);
      if (earlyStoppingMetric === 'auc') expect(rocAuc(validation.y, scores)).toBeCloseTo(best, 12);
    }
  });

  it('that do not go with the objective are a ConfigError', async () => {
    expect(await failure(trained({ metric: 'multi_logloss' }))).toBeInstanceOf(ConfigError);
    expect(
      await failure(
        trained({ metric: 'l2', objective: 'multiclass' }, {}, { ...randomData(1, 300, 4, 3), validation: undefined }),
      ),
    ).toBeInstanceOf(ConfigError);
    const unwatched = { metric: 'auc', earlyStoppingRounds: 3, earlyStoppingMetric: 'l1' };
    expect(await failure(trained(unwatched))).toBeInstanceOf(ConfigError);
  });

  it('a parameter of another objective is named in the warnings', async () => {
    const { metrics } = await trained({ objective: 'binary', alpha: 0.5, fairC: 1 });
    expect(metrics.warnings).toEqual(["lightgbm: alpha has no effect with objective 'binary'"]);
  });
});

describe("functions of the caller's own", () => {
  it('the log-loss written out grows the trees of the built-in one, weights included', async () => {
    const data = { weights };
    const own = await trained({ objective: 'binary' }, { objective: logistic }, data);
    const builtIn = await trained({ objective: 'binary', boostFromAverage: false }, {}, data);
    const [a, b] = [await own.model.predictScores(validation.X), await builtIn.model.predictScores(validation.X)];
    expect(Math.max(...a.map((score, i) => Math.abs(score - b[i])))).toBeLessThan(1e-5);
  });

  it('may be asynchronous; a metric of raw scores has the value of the built-in one', async () => {
    const loss = { evaluate: meanLogLoss, direction: 'minimize' } as const;
    const later = { ...loss, evaluate: async (...rows: Parameters<typeof meanLogLoss>) => meanLogLoss(...rows) };
    const objective: CustomObjective = async (...rows) => logistic(...rows);
    const { metrics } = await trained({ metric: 'binary_logloss' }, { objective, metrics: { loss, later } });
    const values = metrics.evaluations?.validation ?? {};
    for (const name of ['loss', 'later']) {
      for (const [i, value] of values[name].entries()) expect(value).toBeCloseTo(values.binary_logloss[i], 12);
    }
  });

  it('gets raw scores row by row, and class numbers, for several classes', async () => {
    const data = randomData(5, 300, 4, 3);
    const seen: number[] = [];
    const own: CustomObjective = (scores, labels) => {
      seen.push(scores.length, Math.max(...labels));
      return {
        gradient: scores.map((s, i) => s - Number(labels[Math.floor(i / 3)] === i % 3)),
        hessian: scores.map(() => 1),
      };
    };
    const { model } = await trained(
      { objective: 'multiclass', numIterations: 3 },
      { objective: own },
      { ...data, validation: undefined },
    );
    expect(seen.slice(0, 2)).toEqual([900, 2]);
    const { predictions } = await model.predict(data.X);
    const right = predictions.filter((label, i) => label === data.y[i]).length;
    expect(right / 300).toBeGreaterThan(0.6);
  });

  it('fail the fit with what they throw, and with the row of a value that is no number', async () => {
    const thrown = new RangeError('own');
    const objective: CustomObjective = () => {
      throw thrown;
    };
    expect(await failure(trained({}, { objective }))).toMatchObject({ code: 'TRAINING_FAILED', cause: thrown });
    const short: CustomObjective = () => ({ gradient: [1], hessian: [1] });
    expect(await failure(trained({}, { objective: short }))).toBeInstanceOf(InvalidInputError);
    const broken: CustomObjective = (scores) => ({
      gradient: scores.with(7, Number.NaN),
      hessian: scores.map(() => 1),
    });
    const error = await failure(trained({}, { objective: broken }));
    expect(error).toBeInstanceOf(InvalidInputError);
    expect((error as InvalidInputError).message).toContain('gradient[7]');
  });

  it('that never answer can be cancelled', async () => {
    const controller = new AbortController();
    const objective: CustomObjective = () => {
      setTimeout(() => controller.abort(), 20);
      return new Promise(() => {});
    };
    expect(await failure(trained({}, { objective, signal: controller.signal }))).toBeInstanceOf(TrainingCancelledError);
  });
});
