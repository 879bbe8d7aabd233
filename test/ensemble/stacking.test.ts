/** Stacking: the contract, out-of-fold predictions by hand, purging, what happens with too few rows, files. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { registerBuiltins } from '../../src/builtin.js';
import { LogisticRegressionModel } from '../../src/classical/logistic/model.js';
import { RidgeModel } from '../../src/classical/ridge/model.js';
import { ConfigError, InvalidInputError, TrainingCancelledError } from '../../src/core/errors.js';
import { Matrix } from '../../src/core/matrix.js';
import { Windows } from '../../src/core/windows.js';
import { stackingFolds } from '../../src/ensemble/held-out.js';
import { StackingModel } from '../../src/ensemble/stacking/model.js';
import { loadModel } from '../../src/model/registry.js';
import { PurgedKFold } from '../../src/splits/purged-k-fold.js';
import { syntheticClassification } from '../../src/testing/index.js';

registerBuiltins();
const directory = mkdtempSync(join(tmpdir(), 'holdfast-stacking-'));
afterAll(() => rmSync(directory, { recursive: true }));

const rows = syntheticClassification({ rows: 240, classes: 2, seed: 1 });
const times = Float64Array.from(rows.y, (_, i) => 1000 * i);
const data = { ...rows, times, labelEnds: times.map((time) => time + 4000) };
const later = syntheticClassification({ rows: 100, classes: 2, seed: 2 });
const members = [
  { name: 'a', model: 'logistic', config: { C: 0.01 } },
  { name: 'b', model: 'ridge' },
] as const;

const part = (kept: Uint32Array) => ({ X: data.X.take(kept), y: Float64Array.from(kept, (i) => data.y[i]) });
const second = (P: Matrix | undefined) => Array.from({ length: P?.rows ?? 0 }, (_, i) => P?.row(i)[1] ?? 0);

describe('stacking', () => {
  it('learns the meta-model from purged out-of-fold predictions, and predicts with members of all rows', async () => {
    const model = new StackingModel({ members, folds: 4, embargo: 0.01, passthrough: true });
    await model.fit(data);
    const meta = Matrix.zeros(data.y.length, 7);
    const make = [() => new LogisticRegressionModel({ C: 0.01 }), () => new RidgeModel()];
    const plan = new PurgedKFold({ folds: 4, embargo: 0.01 }).split({
      rows: data.y.length,
      times,
      labelEnds: data.labelEnds,
    });
    for (const { train, test } of plan) {
      for (const [m, each] of make.entries()) {
        const one = each();
        await one.fit(part(train));
        const said = second((await one.predict(data.X.take(test))).probabilities);
        for (const [i, row] of test.entries()) meta.data[7 * row + m] = said[i];
      }
    }
    for (let i = 0; i < data.y.length; i++) meta.data.set(data.X.row(i), 7 * i + 2);
    const final = new LogisticRegressionModel();
    await final.fit({ X: meta, y: data.y });
    const whole = Matrix.zeros(later.y.length, 7);
    for (const [m, each] of make.entries()) {
      const one = each();
      await one.fit(data);
      for (const [i, p] of second((await one.predict(later.X)).probabilities).entries()) whole.data[7 * i + m] = p;
    }
    for (let i = 0; i < later.y.length; i++) whole.data.set(later.X.row(i), 7 * i + 2);
    expect((await model.predict(later.X)).probabilities).toEqual((await final.predict(whole)).probabilities);
    expect(model.metaModel?.featureNames).toEqual(['a', 'b', 'f0', 'f1', 'f2', 'f3', 'f4']);
    expect(model.memberScores.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('with refit: false predicts by the mean of the models of all folds', async () => {
    const model = new StackingModel({ members, folds: 3, refit: false });
    await model.fit(data);
    expect(model.memberModels.map(({ models }) => models.length)).toEqual([3, 3]);
    const each = await Promise.all(
      model.memberModels[0].models.map(async (one) => (await one.predict(later.X)).probabilities),
    );
    const [said] = await model.memberPredictions(later.X);
    expect(said.prediction.probabilities?.data).toEqual(
      each[0]?.data.map((value, p) => (value + (each[1]?.data[p] ?? 0) + (each[2]?.data[p] ?? 0)) / 3),
    );
    const path = join(directory, 'folds');
    await model.save(path);
    expect((await (await loadModel(path)).predict(later.X)).probabilities).toEqual(
      (await model.predict(later.X)).probabilities,
    );
  });

  it('is not fooled by a member that knows its training rows by heart', async () => {
    const noisy = syntheticClassification({ rows: 300, seed: 5 });
    const flipped = noisy.y.map((label, i) => (i % 3 === 0 ? 1 - label : label));
    const heart = { name: 'heart', model: 'random_forest', config: { nTrees: 1, bootstrap: false } };
    const model = new StackingModel({ members: [heart, { name: 'good', model: 'logistic' }] });
    await model.fit({ X: noisy.X, y: flipped });
    const { values } = model.metaModel?.featureImportance() ?? { values: [0, 0] };
    expect(values[1]).toBeGreaterThan(2 * values[0]);
  });

  it('aligns classes that a fold has not seen', async () => {
    const y = Float64Array.from(data.y, (label, i) => (i >= 200 ? 5 : label));
    const model = new StackingModel({ members, refit: false });
    await model.fit({ X: data.X, y });
    expect(model.memberModels[0].models.map(({ classes }) => classes.join())).toEqual([
      '0,1,5',
      '0,1,5',
      '0,1,5',
      '0,1,5',
      '0,1',
    ]);
    expect((await model.predict(later.X)).classes).toEqual([0, 1, 5]);
  });

  it('takes a splitter, groups, folds of shuffled rows; logits as columns', async () => {
    const groups = Array.from(data.y, (_, i) => `g${i % 6}`);
    const said = [];
    for (const config of [
      { foldKind: 'groups' },
      { foldKind: 'stratified' },
      { foldKind: 'shuffled' },
      { metaInput: 'logits' },
    ] as const) {
      const model = new StackingModel({ members, folds: 3, ...config });
      await model.fit({ ...rows, groups });
      expect(model.trainingMetrics.warnings).toEqual([]);
      said.push((await model.predict(later.X)).probabilities?.data[0]);
    }
    expect(new Set(said).size).toBe(4);
    const own = new StackingModel({ members });
    await own.fit(data, { splitter: new PurgedKFold({ folds: 4 }) });
    const same = new StackingModel({ members, folds: 4 });
    await same.fit(data);
    expect((await own.predict(later.X)).probabilities).toEqual((await same.predict(later.X)).probabilities);
    await expect(new StackingModel({ members, foldKind: 'groups' }).fit(rows)).rejects.toThrow(/needs the group/);
    await expect(new StackingModel({ members, embargo: 1e9 }).fit(data)).rejects.toBeInstanceOf(InvalidInputError);
  });

  it('leaves training windows out that share rows with tested ones', async () => {
    const ends = Uint32Array.from({ length: 229 }, (_, i) => i + 11);
    const X = new Windows(data.X, ends, 12);
    const y = Float64Array.from(ends, (end) => data.y[end]);
    const plan = { folds: 3, foldKind: 'purged', embargo: 0, horizon: 0 } as const;
    const folds = stackingFolds({ X, y, classes: [0, 1], featureNames: [] }, plan, 1, []);
    expect(folds.map(({ test }) => test.length)).toEqual([77, 76, 76]);
    for (const { train, test } of folds) {
      expect(train.length).toBeGreaterThan(125);
      for (const i of train) expect(Math.min(...Array.from(test, (j) => Math.abs(i - j)))).toBeGreaterThanOrEqual(12);
    }
    const rocket = { name: 'rocket', model: 'minirocket', config: { numFeatures: 84 } };
    const model = new StackingModel({ members: [rocket, 'ridge'], folds: 2 });
    await model.fit({ X, y });
    expect((await model.predict(X)).predictions).toHaveLength(229);
  });

  it('has importance, bytes and errors that follow its parts', async () => {
    const model = new StackingModel({ members, passthrough: true, folds: 2 });
    await model.fit(data);
    const { values = new Float64Array(0) } = model.featureImportance() ?? {};
    expect(values.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
    const bytes = await Promise.all(
      [1, 2, 3].map(async (threads) => {
        const one = new StackingModel({ members, passthrough: true, folds: 2 });
        await one.fit(data, { threads });
        return one.toBundle();
      }),
    );
    expect(bytes[1]).toEqual(bytes[0]);
    expect(bytes[2]).toEqual(bytes[0]);
    const bad = new StackingModel({ members, metaModel: { model: 'logistic', config: { C: 0 } } });
    await expect(bad.fit(data)).rejects.toThrow(/stacking: member 'meta-model': logistic: 'C'/);
    const stop = new AbortController();
    const running = new StackingModel({ members }).fit(data, {
      signal: stop.signal,
      onProgress: ({ phase, step }) => phase === 'members' && step === 3 && stop.abort(),
    });
    await expect(running).rejects.toBeInstanceOf(TrainingCancelledError);
  });
});

describe('a stacking config', () => {
  it.each([
    [{ folds: 1 }, /folds/],
    [{ metaModel: 'logistc' }, /metaModel.model.*did you mean 'logistic'/],
    [{ task: 'regression', foldKind: 'stratified' }, /shares out classes/],
    [{ foldKind: 'shuffled', embargo: 0.1 }, /is for folds in time/],
    [{ cv: 3, folds: 4 }, /same parameter/],
  ] as const)('%j is refused', (config, message) => {
    expect(() => new StackingModel(config as never)).toThrow(ConfigError);
    expect(() => new StackingModel(config as never)).toThrow(message);
  });
});
