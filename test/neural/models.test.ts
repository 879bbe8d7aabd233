/** What single models have beside what all share: widths by block, conflicts of their parameters, streams of convolutions. */
import { describe, expect, it } from 'vitest';
import { ConfigError, InvalidInputError } from '../../src/core/errors.js';
import { Matrix } from '../../src/core/matrix.js';
import { CNN1DModel, HybridModel, TCNModel, TransformerModel } from '../../src/neural/index.js';
import { signalWindows } from './signal.js';

const training = { epochs: 2, batchSize: 64 };

describe('tcn', () => {
  it('streams what it predicts for the window, whatever its blocks', async () => {
    const { X, y } = signalWindows(120, { length: 12 });
    for (const own of [
      { hiddenSize: [4, 6], kernelSize: 2 },
      { hiddenSize: 4, dilations: [1, 3, 2], convolutions: 1, norm: 'layer' },
      { hiddenSize: 4, numLayers: 2, kernelSize: 1, norm: 'none' },
    ] as const) {
      const model = new TCNModel({ ...training, ...own });
      await model.fit({ X, y });
      const { probabilities } = await model.predict(X);
      const stream = model.stream();
      for (const i of [3, 50]) {
        const window = Matrix.wrap(X.window(i), X.base.cols);
        let last: Float32Array | undefined;
        for (let t = 0; t < X.length; t++) last = (await stream.push(window.row(t))).probabilities?.data;
        for (let k = 0; k < 2; k++) expect(last?.[k]).toBeCloseTo(probabilities?.row(i)[k] ?? Number.NaN, 5);
        stream.reset();
      }
    }
  });

  it('refuses lists of different lengths', () => {
    expect(() => new TCNModel({ numChannels: [4, 4], dilations: [1, 2, 4] })).toThrow(ConfigError);
  });
});

describe('cnn1d', () => {
  it('takes one number of filters for all blocks, and windows too short to pool', async () => {
    const { X, y } = signalWindows(80, { length: 3 });
    const model = new CNN1DModel({ ...training, hiddenSize: 4, numLayers: 3 });
    await model.fit({ X, y });
    expect((await model.predict(X)).predictions.length).toBe(80);
    expect(() => model.stream()).toThrow(InvalidInputError);
    expect(() => new CNN1DModel({ filters: [4, 8], numLayers: 3 })).toThrow(ConfigError);
  });
});

describe('transformer', () => {
  it("takes PyTorch's names, and refuses heads that do not divide its width", () => {
    const { config } = new TransformerModel({
      dModel: 24,
      nhead: 3,
      numEncoderLayers: 1,
      dimFeedforward: 32,
      normFirst: false,
    });
    expect(config).toMatchObject({ hiddenSize: 24, numHeads: 3, numLayers: 1, feedForwardSize: 32, preNorm: false });
    expect(() => new TransformerModel({ hiddenSize: 10, numHeads: 4 })).toThrow(ConfigError);
  });
});

describe('hybrid', () => {
  it('learns from either branch', async () => {
    const { X, y } = signalWindows(300);
    const noise = signalWindows(300, { seed: 9 }).X;
    const known = Matrix.from(Array.from(y, (label) => [2 * label - 1]));
    const unknown = Matrix.zeros(y.length, 1);
    const config = {
      encoder: 'gru',
      hiddenSize: 8,
      featureSizes: [4],
      headSizes: [8],
      learningRate: 0.03,
      epochs: 12,
      batchSize: 64,
      patience: null,
    } as const;
    for (const [features, sequences] of [
      [known, noise],
      [unknown, X],
    ] as const) {
      const metrics = await new HybridModel(config).fit({ X: { features, sequences }, y });
      expect(metrics.trainAccuracy).toBeGreaterThan(0.8);
    }
  });

  it('refuses features and windows of different samples, and windows with other channels', async () => {
    const { X, y } = signalWindows(60);
    const model = new HybridModel({ ...training, hiddenSize: 4 });
    await expect(model.fit({ X: { features: Matrix.zeros(5, 1), sequences: X }, y })).rejects.toThrow(
      InvalidInputError,
    );
    const features = Matrix.zeros(60, 1);
    await model.fit({ X: { features, sequences: X }, y });
    const other = signalWindows(60, { channels: 2 }).X;
    await expect(model.predict({ features, sequences: other })).rejects.toThrow(InvalidInputError);
  });
});
