import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ALIASES } from '../../../src/boosting/lightgbm/aliases.js';
import { type LightGBMConfig, lightgbmConfig } from '../../../src/boosting/lightgbm/config.js';
import { ConfigError } from '../../../src/core/errors.js';

const parse = (config: unknown) => lightgbmConfig.parse(config, 'lightgbm');

function errorOf(config: unknown): ConfigError {
  try {
    parse(config);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return error as ConfigError;
  }
  throw new Error('the configuration was accepted');
}

describe('LightGBM configuration', () => {
  it("has LightGBM's defaults", () => {
    expect(parse({})).toEqual({
      task: 'classification',
      boostFromAverage: true,
      numIterations: 100,
      learningRate: 0.1,
      numLeaves: 31,
      maxDepth: -1,
      minDataInLeaf: 20,
      minSumHessianInLeaf: 1e-3,
      baggingFraction: 1,
      baggingFreq: 0,
      featureFraction: 1,
      maxDeltaStep: 0,
      pathSmooth: 0,
      extraTrees: false,
      featureFractionBynode: 1,
      monotoneConstraintsMethod: 'basic',
      monotonePenalty: 0,
      lambdaL1: 0,
      lambdaL2: 0,
      minGainToSplit: 0,
      maxBin: 255,
      minDataInBin: 3,
      enableBundle: true,
      binSampleCount: 200_000,
      earlyStoppingRounds: 0,
      earlyStoppingMinDelta: 0,
      earlyStoppingSet: 'validation',
      engine: 'wasm',
      checkpointInterval: 10,
      categoricalFeatures: [],
      catSmooth: 10,
      catL2: 10,
      maxCatThreshold: 32,
      maxCatToOnehot: 4,
      minDataPerGroup: 100,
    });
  });

  it('takes a configuration pasted from Python', () => {
    const config = parse({
      objective: 'binary',
      boosting_type: 'gbdt',
      n_estimators: 300,
      eta: 0.05,
      num_leaves: 63,
      min_child_samples: 5,
      reg_lambda: 2,
      subsample: 0.8,
      subsample_freq: 1,
      colsample_bytree: 0.5,
      random_state: 7,
      n_jobs: 2,
    });
    expect(config).toMatchObject({
      task: 'classification',
      objective: 'binary',
      numIterations: 300,
      learningRate: 0.05,
      numLeaves: 63,
      minDataInLeaf: 5,
      lambdaL2: 2,
      baggingFraction: 0.8,
      baggingFreq: 1,
      featureFraction: 0.5,
      seed: 7,
      threads: 2,
    });
    expect(Object.keys(config)).not.toContain('n_estimators');
  });

  it('every alias means the parameter it stands for', () => {
    const samples: Record<string, unknown> = {
      objective: 'regression',
      boosting: 'gbdt',
      dataSampleStrategy: 'goss',
      topRate: 0.5,
      otherRate: 0.5,
      posBaggingFraction: 0.5,
      negBaggingFraction: 0.5,
      dropRate: 0.5,
      skipDrop: 0.25,
      uniformDrop: true,
      xgboostDartMode: true,
      metric: 'auc',
      firstMetricOnly: true,
      baggingFraction: 0.5,
      featureFraction: 0.5,
      linearTree: false,
      zeroAsMissing: false,
      tweedieVariancePower: 1.2,
      regSqrt: true,
      boostFromAverage: false,
      nativeLibrary: 'lib_lightgbm.so',
      nativeParameters: { gpu_device_id: 1 },
      deviceType: 'cuda',
      treeLearner: 'data',
      machines: '10.0.0.1:12400,10.0.0.2:12400',
      enableBundle: false,
      extraTrees: true,
      featureFractionBynode: 0.5,
      monotoneConstraints: [1, 0],
      monotoneConstraintsMethod: 'basic',
      interactionConstraints: [[0, 1], ['a']],
      categoricalFeatures: [0, 'city'],
    };
    const flags = /^(is|force|enable|use|twoRound|prePart|featurePre|quant|stochastic)/;
    for (const [name, aliases] of Object.entries(ALIASES)) {
      const value = samples[name] ?? (flags.test(name) ? true : 3);
      const engine = name.startsWith('native') ? { engine: 'native' } : {};
      for (const alias of aliases) expect(parse({ ...engine, [alias]: value }), alias).toMatchObject({ [name]: value });
    }
  });

  it("takes LightGBM's text forms of categorical features", () => {
    const features = (text: unknown) => parse({ categorical_feature: text }).categoricalFeatures;
    expect(features('0,2, 5')).toEqual([0, 2, 5]);
    expect(features('name:city,user id')).toEqual(['city', 'user id']);
    expect(features('auto')).toEqual([]);
    expect(features('')).toEqual([]);
    expect(errorOf({ categoricalFeatures: [-1] }).message).toMatch(/categoricalFeatures/);
    expect(errorOf({ categoricalFeatures: [0.5] }).message).toMatch(/categoricalFeatures/);
    expect(errorOf({ catSmooth: -1 }).message).toMatch(/catSmooth/);
    expect(errorOf({ maxCatThreshold: 0 }).message).toMatch(/maxCatThreshold/);
  });

  it('no alias stands for two parameters', () => {
    const all = Object.entries(ALIASES).flatMap(([name, aliases]) => [name, ...aliases]);
    expect(new Set(all).size).toBe(all.length);
  });

  it('an objective implies the task, under each of its names', () => {
    expect(parse({ objective: 'mse' })).toMatchObject({ task: 'regression', objective: 'regression' });
    expect(parse({ objective: 'softmax' })).toMatchObject({ task: 'classification', objective: 'multiclass' });
    expect(parse({ task: 'regression' })).toMatchObject({ task: 'regression' });
    expect(errorOf({ task: 'regression', objective: 'binary' }).message).toContain('classification');
  });

  it('objectives with parameters of their own are told apart from those they contradict', () => {
    expect(errorOf({ objective: 'quantile', alpha: 1.5 }).message).toContain('quantile');
    expect(parse({ objective: 'huber', alpha: 1.5 })).toMatchObject({ task: 'regression', alpha: 1.5 });
    expect(errorOf({ is_unbalance: true, scale_pos_weight: 2 }).message).toContain('scalePosWeight');
    expect(parse({ is_unbalance: true, scale_pos_weight: 1 })).toMatchObject({ isUnbalance: true });
  });

  it('metrics are a name, several, or several in one text; unknown ones are named with the nearest', () => {
    for (const metric of ['auc', ['auc', 'binary_logloss'], 'auc, binary_logloss', 'None', '']) {
      expect(parse({ metric })).toMatchObject({ metric });
    }
    const { message } = errorOf({ metric: ['auc', 'binary_loglos'] });
    expect(message).toContain("'binary_loglos'");
    expect(message).toContain("'binary_logloss'");
  });

  it('a parameter under two names is an error that names both', () => {
    const { message } = errorOf({ numLeaves: 31, num_leaves: 31 });
    expect(message).toContain('numLeaves');
    expect(message).toContain('num_leaves');
    expect(errorOf({ eta: 0.1, shrinkage_rate: 0.2 }).message).toContain('same parameter');
  });

  it.each([
    ['numLeave', 'numLeaves'],
    ['learningrate', 'learningRate'],
    ['min_child_sample', 'min_child_samples'],
    ['colsample_by_tree', 'colsample_bytree'],
  ])('unknown key %s: the nearest is %s', (key, nearest) => {
    const error = errorOf({ [key]: 1 });
    expect(error.message).toContain(key);
    expect(error.hint).toContain(`'${nearest}'`);
    expect(error.details.problems).toMatchObject([{ path: [key], nearest }]);
  });

  it.each<[keyof LightGBMConfig, unknown]>([
    ['sigmoid', 0],
    ['alpha', 0],
    ['fairC', -1],
    ['poissonMaxDeltaStep', 0],
    ['tweedieVariancePower', 2],
    ['scalePosWeight', 0],
    ['isUnbalance', 1],
    ['numLeaves', 1],
    ['numLeaves', 131_073],
    ['numLeaves', 31.5],
    ['num_leaves', '31'],
    ['learningRate', 0],
    ['learningRate', Number.NaN],
    ['eta', Number.POSITIVE_INFINITY],
    ['numIterations', 0],
    ['maxBin', 1],
    ['maxBin', 256],
    ['minDataInLeaf', -1],
    ['minDataInBin', 0],
    ['minSumHessianInLeaf', -1],
    ['baggingFraction', 0],
    ['baggingFraction', 1.1],
    ['featureFraction', 0],
    ['baggingFreq', -1],
    ['lambdaL1', -0.1],
    ['reg_lambda', -0.1],
    ['minGainToSplit', -1],
    ['binSampleCount', 0],
    ['earlyStoppingRounds', -1],
    ['seed', -1],
    ['seed', 0.5],
    ['boosting', 'darts'],
    ['dropRate', 1.5],
    ['topRate', -0.1],
    ['posBaggingFraction', 0],
    ['metric', 'aucc'],
    ['objective', 'lambdarank'],
    ['task', 'ranking'],
    ['numLeaves', null],
  ])('%s = %s is refused by name', (key, value) => {
    expect(errorOf({ [key]: value }).message).toContain(`'${key}'`);
  });

  it.each([
    ['a string', 'x'],
    ['null', null],
    ['an array', []],
  ])('%s is no configuration', (_, value) => {
    errorOf(value);
  });

  it('parsing what was parsed changes nothing', () => {
    const once = parse({ objective: 'l2', n_estimators: 7, n_jobs: 2, seed: 0 });
    expect(parse(once)).toEqual(once);
    expect(parse(JSON.parse(JSON.stringify(once)))).toEqual(once);
  });

  it('n_jobs = -1 and num_threads = 0 leave the number of threads to fit', () => {
    expect(parse({ n_jobs: -1 })).not.toHaveProperty('threads');
    expect(parse({ num_threads: 0 })).not.toHaveProperty('threads');
  });

  it('an unknown key does not compile', () => {
    const fine: LightGBMConfig = { numLeaves: 5, num_leaves: 5, reg_alpha: 1 };
    // @ts-expect-error a typing error of a key
    const wrong: LightGBMConfig = { numLeave: 5 };
    // @ts-expect-error an alias has its parameter's type
    const wrongType: LightGBMConfig = { num_leaves: '5' };
    expect([fine, wrong, wrongType]).toHaveLength(3);
  });
});

describe('docs/models/lightgbm.md', () => {
  const page = readFileSync(new URL('../../../docs/models/lightgbm.md', import.meta.url), 'utf8');

  it.each(Object.entries(ALIASES))('has a row for %s with its default and every alias', (name, aliases) => {
    const row = page.split('\n').find((line) => line.startsWith(`| \`${name}\` |`)) ?? '';
    const cells = row.split('|').map((cell) => cell.trim());
    expect(cells[4]).toBe(aliases.map((alias) => `\`${alias}\``).join(', '));
    const value = (parse({}) as Record<string, unknown>)[name];
    if (value !== undefined) expect(cells[2].replaceAll('`', '')).toBe(String(value));
  });
});
