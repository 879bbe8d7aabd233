/** Calibrated models: better probabilities, and only ever from rows that nothing else used. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { LightGBMModel } from '../../src/boosting/lightgbm/model.js';
import { registerBuiltins } from '../../src/builtin.js';
import { CalibratedModel } from '../../src/calibration/model.js';
import { splitForCalibration } from '../../src/calibration/untouched.js';
import { LogisticRegressionModel } from '../../src/classical/logistic/model.js';
import { ConfigError, DataLeakageError, InvalidInputError, NotFittedError } from '../../src/core/errors.js';
import { Matrix } from '../../src/core/matrix.js';
import { Random } from '../../src/core/random.js';
import type { Split, SplitRole } from '../../src/core/split.js';
import { logLoss } from '../../src/metrics/log-loss.js';
import { loadModel } from '../../src/model/registry.js';

registerBuiltins();
const directory = mkdtempSync(join(tmpdir(), 'holdfast-calibrated-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Noisy labels -1, 0, 1 that depend on two of six columns; one split after the other in time. */
function split<R extends SplitRole>(
  role: R,
  from: number,
  rows: number,
  classes = 3,
): Split<R, Matrix> & { rowIds: Uint32Array } {
  const random = new Random(1000 + from);
  const X = Matrix.zeros(rows, 6);
  for (let p = 0; p < X.data.length; p++) X.data[p] = random.normal();
  const y = Float64Array.from({ length: rows }, (_, i) => {
    const score = X.data[6 * i] + X.data[6 * i + 1] + 2 * random.normal();
    return classes === 2 ? Number(score > 0) : score < -1 ? -1 : score > 1 ? 1 : 0;
  });
  const times = Float64Array.from({ length: rows }, (_, i) => 60_000 * (from + i));
  return {
    role,
    X,
    y,
    times,
    labelEnds: times.map((t) => t + 60_000),
    rowIds: Uint32Array.from({ length: rows }, (_, i) => from + i),
  };
}

const train = split('train', 0, 600);
const validation = split('validation', 700, 600);
const test = split('test', 1400, 2000);

async function overfitted(): Promise<LightGBMModel> {
  const model = new LightGBMModel({ numIterations: 60, minDataInLeaf: 5 });
  await model.fit({ X: train.X, y: train.y });
  return model;
}

describe('CalibratedModel.calibrate', () => {
  it.each(['platt', 'isotonic', 'beta', 'temperature'] as const)(
    '%s makes an overfitted model less wrong on later rows',
    async (method) => {
      const model = await overfitted();
      const before = logLoss(test.y, (await model.predict(test.X)).probabilities ?? Matrix.zeros(0, 3));
      const calibrated = await CalibratedModel.calibrate(model, validation, { method, used: [train] });
      const { probabilities, classes } = await calibrated.predict(test.X);
      expect(logLoss(test.y, probabilities ?? Matrix.zeros(0, 3))).toBeLessThan(before - 0.02);
      expect(classes).toEqual([-1, 0, 1]);
      const path = join(directory, method);
      await calibrated.save(path);
      const loaded = await loadModel(path);
      expect(loaded).toBeInstanceOf(CalibratedModel);
      expect((await loaded.predict(test.X)).probabilities).toEqual(probabilities);
      expect(loaded.featureImportance()).toEqual(model.featureImportance());
    },
  );

  it('refuses the rows that the model was trained on, as a split, as a view, or by their ids', async () => {
    const model = await overfitted();
    const bad = [
      train as unknown as Split<'validation', Matrix>,
      { ...train, role: 'validation' as const },
      {
        ...train,
        role: 'validation' as const,
        X: Matrix.wrap(train.X.data.subarray(60, 120), 6),
        y: train.y.subarray(10, 20),
      },
    ];
    for (const rows of bad)
      await expect(CalibratedModel.calibrate(model, rows)).rejects.toBeInstanceOf(DataLeakageError);
    // A copy of the rows is found by the row ids of the splits that are said to be used.
    const copied = { ...train, role: 'validation' as const, X: Matrix.wrap(train.X.data.slice(), 6) };
    await expect(CalibratedModel.calibrate(model, copied, { used: [train] })).rejects.toThrow(
      /600 rows were used already, as train rows/,
    );
    const { rowIds: _ids, times: _times, labelEnds: _ends, ...anonymous } = copied;
    await expect(CalibratedModel.calibrate(model, anonymous, { used: [train] })).rejects.toBeInstanceOf(
      DataLeakageError,
    );
  });

  it('refuses test rows, the rows that stopped the model early, and labels that overlap', async () => {
    const model = await overfitted();
    await expect(CalibratedModel.calibrate(model, test as unknown as Split<'validation', Matrix>)).rejects.toThrow(
      /only see validation rows/,
    );
    const stopped = new LightGBMModel({ numIterations: 60, earlyStoppingRounds: 5 });
    await stopped.fit({ X: train.X, y: train.y, validation: { X: validation.X, y: validation.y } });
    await expect(CalibratedModel.calibrate(stopped, validation)).rejects.toThrow(
      /600 rows that stopped its training early/,
    );
    const long = { ...train, labelEnds: train.labelEnds?.map((t) => t + 60_000_000) };
    await expect(CalibratedModel.calibrate(model, validation, { used: [long] })).rejects.toBeInstanceOf(
      DataLeakageError,
    );
  });

  it('takes rows that splitForCalibration cut off those that stopped the model', async () => {
    const { selection, calibration } = splitForCalibration(validation, 0.4);
    expect([selection.y.length, calibration.y.length]).toEqual([359, 240]);
    expect(Math.max(...(selection.labelEnds ?? []))).toBeLessThan(Math.min(...(calibration.times ?? [])));
    const model = new LightGBMModel({ numIterations: 60, earlyStoppingRounds: 5 });
    await model.fit({ X: train.X, y: train.y, validation: { X: selection.X, y: selection.y } });
    const calibrated = await CalibratedModel.calibrate(model, calibration, { used: [train, selection] });
    expect(calibrated.classes).toEqual([-1, 0, 1]);
    await expect(CalibratedModel.calibrate(model, selection)).rejects.toBeInstanceOf(DataLeakageError);
    await expect(CalibratedModel.calibrate(model, calibration, { used: [validation] })).rejects.toBeInstanceOf(
      DataLeakageError,
    );
  });

  it('refuses what it cannot calibrate', async () => {
    const regression = new LightGBMModel({ task: 'regression', numIterations: 2 });
    await regression.fit({ X: train.X, y: train.y });
    await expect(CalibratedModel.calibrate(regression, validation)).rejects.toThrow(/is a regression/);
    await expect(CalibratedModel.calibrate(new LightGBMModel(), validation)).rejects.toBeInstanceOf(NotFittedError);
    const model = await overfitted();
    const strange = { ...validation, y: validation.y.map((label) => label + 5) };
    await expect(CalibratedModel.calibrate(model, strange)).rejects.toBeInstanceOf(InvalidInputError);
    const one = { ...validation, y: validation.y.map(() => 0) };
    await expect(CalibratedModel.calibrate(model, one)).rejects.toThrow(/positive labels/);
    expect(() => splitForCalibration(validation, 1)).toThrow(InvalidInputError);
    expect(() => new CalibratedModel({ method: 'magic' as 'platt' })).toThrow(ConfigError);
  });
});

describe('CalibratedModel.fit', () => {
  it('calibrates on held-out probabilities and predicts with a model of all rows', async () => {
    const model = new CalibratedModel({
      model: 'lightgbm',
      params: { numIterations: 60, minDataInLeaf: 5 },
      method: 'temperature',
    });
    await model.fit({ X: train.X, y: train.y });
    const plain = await overfitted();
    const inner = await model.baseModel.predict(test.X);
    expect(inner.probabilities).toEqual((await plain.predict(test.X)).probabilities);
    const { probabilities } = await model.predict(test.X);
    const loss = (P: Matrix | undefined) => logLoss(test.y, P ?? Matrix.zeros(0, 3));
    expect(loss(probabilities)).toBeLessThan(loss(inner.probabilities) - 0.02);
  });

  it('gives the same bytes for any thread count', async () => {
    const [one, four] = await Promise.all(
      [1, 4].map(async (threads) => {
        const model = new CalibratedModel({ params: { C: 0.1 }, method: 'beta', foldKind: 'blocks' });
        await model.fit({ X: train.X, y: train.y }, { threads });
        return JSON.stringify((await model.toBundle()).metadata);
      }),
    );
    expect(four).toBe(one);
  });

  it('passes sample weights, labels and class weights on as they are', async () => {
    const weights = train.y.map((label) => (label === 0 ? 0.2 : 1));
    const model = new CalibratedModel({ params: { classWeight: { '-1': 2, '0': 1, '1': 1 } } });
    await model.fit({ X: train.X, y: train.y, weights });
    const plain = new LogisticRegressionModel({ classWeight: { '-1': 2, '0': 1, '1': 1 } });
    await plain.fit({ X: train.X, y: train.y, weights });
    expect((model.baseModel as LogisticRegressionModel).coefficients).toEqual(plain.coefficients);
  });
});
