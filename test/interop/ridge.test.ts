/** Weights, intercepts and the chosen alpha equal those of scikit-learn's Ridge, RidgeClassifier and RidgeCV. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { registerBuiltins } from '../../src/builtin.js';
import { CalibratedModel } from '../../src/calibration/model.js';
import { type RidgeConfig, RidgeModel } from '../../src/classical/ridge/model.js';
import { randomProblem, toRows } from '../classical/logistic/problems.js';
import { expectSameInOnnxruntime } from './onnx-check.js';
import { runPython } from './python.js';

const script = fileURLToPath(new URL('./ridge_peer.py', import.meta.url));
registerBuiltins();

type Problem = RidgeConfig & { task: 'classification' | 'regression'; X: number[][]; y: number[]; weights?: number[] };

function regression(seed: number, rows: number, cols: number, options: RidgeConfig, weighted = true): Problem {
  const { X, weights } = randomProblem(seed, rows, cols, 2, (j) => 1 + (j % 3));
  const y = toRows(X).map((row, i) => 4 + row[0] - 0.5 * row[cols - 1] + weights[i] * (i % 5));
  return { task: 'regression', X: toRows(X), y, ...(weighted ? { weights: [...weights] } : {}), ...options };
}

function classification(seed: number, rows: number, cols: number, classes: number, options: RidgeConfig): Problem {
  const { X, y, weights } = randomProblem(seed, rows, cols, classes);
  return { task: 'classification', X: toRows(X), y: [...y], weights: [...weights], ...options };
}

const problems: Record<string, Problem> = {
  regression: regression(1, 200, 7, {}, false),
  'regression, weighted': regression(2, 300, 12, { alpha: 10 }),
  'regression, no intercept': regression(3, 150, 5, { alpha: 0.5, fitIntercept: false }),
  'regression, no penalty': regression(4, 150, 5, { alpha: 0 }),
  'regression, more columns than rows': regression(5, 30, 80, { alpha: 2 }),
  'regression, alpha by leave-one-out': regression(6, 120, 15, { alphas: [0.01, 0.1, 1, 10, 100] }),
  'regression, alpha by leave-one-out, more columns than rows': regression(
    7,
    40,
    60,
    { alphas: [0.1, 1, 10, 100, 1000] },
    false,
  ),
  'two classes, weighted': classification(8, 200, 6, 2, {}),
  'four classes, weighted': classification(9, 400, 9, 4, { alpha: 3 }),
  // Without sample weights: scikit-learn balances counts here, not weights.
  'three classes, balanced': { ...classification(10, 300, 5, 3, { classWeight: 'balanced' }), weights: undefined },
};

const directory = mkdtempSync(join(tmpdir(), 'holdfast-ridge-interop-'));
afterAll(() => rmSync(directory, { recursive: true }));

describe("ridge and scikit-learn's", async () => {
  const fits = (await runPython(script, Object.values(problems))) as {
    coef: number[][];
    intercept: number[];
    alpha: number;
    predictions: number[];
  }[];

  it.each(Object.keys(problems))('agree: %s', async (name) => {
    const { X, y, weights, ...config } = problems[name];
    const want = fits[Object.keys(problems).indexOf(name)];
    const model = new RidgeModel(config);
    await model.fit({ X, y, weights }, { threads: 2 });
    expect(model.alpha).toBe(want.alpha);
    const close = (got: ArrayLike<number>, wanted: readonly number[]) => {
      const scale = Math.max(...wanted.map(Math.abs), 1);
      wanted.forEach((value, j) => {
        expect(Math.abs(got[j] - value)).toBeLessThan(1e-8 * scale);
      });
    };
    want.coef.forEach((row, k) => {
      close(model.coefficients[k], row);
    });
    close(model.intercept, want.intercept);
    const { predictions } = await model.predict(X);
    if (config.task === 'classification') expect([...predictions]).toEqual(want.predictions);
    else for (const [i, value] of want.predictions.entries()) expect(predictions[i]).toBeCloseTo(value, 3);
  });

  it('predict the same in onnxruntime', async () => {
    for (const name of ['regression', 'two classes, weighted', 'four classes, weighted']) {
      const { X, y, weights, ...config } = problems[name];
      const model = new RidgeModel(config);
      await model.fit({ X, y, weights });
      await expectSameInOnnxruntime(model, X, directory, 1e-6);
    }
  });

  it.each(['platt', 'isotonic', 'beta', 'temperature'] as const)('calibrated by %s, too', async (method) => {
    for (const name of ['two classes, weighted', 'four classes, weighted']) {
      const { X, y, weights } = problems[name];
      const model = new CalibratedModel({ method, model: 'logistic', folds: 3 });
      await model.fit({ X, y, weights });
      await expectSameInOnnxruntime(model, X, directory, 1e-6);
    }
  });
});
