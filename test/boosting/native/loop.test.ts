/** The loop around a native library, with a library made up for the test; and what is decided before a library is called. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { type LightGBMConfig, LightGBMModel } from '../../../src/boosting/lightgbm/model.js';
import type { NativeBooster } from '../../../src/boosting/native/booster.js';
import { devicesToTry } from '../../../src/boosting/native/config.js';
import { findNativeLibrary } from '../../../src/boosting/native/find-library.js';
import type { NativeJob, NativeRows } from '../../../src/boosting/native/job.js';
import { trainLoop } from '../../../src/boosting/native/loop.js';
import { readEvaluation } from '../../../src/boosting/native/xgboost-driver.js';
import { type XGBoostConfig, XGBoostModel } from '../../../src/boosting/xgboost/model.js';
import { ConfigError, MissingDependencyError } from '../../../src/core/errors.js';

const rows: NativeRows = { data: new Float32Array(2), cols: 1, y: new Float32Array(2) };

/** `values[i]` is the watched metric after iteration i; training ends when they do. */
function made(metric: string, values: number[]): NativeBooster {
  return {
    metrics: ['other', metric],
    update: (iteration) => iteration < values.length,
    evaluate: (iteration) => [
      [1, 0],
      [0, 0],
      [0, values[iteration]],
    ],
    model: (iterations) => Uint8Array.of(iterations),
    notices: () => [],
    free: () => {},
  };
}

function run(metric: string, values: number[], stopping: Partial<NativeJob['stopping']> & object = {}) {
  const job: NativeJob = {
    library: 'lightgbm',
    path: '',
    train: rows,
    evalSets: [
      ['first', rows],
      ['second', rows],
    ],
    outputs: 1,
    parameters: {},
    rounds: 50,
    stopping: { set: 'second', metric, rounds: 2, minDelta: 0, ...stopping },
    devices: ['cpu'],
  };
  return trainLoop(made(metric, values), job, { checkCancelled: () => {}, progress: () => {} });
}

describe('early stopping around a native library', () => {
  it('stops after so many iterations without a better value, and keeps the best', () => {
    const result = run('l2', [5, 4, 3, 3.5, 3.2, 1]);
    expect(result).toMatchObject({ bestIteration: 3, stoppedEarly: true });
    expect(result.model).toEqual(Uint8Array.of(3));
    expect(result.trainLoss).toHaveLength(5);
  });

  it('stops by any metric of the set if asked to, and keeps the best by the watched one', () => {
    // The other metric is 0 all along: it last improved in the first iteration.
    const result = run('l2', [5, 4, 3, 2, 1], { rounds: 3, onAny: true });
    expect(result).toMatchObject({ bestIteration: 4, stoppedEarly: true });
    expect(result.trainLoss).toHaveLength(4);
  });

  it('more is better where the metric says so', () => {
    expect(run('auc', [0.5, 0.6, 0.4, 0.3, 0.9])).toMatchObject({ bestIteration: 2, stoppedEarly: true });
    expect(run('aucpr', [0.5, 0.6])).toMatchObject({ bestIteration: 2, stoppedEarly: false });
  });

  it('too small an improvement does not count', () => {
    expect(run('l2', [5, 4.9, 4.8, 4.7], { minDelta: 0.5 })).toMatchObject({ bestIteration: 1, stoppedEarly: true });
  });

  it('a value that is no number is never the best', () => {
    expect(run('l2', [Number.NaN, 4, Number.NaN, Number.NaN])).toMatchObject({ bestIteration: 2, stoppedEarly: true });
  });

  it('without rounds or without the set nothing stops, and all iterations are kept', () => {
    expect(run('l2', [1, 2, 3, 4], { rounds: 0 })).toMatchObject({ bestIteration: 4, stoppedEarly: false });
    expect(run('l2', [1, 2, 3, 4], { set: 'third' })).toMatchObject({ bestIteration: 4, stoppedEarly: false });
  });

  it('an unknown metric is a ConfigError that names those there are', () => {
    expect(() => run('l2', [1], { metric: 'l3' })).toThrow(ConfigError);
  });

  it('evaluations are by set and metric', () => {
    const { evaluations } = run('l2', [2, 1]);
    expect(evaluations).toContainEqual({ set: 'second', metric: 'l2', values: [2, 1] });
    expect(evaluations).toHaveLength(4);
  });
});

describe("XGBoost's evaluation line", () => {
  it('is taken apart by set, metric and value', () => {
    const text = '[3]\t0-poisson-nloglik:1.25\t0-error@0.7:0.5\t1-poisson-nloglik:nan\t1-error@0.7:-inf';
    expect(readEvaluation(text, 2)).toEqual([
      [
        ['poisson-nloglik', 1.25],
        ['error@0.7', 0.5],
      ],
      [
        ['poisson-nloglik', Number.NaN],
        ['error@0.7', Number.NEGATIVE_INFINITY],
      ],
    ]);
  });
});

describe('the engine that a config asks for', () => {
  it.each([
    [{}, 'wasm'],
    [{ engine: 'native' }, 'native'],
    [{ device_type: 'cuda' }, 'native'],
    [{ deviceType: 'auto' }, 'auto'],
    [{ deviceType: 'cpu' }, 'wasm'],
    [{ machines: '10.0.0.1:12400,10.0.0.2:12400' }, 'native'],
  ] as const)('%j', (config, engine) => {
    expect(new LightGBMModel(config).config.engine).toBe(engine);
  });

  it.each([
    { engine: 'wasm', deviceType: 'cuda' },
    { engine: 'auto', machines: '10.0.0.1:12400' },
    { nativeParameters: { gpu_device_id: 1 } },
    { engine: 'native', nativeParameters: { 'a b': 1 } },
    { engine: 'native', nativeParameters: { objective: 'x num_leaves=3' } },
    { machines: 'nowhere' },
    { engine: 'native', localListenPort: 70_000 },
  ] as LightGBMConfig[])('%j is a ConfigError', (config) => {
    expect(() => new LightGBMModel(config)).toThrow(ConfigError);
  });

  it.each([
    [{}, 'wasm'],
    [{ engine: 'native' }, 'native'],
    [{ device: 'cuda:1' }, 'native'],
    [{ device: 'auto' }, 'auto'],
    [{ communicator: { dmlc_tracker_uri: '127.0.0.1', dmlc_tracker_port: 9091 } }, 'native'],
  ] as const)('xgboost: %j', (config, engine) => {
    expect(new XGBoostModel(config).config.engine).toBe(engine);
  });

  it.each([
    { engine: 'wasm', device: 'gpu' },
    { engine: 'auto', communicator: {} },
    { nativeLibrary: 'libxgboost.so' },
    { device: 'tpu' },
    { communicator: { 'a b': 1 } },
  ] as XGBoostConfig[])('xgboost: %j is a ConfigError', (config) => {
    expect(() => new XGBoostModel(config)).toThrow(ConfigError);
  });

  it('devices are tried from the best to the processor', () => {
    expect(devicesToTry('auto', 'auto', ['cuda', 'gpu'])).toEqual(['cuda', 'gpu']);
    expect(devicesToTry('native', 'auto', ['cuda', 'gpu'])).toEqual(['cuda', 'gpu', 'cpu']);
    expect(devicesToTry('native', undefined, ['cuda'])).toEqual(['cpu']);
    expect(devicesToTry('native', 'gpu', ['cuda'])).toEqual(['gpu']);
  });
});

describe("finding the user's library", () => {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-native-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  afterEach(() => {
    delete process.env.HOLDFAST_LIGHTGBM;
    delete process.env.HOLDFAST_PYTHON;
  });

  it('the option comes before the environment', async () => {
    const [option, variable] = ['a.so', 'b.so'].map((name) => join(directory, name));
    for (const file of [option, variable]) writeFileSync(file, '');
    process.env.HOLDFAST_LIGHTGBM = variable;
    expect(await findNativeLibrary('lightgbm', option)).toBe(option);
    expect(await findNativeLibrary('lightgbm')).toBe(variable);
  });

  it('a named file that is not there, and no Python at all, are MissingDependencyErrors with install lines', async () => {
    process.env.HOLDFAST_LIGHTGBM = join(directory, 'gone.so');
    await expect(findNativeLibrary('lightgbm')).rejects.toThrow(/HOLDFAST_LIGHTGBM names .*gone\.so/);
    delete process.env.HOLDFAST_LIGHTGBM;
    process.env.HOLDFAST_PYTHON = join(directory, 'no-python');
    const error = await findNativeLibrary('xgboost').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(MissingDependencyError);
    expect((error as MissingDependencyError).hint).toContain('pip install xgboost');
    expect((error as MissingDependencyError).hint).toContain('npm install koffi');
  });

  it("engine 'auto' without a library trains here, with a notice", async () => {
    process.env.HOLDFAST_LIGHTGBM = join(directory, 'gone.so');
    const model = new LightGBMModel({ deviceType: 'auto', numIterations: 2 });
    const X = Array.from({ length: 60 }, (_, i) => [i]);
    const { warnings } = await model.fit({ X, y: X.map(([x]) => (x > 30 ? 1 : 0)) });
    expect(warnings.join()).toContain("trained on the cpu, by this library's own engine");
    const native = new LightGBMModel({ engine: 'native', numIterations: 2 });
    await expect(native.fit({ X, y: X.map(([x]) => (x > 30 ? 1 : 0)) })).rejects.toThrow(MissingDependencyError);
  });

  it.each([LightGBMModel, XGBoostModel])(
    'what only this engine can do is refused with the native one',
    async (Model) => {
      const X = Array.from({ length: 60 }, (_, i) => [i]);
      const y = X.map(([x]) => (x > 30 ? 1 : 0));
      for (const options of [
        { objective: (scores: Float64Array) => ({ gradient: scores, hessian: scores }) },
        { metrics: { own: { evaluate: () => 0, direction: 'minimize' } } },
        { learningRates: [0.1, 0.1] },
      ] as const) {
        const model = new Model({ engine: 'native', numIterations: 2 });
        await expect(model.fit({ X, y }, options)).rejects.toThrow(/cannot be used with engine: 'native'/);
      }
    },
  );

  it.each([LightGBMModel, XGBoostModel])('no library is a MissingDependencyError of fit', async (Model) => {
    process.env.HOLDFAST_PYTHON = join(directory, 'no-python');
    const X = Array.from({ length: 60 }, (_, i) => [i]);
    const model = new Model({ engine: 'native', numIterations: 2 });
    await expect(model.fit({ X, y: X.map(([x]) => (x > 30 ? 1 : 0)) })).rejects.toThrow(MissingDependencyError);
  });
});
