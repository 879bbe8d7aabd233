/** Every parameter of LightGBM in some combination with others: models open both ways and predict the same; names are LightGBM's. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ALIASES, CANONICAL, nativeName, type ParameterName } from '../../src/boosting/lightgbm/aliases.js';
import { type LightGBMConfig, LightGBMModel } from '../../src/boosting/lightgbm/model.js';
import { OTHER_ALIASES } from '../../src/boosting/lightgbm/other-parameters.js';
import { expectSame, inPython, outputsOf, table, targets } from './lightgbm-jobs.js';
import { runPython } from './python.js';

const directory = mkdtempSync(join(tmpdir(), 'holdfast-combinations-'));
afterAll(() => rmSync(directory, { recursive: true }));

const X = table(900, 21);
const T = [...table(200, 22), [0, 0, 0, 0, 0], [1e30, -1e30, 1e-36, 99, -1], new Array<number>(5).fill(Number.NaN)];
const { value, binary, classes } = targets(X, 23);
const positive = value.map((v) => Math.exp(v / 2));
const share = value.map((v) => 1 / (1 + Math.exp(-v)));
const weight = value.map((_, i) => 0.5 + (i % 4));
const ROUNDS = 12;

interface Combination {
  /** Under LightGBM's names, as given to both sides. */
  params: LightGBMConfig;
  y: number[];
  weighted?: boolean;
  categorical?: number[];
}
const bagged = { bagging_fraction: 0.7, bagging_freq: 2, bagging_seed: 5 };
const COMBINATIONS: Record<string, Combination> = {
  'binary, small leaves': { params: { objective: 'binary', num_leaves: 7, min_data_in_leaf: 5 }, y: binary },
  'binary, a weight of the positive': { params: { objective: 'binary', scale_pos_weight: 3, sigmoid: 1.5 }, y: binary },
  'binary, unbalanced, weighted': { params: { objective: 'binary', is_unbalance: true }, y: binary, weighted: true },
  'binary from zero, deep': {
    params: { objective: 'binary', boost_from_average: false, max_depth: 4, lambda_l1: 0.3, lambda_l2: 2 },
    y: binary,
  },
  'three classes': { params: { objective: 'multiclass', num_class: 3, min_gain_to_split: 0.05 }, y: classes },
  'three classes, sampled': {
    params: { objective: 'multiclass', num_class: 3, ...bagged, feature_fraction: 0.8, feature_fraction_seed: 4 },
    y: classes,
    weighted: true,
  },
  'one against all': { params: { objective: 'multiclassova', num_class: 3, sigmoid: 0.8 }, y: classes },
  'one against all, unbalanced dart': {
    params: {
      objective: 'multiclassova',
      num_class: 3,
      is_unbalance: true,
      boosting: 'dart',
      drop_rate: 0.3,
      drop_seed: 2,
    },
    y: classes,
  },
  l2: { params: { objective: 'regression', learning_rate: 0.3, max_bin: 40, min_data_in_bin: 5 }, y: value },
  'l2 of roots': { params: { objective: 'regression', reg_sqrt: true }, y: value },
  'l2, bins of few rows': {
    params: {
      objective: 'regression',
      bin_construct_sample_cnt: 300,
      enable_bundle: false,
      min_sum_hessian_in_leaf: 10,
    },
    y: value,
  },
  l1: { params: { objective: 'regression_l1', path_smooth: 2 }, y: value },
  huber: { params: { objective: 'huber', alpha: 0.7, max_delta_step: 0.4 }, y: value },
  fair: { params: { objective: 'fair', fair_c: 2, feature_fraction_bynode: 0.6 }, y: value, weighted: true },
  quantile: { params: { objective: 'quantile', alpha: 0.3, ...bagged }, y: value },
  mape: { params: { objective: 'mape' }, y: value },
  poisson: { params: { objective: 'poisson', poisson_max_delta_step: 0.5 }, y: positive },
  gamma: { params: { objective: 'gamma', extra_trees: true, extra_seed: 3 }, y: positive },
  tweedie: { params: { objective: 'tweedie', tweedie_variance_power: 1.2 }, y: positive, weighted: true },
  'cross-entropy': { params: { objective: 'cross_entropy' }, y: share },
  'cross-entropy of exposures': { params: { objective: 'cross_entropy_lambda' }, y: share, weighted: true },
  'goss, monotone': {
    params: {
      objective: 'binary',
      data_sample_strategy: 'goss',
      top_rate: 0.3,
      other_rate: 0.2,
      learning_rate: 0.5,
      monotone_constraints: [1, 0, 0, 0, 1],
      monotone_penalty: 0.5,
      monotone_constraints_method: 'basic',
    },
    y: binary,
  },
  'dart as XGBoost': {
    params: {
      objective: 'regression',
      boosting: 'dart',
      xgboost_dart_mode: true,
      uniform_drop: true,
      skip_drop: 0,
      max_drop: 3,
    },
    y: value,
  },
  'a forest with categories': {
    params: { objective: 'binary', boosting: 'rf', ...bagged, feature_fraction: 0.9, max_cat_to_onehot: 20 },
    y: binary,
    categorical: [3],
  },
  'categories, many against many': {
    params: {
      objective: 'regression',
      cat_smooth: 2,
      cat_l2: 1,
      max_cat_threshold: 6,
      min_data_per_group: 10,
      max_cat_to_onehot: 2,
    },
    y: value,
    categorical: [3],
  },
  'categories of three classes': {
    params: { objective: 'multiclass', num_class: 3, max_cat_to_onehot: 1, min_data_per_group: 5 },
    y: classes,
    categorical: [3],
  },
  'bagging by label, interactions': {
    params: {
      objective: 'binary',
      pos_bagging_fraction: 0.5,
      neg_bagging_fraction: 0.9,
      bagging_freq: 1,
      interaction_constraints: [
        [0, 1],
        [2, 3, 4],
      ],
      seed: 7,
    },
    y: binary,
  },
};
const cases = Object.entries(COMBINATIONS);
const settingsOf = ({ params, categorical }: Combination): LightGBMConfig => ({
  ...params,
  ...(categorical ? { categorical_feature: categorical } : {}),
});
const fileOf = (name: string, who: string) => join(directory, `${who}-${name}.txt`);

describe('combinations of parameters', () => {
  it('trained here, Python predicts the same', async () => {
    const outputs: ArrayLike<number>[] = [];
    for (const [name, combination] of cases) {
      const model = new LightGBMModel({ num_iterations: ROUNDS, ...settingsOf(combination) });
      const weights = combination.weighted ? Float32Array.from(weight) : undefined;
      const { warnings } = await model.fit({ X, y: combination.y, weights });
      expect(warnings, name).toEqual([]);
      await model.exportNative(fileOf(name, 'ours'));
      outputs.push(await outputsOf(model, T));
    }
    const answers = await inPython(
      { X, y: value, T },
      cases.map(([name]) => ({ file: fileOf(name, 'ours') })),
    );
    for (const [i, [name]] of cases.entries()) {
      const { output, trees } = answers[i];
      expect(trees, name).toBe(ROUNDS * (name.includes('classes') || name.includes('against all') ? 3 : 1));
      expectSame(outputs[i], sumToOne(name, output), name);
    }
  });

  it('trained in Python, it predicts the same here and can be written and opened there again', async () => {
    const jobs = cases.map(([name, { params, y, weighted, categorical }]) => ({
      params,
      y,
      rounds: ROUNDS,
      file: fileOf(name, 'theirs'),
      ...(weighted ? { weight } : {}),
      ...(categorical ? { features: categorical } : {}),
    }));
    const trained = await inPython({ X, y: value, T }, jobs);
    for (const [i, [name]] of cases.entries()) {
      const model = await LightGBMModel.importNative(fileOf(name, 'theirs'));
      expectSame(await outputsOf(model, T), sumToOne(name, trained[i].output), name);
      await model.exportNative(fileOf(name, 'again'));
    }
    const again = await inPython(
      { X, y: value, T },
      cases.map(([name]) => ({ file: fileOf(name, 'again') })),
    );
    for (const [i, [name]] of cases.entries()) {
      // A forest's leaves are divided here, so that its raw scores are means.
      const scale = name.includes('forest') ? ROUNDS : 1;
      expectSame(
        trained[i].raw.flat().map((score) => score / scale),
        again[i].raw,
        name,
      );
    }
  });

  it('name every parameter that changes a model', () => {
    const named = new Set(
      cases.flatMap(([, combination]) => Object.keys(settingsOf(combination)).map((key) => CANONICAL.get(key))),
    );
    const elsewhere =
      /^(task|numIterations|threads|metric|multiErrorTopK|isProvide|firstMetric|earlyStopping|checkpoint|engine|native|device|treeLearner|machines|numMachines|localListen|timeOut)/;
    const missing = Object.keys(ALIASES).filter(
      (name) => !named.has(name as ParameterName) && !elsewhere.test(name) && !Object.hasOwn(OTHER_ALIASES, name),
    );
    expect(missing).toEqual([]);
  });
});

describe("LightGBM's names", () => {
  it('every parameter is known by every name that the library itself knows it by', async () => {
    const theirs = (await runPython(
      'import json; from lightgbm.basic import _ConfigAliases as a; print(json.dumps({k: sorted(v) for k, v in a._get_all_param_aliases().items()}))',
    )) as Record<string, string[]>;
    const ours = new Map(Object.keys(ALIASES).map((name) => [nativeName(name as ParameterName), name]));
    for (const [main, names] of Object.entries(theirs)) {
      const name = ours.get(main);
      // The library's `task` is train or predict.
      if (name === undefined || main === 'task') continue;
      for (const alias of names) expect(CANONICAL.get(alias), alias).toBe(name);
    }
  });
});

/** LightGBM's probabilities of one-against-all do not sum to 1; here they are divided by their sum. */
function sumToOne(name: string, output: (number | number[])[]): (number | number[])[] {
  if (!name.includes('against all')) return output;
  return output.map((row) => {
    const all = [row].flat();
    const sum = all.reduce((a, b) => a + b, 0);
    return all.map((p) => p / sum);
  });
}
