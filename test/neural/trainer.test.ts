/** Sequence and hybrid models through `ModelTrainer`: rows become windows of the length that the caller, the container or the model says. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { registerBuiltins } from '../../src/builtin.js';
import { TimeSeriesDataContainer } from '../../src/data/container.js';
import { loadModel } from '../../src/model/registry.js';
import { syntheticClassification } from '../../src/testing/index.js';
import { ModelTrainer } from '../../src/training/trainer.js';

registerBuiltins();
const runsDirectory = mkdtempSync(join(tmpdir(), 'holdfast-neural-runs-'));
afterAll(() => rmSync(runsDirectory, { recursive: true, force: true }));

const part = (seed: number, rows: number) => syntheticClassification({ rows, seed });
const [train, validation, test] = [part(1, 200), part(2, 80), part(3, 80)];
const container = new TimeSeriesDataContainer({
  XTrain: train.X,
  yTrain: train.y,
  XVal: validation.X,
  yVal: validation.y,
  XTest: test.X,
  yTest: test.y,
});
const small = { epochs: 2, hiddenSize: 4 };

describe('ModelTrainer', () => {
  it.each([
    ['the caller', { seqLen: 5, config: small }, 5],
    ["the run's config", { config: { ...small, sequenceLength: 7 } }, 7],
    ["the model's default", { config: small }, 30],
  ])('makes windows as long as %s says', async (_, options, length) => {
    const { report, testMetrics } = await new ModelTrainer({ runsDirectory }).trainModel('gru', container, {
      ...options,
      save: false,
    });
    expect(report.data.sequenceLength).toBe(length);
    expect(testMetrics?.rows).toBe(80 - length + 1);
  });

  it('gives a hybrid model the last row of each window as its features, and saves it', async () => {
    const { model, artifacts } = await new ModelTrainer({ runsDirectory }).trainModel('hybrid', container, {
      seqLen: 4,
      config: { ...small, encoder: 'cnn1d', filters: [4], featureSizes: [4], headSizes: [] },
    });
    const windows = container.toSequences(4).test.X;
    const features = windows.base.take(windows.ends);
    const whole = await model.predict({ features, sequences: windows });
    expect((await model.predict(windows)).predictions).toEqual(whole.predictions);
    const loaded = await loadModel(artifacts?.model ?? '');
    expect((await loaded.predict(windows)).probabilities?.data).toEqual(whole.probabilities?.data);
  });
});
