import { describe, expect, it } from 'vitest';
import { LogisticRegressionModel } from '../../src/classical/index.js';
import { ConfigError, DataLeakageError, NotFittedError } from '../../src/core/errors.js';
import { Random } from '../../src/core/random.js';
import {
  CalibratedModel,
  chooseThreshold,
  evaluateModel,
  ModelTrainer,
  splitForCalibration,
  TimeSeriesDataContainer,
} from '../../src/index.js';
import { HOUR, START } from './outputs.js';

const FEW = { bootstrap: { samples: 100 } };

/** 60 / 20 / 20 of rows an hour apart, whose labels are known two hours later. */
function container(rows = 600): TimeSeriesDataContainer {
  const random = new Random(4);
  const X = Array.from({ length: rows }, () => [random.normal(), random.normal()]);
  const y = X.map(([a]) => (a + random.normal() > 0 ? 1 : 0));
  const [first, second] = [rows * 0.6, rows * 0.8];
  const cut = <T>(values: T[]) =>
    [values.slice(0, first - 2), values.slice(first, second - 2), values.slice(second)] as const;
  const [XTrain, XVal, XTest] = cut(X);
  const [yTrain, yVal, yTest] = cut(y);
  const hours = cut(X.map((_, i) => START + i * HOUR));
  const byRole = (add: number) => ({
    train: hours[0].map((t) => t + add),
    validation: hours[1].map((t) => t + add),
    test: hours[2].map((t) => t + add),
  });
  return new TimeSeriesDataContainer({
    ...{ XTrain, yTrain, XVal, yVal, XTest, yTest },
    times: byRole(0),
    labelEnds: byRole(2 * HOUR),
    horizon: 2,
  });
}
async function fitted(data: TimeSeriesDataContainer) {
  const model = new LogisticRegressionModel();
  await model.fit(data.train, { seed: 1, threads: 1 });
  return model;
}
const usesOf = (data: TimeSeriesDataContainer) => data.ledger.report().uses.map(({ use, role }) => `${use} ${role}`);

describe('evaluateModel of a container', () => {
  it('measures all splits, with baselines from the training labels, and enters each use in the ledger', async () => {
    const data = container();
    const model = await fitted(data);
    const { metrics, outputs } = await evaluateModel(model, data, FEW);
    expect(metrics).toMatchObject({ model: 'logistic', judge: 'test', bootstrap: { blockUnit: 'rows' } });
    expect(metrics.baselines.map(({ name, beaten }) => [name, beaten])).toEqual([
      ['prior', true],
      ['persistence', true],
    ]);
    expect(Object.keys(outputs)).toEqual(['train', 'validation', 'test']);
    expect(usesOf(data)).toEqual(
      expect.arrayContaining(['score train', 'score validation', 'threshold validation', 'evaluate test']),
    );
    expect(data.ledger.report().testEvaluations).toBe(1);
  });

  it('the threshold is that of chooseThreshold', async () => {
    const data = container();
    const model = await fitted(data);
    const { metrics } = await evaluateModel(model, data, FEW);
    expect(metrics.threshold?.value).toBe((await chooseThreshold(model, data.validation)).threshold);
  });

  it('without test rows validation judges, and says so; without any validation no threshold is chosen', async () => {
    const { train, validation, test } = container();
    const model = await fitted(container());
    const first = await evaluateModel(model, { train, validation }, FEW);
    expect(first.metrics).toMatchObject({ judge: 'validation', missing: { test: 'test rows were not evaluated' } });
    expect(first.metrics.warnings.join()).toContain('Judged by validation rows');
    const second = await evaluateModel(model, { test }, FEW);
    expect(second.metrics.missing).toMatchObject({
      threshold: expect.stringContaining('no validation'),
      baselines: expect.any(String),
    });
  });

  it('wrong options and models that are not fitted cost no look at the test rows', async () => {
    const data = container();
    await expect(evaluateModel(await fitted(data), data, { bootstrap: { sample: 10 } } as object)).rejects.toThrow(
      ConfigError,
    );
    expect(data.ledger.report().testEvaluations).toBe(0);
    await expect(evaluateModel(new LogisticRegressionModel(), data, FEW)).rejects.toThrow(NotFittedError);
    expect(data.ledger.report().testEvaluations).toBe(0);
  });

  it('rows that the model learned from are no test rows', async () => {
    const data = container();
    const model = await fitted(data);
    data.ledger.record('tune', data.validation, { name: 'search', subject: model });
    const test = { ...data.validation, role: 'test' } as unknown as typeof data.test;
    await expect(evaluateModel(model, { test }, FEW)).rejects.toThrow(DataLeakageError);
  });

  it('a calibrated model is shown before and after its map', async () => {
    const data = container();
    const model = await fitted(data);
    const { calibration } = splitForCalibration(data.validation);
    const calibrated = await CalibratedModel.calibrate(model, calibration, { method: 'isotonic' });
    const { metrics } = await evaluateModel(calibrated, { train: data.train, test: data.test }, FEW);
    expect(metrics.calibration).toMatchObject({ method: 'isotonic', split: 'test', rows: 120 });
    expect(metrics.calibration?.after?.logLoss).toBe(metrics.splits.test?.metrics.logLoss);
    expect(metrics.calibration?.before.logLoss).not.toBe(metrics.calibration?.after?.logLoss);
    expect(Object.keys(metrics.calibration?.differences ?? {})).toContain('brierScore');
  });
});

describe('the trainer', () => {
  it('reports the whole ValidationMetrics, its seed from the run, and leaves validation rows free for calibration', async () => {
    const data = container();
    const train = (seed: number) =>
      new ModelTrainer().trainModel('logistic', data, {
        seed,
        save: false,
        threads: 1,
        evaluation: { bootstrap: { samples: 60 } },
      });
    const { report, model } = await train(3);
    expect(report.metrics).toMatchObject({ judge: 'test', bootstrap: { samples: 60, blockLengthFrom: 'horizon' } });
    expect(report.metrics.splits.test?.metrics).toEqual(report.evaluations.test?.metrics);
    expect(report.baselines[0].comparison?.difference).toBe(
      report.metrics.baselines[0].differences.logLoss?.difference,
    );
    expect(report.verdict.beatsBaseline).toBe(report.metrics.baselines.every(({ beaten }) => beaten));
    expect((await train(3)).report.metrics).toEqual(report.metrics);
    expect((await train(4)).report.metrics.bootstrap?.seed).not.toBe(report.metrics.bootstrap?.seed);
    expect(report.ledger.uses.map(({ use, role }) => `${use} ${role}`)).toContain('threshold validation');
    const { calibration } = splitForCalibration(data.validation);
    await expect(CalibratedModel.calibrate(model, calibration)).resolves.toBeInstanceOf(CalibratedModel);
  });

  it('refuses wrong options before it trains', async () => {
    const run = new ModelTrainer().trainModel('logistic', container(), {
      save: false,
      evaluation: { period: 'day' } as object,
    });
    await expect(run).rejects.toMatchObject({ code: 'CONFIG', hint: expect.stringContaining("'periods'") });
  });
});
