import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseModel } from '../../../src/boosting/lightgbm/format-reader.js';
import { LightGBMModel } from '../../../src/boosting/lightgbm/model.js';
import { ConfigError, ModelFormatError, NotFittedError, TrainingCancelledError } from '../../../src/core/errors.js';
import { Matrix } from '../../../src/core/matrix.js';
import { Random } from '../../../src/core/random.js';
import { logLoss } from '../../../src/metrics/log-loss.js';
import { lossAndAccuracy } from '../../../src/model/output.js';
import { rawScoresOfFile } from '../../oracles/lightgbm-predict.js';

const directory = mkdtempSync(join(tmpdir(), 'holdfast-lightgbm-'));
afterAll(() => rmSync(directory, { recursive: true }));
const at = (name: string) => join(directory, name);

/** Rows of five features (one constant, one low-cardinality, a tenth of two missing) and three targets. */
function sample(rows: number, seed: number) {
  const random = new Random(seed);
  const X = Matrix.zeros(rows, 5);
  const value = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    const row = X.row(i);
    row.set([random.normal(), random.normal(), random.int(4), 1, random.normal()]);
    value[i] = row[0] * row[1] + row[2] + 0.5 * Math.abs(row[4]) + 0.2 * random.normal();
    if (random.float() < 0.1) row[0] = Number.NaN;
    if (random.float() < 0.1) row[2] = Number.NaN;
  }
  return {
    X,
    value,
    binary: value.map((v) => (v > 1.8 ? 1 : 0)),
    classes: value.map((v) => (v > 2.5 ? 1 : v > 1 ? 0 : -1)),
  };
}

const train = sample(1200, 1);
const test = sample(500, 2);
const quick = { numIterations: 30 };

async function fitted(
  config: ConstructorParameters<typeof LightGBMModel>[0] = {},
  y: ArrayLike<number> = train.binary,
) {
  const model = new LightGBMModel({ ...quick, ...config });
  await model.fit({ X: train.X, y });
  return model;
}

describe('LightGBMModel learns', () => {
  it('two classes', async () => {
    const model = await fitted();
    const { predictions, probabilities, classes } = await model.predict(test.X);
    expect(classes).toEqual([0, 1]);
    expect(logLoss(test.binary, (probabilities as Matrix).column(1))).toBeLessThan(0.4);
    expect(predictions.every((p) => p === 0 || p === 1)).toBe(true);
  });

  it('three classes with labels -1, 0, 1', async () => {
    const model = await fitted({}, train.classes);
    const { predictions, probabilities, classes } = await model.predict(test.X);
    expect(classes).toEqual([-1, 0, 1]);
    expect(probabilities?.cols).toBe(3);
    const hits = predictions.filter((p, i) => p === test.classes[i]).length / predictions.length;
    expect(hits).toBeGreaterThan(0.7);
  });

  it('two classes by the multiclass objective', async () => {
    const model = await fitted({ objective: 'multiclass' });
    await model.save(at('two-by-multiclass'));
    const loaded = await LightGBMModel.load(at('two-by-multiclass'));
    expect(await loaded.predict(test.X)).toEqual(await model.predict(test.X));
    const { probabilities } = await model.predict(test.X);
    expect(logLoss(test.binary, (probabilities as Matrix).column(1))).toBeLessThan(0.4);
  });

  it('values', async () => {
    const model = await fitted({ task: 'regression' }, train.value);
    const { predictions, probabilities } = await model.predict(test.X);
    expect(probabilities).toBeUndefined();
    const error = predictions.reduce((sum, p, i) => sum + (p - test.value[i]) ** 2, 0) / predictions.length;
    expect(error).toBeLessThan(0.8);
  });

  it('predictions are those of its trees walked one by one', async () => {
    const model = await fitted({ task: 'regression' }, train.value);
    await model.exportNative(at('walk.txt'));
    const file = parseModel(readFileSync(at('walk.txt'), 'utf8'));
    const { predictions } = await model.predict(test.X);
    const walked = Array.from({ length: test.X.rows }, (_, i) => rawScoresOfFile(file, [...test.X.row(i)])[0]);
    expect(Array.from(predictions)).toEqual(walked.map(Math.fround));
  });

  it.each([
    ['two classes', {}, train.binary],
    ['three classes, sampled', { baggingFraction: 0.5, baggingFreq: 2 }, train.classes],
    ['values', { task: 'regression' }, train.value],
  ] as const)('%s: the training loss and accuracy are those of its predictions', async (_, config, y) => {
    const model = new LightGBMModel({ ...quick, ...config });
    const weights = Float32Array.from(y, (_value, i) => 1 + (i % 3));
    const metrics = await model.fit({ X: train.X, y, weights });
    const predicted = await model.predict(train.X);
    const raw = predicted.probabilities ?? predicted.predictions;
    const labels = Float64Array.from(y, (label) =>
      predicted.probabilities ? predicted.classes.indexOf(label) : label,
    );
    const { loss, accuracy } = lossAndAccuracy(raw, labels, weights, predicted.classes.length);
    expect(metrics.trainLoss).toBeCloseTo(loss, 6);
    expect(metrics.trainAccuracy).toBeCloseTo(accuracy, 6);
  });

  it('stops early and predicts by the best iteration', async () => {
    const model = new LightGBMModel({ numIterations: 400, learningRate: 0.3, earlyStoppingRounds: 5 });
    const metrics = await model.fit({ X: train.X, y: train.binary, validation: { X: test.X, y: test.binary } });
    expect(metrics.earlyStopped).toBe(true);
    expect(metrics.totalEpochs).toBe(metrics.bestEpoch + 5);
    const losses = metrics.history.map((entry) => entry.valLoss);
    expect(losses.indexOf(Math.min(...losses)) + 1).toBe(metrics.bestEpoch);
    const { probabilities } = await model.predict(test.X);
    expect(logLoss(test.binary, (probabilities as Matrix).column(1))).toBeCloseTo(losses[metrics.bestEpoch - 1], 5);
    await model.exportNative(at('early.txt'));
    expect(parseModel(readFileSync(at('early.txt'), 'utf8')).ensemble.trees).toHaveLength(metrics.bestEpoch);
  });

  it('importance: the useless and the constant column have little or none', async () => {
    const model = await fitted({ task: 'regression' }, train.value);
    for (const kind of ['gain', 'split'] as const) {
      const importance = model.featureImportance(kind);
      expect(importance?.kind).toBe(kind);
      expect(importance?.values[3]).toBe(0);
      expect(importance?.values[2]).toBeGreaterThan(0);
    }
    expect(model.featureImportance()?.kind).toBe('gain');
  });

  it('reports progress and can be cancelled', async () => {
    const steps: number[] = [];
    const abort = new AbortController();
    const model = new LightGBMModel({ numIterations: 5000 });
    const fit = model.fit(
      { X: train.X, y: train.binary },
      {
        signal: abort.signal,
        onProgress: (event) => {
          steps.push(event.step);
          abort.abort();
        },
      },
    );
    await expect(fit).rejects.toBeInstanceOf(TrainingCancelledError);
    expect(steps.length).toBeGreaterThan(0);
    await expect(model.predict(test.X)).rejects.toBeInstanceOf(NotFittedError);
  });
});

describe('LightGBMModel keeps its promises', () => {
  it('same bytes for 1 and 2 threads, other bytes for another seed of the sampling', async () => {
    const bytes = async (threads: number, seed: number) => {
      const model = new LightGBMModel({ ...quick, baggingFraction: 0.7, baggingFreq: 1, featureFraction: 0.6 });
      await model.fit({ X: train.X, y: train.classes }, { threads, seed });
      await model.exportNative(at('bytes.txt'));
      return readFileSync(at('bytes.txt'), 'utf8');
    };
    const one = await bytes(1, 3);
    expect(await bytes(2, 3)).toBe(one);
    expect(await bytes(1, 4)).not.toBe(one);
  });

  it('a saved model predicts the same bits, and saves to the same bytes', async () => {
    const model = await fitted({}, train.classes);
    await model.save(at('saved'));
    const loaded = await LightGBMModel.load(at('saved'));
    expect(await loaded.predict(test.X)).toEqual(await model.predict(test.X));
    await loaded.save(at('again'));
    expect(readFileSync(at('again/model.lgb.txt'))).toEqual(readFileSync(at('saved/model.lgb.txt')));
  });

  it('an exported model imports with its labels, names, settings and predictions', async () => {
    const model = new LightGBMModel({ ...quick, numLeaves: 7, lambdaL2: 2 });
    const names = ['a b', 'x:y', 'säule', 'f', 'g'];
    await model.fit({ X: train.X, y: train.classes, featureNames: names });
    await model.exportNative(at('export.txt'));
    const back = await LightGBMModel.importNative(at('export.txt'));
    expect(back.featureNames).toEqual(names);
    expect(back.config).toMatchObject({ numLeaves: 7, lambdaL2: 2, objective: 'multiclass', numIterations: 30 });
    expect(await back.predict(test.X)).toEqual(await model.predict(test.X));
  });

  it('a file without our line gives the classes 0..k-1', async () => {
    await (await fitted({}, train.classes)).exportNative(at('plain.txt'));
    writeFileSync(at('plain.txt'), readFileSync(at('plain.txt'), 'utf8').replace(/^holdfast:.*$/m, ''));
    expect((await LightGBMModel.importNative(at('plain.txt'))).classes).toEqual([0, 1, 2]);
  });
});

describe('LightGBMModel refuses', () => {
  const fitWith = (config: ConstructorParameters<typeof LightGBMModel>[0], y: ArrayLike<number>) =>
    new LightGBMModel({ ...quick, ...config }).fit({ X: train.X, y });

  it('objective binary with three classes', async () => {
    await expect(fitWith({ objective: 'binary' }, train.classes)).rejects.toBeInstanceOf(ConfigError);
  });

  it('a numClass that is not that of the labels', async () => {
    await expect(fitWith({ objective: 'multiclass', num_class: 4 }, train.classes)).rejects.toBeInstanceOf(ConfigError);
    await expect(fitWith({ objective: 'multiclass', num_class: 3 }, train.classes)).resolves.toBeDefined();
  });

  it('unknown parameters, naming the nearest', () => {
    expect(() => new LightGBMModel({ numLeafs: 3 } as object)).toThrow(ConfigError);
  });

  it('exporting before fit', async () => {
    await expect(new LightGBMModel().exportNative(at('no.txt'))).rejects.toBeInstanceOf(NotFittedError);
  });

  it('importing what is not there, a directory, or no model', async () => {
    writeFileSync(at('garbage.txt'), Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919) % 256)));
    for (const path of [at('absent.txt'), directory, at('garbage.txt')]) {
      await expect(LightGBMModel.importNative(path)).rejects.toBeInstanceOf(ModelFormatError);
    }
  });

  it('a payload that belongs to another model', async () => {
    const model = await fitted({}, train.classes);
    const payload = { state: {}, files: {} };
    const restore = (model as unknown as { deserialize(p: object): void }).deserialize.bind(model);
    expect(() => restore(payload)).toThrow(ModelFormatError);
    await (await fitted()).save(at('binary'));
    const other = readFileSync(at('binary/model.lgb.txt'));
    expect(() => restore({ state: {}, files: { 'model.lgb.txt': other } })).toThrow(ModelFormatError);
  });
});
