/** What all neural models share, on the smallest ones. That each keeps the contract is in its own folder. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  ConfigError,
  InvalidInputError,
  ModelFormatError,
  TrainingCancelledError,
  TrainingFailedError,
} from '../../src/core/errors.js';
import { Matrix } from '../../src/core/matrix.js';
import type { ProgressEvent } from '../../src/core/progress.js';
import { Windows } from '../../src/core/windows.js';
import { GRUModel, LSTMModel } from '../../src/neural/index.js';
import { SMALL, signalWindows } from './signal.js';

const root = mkdtempSync(join(tmpdir(), 'holdfast-neural-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const bytesOf = (directory: string) =>
  readdirSync(directory)
    .sort()
    .map((file) => `${file} ${readFileSync(join(directory, file), 'latin1')}`)
    .join('\n');

async function saved(model: LSTMModel | GRUModel, name: string): Promise<string> {
  await model.save(join(root, name));
  return bytesOf(join(root, name));
}

describe('training', () => {
  it('stops early on the validation loss and keeps the best epoch', async () => {
    const { X, y } = signalWindows(300);
    const model = new GRUModel({ ...SMALL, epochs: 40, patience: 2, learningRate: 0.2 });
    const metrics = await model.fit({ X, y, validation: signalWindows(100, { seed: 2 }) });
    expect(metrics.earlyStopped).toBe(true);
    expect(metrics.totalEpochs).toBe(metrics.bestEpoch + 2);
    const losses = metrics.history.map((epoch) => epoch.valLoss);
    expect(losses[metrics.bestEpoch - 1]).toBe(Math.min(...losses));
    // The loss of the saved graph is that of the loop's own: scaling and weights are the same in both.
    expect(metrics.valLoss).toBeCloseTo(losses[metrics.bestEpoch - 1], 5);
  });

  it('learns a regression in its own units, far from 0 and 1', async () => {
    const { X, value } = signalWindows(400);
    const y = value.map((v) => 5000 + 300 * v);
    for (const loss of ['mse', 'huber'] as const) {
      const model = new LSTMModel({ ...SMALL, task: 'regression', loss, epochs: 25, patience: null });
      const metrics = await model.fit({ X, y });
      expect(metrics.trainAccuracy).toBeGreaterThan(0.6);
      if (loss === 'mse') expect(metrics.history[24].trainLoss / 300 ** 2).toBeLessThan(1);
    }
  });

  it('goes on from the checkpoint of a killed process to the same bytes', async () => {
    const checkpointDirectory = join(root, 'checkpoints');
    // Many short epochs: on a busy machine the thread that trains is some of them ahead of the one that hears of it and kills.
    const config = { ...SMALL, epochs: 40, schedule: 'cosine' } as const;
    const child = (extra: string) =>
      new Promise<void>((done) => {
        const script = `
          import { signalWindows } from ${JSON.stringify(new URL('./signal.ts', import.meta.url).href)};
          import { LSTMModel } from ${JSON.stringify(new URL('../../src/neural/index.ts', import.meta.url).href)};
          const { X, y } = signalWindows(300);
          const model = new LSTMModel(${JSON.stringify(config)});
          ${extra}`;
        const file = join(root, 'child.mts');
        writeFileSync(file, script);
        execFile(process.execPath, ['--import', 'tsx', file], () => done());
      });
    const kill = `await model.fit({ X, y }, { checkpointDirectory: ${JSON.stringify(checkpointDirectory)}, onProgress: (e) => {
      if (e.metrics.epoch >= 4) process.kill(process.pid, 'SIGKILL');
    } });`;
    await child(kill);
    const left = join(checkpointDirectory, 'lstm.checkpoint');
    expect(existsSync(left)).toBe(true);
    const { X, y } = signalWindows(300);
    await expect(
      new LSTMModel({ ...config, learningRate: 0.01 }).fit({ X, y }, { checkpointDirectory }),
    ).rejects.toThrow(/belongs to another training/);
    const events: ProgressEvent[] = [];
    const resumed = new LSTMModel(config);
    await resumed.fit({ X, y }, { checkpointDirectory, onProgress: (event) => events.push(event) });
    expect(events[0].metrics?.epoch).toBeGreaterThan(2);
    expect(existsSync(left)).toBe(false);
    const whole = new LSTMModel(config);
    await whole.fit({ X, y });
    expect(await saved(resumed, 'resumed')).toBe(await saved(whole, 'whole'));
  });

  it('is cancelled within a batch, and the next training is not disturbed', async () => {
    const { X, y } = signalWindows(2000);
    const model = new LSTMModel({ ...SMALL, hiddenSize: 32, epochs: 500 });
    const controller = new AbortController();
    const running = model.fit({ X, y }, { signal: controller.signal, onProgress: () => controller.abort() });
    await expect(running).rejects.toThrow(TrainingCancelledError);
    await new LSTMModel(SMALL).fit(signalWindows(100));
  });

  it('says that it diverged, where, and what to lower', async () => {
    const { X, value } = signalWindows(200);
    const y = value.map((v) => v * 1e15);
    const model = new LSTMModel({
      ...SMALL,
      task: 'regression',
      standardize: false,
      optimizer: 'sgd',
      learningRate: 1e5,
      gradientClip: null,
      epochs: 3,
    });
    const error = await model.fit({ X, y }).then(
      () => undefined,
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(TrainingFailedError);
    expect((error as TrainingFailedError).message).toMatch(/not finite/);
    expect((error as TrainingFailedError).hint).toMatch(/learningRate/);
    expect(model.isFitted).toBe(false);
  });

  it('weighs classes and samples', async () => {
    const { X, y } = signalWindows(300);
    const share = async (config: object, weights?: Float64Array) => {
      const model = new GRUModel({ ...SMALL, patience: null, ...config });
      await model.fit({ X, y, weights });
      const { predictions } = await model.predict(X);
      return predictions.reduce((sum, label) => sum + label, 0) / predictions.length;
    };
    const plain = await share({});
    expect(await share({ classWeight: { 1: 20 } })).toBeGreaterThan(plain + 0.1);
    expect(
      await share(
        {},
        y.map((label) => (label === 1 ? 20 : 1)),
      ),
    ).toBeGreaterThan(plain + 0.1);
    await expect(share({ classWeight: { 2: 1 } })).rejects.toThrow(ConfigError);
  });

  it('finds a learning rate between the smallest and the largest', async () => {
    const model = new LSTMModel(SMALL);
    const { suggestion, rates, losses } = await model.findLearningRate(signalWindows(300), {
      steps: 60,
      from: 1e-5,
      to: 10,
    });
    expect(rates.length).toBe(losses.length);
    expect(rates[0]).toBe(1e-5);
    expect(suggestion).toBeGreaterThan(1e-4);
    expect(suggestion).toBeLessThan(5);
    expect(model.isFitted).toBe(false);
    await expect(model.findLearningRate(signalWindows(30), { from: 1, to: 0.1 })).rejects.toThrow(ConfigError);
  });
});

describe('input', () => {
  it('may be rows in time order: the window of a row ends with it', async () => {
    const { X, y } = signalWindows(200);
    const length = X.length;
    const model = new LSTMModel({ ...SMALL, sequenceLength: length });
    await model.fit({ X, y });
    const rows = X.base;
    const { predictions, probabilities } = await model.predict(rows);
    expect(predictions.length).toBe(rows.rows);
    const windows = await model.predict(X);
    expect([...(probabilities?.data ?? [])].slice(2 * (length - 1))).toEqual([...(windows.probabilities?.data ?? [])]);
    expect(model.supportsSequenceInput).toBe(true);
    const both = new LSTMModel({ ...SMALL, sequenceLength: length });
    await both.fit({ X: rows, y: [...new Array(length - 1).fill(0), ...y] });
    expect(both.isFitted).toBe(true);
  });

  it.each([
    ['fewer rows than a window', { X: Matrix.zeros(5, 3), y: [0, 1, 0, 1, 0] }],
    ['windows without a label', { X: signalWindows(5).X, y: [0, 1] }],
    ['sequences of two lengths', { X: [[[1], [2]], [[1]]], y: [0, 1] }],
    ['channels that are all missing', { X: [[[Number.NaN]], [[Number.NaN]]], y: [0, 1] }],
    ['an infinite value', { X: [[[1]], [[Number.POSITIVE_INFINITY]]], y: [0, 1] }],
  ])('refuses %s', async (_, data) => {
    await expect(new LSTMModel(SMALL).fit(data)).rejects.toThrow(InvalidInputError);
  });

  it('refuses to predict windows of another length or with other channels', async () => {
    const { X, y } = signalWindows(80);
    const model = new GRUModel(SMALL);
    await model.fit({ X, y });
    await expect(model.predict(new Windows(X.base, X.ends, 4))).rejects.toThrow(InvalidInputError);
    await expect(model.predict([[[1, 2]]])).rejects.toThrow(InvalidInputError);
  });

  it('with more windows a batch than there are is one batch', async () => {
    const { X, y } = signalWindows(20);
    const metrics = await new LSTMModel({ ...SMALL, batchSize: 100_000 }).fit({ X, y });
    expect(Number.isFinite(metrics.trainLoss)).toBe(true);
  });
});

describe('streams', () => {
  it('give after a window of steps what predict gives for it, and start again after a reset', async () => {
    const { X, y, value } = signalWindows(150);
    for (const model of [new LSTMModel({ ...SMALL, numLayers: 2 }), new GRUModel({ ...SMALL, numLayers: 2 })]) {
      await model.fit({ X, y });
      const loaded = await (model.constructor as typeof LSTMModel).load(
        await model.save(join(root, 'streamed')).then(() => join(root, 'streamed')),
      );
      const { probabilities } = await model.predict(X);
      for (const stream of [model.stream(), loaded.stream()]) {
        for (const i of [0, 77]) {
          const window = Matrix.wrap(X.window(i), X.base.cols);
          let last: Float32Array | undefined;
          for (let t = 0; t < X.length; t++) last = (await stream.push(window.row(t))).probabilities?.data;
          expect(stream.steps).toBe(X.length);
          for (let k = 0; k < 2; k++) expect(last?.[k]).toBeCloseTo(probabilities?.row(i)[k] ?? Number.NaN, 5);
          stream.reset();
        }
        await expect(stream.push([1, 2])).rejects.toThrow(InvalidInputError);
        await expect(stream.push([1, 2, Number.POSITIVE_INFINITY])).rejects.toThrow(InvalidInputError);
      }
    }
    const regression = new LSTMModel({ ...SMALL, task: 'regression', epochs: 1 });
    await regression.fit({ X, y: value });
    expect((await regression.stream().push([0, Number.NaN, 1])).predictions.length).toBe(1);
  });

  it('are refused by networks that need whole windows', async () => {
    const { X, y } = signalWindows(60);
    for (const own of [{ bidirectional: true }, { pooling: 'mean' }, { pooling: 'attention' }] as const) {
      const model = new LSTMModel({ ...SMALL, epochs: 1, ...own });
      await model.fit({ X, y });
      expect(() => model.stream()).toThrow(InvalidInputError);
    }
  });
});

describe('the saved model', () => {
  it('damaged in any file is ModelFormatError', async () => {
    const { X, y } = signalWindows(60);
    const model = new LSTMModel({ ...SMALL, epochs: 1 });
    await model.fit({ X, y });
    for (const file of ['model.onnx', 'step.onnx', 'model.json']) {
      const directory = join(root, `damaged-${file}`);
      await model.save(directory);
      const bytes = readFileSync(join(directory, file));
      bytes[bytes.length >> 1] ^= 0x55;
      writeFileSync(join(directory, file), bytes);
      await expect(LSTMModel.load(directory)).rejects.toThrow(ModelFormatError);
      rmSync(join(directory, file));
      await expect(LSTMModel.load(directory)).rejects.toThrow(ModelFormatError);
    }
  });
});

describe('the config', () => {
  it("takes PyTorch's and Keras' names", () => {
    const { config } = new LSTMModel({
      hidden_size: 7,
      num_layers: 3,
      lr: 0.1,
      max_epochs: 5,
      seq_len: 9,
      weight_decay: 0.1,
    } as never);
    expect(config).toMatchObject({
      hiddenSize: 7,
      numLayers: 3,
      learningRate: 0.1,
      epochs: 5,
      sequenceLength: 9,
      weightDecay: 0.1,
    });
    expect(new GRUModel({ units: 12, dropoutRate: 0.5, clipnorm: 2, earlyStoppingPatience: 3 }).config).toMatchObject({
      hiddenSize: 12,
      dropout: 0.5,
      gradientClip: 2,
      patience: 3,
    });
  });

  it('has the promised defaults', () => {
    expect(new LSTMModel().config).toMatchObject({
      sequenceLength: 30,
      batchSize: 256,
      epochs: 200,
      patience: 20,
      optimizer: 'adam',
      learningRate: 0.001,
      loss: 'cross-entropy',
    });
    expect(new GRUModel({ task: 'regression' }).config.loss).toBe('mse');
  });

  it.each([
    [{ hiddenSize: 0 }],
    [{ hiddenSiz: 8 }],
    [{ dropout: 1 }],
    [{ learningRate: 0 }],
    [{ hiddenSize: 8, units: 8 }],
    [{ batchSize: 1.5 }],
    [{ loss: 'mse' }],
    [{ task: 'regression', classWeight: 'balanced' }],
    [{ task: 'regression', labelSmoothing: 0.1 }],
    [{ learningRate: 0.1, minLearningRate: 0.2 }],
    [{ patience: 0 }],
    [{ device: 'gpu' }],
    [{ seed: -1 }],
  ])('refuses %j', (config) => {
    expect(() => new LSTMModel(config as never)).toThrow(ConfigError);
  });

  it('names the nearest key', () => {
    expect(() => new LSTMModel({ hiddenSiz: 8 } as never)).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('hiddenSize') }),
    );
  });
});
