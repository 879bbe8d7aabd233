/** CatBoost's models, opened from its files, predict in onnxruntime what they predict here. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CatBoostConfig, CatBoostModel } from '../../src/boosting/catboost/model.js';
import { InvalidInputError } from '../../src/core/errors.js';
import { Random } from '../../src/core/random.js';
import { expectSameInOnnxruntime } from './onnx-check.js';
import { runPython } from './python.js';

const directory = mkdtempSync(join(tmpdir(), 'holdfast-onnx-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Normal values, small integers; columns 3 and 4 hold categories. A tenth is missing. */
function table(rows: number, seed: number): number[][] {
  const random = new Random(seed);
  return Array.from({ length: rows }, () =>
    [random.normal(), random.normal(), random.int(5), random.int(3), random.int(12)].map((value) =>
      random.float() < 0.1 ? Number.NaN : Math.fround(value),
    ),
  );
}

const X = table(600, 1);
const T = [...table(150, 2), ...X.slice(0, 150), new Array<number>(5).fill(Number.NaN), [0, 0, 0, 7, 500]];
const value = X.map(([a, b, c, d, e]) => (a || 0) + (b || 0) * (c || 0) + ((d || 0) === 1 ? 2 : 0) + ((e || 0) % 3));
const labels = {
  value,
  positive: value.map((v) => Math.abs(v)),
  binary: value.map((v) => (v > 1 ? 1 : 0)),
  classes: value.map((v) => (v > 2 ? 2 : v > 0 ? 1 : 0)),
  // What only several categories together tell.
  together: X.map(([a, , c, d, e]) => (((c || 0) + (d || 0) + (e || 0)) % 3 === 0 ? 1 : Number((a || 0) > 1))),
};

interface Case {
  name: string;
  y: keyof typeof labels;
  params: Record<string, unknown>;
  /** Columns of categories. */
  categorical?: number[];
}

describe('CatBoost', () => {
  const cases: Case[] = [
    { name: 'Logloss', y: 'binary', params: { loss_function: 'Logloss' } },
    { name: 'MultiClass', y: 'classes', params: { loss_function: 'MultiClass' } },
    { name: 'OneVsAll', y: 'classes', params: { loss_function: 'MultiClassOneVsAll' } },
    { name: 'RMSE', y: 'value', params: { loss_function: 'RMSE' } },
    { name: 'Poisson', y: 'positive', params: { loss_function: 'Poisson' } },
    { name: 'missing above', y: 'value', params: { loss_function: 'RMSE', nan_mode: 'Max' } },
    { name: 'Depthwise', y: 'binary', params: { loss_function: 'Logloss', grow_policy: 'Depthwise' } },
    { name: 'Lossguide', y: 'classes', params: { loss_function: 'MultiClass', grow_policy: 'Lossguide' } },
    { name: 'one-hot', y: 'binary', params: { loss_function: 'Logloss', one_hot_max_size: 50 }, categorical: [3, 4] },
    { name: 'statistics', y: 'binary', params: { loss_function: 'Logloss' }, categorical: [3, 4] },
    {
      name: 'statistics of combinations',
      y: 'together',
      params: { loss_function: 'MultiClass', max_ctr_complexity: 4, iterations: 40, one_hot_max_size: 4 },
      categorical: [2, 3, 4],
    },
    {
      name: 'every kind of statistic',
      y: 'together',
      params: {
        ...{ loss_function: 'RMSE', nan_mode: 'Max', iterations: 40, one_hot_max_size: 1 },
        simple_ctr: ['Borders', 'Buckets', 'Counter', 'BinarizedTargetMeanValue'],
        combinations_ctr: ['Buckets', 'Counter', 'BinarizedTargetMeanValue:Prior=0.3/1'],
      },
      categorical: [2, 3, 4],
    },
    {
      name: 'cut tables',
      y: 'binary',
      params: { loss_function: 'Logloss', one_hot_max_size: 1, ctr_leaf_count_limit: 3 },
      categorical: [3, 4],
    },
    { name: 'texts', y: 'binary', params: { loss_function: 'Logloss', one_hot_max_size: 1 }, categorical: [3, 4] },
  ];
  const texts = (column: number) => Array.from({ length: 12 }, (_, code) => `c${column}-${code}`);
  beforeAll(async () => {
    await runPython(
      `import json, sys
import catboost, numpy as np, pandas as pd
request = json.load(sys.stdin)
X = np.asarray(request["X"], dtype=np.float32)
for case in request["cases"]:
    frame = pd.DataFrame(X)
    for column in case.get("categorical", []):
        frame[column] = [
            "nan" if np.isnan(v) else f"c{column}-{int(v)}" if case["name"] == "texts" else str(int(v)) for v in X[:, column]
        ]
    model = catboost.CatBoost({"iterations": 12, "thread_count": 1, "verbose": 0, "allow_writing_files": False, **case["params"]})
    model.fit(frame, np.asarray(request["labels"][case["y"]]), cat_features=case.get("categorical", []))
    model.save_model(request["directory"] + "/" + case["name"] + ".cb.json", format="json")
`,
      { X, labels, cases, directory },
    );
  });

  it.each(cases.filter(({ name }) => name !== 'cut tables'))('$name', async ({ name }) => {
    const categoryNames = name === 'texts' ? { 3: texts(3), 4: texts(4) } : undefined;
    const model = await CatBoostModel.importNative(join(directory, `${name}.cb.json`), { categoryNames });
    await expectSameInOnnxruntime(model, T, directory);
  });

  it.each<[string, CatBoostConfig, number[]]>([
    ['three classes', {}, labels.classes.map((c) => c - 1)],
    ['one-hot', { categoricalFeatures: [3, 4], oneHotMaxSize: 50 }, labels.binary],
    [
      'one-hot of names',
      { categoricalFeatures: [3], categoryNames: { 3: ['a', 'bb', 'ü'] }, oneHotMaxSize: 5 },
      labels.binary,
    ],
    ['counts', { lossFunction: 'Poisson' }, labels.positive],
    ['statistics', { categoricalFeatures: [2, 3, 4], iterations: 60, oneHotMaxSize: 1 }, labels.together],
    ['statistics of classes', { categoricalFeatures: [3, 4], iterations: 40 }, labels.classes],
    [
      'statistics of names',
      { categoricalFeatures: [3, 4], categoryNames: { 3: texts(3), 4: texts(4) }, oneHotMaxSize: 1 },
      labels.binary,
    ],
  ])('trained here: %s', async (_title, config, y) => {
    const model = new CatBoostModel({ iterations: 12, ...config });
    await model.fit({ X, y });
    await expectSameInOnnxruntime(model, T, directory);
  });

  it('combinations of every kind and statistics of every type are among them', () => {
    const keys = (name: string) => {
      const file = JSON.parse(readFileSync(join(directory, `${name}.cb.json`), 'utf8'));
      return Object.keys(file.ctr_data).map((key) => JSON.parse(key));
    };
    const combinations = keys('statistics of combinations').map(({ identifier }) =>
      identifier.map((part: { combination_element: string }) => part.combination_element).join(),
    );
    const category = 'cat_feature_value';
    expect(combinations).toEqual(
      expect.arrayContaining([
        category,
        `${category},float_feature`,
        `${category},cat_feature_exact_value`,
        `${category},${category},cat_feature_exact_value`,
      ]),
    );
    const types = new Set(keys('every kind of statistic').map(({ type }) => type));
    expect([...types].sort()).toEqual(['BinarizedTargetMeanValue', 'Borders', 'Buckets', 'Counter']);
  });

  it('tables that were cut: a typed error says what to do', async () => {
    const model = await CatBoostModel.importNative(join(directory, 'cut tables.cb.json'));
    const exporting = model.exportOnnx(join(directory, 'cut.onnx'));
    await expect(exporting).rejects.toThrow(InvalidInputError);
    await expect(exporting).rejects.toThrow('ctr_leaf_count_limit=3');
  });

  it('categories known by their hash alone: a typed error says what to do', async () => {
    const model = await CatBoostModel.importNative(join(directory, 'texts.cb.json'));
    const error = await model.exportOnnx(join(directory, 'texts.onnx')).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InvalidInputError);
    expect((error as InvalidInputError).message).toContain('by its hash alone');
    expect((error as InvalidInputError).hint).toContain('categoryNames');
  });
});
