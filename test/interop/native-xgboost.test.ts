/** `engine: 'native'`: the user's own XGBoost behind XGBoostModel gives what Python's XGBoost gives, with our results contract. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { startXGBoostTracker } from '../../src/boosting/native/tracker.js';
import { type XGBoostConfig, XGBoostModel } from '../../src/boosting/xgboost/model.js';
import { MissingDependencyError, TrainingCancelledError, TrainingFailedError } from '../../src/core/errors.js';
import { runMembers } from './cluster.js';
import { labels, T, validation, X } from './native-rows.js';
import { withNativeLibraries } from './native-setup.js';
import { runPython } from './python.js';

const script = fileURLToPath(new URL('./xgboost_peer.py', import.meta.url));
const directory = withNativeLibraries();

const { value, binary, classes } = labels;
const ROUNDS = 15;

interface Case {
  title: string;
  y: keyof typeof labels;
  config: XGBoostConfig;
  /** The same for Python. */
  params: Record<string, unknown>;
  types?: string[];
}

const CASES: Case[] = [
  { title: 'two classes', y: 'binary', config: {}, params: { objective: 'binary:logistic' } },
  { title: 'three classes', y: 'classes', config: {}, params: { objective: 'multi:softprob', num_class: 3 } },
  { title: 'values', y: 'value', config: { task: 'regression' }, params: { objective: 'reg:squarederror' } },
  {
    title: 'several quantiles',
    y: 'value',
    config: { objective: 'reg:quantileerror', quantileAlpha: [0.2, 0.7] },
    params: { objective: 'reg:quantileerror', quantile_alpha: [0.2, 0.7] },
  },
  { title: 'counts', y: 'positive', config: { objective: 'count:poisson' }, params: { objective: 'count:poisson' } },
  {
    title: 'regularised, sampled and constrained',
    y: 'binary',
    config: {
      ...{ regAlpha: 0.3, regLambda: 2, gamma: 0.1, maxDepth: 4, subsample: 0.7, colsampleBynode: 0.5 },
      ...{
        monotoneConstraints: [1, 0, -1],
        interactionConstraints: [
          [0, 1],
          [2, 3],
        ],
        numParallelTree: 2,
      },
    },
    params: {
      ...{ objective: 'binary:logistic', alpha: 0.3, lambda: 2, gamma: 0.1, max_depth: 4, subsample: 0.7 },
      ...{ colsample_bynode: 0.5, monotone_constraints: '(1,0,-1,0)', interaction_constraints: '[[0,1],[2,3]]' },
      num_parallel_tree: 2,
    },
  },
  {
    title: 'dart',
    y: 'value',
    config: { task: 'regression', booster: 'dart', rateDrop: 0.3, oneDrop: true },
    params: { objective: 'reg:squarederror', booster: 'dart', rate_drop: 0.3, one_drop: 1 },
  },
  {
    title: 'exact',
    y: 'binary',
    config: { treeMethod: 'exact', minChildWeight: 3 },
    params: { objective: 'binary:logistic', tree_method: 'exact', min_child_weight: 3 },
  },
  {
    title: 'linear',
    y: 'value',
    config: { task: 'regression', booster: 'gblinear', updater: 'coord_descent', featureSelector: 'greedy', topK: 2 },
    params: {
      ...{ objective: 'reg:squarederror', booster: 'gblinear', updater: 'coord_descent' },
      ...{ feature_selector: 'greedy', top_k: 2 },
    },
  },
  {
    title: 'vectors in leaves',
    y: 'classes',
    config: { multiStrategy: 'multi_output_tree' },
    params: { objective: 'multi:softprob', num_class: 3, multi_strategy: 'multi_output_tree' },
  },
  {
    title: 'categories',
    y: 'binary',
    config: { categoricalFeatures: [2], maxCatToOnehot: 2 },
    params: { objective: 'binary:logistic', max_cat_to_onehot: 2 },
    types: ['q', 'q', 'c', 'q'],
  },
];

describe('the same model as in Python', () => {
  const raw = new Map<string, number[]>();
  beforeAll(async () => {
    for (const types of [undefined, CASES.find((item) => item.types)?.types]) {
      const cases = CASES.filter((item) => (item.types === undefined) === (types === undefined));
      const answers = (await runPython(script, {
        ...{ do: 'train', X, T },
        ...(types ? { types } : {}),
        cases: cases.map(({ params, y }) => ({ params: { seed: 7, ...params }, y: labels[y], rounds: ROUNDS })),
      })) as { raw: (number | number[])[] }[];
      answers.forEach((answer, i) => {
        raw.set(cases[i].title, answer.raw.flat());
      });
    }
  }, 60_000);

  it.each(CASES)('$title', async ({ title, y, config }) => {
    const model = new XGBoostModel({ ...config, engine: 'native', numIterations: ROUNDS });
    await model.fit({ X, y: labels[y] }, { seed: 7, threads: 1 });
    const ours = await model.predictScores(T);
    const wanted = raw.get(title) ?? [];
    expect(ours.length).toBe(wanted.length);
    ours.forEach((score, i) => {
      expect(Math.abs(score - wanted[i]) / Math.max(1, Math.abs(wanted[i]))).toBeLessThan(1e-6);
    });
  });
});

describe('the results contract', () => {
  it('history, evaluations, progress and the best iteration', async () => {
    const steps: number[] = [];
    const model = new XGBoostModel({
      ...{ engine: 'native', numIterations: 400, earlyStoppingRounds: 5 },
      metric: ['auc', 'logloss'],
      earlyStoppingMetric: 'logloss',
    });
    const metrics = await model.fit({ X, y: binary, validation }, { onProgress: ({ step }) => steps.push(step) });
    expect(metrics.earlyStopped).toBe(true);
    expect(metrics.totalEpochs).toBe(metrics.bestEpoch + 5);
    const { auc, logloss } = metrics.evaluations?.validation ?? {};
    expect(auc).toHaveLength(metrics.totalEpochs);
    expect(logloss.indexOf(Math.min(...logloss)) + 1).toBe(metrics.bestEpoch);
    expect(metrics.valLoss).toBeCloseTo(logloss[metrics.bestEpoch - 1], 5);
    expect([...steps].sort((a, b) => a - b)).toEqual(steps);
    expect(await model.predictLeaves(T)).toHaveLength(T.length * metrics.bestEpoch);
    await model.save(join(directory, 'saved'));
    const loaded = await XGBoostModel.load(join(directory, 'saved'));
    expect((await loaded.predict(T)).probabilities).toEqual((await model.predict(T)).probabilities);
  });

  it('labels may be any numbers, and more threads give the same model', async () => {
    const y = binary.map((c) => (c === 1 ? 1 : -1));
    const outputs = [];
    for (const threads of [1, 2]) {
      const model = new XGBoostModel({ engine: 'native', numIterations: 10 });
      await model.fit({ X, y }, { threads });
      expect(model.classes).toEqual([-1, 1]);
      outputs.push(await model.predictScores(T));
    }
    expect(outputs[0]).toEqual(outputs[1]);
  });

  it('goes on from a model that was trained here', async () => {
    const first = new XGBoostModel({ numIterations: 10 });
    await first.fit({ X, y: classes });
    const more = new XGBoostModel({ engine: 'native', numIterations: 15 });
    const metrics = await more.fit({ X, y: classes }, { initModel: first });
    const own = await more.predictScores(T, { numIterationRange: [0, 10] });
    expect(own).toEqual(await first.predictScores(T));
    expect(metrics.trainLoss).toBeLessThan(first.trainingMetrics.trainLoss);
    expect(metrics.history.at(-1)?.trainLoss).toBeCloseTo(metrics.trainLoss, 5);
  });

  it('scores to start from are no part of the model, as with the engine here', async () => {
    const initScore = Float64Array.from(binary, (c) => (c === 1 ? 3 : -3));
    const [own, native] = ['wasm', 'native'].map(
      (engine) => new XGBoostModel({ engine: engine as 'wasm' | 'native', numIterations: 3 }),
    );
    await own.fit({ X, y: binary, initScore });
    const { trainLoss, history } = await native.fit({ X, y: binary, initScore });
    expect(history[2].trainLoss).toBeCloseTo(trainLoss, 5);
    // Few trees: their scores alone, added to those given, make the loss.
    expect(Math.abs(trainLoss / own.trainingMetrics.trainLoss - 1)).toBeLessThan(0.02);
  });

  it('can be cancelled between iterations', async () => {
    const controller = new AbortController();
    const model = new XGBoostModel({ engine: 'native', numIterations: 100_000 });
    const fitting = model.fit(
      { X, y: binary },
      { signal: controller.signal, onProgress: () => controller.abort('enough') },
    );
    await expect(fitting).rejects.toThrow(TrainingCancelledError);
    expect(model.isFitted).toBe(false);
  });

  it('what the library refuses is a typed error with its words', async () => {
    const model = new XGBoostModel({ engine: 'native', nativeParameters: { objective: 'nonsense' } });
    const error = await model.fit({ X, y: binary }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TrainingFailedError);
    expect((error as Error).message).toContain('nonsense');
  });

  it('a library that is not there, or none, is a typed error', async () => {
    const nowhere = new XGBoostModel({ engine: 'native', nativeLibrary: join(directory, 'none.so') });
    await expect(nowhere.fit({ X, y: binary })).rejects.toThrow(MissingDependencyError);
    const none = new XGBoostModel({ engine: 'native', nativeLibrary: script });
    await expect(none.fit({ X, y: binary })).rejects.toThrow(TrainingFailedError);
  });

  it("device 'auto' trains with or without a GPU, and says without which", async () => {
    const model = new XGBoostModel({ device: 'auto', numIterations: 5 });
    const { warnings } = await model.fit({ X, y: binary });
    const { gpu } = (await runPython(
      'import json, subprocess; print(json.dumps({"gpu": subprocess.call("nvidia-smi -L > /dev/null 2>&1", shell=True) == 0}))',
    )) as { gpu: boolean };
    if (!gpu) expect(warnings.join()).toMatch(/cpu/);
    expect(model.isFitted).toBe(true);
  });
});

describe('a cluster of two processes on this machine', () => {
  it('trains one XGBoost model on halves of the rows', async () => {
    const tracker = await startXGBoostTracker({ workers: 2, timeout: 60 });
    const config = { objective: 'reg:squarederror', numIterations: 20 };
    const results = await runMembers(
      [0, 1].map((rank) => ({
        library: 'xgboost' as const,
        config: { ...config, communicator: { ...tracker.arguments, dmlc_task_id: String(rank) } },
        X: X.filter((_, i) => i % 2 === rank),
        y: value.filter((_, i) => i % 2 === rank),
        T,
      })),
      directory,
    );
    await tracker.finished;
    expect(results[0].scores).toEqual(results[1].scores);
    expect(results[0].rowsOfRoot).toBe(X.length);
    const whole = new XGBoostModel({ engine: 'native', objective: 'reg:squarederror', numIterations: 20 });
    await whole.fit({ X, y: value });
    const wanted = await whole.predictScores(T);
    const difference = results[0].scores.reduce((sum, score, i) => sum + Math.abs(score - wanted[i]), 0);
    expect(difference).toBeLessThan(0.2 * wanted.reduce((sum, score) => sum + Math.abs(score), 0));
  });

  it('a tracker at an address that is not of this machine is a typed error', async () => {
    await expect(startXGBoostTracker({ workers: 2, host: '192.0.2.1', timeout: 5 })).rejects.toThrow(
      TrainingFailedError,
    );
  });
});
