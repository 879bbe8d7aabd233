/** XGBoost's and CatBoost's models, opened from their libraries' files, predict in onnxruntime what their libraries predict. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CatBoostModel } from '../../src/boosting/catboost/model.js';
import { XGBoostModel } from '../../src/boosting/xgboost/model.js';
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
};

interface Case {
  name: string;
  y: keyof typeof labels;
  params: Record<string, unknown>;
  /** Columns of categories. */
  categorical?: number[];
}

describe('XGBoost', () => {
  const cases: Case[] = [
    { name: 'logistic', y: 'binary', params: { objective: 'binary:logistic' } },
    { name: 'raw scores', y: 'binary', params: { objective: 'binary:logitraw' } },
    { name: 'hinge', y: 'binary', params: { objective: 'binary:hinge' } },
    { name: 'softprob', y: 'classes', params: { objective: 'multi:softprob', num_class: 3 } },
    { name: 'squared error', y: 'value', params: { objective: 'reg:squarederror', max_depth: 9 } },
    { name: 'poisson', y: 'positive', params: { objective: 'count:poisson' } },
    { name: 'quantiles', y: 'value', params: { objective: 'reg:quantileerror', quantile_alpha: [0.1, 0.5, 0.8] } },
    { name: 'dart', y: 'binary', params: { objective: 'binary:logistic', booster: 'dart', rate_drop: 0.3 } },
    { name: 'forest', y: 'binary', params: { objective: 'binary:logistic', num_parallel_tree: 3, subsample: 0.7 } },
    { name: 'linear', y: 'classes', params: { objective: 'multi:softprob', num_class: 3, booster: 'gblinear' } },
    { name: 'categorical', y: 'binary', params: { objective: 'binary:logistic' }, categorical: [3, 4] },
    {
      name: 'vector leaves',
      y: 'classes',
      params: { objective: 'multi:softprob', num_class: 3, multi_strategy: 'multi_output_tree', tree_method: 'hist' },
    },
  ];
  beforeAll(async () => {
    await runPython(
      `import json, sys
import numpy as np, xgboost as xgb
request = json.load(sys.stdin)
X = np.asarray(request["X"], dtype=np.float32)
for case in request["cases"]:
    types = ["c" if j in case.get("categorical", []) else "q" for j in range(X.shape[1])]
    data = xgb.DMatrix(X, label=np.asarray(request["labels"][case["y"]]), feature_types=types, enable_categorical=True)
    booster = xgb.train({"nthread": 1, "verbosity": 0, **case["params"]}, data, 12)
    booster.save_model(request["directory"] + "/" + case["name"] + ".json")
`,
      { X, labels, cases, directory },
    );
  });

  it.each(cases)('$name', async ({ name }) => {
    const model = await XGBoostModel.importNative(join(directory, `${name}.json`));
    await expectSameInOnnxruntime(model, T, directory);
  });

  it('trained here', async () => {
    const model = new XGBoostModel({ numIterations: 20, maxDepth: 4 });
    await model.fit({ X, y: labels.classes.map((c) => c - 1) });
    const { operators } = await expectSameInOnnxruntime(model, T, directory);
    expect(operators).toContain('TreeEnsembleRegressor');
  });
});

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
  ];
  beforeAll(async () => {
    await runPython(
      `import json, sys
import catboost, numpy as np, pandas as pd
request = json.load(sys.stdin)
X = np.asarray(request["X"], dtype=np.float32)
for case in request["cases"]:
    frame = pd.DataFrame(X)
    for column in case.get("categorical", []):
        frame[column] = ["nan" if np.isnan(v) else str(int(v)) for v in X[:, column]]
    model = catboost.CatBoost({"iterations": 12, "thread_count": 1, "verbose": 0, "allow_writing_files": False, **case["params"]})
    model.fit(frame, np.asarray(request["labels"][case["y"]]), cat_features=case.get("categorical", []))
    model.save_model(request["directory"] + "/" + case["name"] + ".cb.json", format="json")
`,
      { X, labels, cases, directory },
    );
  });

  it.each(cases.filter(({ name }) => name !== 'statistics'))('$name', async ({ name }) => {
    const model = await CatBoostModel.importNative(join(directory, `${name}.cb.json`));
    await expectSameInOnnxruntime(model, T, directory);
  });

  it('target statistics have no form: a typed error says what to do', async () => {
    const model = await CatBoostModel.importNative(join(directory, 'statistics.cb.json'));
    const error = await model.exportOnnx(join(directory, 'statistics.onnx')).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InvalidInputError);
    expect((error as InvalidInputError).hint).toContain('oneHotMaxSize');
  });
});
