/** `MiniRocketModel`: the contract, damaged files, published accuracies on real series. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readModel } from '../../../src/baselines/minirocket/format.js';
import { MiniRocketModel } from '../../../src/baselines/minirocket/model.js';
import { ConfigError, InvalidInputError, ModelFormatError } from '../../../src/core/errors.js';
import { Random } from '../../../src/core/random.js';

/** Waves of two frequencies, or their amplitude as a target. */
function waves(n: number, seed = 1): { X: number[][][]; y: number[]; amplitude: number[] } {
  const random = new Random(seed);
  const y = Array.from({ length: n }, (_, i) => i % 2);
  const amplitude = y.map(() => 0.5 + random.float());
  const X = y.map((kind, i) => {
    const phase = random.float() * 6;
    return Array.from({ length: 32 }, (_, t) => [
      amplitude[i] * Math.sin(phase + t * (kind ? 0.9 : 0.5)) + 0.2 * random.normal(),
    ]);
  });
  return { X, y, amplitude };
}

describe('MiniRocketModel', () => {
  it('tells frequencies apart that no single row shows', async () => {
    const [train, test] = [waves(60, 1), waves(60, 2)];
    const model = new MiniRocketModel();
    await model.fit(train);
    const { predictions } = await model.predict(test.X);
    const right = test.y.filter((label, i) => predictions[i] === label).length;
    expect(right).toBeGreaterThanOrEqual(57);
    expect(model.numFeatures).toBe(9996);
  });

  it('learns a value from the shape of a window', async () => {
    const [train, test] = [waves(150, 1), waves(60, 2)];
    const model = new MiniRocketModel({ task: 'regression', numFeatures: 2000 });
    await model.fit({ X: train.X, y: train.amplitude });
    const { predictions } = await model.predict(test.X);
    const error = test.amplitude.reduce((sum, value, i) => sum + (value - predictions[i]) ** 2, 0);
    const mean = train.amplitude.reduce((a, b) => a + b, 0) / train.amplitude.length;
    const spread = test.amplitude.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    expect(1 - error / spread).toBeGreaterThan(0.5);
  });

  it('takes the strength with the least leave-one-out error', async () => {
    const model = new MiniRocketModel({ numFeatures: 840 });
    await model.fit(waves(40));
    const errors = model.leaveOneOutErrors;
    expect(errors.length).toBe(10);
    const least = Math.min(...errors.map(({ error }) => error));
    expect(errors.find(({ error }) => error === least)?.alpha).toBe(model.alpha);
  });

  it('refuses windows shorter than its kernels, and settings out of range', async () => {
    const short = {
      X: [
        [[1], [2]],
        [[2], [1]],
      ],
      y: [0, 1],
    };
    await expect(new MiniRocketModel().fit(short)).rejects.toThrow(InvalidInputError);
    for (const config of [{ numFeatures: 10 }, { alphas: [] }, { alphas: [0] }, { maxDilationsPerKernel: 0 }]) {
      expect(() => new MiniRocketModel(config)).toThrow(ConfigError);
    }
    expect(() => new MiniRocketModel({ task: 'regression', classWeight: 'balanced' })).toThrow(ConfigError);
    expect(() => new MiniRocketModel({ numFeature: 84 } as never)).toThrow(ConfigError);
  });

  const SIZE = { outputs: 1, channels: 1 };

  it('reads back what it wrote, and refuses everything else', async () => {
    const root = mkdtempSync(join(tmpdir(), 'holdfast-rocket-'));
    try {
      const model = new MiniRocketModel({ numFeatures: 84 });
      await model.fit(waves(20));
      const directory = join(root, 'model');
      await model.save(directory);
      const { state } = JSON.parse(readFileSync(join(directory, 'model.json'), 'utf8')) as { state: object };
      const files = Object.fromEntries(
        ['biases.f32', 'weights.f64'].map((name) => [name, new Uint8Array(readFileSync(join(directory, name)))]),
      );
      expect(readModel(state, files, SIZE).alpha).toBe(model.alpha);
      const shape = (state as { shape: object }).shape;
      for (const broken of [
        undefined,
        { ...state, outputs: 2 },
        { ...state, alpha: -1 },
        { ...state, steepness: 0 },
        { ...state, errors: [{}] },
        { ...state, intercept: [] },
        { ...state, shape: undefined },
        { ...state, shape: { ...shape, length: 3 } },
        { ...state, shape: { ...shape, numFeatures: 168 } },
      ]) {
        expect(() => readModel(broken, files, SIZE)).toThrow(ModelFormatError);
      }
      expect(() => readModel(state, {}, SIZE)).toThrow(ModelFormatError);
      expect(() => readModel(state, files, { ...SIZE, channels: 2 })).toThrow(/1 channels, not 2/);
      writeFileSync(join(directory, 'weights.f64'), new Uint8Array(8));
      await expect(MiniRocketModel.load(directory)).rejects.toThrow(ModelFormatError);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});
