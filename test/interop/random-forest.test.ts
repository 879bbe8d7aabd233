/**
 * Forests and trees beside scikit-learn's: a tree that draws nothing is the same tree on columns of few values; forests, which draw other
 * numbers, are as good as scikit-learn's within what its own seeds differ by.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RandomForestConfig, RandomForestModel } from '../../src/classical/index.js';
import { Random } from '../../src/core/random.js';
import { itWithData } from '../shared-data.js';
import { expectSameInOnnxruntime } from './onnx-check.js';
import { runPython } from './python.js';
import { randomSplit, readRealData } from './real-data.js';

const script = fileURLToPath(new URL('./random_forest_peer.py', import.meta.url));

interface Problem {
  kind: 'tree' | 'forest' | 'extra';
  task: 'classification' | 'regression';
  X: number[][];
  y: number[];
  test: number[][];
  weights?: number[];
  params?: Record<string, unknown>;
  seeds?: number[];
}

interface Answer {
  values: (number | number[])[];
  importances: number[];
  leaves: number;
  depth: number;
  oob: number;
}

const ask = async (problems: Problem[]) => (await runPython(script, problems)) as Answer[][];

/** Columns of few values with noise in their own right, so that scores of two cuts are hardly ever equal. */
function table(seed: number, rows: number, classes: number, missing = 0) {
  const random = new Random(seed);
  const X = Array.from({ length: rows }, () =>
    Array.from({ length: 5 }, (_, j) => (random.float() < missing ? Number.NaN : random.int(40 + 40 * j) ** 2)),
  );
  const at = (row: number[], j: number) => (Number.isNaN(row[j]) ? 700 : row[j]);
  const score = X.map((row) => at(row, 0) / 400 + (at(row, 1) > 3000 ? 1 : 0) + at(row, 2) / 8000 + random.normal());
  const y = classes > 0 ? score.map((s) => Math.max(0, Math.min(classes - 1, Math.floor((s * classes) / 5)))) : score;
  return { X, y };
}

const TREES: Record<
  string,
  { task: Problem['task']; params: Record<string, unknown>; weighted?: boolean; missing?: number }
> = {
  'gini, limits': { task: 'classification', params: { min_samples_leaf: 10, max_depth: 8 } },
  'entropy, missing values': {
    task: 'classification',
    params: { criterion: 'entropy', min_samples_leaf: 20 },
    missing: 0.1,
  },
  'gini, few leaves, weighted': {
    task: 'classification',
    params: { max_leaf_nodes: 25, min_samples_leaf: 5 },
    weighted: true,
  },
  'gini, class weights': {
    task: 'classification',
    params: { class_weight: { 0: 1, 1: 3, 2: 0.5 }, min_samples_leaf: 15 },
  },
  'gini, balanced': { task: 'classification', params: { class_weight: 'balanced', max_leaf_nodes: 40 } },
  'gini, pruned': { task: 'classification', params: { ccp_alpha: 0.002, min_samples_leaf: 5 } },
  'gini, least decrease': { task: 'classification', params: { min_impurity_decrease: 0.001, min_samples_leaf: 5 } },
  'squared error': { task: 'regression', params: { min_samples_leaf: 10 } },
  'squared error, pruned, weighted': {
    task: 'regression',
    params: { ccp_alpha: 0.003, min_samples_leaf: 4 },
    weighted: true,
  },
  'squared error, missing values, least weight': {
    task: 'regression',
    params: { min_weight_fraction_leaf: 0.02 },
    missing: 0.1,
  },
  'absolute error': { task: 'regression', params: { criterion: 'absolute_error', min_samples_leaf: 20 } },
  'absolute error, weighted': {
    task: 'regression',
    params: { criterion: 'absolute_error', min_samples_leaf: 30 },
    weighted: true,
  },
  poisson: { task: 'regression', params: { criterion: 'poisson', min_samples_leaf: 20 } },
};

describe("one tree and scikit-learn's", async () => {
  const problems = Object.entries(TREES).map(([name, { task, params, weighted, missing = 0 }]): Problem => {
    const { X, y } = table(name.length, 900, task === 'classification' ? 3 : 0, missing);
    const positive = params.criterion === 'poisson' ? y.map((v) => Math.max(0, v)) : y;
    const random = new Random(9);
    const weights = weighted ? y.map(() => 1 + random.int(5)) : undefined;
    return { kind: 'tree', task, X, y: positive, test: X, params, ...(weights ? { weights } : {}) };
  });
  const answers = await ask(problems);

  it.each(Object.keys(TREES))('are the same: %s', async (name) => {
    const at = Object.keys(TREES).indexOf(name);
    const { task, X, y, params, weights } = problems[at];
    const [{ values, importances, leaves }] = answers[at];
    const config = { ...params, task, nTrees: 1, bootstrap: false, maxFeatures: null } as RandomForestConfig;
    const model = new RandomForestModel(config);
    await model.fit({ X, y, weights });
    const { probabilities, predictions } = await model.predict(X);
    const own = probabilities ? Array.from(probabilities.data) : Array.from(predictions);
    const other = values.flat();
    const different = own.filter((value, i) => Math.abs(value - other[i]) > 1e-5).length / own.length;
    // A tie that falls the other way moves the rows below it.
    expect(different).toBeLessThan(0.05);
    expect(new Set(await model.predictLeaves(X)).size).toBe(leaves);
    const gain = model.featureImportance('gain')?.values ?? [];
    importances.forEach((importance, j) => {
      expect(Math.abs(importance - gain[j])).toBeLessThan(0.01);
    });
  });
});

describe("forests and scikit-learn's", () => {
  let directory = '';
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'holdfast-forest-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  const spread = (values: number[]) => {
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const sd = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1));
    return { mean, sd };
  };
  /** Within four standard errors of the difference of two means of `n` seeds, and never judged finer than `least`. */
  const expectNear = (ours: number[], theirs: number[], least: number) => {
    const [a, b] = [spread(ours), spread(theirs)];
    const error = Math.sqrt((a.sd ** 2 + b.sd ** 2) / ours.length);
    expect(Math.abs(a.mean - b.mean)).toBeLessThan(4 * error + least);
  };
  const logLossOf = (values: number[][], y: number[]) =>
    -y.reduce((sum, k, i) => sum + Math.log(Math.max(values[i][k], 1e-3)), 0) / y.length;
  const mseOf = (values: number[], y: number[]) => y.reduce((sum, v, i) => sum + (values[i] - v) ** 2, 0) / y.length;
  const SEEDS = [1, 2, 3, 4, 5];

  for (const { file, label, kind, params } of [
    { file: 'sklearn-breast-cancer.csv.gz', label: 'target', kind: 'forest', params: {} },
    { file: 'sklearn-wine.csv.gz', label: 'target', kind: 'forest', params: { criterion: 'entropy' } },
    { file: 'sklearn-digits.csv.gz', label: 'target', kind: 'forest', params: {} },
    { file: 'sklearn-digits.csv.gz', label: 'target', kind: 'extra', params: {} },
    { file: 'sklearn-breast-cancer.csv.gz', label: 'target', kind: 'extra', params: { max_depth: 6 } },
    { file: 'sklearn-diabetes.csv.gz', label: 'target', kind: 'forest', params: {} },
    { file: 'sklearn-diabetes.csv.gz', label: 'target', kind: 'extra', params: { min_samples_leaf: 3 } },
  ] as const) {
    itWithData(file, `are as good: ${file}, ${kind} ${JSON.stringify(params)}`, async (path) => {
      const task = file.includes('diabetes') ? 'regression' : 'classification';
      const { train, test } = randomSplit(readRealData(path, label), 0.7, 3);
      const oob = kind === 'forest' ? { oob_score: true } : {};
      const settings = { ...params, ...oob, n_estimators: 40 };
      const problem: Problem = { kind, task, ...train, test: test.X, params: settings, seeds: SEEDS };
      const [theirs] = await ask([problem]);
      const ours = await Promise.all(
        SEEDS.map(async (seed) => {
          const model = new RandomForestModel({ ...settings, task, extraTrees: kind === 'extra', seed });
          await model.fit(train);
          const { probabilities, predictions } = await model.predict(test.X);
          const values = probabilities
            ? test.X.map((_, i) => Array.from(probabilities.row(i)))
            : Array.from(predictions);
          return { values, oob: model.oobScore ?? Number.NaN, importances: model.featureImportance()?.values ?? [] };
        }),
      );
      if (task === 'classification') {
        const losses = (all: { values: unknown }[]) => all.map(({ values }) => logLossOf(values as number[][], test.y));
        expectNear(losses(ours), losses(theirs), 0.01);
      } else {
        const errors = (all: { values: unknown }[]) => all.map(({ values }) => mseOf(values as number[], test.y));
        expectNear(errors(ours), errors(theirs), 20);
      }
      if (kind === 'forest')
        expectNear(
          ours.map((o) => o.oob),
          theirs.map((o) => o.oob),
          0.01,
        );
      theirs[0].importances.forEach((_, j) => {
        expectNear(
          ours.map((o) => o.importances[j]),
          theirs.map((o) => o.importances[j]),
          0.01,
        );
      });
    });
  }

  it('weigh a row as much as its copies', async () => {
    const { X, y } = table(4, 300, 3);
    const weights = y.map((_, i) => 1 + (i % 3));
    const copies = X.flatMap((row, i) => Array.from({ length: weights[i] }, () => row));
    const labels = y.flatMap((label, i) => Array.from({ length: weights[i] }, () => label));
    for (const config of [
      { bootstrap: false, maxFeatures: 2 },
      { bootstrap: false, criterion: 'entropy' as const },
    ]) {
      const [weighted, copied] = [new RandomForestModel(config), new RandomForestModel(config)];
      await weighted.fit({ X, y, weights });
      await copied.fit({ X: copies, y: labels });
      const [a, b] = [await weighted.predict(X), await copied.predict(X)];
      a.probabilities?.data.forEach((p, i) => {
        expect(Math.abs(p - (b.probabilities?.data[i] ?? 0))).toBeLessThan(1e-6);
      });
    }
  });

  it('are the same in onnxruntime', async () => {
    const { X, y } = table(6, 500, 3, 0.05);
    for (const config of [{ nTrees: 25 }, { nTrees: 10, extraTrees: true, maxDepth: 5 }]) {
      const model = new RandomForestModel(config);
      await model.fit({ X, y });
      await expectSameInOnnxruntime(model, X.slice(0, 200), directory);
    }
    const values = table(7, 500, 0, 0.05);
    const model = new RandomForestModel({ task: 'regression', nTrees: 25 });
    await model.fit(values);
    await expectSameInOnnxruntime(model, values.X.slice(0, 200), directory);
  });
});
