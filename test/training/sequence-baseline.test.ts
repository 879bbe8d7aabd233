/** Beside a sequence model a report shows MiniRocket; it can be left out, and costs little whatever the data. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/core/random.js';
import { Matrix, ModelTrainer, TimeSeriesDataContainer } from '../../src/index.js';
import { ModelRegistry } from '../../src/model/registry.js';
import { chosenWindows, fitSequenceBaseline } from '../../src/training/sequence-baseline.js';
import { LastRowModel } from '../testing/last-row.js';

const info = LastRowModel.info;
ModelRegistry.register({ name: info.name, family: info.family, info, load: async () => LastRowModel as never });

/** A noisy wave; the label is whether it rises. */
function container(): TimeSeriesDataContainer {
  const random = new Random(2);
  const part = (from: number, rows: number) => {
    const at = (i: number) => Math.sin((from + i) / 5);
    const X = Matrix.from(Array.from({ length: rows }, (_, i) => [at(i) + 0.3 * random.normal(), random.normal()]));
    return { X, y: Array.from({ length: rows }, (_, i) => (at(i + 1) > at(i) ? 1 : 0)) };
  };
  const [train, validation, test] = [part(0, 240), part(300, 80), part(400, 80)];
  return new TimeSeriesDataContainer({
    XTrain: train.X,
    yTrain: train.y,
    XVal: validation.X,
    yVal: validation.y,
    XTest: test.X,
    yTest: test.y,
  });
}

describe('the baselines of a sequence model', () => {
  it('are the prior and MiniRocket, with what it was trained on', async () => {
    const { report } = await new ModelTrainer().trainModel('last_row', container(), { seqLen: 12, save: false });
    expect(report.baselines.map(({ name }) => name)).toEqual(['prior', 'minirocket']);
    const [, rocket] = report.baselines;
    expect(rocket.description).toBe('1932 MiniRocket features and ridge, trained on 229 windows');
    expect(rocket.evaluations.test?.metrics).toMatchObject({ accuracy: expect.any(Number) });
    expect(rocket.comparison?.metric).toBe('logLoss');
    // Whether a wave rises shows in a window, not in its last row.
    expect(report.verdict.beatsBaseline).toBe(false);
  });

  it('are the same for any number of threads', async () => {
    const { train, test } = container().toSequences(12);
    const outputs = [];
    for (const threads of [1, 2]) {
      const baseline = await fitSequenceBaseline('classification', train, { seed: 1, threads });
      outputs.push((await baseline?.predict(test))?.probabilities?.data);
    }
    expect(outputs[0]).toBeDefined();
    expect(outputs[1]).toEqual(outputs[0]);
  });

  it('leave MiniRocket out when told to, beside itself, and for windows too short for it', async () => {
    const names = async (model: string, options: object) => {
      const { report } = await new ModelTrainer().trainModel(model, container(), { save: false, ...options });
      return report.baselines.map(({ name }) => name);
    };
    expect(await names('last_row', { seqLen: 12, sequenceBaseline: false })).toEqual(['prior']);
    expect(await names('last_row', { seqLen: 8 })).toEqual(['prior']);
    expect(await names('minirocket', { seqLen: 12, config: { numFeatures: 84 } })).toEqual(['prior']);
  });
});

describe('the windows MiniRocket is trained on', () => {
  it('are all of few, and of many a share of each class, spread over time, none without weight', () => {
    expect([...chosenWindows([1, 0, 1], undefined, 'classification')]).toEqual([0, 1, 2]);
    const y = Array.from({ length: 10_000 }, (_, i) => (i % 100 === 7 ? 2 : i % 2));
    y[5000] = 9;
    const weights = y.map((_, i) => (i % 3 === 0 ? 0 : 1));
    weights[5000] = 1;
    const chosen = chosenWindows(y, weights, 'classification', 500);
    expect(chosen.length).toBeLessThanOrEqual(501);
    expect(new Set(chosen).size).toBe(chosen.length);
    expect([...chosen]).toEqual([...chosen].sort((a, b) => a - b));
    expect(chosen.every((row) => weights[row] > 0)).toBe(true);
    expect(new Set([...chosen].map((row) => y[row]))).toEqual(new Set([0, 1, 2, 9]));
    const quarters = [0, 0, 0, 0];
    for (const row of chosen) quarters[Math.floor(row / 2500)]++;
    for (const count of quarters) expect(Math.abs(count - chosen.length / 4)).toBeLessThan(10);
  });
});
