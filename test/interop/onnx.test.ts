/** Files of exportOnnx pass onnx.checker and predict in onnxruntime what the model predicts here. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { LightGBMModel } from '../../src/boosting/lightgbm/model.js';
import { LogisticRegressionModel } from '../../src/classical/logistic/model.js';
import { Random } from '../../src/core/random.js';
import { itWithData } from '../shared-data.js';
import { expectSameInOnnxruntime } from './onnx-check.js';
import { readRealData } from './real-data.js';

const directory = mkdtempSync(join(tmpdir(), 'holdfast-onnx-'));
afterAll(() => rmSync(directory, { recursive: true }));

const COLUMNS = 5;

/** Normal values, zeros and small integers; a tenth missing. */
function table(rows: number, seed: number): number[][] {
  const random = new Random(seed);
  return Array.from({ length: rows }, () =>
    [
      random.normal(),
      random.normal() * 1000,
      random.float() < 0.4 ? 0 : random.normal(),
      random.int(5),
      random.normal(),
    ].map((value) => (random.float() < 0.1 ? Number.NaN : Math.fround(value))),
  );
}

const X = table(800, 1);
/** Training rows too: their values lie on the thresholds. */
const T = [...table(200, 2), ...X.slice(0, 300), new Array<number>(COLUMNS).fill(Number.NaN), [0, -0, 1e-36, 4, 3e38]];
const value = X.map(([a, b, c, d]) => (a || 0) + (b || 0) / 500 + Math.abs(c || 0) * (d || 1));
const binary = value.map((v) => (v > 0.5 ? 1 : 0));
const classes = value.map((v) => (v > 2 ? 2 : v > 0 ? 1 : 0));

describe('LightGBM models', () => {
  it.each([
    ['two classes', { objective: 'binary' }, binary],
    ['labels -1 and 1', { task: 'classification' }, binary.map((c) => 2 * c - 1)],
    ['labels that are no integers', { task: 'classification' }, classes.map((c) => [-1, 0.5, 2.25][c])],
    ['three classes', { task: 'classification' }, classes],
    ['values', { task: 'regression' }, value],
    ['large values', { task: 'regression' }, value.map((v) => 1e6 + 1e3 * v)],
    ['one leaf', { objective: 'binary', minDataInLeaf: 2000 }, binary],
    ['many trees', { objective: 'regression', numIterations: 300, learningRate: 0.05 }, value],
  ] as const)('%s', async (_title, config, labels) => {
    const model = new LightGBMModel({ numIterations: 40, ...config });
    await model.fit({ X, y: [...labels], featureNames: ['a', 'b', 'c', 'dü', 'e'] });
    const { operators } = await expectSameInOnnxruntime(model, T, directory);
    expect(operators).toContain('TreeEnsembleRegressor');
  });

  const golden = (name: string) => fileURLToPath(new URL(`../golden/lightgbm/${name}.txt`, import.meta.url));

  it.each([
    'binary-categorical',
    'multiclass-categorical',
    'binary-zero-as-missing',
    'binary-use-missing-false',
    'binary-sigmoid',
    'multiclassova',
    'poisson',
    'regression-sqrt',
    'random-forest',
    'dart',
    'one-leaf',
  ])('opened from the file of Python: %s', async (name) => {
    const model = await LightGBMModel.importNative(golden(name));
    const random = new Random(7);
    const rows = Array.from({ length: 300 }, () =>
      model.featureNames.map((_, j) =>
        random.float() < 0.1
          ? Number.NaN
          : random.float() < 0.1
            ? 0
            : Math.fround(j >= 2 ? random.int(40) - 3 + (random.float() < 0.2 ? 0.5 : 0) : random.normal()),
      ),
    );
    const { operators } = await expectSameInOnnxruntime(model, rows, directory);
    expect(operators).toContain(name.endsWith('categorical') ? 'TreeEnsemble' : 'TreeEnsembleRegressor');
  });

  it('saved and loaded', async () => {
    const model = new LightGBMModel({ numIterations: 5 });
    await model.fit({ X, y: classes });
    await model.save(join(directory, 'saved'));
    await expectSameInOnnxruntime(await LightGBMModel.load(join(directory, 'saved')), T, directory);
  });

  itWithData('sklearn-breast-cancer.csv.gz', 'of real data', async (path) => {
    const data = readRealData(path, 'target');
    const model = new LightGBMModel();
    await model.fit(data);
    await expectSameInOnnxruntime(model, data.X, directory);
  });
});

describe('logistic regressions', () => {
  it.each([
    ['two classes', binary],
    ['three classes', classes.map((c) => [-1, 0, 1][c])],
  ] as const)('%s; medians stand in for missing values', async (_title, labels) => {
    const model = new LogisticRegressionModel();
    await model.fit({ X, y: labels });
    await expectSameInOnnxruntime(model, T, directory, 1e-6);
  });

  it('three classes, each against the rest, with weights that are 0', async () => {
    const model = new LogisticRegressionModel({ multiClass: 'ovr', penalty: 'l1', C: 0.05 });
    await model.fit({ X, y: classes });
    await expectSameInOnnxruntime(model, T, directory, 1e-6);
  });

  it('columns without any value in training are left out of the graph', async () => {
    const model = new LogisticRegressionModel();
    const gap = (row: number[]) => [Number.NaN, row[0], Number.NaN, row[2], row[4]];
    await model.fit({ X: X.map(gap), y: binary });
    const { operators } = await expectSameInOnnxruntime(
      model,
      T.map((row) => [5, ...gap(row).slice(1)]),
      directory,
      1e-6,
    );
    expect(operators.filter((op) => op === 'Gather')).toHaveLength(2);
  });
});
