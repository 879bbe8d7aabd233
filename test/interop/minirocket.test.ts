/** MiniRocket's ONNX file makes the same outputs in onnxruntime, and its head chooses scikit-learn's alpha and weights (RidgeClassifierCV). */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { MiniRocketModel } from '../../src/baselines/minirocket/model.js';
import { MiniRocketTransform } from '../../src/baselines/minirocket/transform.js';
import { Random } from '../../src/core/random.js';
import type { BaseModel } from '../../src/model/base-model.js';
import { expectSameInOnnxruntime } from './onnx-check.js';
import { runPython } from './python.js';

const directory = mkdtempSync(join(tmpdir(), 'holdfast-rocket-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Waves with noise and ties, some values missing; classes by frequency. */
function waves(n: number, length: number, channels: number, classes: number, seed: number, missing = 0.02) {
  const random = new Random(seed);
  const y = Array.from({ length: n }, (_, i) => i % classes);
  const X = y.map((kind) => {
    const phase = random.float() * 6;
    return Array.from({ length }, (_, t) =>
      Array.from({ length: channels }, (_c, c) => {
        const value = Math.sin(phase + t * (0.4 + 0.15 * kind) + c) + 0.6 * random.normal();
        return random.float() < missing ? Number.NaN : Math.fround(Math.round(value * 8) / 8);
      }),
    );
  });
  return { X, y };
}

describe('ONNX files', () => {
  it.each([
    ['two classes, one channel', 'classification', 24, 1, 2],
    ['three classes, four channels', 'classification', 33, 4, 3],
    ['values, twelve channels', 'regression', 20, 12, 5],
  ] as const)('%s: onnxruntime predicts the same', async (_title, task, length, channels, classes) => {
    const model = new MiniRocketModel({ task, numFeatures: 500 });
    await model.fit(waves(60, length, channels, classes, 1));
    const { X } = waves(40, length, channels, classes, 2, 0.1);
    // Nothing falls on the other side of a bias: what is left is the rounding of the sums.
    const { operators } = await expectSameInOnnxruntime(model as unknown as BaseModel, X as never, directory, 1e-6);
    expect(operators).toContain('ReduceSum');
  });
});

describe('the head', () => {
  it.each([
    ['two classes', 2],
    ['four classes', 4],
  ])('%s: alpha, errors and predictions of RidgeClassifierCV on the same features', async (_title, classes) => {
    const [train, test] = [waves(80, 30, 2, classes, 3, 0), waves(60, 30, 2, classes, 4, 0)];
    const model = new MiniRocketModel({ numFeatures: 1000 });
    await model.fit(train, { seed: 5 });
    const rocket = new MiniRocketTransform({ numFeatures: 1000, seed: 5 });
    const features = await rocket.fitTransform(train.X);
    const others = await rocket.transform(test.X);
    const request = {
      cols: features.cols,
      train: features.data,
      test: others.data,
      y: train.y,
      alphas: model.leaveOneOutErrors.map(({ alpha }) => alpha),
    };
    const answer = (await runPython(fileURLToPath(new URL('./minirocket_peer.py', import.meta.url)), request)) as {
      alpha: number;
      errors: number[];
      predictions: number[];
    };
    expect(model.alpha).toBeCloseTo(answer.alpha, 12);
    for (const [a, { error }] of model.leaveOneOutErrors.entries()) {
      expect(Math.abs(error / answer.errors[a] - 1)).toBeLessThan(1e-4);
    }
    expect([...(await model.predict(test.X)).predictions]).toEqual(answer.predictions);
  });
});
