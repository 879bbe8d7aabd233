/** Engines run the same graphs alike, fall back with a reason, and refuse with typed errors. */
import { beforeAll, describe, expect, it } from 'vitest';
import { networkOf } from '../../../bench/neural-networks.js';
import { EngineError, InvalidInputError, MissingDependencyError, ModelFormatError } from '../../../src/core/errors.js';
import type { Engine, EngineTensor } from '../../../src/neural/engine/engine.js';
import { type EngineLoaders, firstEngine, loadEngine } from '../../../src/neural/engine/load.js';
import { adam } from '../../../src/neural/graph/optimisers/adam.js';
import { trainingProgram } from '../../../src/neural/graph/programs.js';
import { BATCH_SIZE, CASES, caseData, SIZE } from '../graph/pytorch-cases.js';

const optimiser = adam();

/** Parameters after some updates of a small LSTM. */
async function updated(engine: Engine): Promise<Float32Array> {
  const program = trainingProgram(networkOf('lstm', SIZE), {
    batch: BATCH_SIZE,
    loss: { kind: 'cross-entropy' },
    optimiser,
  });
  const session = await engine.createSession(program.bytes);
  const { parameters, x, targets, weights } = caseData(CASES[0]);
  const count = [program.parameterCount];
  const feeds: Record<string, EngineTensor> = {
    sequence: { data: x, dims: program.inputs[0].shape },
    targets: { data: targets, dims: [BATCH_SIZE, SIZE.outputs] },
    weights: { data: weights, dims: [BATCH_SIZE] },
    parameters: { data: parameters, dims: count },
    state_mean: { data: new Float32Array(program.parameterCount), dims: count },
    state_square: { data: new Float32Array(program.parameterCount), dims: count },
  };
  for (let step = 1; step <= 3; step++) {
    for (const [name, value] of Object.entries(optimiser.scalars(step, 0.01))) {
      feeds[`scalar_${name}`] = { data: Float32Array.of(value), dims: [] };
    }
    const out = await session.run(feeds);
    feeds.parameters = out.next_parameters;
    feeds.state_mean = out.next_state_mean;
    feeds.state_square = out.next_state_square;
  }
  await session.dispose();
  return feeds.parameters.data as Float32Array;
}

const failing = (error: Error) => () => Promise.reject(error);
const absent = new MissingDependencyError("neural models needs the package 'x', which is not installed");
const broken = new EngineError('onnxruntime-node is installed but does not load: wrong libc', {
  hint: 'Install it again.',
});
const fake: Engine = {
  name: 'onnxruntime-web',
  device: 'cpu',
  notice: '',
  createSession: () => Promise.reject(new Error('not asked for')),
};

describe('engines', () => {
  it('give the same bytes again and for 1 and 2 threads', async () => {
    const one = await updated(await loadEngine({ device: 'cpu', threads: 1 }));
    expect(await updated(await loadEngine({ device: 'cpu', threads: 1 }))).toEqual(one);
    expect(await updated(await loadEngine({ device: 'cpu', threads: 2 }))).toEqual(one);
  });

  it('agree with each other, whichever of the two runs the training step', async () => {
    const native = await updated(await loadEngine({ preferred: 'onnxruntime-node', device: 'cpu', threads: 1 }));
    const web = await updated(await loadEngine({ preferred: 'onnxruntime-web', only: true, threads: 1 }));
    const worst = native.reduce((most, value, i) => Math.max(most, Math.abs(value - web[i])), 0);
    expect(worst).toBeLessThan(1e-4);
  });

  it('fall back where a package is absent, and say so', async () => {
    const loaders: EngineLoaders = { 'onnxruntime-node': failing(absent), 'onnxruntime-web': async () => fake };
    const engine = await firstEngine(loaders, {});
    expect(engine.name).toBe('onnxruntime-web');
    expect(engine.notice).toMatch(/not installed: onnxruntime-web is used instead of onnxruntime-node/);
  });

  it('fall back where a package does not load, and say why', async () => {
    const loaders: EngineLoaders = { 'onnxruntime-node': failing(broken), 'onnxruntime-web': async () => fake };
    expect((await firstEngine(loaders, {})).notice).toMatch(/wrong libc: onnxruntime-web is used/);
    await expect(firstEngine(loaders, { only: true })).rejects.toThrow(broken);
  });

  it('are a MissingDependencyError with both install lines where there is none', async () => {
    const loaders: EngineLoaders = { 'onnxruntime-node': failing(absent), 'onnxruntime-web': failing(absent) };
    const error = await firstEngine(loaders, {}).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(MissingDependencyError);
    expect((error as MissingDependencyError).hint).toMatch(
      /npm install onnxruntime-node .*npm install onnxruntime-web/,
    );
  });

  it('pass on what is broken rather than what is absent', async () => {
    const loaders: EngineLoaders = { 'onnxruntime-node': failing(broken), 'onnxruntime-web': failing(absent) };
    await expect(firstEngine(loaders, {})).rejects.toThrow(broken);
  });

  it('refuse an engine or a device that there is not', async () => {
    await expect(loadEngine({ preferred: 'tensorflow' as 'onnxruntime-node' })).rejects.toThrow(InvalidInputError);
    await expect(loadEngine({ device: 'tpu' as 'cpu' })).rejects.toThrow(InvalidInputError);
    await expect(loadEngine({ threads: 0 })).rejects.toThrow(InvalidInputError);
    await expect(loadEngine({ preferred: 'onnxruntime-web', only: true, device: 'cuda' })).rejects.toThrow(EngineError);
  });
});

describe('a session', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await loadEngine({ device: 'cpu', threads: 1 });
  });

  it('of damaged bytes is a ModelFormatError', async () => {
    await expect(engine.createSession(Uint8Array.of(8, 1, 2, 255))).rejects.toThrow(ModelFormatError);
    await expect(engine.createSession(new Uint8Array())).rejects.toThrow(ModelFormatError);
  });

  it('says which input was not given', async () => {
    const options = { batch: 2, loss: { kind: 'mse' }, optimiser } as const;
    const { bytes } = trainingProgram(networkOf('gru', SIZE), options);
    const session = await engine.createSession(bytes);
    await expect(session.run({})).rejects.toThrow(/'parameters' was not given/);
    await session.dispose();
  });
});
