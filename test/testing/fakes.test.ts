import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadModel, ModelTrainer, NotFittedError, TrainingFailedError } from '../../src/index.js';
import {
  checkModel,
  FakeModel,
  MemoryTracker,
  makeBars,
  makeClassification,
  makeContainer,
  makeRegression,
  makeTimeSeries,
  registerFake,
} from '../../src/testing/index.js';

const rows = { X: [[0], [1], [2], [3]], y: [-1, 1, 1, 1] };
let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-fakes-'));
});
afterAll(() => rm(directory, { recursive: true }));

describe('FakeModel', () => {
  it('answers with the shares of the classes, or with what it was given', async () => {
    const fake = new FakeModel();
    await expect(fake.predict([[1]])).rejects.toThrow(NotFittedError);
    await fake.fit(rows);
    const out = await fake.predict([[9], [8]]);
    expect(out.classes).toEqual([-1, 1]);
    expect([...(out.probabilities?.data ?? [])]).toEqual([0.25, 0.75, 0.25, 0.75]);
    fake.answers(([x]) => (x > 8 ? [1, 0] : [0, 1]));
    expect([...(await fake.predict([[9], [8]])).predictions]).toEqual([-1, 1]);
    const value = new FakeModel({ task: 'regression', value: 7 });
    await value.fit(rows);
    expect([...(await value.predict([[5]])).predictions]).toEqual([7]);
  });

  it('fails when it is told to, once, and remembers every call', async () => {
    const fake = new FakeModel({ probabilities: [0.2, 0.8] }).failNext('fit', new Error('no disk'));
    await expect(fake.fit(rows)).rejects.toThrow(TrainingFailedError);
    await fake.fit(rows);
    fake.failNext('predict', new Error('overloaded'));
    await expect(fake.predict([[1]])).rejects.toThrow('overloaded');
    await fake.predict([[1]]);
    expect(fake.calls.map(({ method }) => method)).toEqual(['fit', 'fit', 'predict', 'predict']);
    expect(fake.calls[3].input).toEqual([[1]]);
  });

  it('keeps the contract but for learning', async () => {
    const results = await checkModel(registerFake('fake_in_contract') as never);
    const broken = new Set(results.filter(({ status }) => status === 'failed').map(({ name }) => name));
    expect([...broken].sort()).toEqual([
      'importance is finite and not negative',
      'it learns three classes',
      'it learns: better than the prior on the training rows',
      'targets far from zero are learned',
      'the features that decide the label are the most important',
    ]);
  });

  it('is trained, tracked and loaded by name', async () => {
    const Fake = registerFake('fake_by_name', { importance: [1, 0, 0] });
    const tracker = new MemoryTracker();
    const container = makeContainer({ rows: 100, features: 3, seed: 4 });
    const { model } = await new ModelTrainer({ tracker }).trainModel('fake_by_name', container, { save: false });
    expect(Fake.made).toContain(model);
    await model.save(join(directory, 'model'));
    expect((await loadModel(join(directory, 'model'))).featureImportance()?.values).toEqual(Float64Array.of(1, 0, 0));
    expect(tracker.runs).toHaveLength(1);
    expect(tracker.runs[0]).toMatchObject({ model: 'fake_by_name', status: 'completed' });
    expect(tracker.runs[0].metrics.length).toBeGreaterThan(0);
  });
});

describe('MemoryTracker', () => {
  it('keeps what it was told, a setting with its first value, and refuses when it is told to', async () => {
    const tracker = new MemoryTracker();
    const run = await tracker.startRun({ runId: 'r', model: 'm', params: { a: 1 }, tags: {} });
    await run.logParams?.({ a: 2, b: 3 });
    await run.logMetrics({ loss: 1 }, 5);
    await run.finish('failed', 'why');
    expect(tracker.runs[0]).toMatchObject({ params: { a: 1, b: 3 }, status: 'failed', reason: 'why' });
    expect(tracker.runs[0].metrics).toEqual([{ values: { loss: 1 }, step: 5 }]);
    tracker.failNext(new Error('away'));
    await expect(tracker.startRun({ runId: 's', model: 'm', params: {}, tags: {} })).rejects.toThrow('away');
  });
});

describe('generators', () => {
  it('make the same for the same seed, and other rows for another', () => {
    for (const make of [
      (seed: number) => makeClassification({ seed, missing: 0.1 }).X.data,
      (seed: number) => makeRegression({ seed }).y,
      (seed: number) => makeTimeSeries({ seed }).values,
      (seed: number) => makeBars({ seed }).numeric('close'),
    ]) {
      expect(make(3)).toEqual(make(3));
      expect(make(3)).not.toEqual(make(4));
    }
  });

  it('makeClassification has every class, in the shares asked for, told apart by the informative features', () => {
    const { X, y } = makeClassification({ rows: 1000, classes: 3, weights: [0.6, 0.3, 0.1], flipY: 0, classSep: 4 });
    const counts = [0, 1, 2].map((k) => y.filter((label) => label === k).length);
    expect(counts).toEqual([600, 300, 100]);
    const mean = (k: number, j: number) =>
      y.reduce((sum, label, i) => sum + (label === k ? X.row(i)[j] : 0), 0) / counts[k];
    expect(mean(2, 0) - mean(0, 0)).toBeCloseTo(8, 0);
    expect(mean(2, 4) - mean(0, 4)).toBeCloseTo(0, 0);
    expect(() => makeClassification({ features: 2, informative: 3 })).toThrow('informative');
  });

  it('makeRegression without noise is the weighted sum of its features', () => {
    const { X, y, coefficients } = makeRegression({ rows: 20, noise: 0, bias: 3 });
    for (const [i, value] of y.entries()) {
      expect(value).toBeCloseTo(3 + X.row(i).reduce((sum, v, j) => sum + v * coefficients[j], 0), 10);
    }
    expect(coefficients.filter((c) => c !== 0)).toHaveLength(2);
  });

  it('makeBars has bars that can be: low and high around open and close, each opening at the last close', () => {
    const bars = makeBars({ bars: 200 });
    const [open, high, low, close] = ['open', 'high', 'low', 'close'].map((name) => bars.numeric(name));
    for (let i = 0; i < 200; i++) {
      expect(low[i]).toBeLessThanOrEqual(Math.min(open[i], close[i]));
      expect(high[i]).toBeGreaterThanOrEqual(Math.max(open[i], close[i]));
      if (i > 0) expect(open[i]).toBe(close[i - 1]);
    }
  });

  it('makeContainer is split 60/20/15/5, without leaks, of rows or of windows', async () => {
    const container = makeContainer({ rows: 200 });
    expect([container.train, container.validation, container.test].map(({ y }) => y.length)).toEqual([120, 40, 30]);
    expect(container.holdout.rows).toBe(10);
    expect(makeContainer({ rows: 200, seqLen: 5, task: 'regression' }).train.X.shape).toEqual([116, 5, 5]);
  });
});
