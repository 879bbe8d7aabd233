/** Tuning of models and pipelines on real fits: what is chosen, what is pruned, and that workers change nothing. */
import { describe, expect, it } from 'vitest';
import {
  ConfigError,
  HyperparameterTuningError,
  InvalidInputError,
  TrainingCancelledError,
} from '../../src/core/errors.js';
import { Matrix } from '../../src/core/matrix.js';
import { Random } from '../../src/core/random.js';
import { ModelRegistry, TimeSeriesDataContainer } from '../../src/index.js';
import { KFold } from '../../src/splits/k-fold.js';
import {
  defaultSpace,
  float,
  GridSearch,
  int,
  MedianPruner,
  RandomizedSearch,
  tuneModel,
} from '../../src/tuning/index.js';

const random = new Random(1);
const rows = (n: number) => {
  const X = Matrix.wrap(
    Float32Array.from({ length: n * 4 }, () => random.normal()),
    4,
  );
  const y = Float64Array.from({ length: n }, (_, i) =>
    X.data[4 * i] * X.data[4 * i + 1] + 0.5 * random.normal() > 0 ? 1 : 0,
  );
  return { X, y };
};
const [train, validation, test] = [rows(300), rows(150), rows(60)];
const container = new TimeSeriesDataContainer({
  XTrain: train.X,
  yTrain: train.y,
  XVal: validation.X,
  yVal: validation.y,
  XTest: test.X,
  yTest: test.y,
});
const space = { numLeaves: int(2, 31), learningRate: float(0.01, 0.5, { log: true }), numIterations: int(5, 30) };

describe('tuneModel', () => {
  it('gives the same trials for 1 and 2 workers, and finds better settings than the worst', async () => {
    const run = (workers: number) => tuneModel('lightgbm', container, { space, trials: 14, workers, threads: workers });
    const [one, two] = [await run(1), await run(2)];
    const values = one.study.trials.map(({ params, values: v }) => [params, v]);
    expect(two.study.trials.map(({ params, values: v }) => [params, v])).toEqual(values);
    expect(one.metric).toBe('rocAuc');
    expect(one.bestValue).toBe(Math.max(...one.study.trials.map(({ values: v }) => v?.[0] ?? 0)));
    expect(one.bestConfig).toEqual(one.bestParams);
  });

  it("takes a parameter by any of its names, over the config's and the file's", async () => {
    const { study, bestConfig } = await tuneModel('lightgbm', container, {
      ...{
        space: { num_leaves: int(3, 4), eta: float(0.2, 0.3) },
        config: { numLeaves: 31, numIterations: 5 },
        trials: 2,
      },
    });
    expect(study.trials.map(({ state }) => state)).toEqual(['complete', 'complete']);
    expect(Object.keys(bestConfig).sort()).toEqual(['eta', 'numIterations', 'num_leaves']);
  });

  it('prunes by the validation loss of every iteration, the same trials whatever the workers', async () => {
    const run = (workers: number) =>
      tuneModel('lightgbm', container, {
        space: { learningRate: float(1e-4, 0.5, { log: true }), numLeaves: int(2, 31) },
        config: { numIterations: 40 },
        trials: 14,
        pruner: new MedianPruner({ startupTrials: 2, warmupSteps: 3 }),
        workers,
        threads: workers,
      });
    const summary = ({ study }: Awaited<ReturnType<typeof run>>) =>
      study.trials.map(({ state, params, intermediateValues }) => [state, params, [...intermediateValues]]);
    const one = await run(1);
    const states = one.study.trials.map(({ state }) => state);
    expect(new Set(states)).toEqual(new Set(['complete', 'pruned']));
    const complete = one.study.trials.find(({ state }) => state === 'complete');
    expect([...(complete?.intermediateValues.keys() ?? [])]).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    expect(summary(await run(2))).toEqual(summary(one));
  });

  it('refuses wrong options and metrics, and can be cancelled', async () => {
    await expect(tuneModel('lightgbm', container, { trail: 3 } as object)).rejects.toThrow(ConfigError);
    await expect(tuneModel('lightgbn', container)).rejects.toThrow(InvalidInputError);
    await expect(tuneModel('lightgbm', container, { metric: 'rmse' })).rejects.toThrow(InvalidInputError);
    await expect(tuneModel('lightgbm', container, { space: { numLeafs: [2, 4] }, trials: 2 })).rejects.toThrow(
      HyperparameterTuningError,
    );
    const signal = AbortSignal.abort();
    await expect(tuneModel('lightgbm', container, { signal })).rejects.toThrow(TrainingCancelledError);
  });

  it('has a default space for models, of hyperparameters they have', async () => {
    const names = [
      'lightgbm',
      'xgboost',
      'catboost',
      'random_forest',
      'logistic',
      'svm',
      'ridge',
      'lstm',
      'gru',
      'tcn',
      'transformer',
      'cnn1d',
      'hybrid',
    ];
    for (const name of names) {
      const Model = await ModelRegistry.get(name);
      for (const [key, entry] of Object.entries(defaultSpace(name))) {
        const value = Array.isArray(entry) ? entry[0] : 'low' in entry ? entry.low : undefined;
        expect(() => new Model({ [key]: value }), `${name}.${key}`).not.toThrow();
      }
    }
    expect(() => defaultSpace('voting')).toThrow(InvalidInputError);
  });
});

describe('searches over pipelines', () => {
  const pipeline = {
    preprocessing: { scaling: 'standard' },
    model: 'ridge',
    config: { task: 'classification' },
  } as const;
  const splitter = new KFold({ folds: 3 });

  it('a grid search tries every combination in order and keeps all scores', async () => {
    const grid = { model__alpha: [0.01, 1, 100], preprocessing__scaling: ['standard', 'none'] };
    const search = new GridSearch(pipeline, grid, { splitter, metrics: ['accuracy', 'rocAuc'] });
    const { study, results, bestScore, bestParams, bestPipeline } = await search.fit(container.train);
    expect(study.trials.map(({ params }) => [params.model__alpha, params.preprocessing__scaling])).toEqual([
      [0.01, 'standard'],
      [0.01, 'none'],
      [1, 'standard'],
      [1, 'none'],
      [100, 'standard'],
      [100, 'none'],
    ]);
    expect(results.size).toBe(6);
    expect(bestScore).toBe(Math.max(...[...results.values()].map(({ scores }) => scores.accuracy.test.mean)));
    expect(bestPipeline.config).toEqual({ task: 'classification', alpha: bestParams.model__alpha });
    expect(study.trials[2].userAttrs).toHaveProperty('rocAuc.mean', results.get(2)?.scores.rocAuc.test.mean);
  });

  it('a randomized search gives the same trials for 1 and 2 workers, and minimises errors', async () => {
    const run = (workers: number) =>
      new RandomizedSearch(
        'logistic',
        { C: float(1e-3, 1e3, { log: true }) },
        { splitter, metrics: ['logLoss'], trials: 4, workers },
      ).fit(container.train);
    const [one, two] = [await run(1), await run(2)];
    expect(two.study.trials.map(({ params, values }) => [params, values])).toEqual(
      one.study.trials.map(({ params, values }) => [params, values]),
    );
    expect(one.bestScore).toBe(Math.min(...[...one.results.values()].map(({ scores }) => scores.logLoss.test.mean)));
  });

  it('an unknown part or option is refused', async () => {
    expect(() => new GridSearch('ridge', { alpha: [1] }, { splitter, folds: 3 } as never)).toThrow(ConfigError);
    expect(() => new GridSearch('ridge', {}, { splitter })).toThrow(ConfigError);
    await expect(new GridSearch('ridge', { scaler__x: [1] }, { splitter }).fit(container.train)).rejects.toThrow(
      HyperparameterTuningError,
    );
  });
});
