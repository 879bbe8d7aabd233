/** `engine: 'native'`: the user's own LightGBM behind LightGBMModel gives what Python's LightGBM gives, with our results contract. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { LightGBMModel } from '../../src/boosting/lightgbm/model.js';
import { MissingDependencyError, TrainingCancelledError, TrainingFailedError } from '../../src/core/errors.js';
import { freePorts, runMembers } from './cluster.js';
import { labels, T, validation, X } from './native-rows.js';
import { withNativeLibraries } from './native-setup.js';
import { runPython } from './python.js';

const script = fileURLToPath(new URL('./lightgbm_peer.py', import.meta.url));
const directory = withNativeLibraries();

const { value, binary, classes } = labels;

describe('the same model as in Python', () => {
  it.each([
    ['two classes', { objective: 'binary' }, binary],
    ['three classes', { objective: 'multiclass', num_class: 3 }, classes],
    ['values', { objective: 'regression' }, value],
    ['with words for flags', { objective: 'huber', alpha: 0.7, boost_from_average: false }, value],
    [
      'regularised and sampled',
      { objective: 'binary', lambda_l1: 0.3, lambda_l2: 2, num_leaves: 9, bagging_fraction: 0.7, bagging_freq: 2 },
      binary,
    ],
  ] as const)('%s', async (_title, params, y) => {
    const model = new LightGBMModel({ ...params, engine: 'native', numIterations: 30 });
    await model.fit({ X, y: [...y] }, { seed: 7, threads: 1 });
    const { raw } = (await runPython(script, {
      do: 'train',
      X,
      y,
      T,
      params: { ...params, seed: 7, deterministic: true, force_col_wise: true },
      rounds: 30,
    })) as { raw: (number | number[])[] };
    const ours = await model.predictScores(T);
    for (const [i, score] of raw.flat().entries()) expect(ours[i]).toBeCloseTo(score, 12);
  });
});

describe('the results contract', () => {
  it('history, evaluations, progress and the best iteration', async () => {
    const steps: number[] = [];
    const model = new LightGBMModel({
      engine: 'native',
      numIterations: 400,
      learningRate: 0.3,
      earlyStoppingRounds: 5,
      nativeParameters: { metric: 'binary_logloss,auc' },
    });
    const metrics = await model.fit({ X, y: binary, validation }, { onProgress: ({ step }) => steps.push(step) });
    expect(metrics.earlyStopped).toBe(true);
    expect(metrics.totalEpochs).toBe(metrics.bestEpoch + 5);
    expect(metrics.history).toHaveLength(metrics.totalEpochs);
    expect(Object.keys(metrics.evaluations?.validation ?? {})).toEqual(['binary_logloss', 'auc']);
    const losses = metrics.history.map(({ valLoss }) => valLoss);
    expect(losses.indexOf(Math.min(...losses)) + 1).toBe(metrics.bestEpoch);
    expect(metrics.valLoss).toBeCloseTo(losses[metrics.bestEpoch - 1], 6);
    expect(metrics.trainLoss).toBeCloseTo(metrics.history[metrics.bestEpoch - 1].trainLoss, 6);
    expect(steps.length).toBeGreaterThan(0);
    expect([...steps].sort((a, b) => a - b)).toEqual(steps);
    await model.save(join(directory, 'saved'));
    const loaded = await LightGBMModel.load(join(directory, 'saved'));
    expect((await loaded.predict(T)).probabilities).toEqual((await model.predict(T)).probabilities);
  });

  it('labels may be any numbers, and a second fit of the same data gives the same bytes on more threads', async () => {
    const y = binary.map((c) => (c === 1 ? 1 : -1));
    const outputs = [];
    for (const threads of [1, 2]) {
      const model = new LightGBMModel({ engine: 'native', numIterations: 10 });
      await model.fit({ X, y }, { threads });
      expect(model.classes).toEqual([-1, 1]);
      outputs.push(await model.predictScores(T));
    }
    expect(outputs[0]).toEqual(outputs[1]);
  });

  it('goes on from a model that was trained here', async () => {
    const first = new LightGBMModel({ numIterations: 10 });
    await first.fit({ X, y: classes });
    const more = new LightGBMModel({ engine: 'native', numIterations: 15 });
    const metrics = await more.fit({ X, y: classes }, { initModel: first });
    const start = await first.predictScores(T);
    const own = await more.predictScores(T, { numIterationRange: [0, 10] });
    for (const [i, score] of own.entries()) expect(score).toBeCloseTo(start[i], 12);
    expect(metrics.trainLoss).toBeLessThan(first.trainingMetrics.trainLoss);
    expect(metrics.history.at(-1)?.trainLoss).toBeCloseTo(metrics.trainLoss, 5);
  });

  it('can be cancelled between iterations', async () => {
    const controller = new AbortController();
    const model = new LightGBMModel({ engine: 'native', numIterations: 100_000 });
    const fitting = model.fit(
      { X, y: binary },
      { signal: controller.signal, onProgress: () => controller.abort('enough') },
    );
    await expect(fitting).rejects.toThrow(TrainingCancelledError);
    expect(model.isFitted).toBe(false);
  });

  it('what the library refuses is a typed error with its words', async () => {
    const model = new LightGBMModel({ engine: 'native', nativeParameters: { objective: 'nonsense' } });
    const error = await model.fit({ X, y: binary }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TrainingFailedError);
    expect((error as Error).message).toContain('nonsense');
  });

  it('a file that is no LightGBM is a typed error', async () => {
    const model = new LightGBMModel({ engine: 'native', nativeLibrary: script });
    await expect(model.fit({ X, y: binary })).rejects.toThrow(TrainingFailedError);
    const nowhere = new LightGBMModel({ engine: 'native', nativeLibrary: join(directory, 'none.so') });
    await expect(nowhere.fit({ X, y: binary })).rejects.toThrow(MissingDependencyError);
  });

  it("deviceType 'auto' takes a GPU or says that there is none", async () => {
    for (const engine of [undefined, 'native'] as const) {
      const model = new LightGBMModel({ engine, deviceType: 'auto', numIterations: 5 });
      const { warnings } = await model.fit({ X, y: binary });
      const { stdout } = (await runPython(
        'import json, subprocess; r = subprocess.run(["sh", "-c", "nvidia-smi -L 2>/dev/null"], capture_output=True, text=True); print(json.dumps({"stdout": r.stdout}))',
      )) as { stdout: string };
      if (stdout === '') expect(warnings.join()).toMatch(/cpu|not available/);
      expect(model.isFitted).toBe(true);
    }
  });
});

describe('a cluster of two processes on this machine', () => {
  it('trains one LightGBM model on halves of the rows', async () => {
    const ports = await freePorts(2);
    const machines = ports.map((port) => `127.0.0.1:${port}`).join();
    const half = (parity: number) => (_: unknown, i: number) => i % 2 === parity;
    const config = { objective: 'binary', numIterations: 20, machines, timeOut: 1 } as const;
    const results = await runMembers(
      [0, 1].map((rank) => ({
        library: 'lightgbm' as const,
        config: { ...config, localListenPort: ports[rank] },
        X: X.filter(half(rank)),
        y: binary.filter(half(rank)),
        T,
      })),
      directory,
    );
    expect(results[0].scores).toEqual(results[1].scores);
    // Better than a model of one half alone, and near that of all rows.
    const whole = new LightGBMModel({ engine: 'native', objective: 'binary', numIterations: 20 });
    await whole.fit({ X, y: binary });
    const wanted = await whole.predictScores(T);
    const difference = results[0].scores.reduce((sum, score, i) => sum + Math.abs(score - wanted[i]), 0) / T.length;
    const spread = wanted.reduce((sum, score) => sum + Math.abs(score), 0) / T.length;
    expect(difference).toBeLessThan(0.2 * spread);
    expect(results[0].rowsOfRoot).toBe(X.length);
  });
});
