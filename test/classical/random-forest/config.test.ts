import { describe, expect, it } from 'vitest';
import { type RandomForestConfig, randomForestConfig } from '../../../src/classical/random-forest/config.js';
import { ConfigError } from '../../../src/core/errors.js';

const parse = (config: unknown) => randomForestConfig.parse(config, 'random_forest');

describe('random forest config', () => {
  it("fills in scikit-learn's defaults of each task", () => {
    expect(parse({})).toMatchObject({
      task: 'classification',
      criterion: 'gini',
      maxFeatures: 'sqrt',
      bootstrap: true,
    });
    expect(parse({ task: 'regression' })).toMatchObject({ criterion: 'squared_error', maxFeatures: 1, nTrees: 100 });
    expect(parse({ extraTrees: true })).toMatchObject({ bootstrap: false });
  });

  it('takes the task from the criterion', () => {
    expect(parse({ criterion: 'poisson' }).task).toBe('regression');
    expect(() => parse({ criterion: 'gini', task: 'regression' })).toThrow(/for classification/);
  });

  it("takes scikit-learn's names", () => {
    const config: RandomForestConfig = {
      n_estimators: 50,
      max_depth: 4,
      min_samples_split: 6,
      min_samples_leaf: 0.01,
      min_weight_fraction_leaf: 0.1,
      max_features: 'log2',
      max_leaf_nodes: 30,
      min_impurity_decrease: 0.01,
      max_samples: 0.5,
      class_weight: 'balanced_subsample',
      oob_score: true,
      ccp_alpha: 0.001,
      random_state: 3,
      n_jobs: -1,
    };
    expect(parse(config)).toEqual({
      ...parse({}),
      nTrees: 50,
      maxDepth: 4,
      minSamplesSplit: 6,
      minSamplesLeaf: 0.01,
      minWeightFractionLeaf: 0.1,
      maxFeatures: 'log2',
      maxLeafNodes: 30,
      minImpurityDecrease: 0.01,
      maxSamples: 0.5,
      classWeight: 'balanced_subsample',
      oobScore: true,
      ccpAlpha: 0.001,
      seed: 3,
    });
  });

  it('reads None as scikit-learn means it', () => {
    const none = { max_depth: null, max_leaf_nodes: null, max_samples: null, class_weight: null, max_features: null };
    expect(parse(none)).toEqual({ ...parse({}), maxFeatures: 1 });
  });

  it('parses what it gave again, to the same bytes', () => {
    const settings = parse({ maxBin: 64, oobScore: true, n_estimators: 7, classWeight: { '-1': 2 } });
    expect(JSON.stringify(parse(JSON.parse(JSON.stringify(settings))))).toBe(JSON.stringify(settings));
  });

  it.each([
    { nTrees: 0 },
    { maxDepth: 0 },
    { minSamplesSplit: 1 },
    { minSamplesLeaf: 1.5 },
    { minWeightFractionLeaf: 0.6 },
    { maxFeatures: 0 },
    { maxFeatures: 2.5 },
    { maxFeatures: 'all' },
    { maxLeafNodes: 1 },
    { maxSamples: 1.5 },
    { ccpAlpha: -1 },
    { classWeight: { 0: -1 } },
    { maxBin: 256 },
    { criterion: 'mse' },
    { bootstrap: false, oobScore: true },
    { bootstrap: false, maxSamples: 0.5 },
    { extraTrees: true, earlyStoppingRounds: 5 },
    { task: 'regression', classWeight: 'balanced' },
    { nTrees: 5, n_estimators: 5 },
  ])('refuses %j', (config) => {
    expect(() => parse(config)).toThrow(ConfigError);
  });

  it('names the nearest key of an unknown one', () => {
    expect(() => parse({ n_estimatorss: 5 })).toThrow(/n_estimatorss/);
  });
});
