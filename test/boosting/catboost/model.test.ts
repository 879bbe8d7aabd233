/** `CatBoostModel` keeps every model's contract, takes CatBoost's parameters under their names, and its files keep it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ALIASES } from '../../../src/boosting/catboost/aliases.js';
import { type CatBoostConfig, CatBoostModel } from '../../../src/boosting/catboost/model.js';
import { ConfigError, ModelFormatError } from '../../../src/core/errors.js';
import { Matrix } from '../../../src/core/matrix.js';
import { Random } from '../../../src/core/random.js';

const directory = mkdtempSync(join(tmpdir(), 'holdfast-catboost-'));
afterAll(() => rmSync(directory, { recursive: true }));

const random = new Random(1);
const X = Matrix.zeros(400, 4);
for (let i = 0; i < X.rows; i++) {
  X.row(i).set([random.normal(), random.float() < 0.1 ? Number.NaN : random.normal(), random.int(5), random.normal()]);
}
const value = Float64Array.from({ length: X.rows }, (_, i) => X.row(i)[0] + (X.row(i)[2] === 3 ? 2 : 0));
const binary = value.map((v) => (v > 0.5 ? 1 : 0));
const classes = value.map((v) => (v > 1 ? 2.5 : v > 0 ? -1 : 0));

const problem = (config: object) => {
  try {
    new CatBoostModel(config as CatBoostConfig);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return `${(error as ConfigError).message} ${(error as ConfigError).hint}`;
  }
  return 'none';
};

describe('configuration', () => {
  it("takes CatBoost's names for ours", () => {
    const { config } = new CatBoostModel({
      n_estimators: 20,
      eta: 0.1,
      max_depth: 4,
      reg_lambda: 2,
      loss_function: 'RMSE',
      eval_metric: 'MAE',
      cat_features: [1, 'b'],
      random_state: 7,
      max_bin: 32,
    });
    expect(config).toMatchObject({
      iterations: 20,
      learningRate: 0.1,
      depth: 4,
      l2LeafReg: 2,
      lossFunction: 'RMSE',
      task: 'regression',
      metric: ['MAE'],
      categoricalFeatures: [1, 'b'],
      seed: 7,
      borderCount: 32,
    });
  });

  it.each([
    [{ iteration: 5 }, "'iterations'"],
    [{ depth: 17 }, 'depth'],
    [{ depth: 3, max_depth: 3 }, 'same parameter'],
    [{ lossFunction: 'Loglos' }, "'Logloss'"],
    [{ lossFunction: 'Quantile:alpha=2' }, 'between 0 and 1'],
    [{ lossFunction: 'Quantile:beta=0.2' }, "no parameter 'beta'"],
    [{ lossFunction: 'Huber' }, "needs 'delta'"],
    [{ lossFunction: 'RMSE', task: 'classification' }, 'regression'],
    [{ simpleCtr: 'Border' }, 'Borders'],
    [{ simpleCtr: 'Borders:CtrBorderCount=0' }, '1 .. 255'],
    [{ combinationsCtr: ['Counter:Prior=x'] }, 'share'],
    [{ scalePosWeight: 2, autoClassWeights: 'Balanced' }, 'exclude'],
    [{ earlyStoppingRounds: 5, odWait: 6 }, 'odWait'],
    [{ growPolicy: 'Leafwise' }, 'growPolicy'],
    [{ growPolicy: 'Depthwise', maxLeaves: 8 }, "'Lossguide'"],
    [{ growPolicy: 'Depthwise', boostingType: 'Ordered' }, 'symmetric'],
    [{ growPolicy: 'Lossguide', samplingFrequency: 'PerTreeLevel' }, 'levels'],
    [{ bootstrapType: 'Poisson' }, 'bootstrapType'],
    [{ borderCount: 256 }, 'borderCount'],
    [{ rsm: 0 }, 'rsm'],
    [{ ignored_features: [1] }, 'leave these columns out'],
    [{ model_shrink_rate: 0.1 }, 'cannot be used here'],
    [{ langevin: true }, 'langevin'],
    [{ minDataInLeafs: 5 }, 'minDataInLeafs'],
  ])('%j is a ConfigError that says what to do', (config, text) => {
    expect(problem(config)).toContain(text);
  });

  it.each<[string, CatBoostConfig, ArrayLike<number>, string]>([
    ['an unknown metric', { metric: 'AUCC' }, binary, "'AUC'"],
    ['an unknown column', { categoricalFeatures: ['clas'] }, binary, "'class'"],
    ['a column beyond the last', { categoricalFeatures: [4] }, binary, 'column numbers'],
    ['Logloss of three classes', { lossFunction: 'Logloss' }, classes, 'MultiClass'],
    ['exact leaves of a mean', { leafEstimationMethod: 'Exact' }, binary, 'default goes with the loss'],
    ['Newton leaves of a median', { lossFunction: 'MAE', leafEstimationMethod: 'Newton' }, value, 'default goes'],
    ['the average of classes', { boostFromAverage: true }, classes, 'default goes'],
    ['too many class weights', { classWeights: [1, 2, 3] }, binary, 'Classes: 0, 1'],
    ['the weight of no class', { classWeights: { 7: 2 } }, binary, 'Classes: 0, 1'],
  ])('%s is a ConfigError when training', async (_, config, y, hint) => {
    const fit = new CatBoostModel({ iterations: 2, ...config }).fit({ X, y, featureNames: ['a', 'b', 'class', 'd'] });
    await expect(fit).rejects.toMatchObject({ code: 'CONFIG', hint: expect.stringContaining(hint) });
  });

  it("CatBoost's own defaults may be given under its names", () => {
    const config = {
      model_shrink_rate: 0,
      fold_len_multiplier: 2,
      langevin: false,
      best_model_min_trees: 1,
      class_names: null,
    };
    expect(problem(config)).toBe('none');
  });

  it.each<[string, CatBoostConfig, string[]]>([
    [
      'what shapes no model',
      { verbose: false, min_data_in_leaf: 5 },
      ['verbose has no effect', 'minDataInLeaf has no effect'],
    ],
    [
      'a bootstrap that is not used',
      { baggingTemperature: 1, bootstrapType: 'No', subsample: 0.5, samplingFrequency: 'PerTree' },
      ['baggingTemperature has', 'subsample has', 'samplingFrequency has'],
    ],
    [
      'what is for categories',
      { oneHotMaxSize: 5, counterCalcMethod: 'Full', hasTime: true },
      ['oneHotMaxSize has', 'counterCalcMethod has', 'hasTime has'],
    ],
    [
      'steps of leaves without steps',
      { leafEstimationMethod: 'Simple', leafEstimationIterations: 3 },
      ['leafEstimationIterations'],
    ],
    ['a detector that is off', { odWait: 5 }, ['odWait has no effect without a detector']],
    ['noise that is none', { randomStrength: 0, randomScoreType: 'Gumbel' }, ['randomScoreType']],
    ['the best of nothing to compare', { useBestModel: true }, ['useBestModel has no effect without validation rows']],
    [
      'what training has not',
      { randomScoreType: 'Gumbel', leafEstimationBacktracking: 'Armijo' },
      ["randomScoreType 'Gumbel' is taken as", "leafEstimationBacktracking 'Armijo' is taken as 'AnyImprovement'"],
    ],
  ])('%s is warned of, in the metrics', async (_, config, wanted) => {
    const { warnings } = await new CatBoostModel({ iterations: 2, ...config }).fit({ X, y: binary });
    expect(warnings).toHaveLength(wanted.length);
    wanted.forEach((text, i) => {
      expect(warnings[i]).toContain(text);
    });
  });
});

describe('docs/models/catboost.md', () => {
  const page = readFileSync(new URL('../../../docs/models/catboost.md', import.meta.url), 'utf8');

  it.each(Object.entries(ALIASES))('has a row for %s with every alias', (name, aliases) => {
    const row = page.split('\n').find((line) => line.startsWith(`| \`${name}\` |`)) ?? '';
    const cells = row.split('|').map((cell) => cell.trim());
    expect(cells[4]).toBe(aliases.map((alias) => `\`${alias}\``).join(', '));
  });
});

describe('training', () => {
  it('class weights are the weights of their rows', async () => {
    const config = { iterations: 8, bootstrapType: 'No', randomStrength: 0 } as const;
    const byClass = new CatBoostModel({ ...config, classWeights: { 0: 1, 1: 3 } });
    const byRow = new CatBoostModel(config);
    await byClass.fit({ X, y: binary });
    await byRow.fit({ X, y: binary, weights: Float32Array.from(binary, (label) => (label === 1 ? 3 : 1)) });
    expect(await byClass.predictScores(X)).toEqual(await byRow.predictScores(X));
  });

  it('early stopping watches the first metric and keeps the best iteration', async () => {
    const model = new CatBoostModel({ iterations: 60, learningRate: 0.5, metric: ['AUC'], earlyStoppingRounds: 5 });
    const half = Array.from({ length: 200 }, (_, i) => i);
    const noise = new Random(5);
    const y = binary.map((label) => (noise.float() < 0.2 ? 1 - label : label));
    const metrics = await model.fit({
      X: X.take(half),
      y: y.slice(0, 200),
      validation: { X: X.take(half.map((i) => i + 200)), y: y.slice(200) },
    });
    const auc = metrics.evaluations?.validation?.AUC ?? [];
    expect(metrics.earlyStopped).toBe(true);
    expect(auc.indexOf(Math.max(...auc)) + 1).toBe(metrics.bestEpoch);
    expect((await model.predictLeaves(X)).length).toBe(X.rows * metrics.bestEpoch);
  });
});

describe('files', () => {
  it.each([
    ['two classes', binary, {}],
    ['three classes', classes, {}],
    ['values', value, { task: 'regression' }],
  ] as const)('of %s keep the model: directory, JSON and cbm', async (title, y, config) => {
    const model = new CatBoostModel({ iterations: 10, depth: 4, earlyStoppingRounds: 0, odWait: 7, ...config });
    await model.fit({ X, y, featureNames: ['a', 'b', 'c', 'säule'] });
    const want = await model.predict(X);
    const saved = join(directory, title);
    await model.save(saved);
    await model.exportNative(`${saved}.json`);
    await model.exportNative(`${saved}.cbm`);
    const others = [
      await CatBoostModel.load(saved),
      await CatBoostModel.importNative(`${saved}.json`),
      await CatBoostModel.importNative(`${saved}.cbm`),
    ];
    for (const other of others) {
      expect(await other.predict(X)).toEqual(want);
      expect(other.classes).toEqual(model.classes);
      expect(other.featureNames).toEqual(['a', 'b', 'c', 'säule']);
      expect(other.featureImportance()).toEqual(model.featureImportance());
    }
    expect(others[1].config).toMatchObject({ iterations: 10, depth: 4 });
  });

  it('a file that is none, or not there, is a ModelFormatError', async () => {
    await expect(CatBoostModel.importNative(join(directory, 'none.json'))).rejects.toThrow(ModelFormatError);
    await expect(CatBoostModel.importNative(import.meta.filename)).rejects.toThrow(ModelFormatError);
  });
});
