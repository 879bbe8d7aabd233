/** Support vector machines equal scikit-learn's (libsvm): decision values, coefficients, intercepts; published accuracies on a9a and heart-scale. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SVMConfig, SVMModel } from '../../src/classical/index.js';
import { Matrix } from '../../src/core/matrix.js';
import { randomData, toRows } from '../classical/svm/problems.js';
import { kernelMatrix } from '../oracles/svm.js';
import { itWithData } from '../shared-data.js';
import { expectSameInOnnxruntime, type OnnxAnswer } from './onnx-check.js';
import { runPython } from './python.js';

const peer = fileURLToPath(new URL('./svm_peer.py', import.meta.url));
const reader = fileURLToPath(new URL('./libsvm_reader.py', import.meta.url));
const onnx = fileURLToPath(new URL('./onnx_peer.py', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'holdfast-svm-'));
afterAll(() => rmSync(directory, { recursive: true }));

interface Case {
  kind: 'SVC' | 'NuSVC' | 'SVR' | 'NuSVR';
  config: SVMConfig;
  classes: number;
  seed: number;
  weighted?: boolean;
}

const tight = { tol: 1e-6 };
const cases: Record<string, Case> = {
  'SVC, rbf': { kind: 'SVC', config: { ...tight }, classes: 2, seed: 1 },
  'SVC, rbf, gamma auto, large C': { kind: 'SVC', config: { ...tight, gamma: 'auto', C: 50 }, classes: 2, seed: 2 },
  'SVC, linear': { kind: 'SVC', config: { ...tight, kernel: 'linear' }, classes: 2, seed: 3 },
  'SVC, poly': { kind: 'SVC', config: { ...tight, kernel: 'poly', coef0: 1, degree: 2 }, classes: 2, seed: 4 },
  'SVC, sigmoid': { kind: 'SVC', config: { ...tight, kernel: 'sigmoid', gamma: 0.01 }, classes: 2, seed: 5 },
  'SVC, weighted': { kind: 'SVC', config: { ...tight, C: 3 }, classes: 2, seed: 6, weighted: true },
  'SVC, balanced': { kind: 'SVC', config: { ...tight, class_weight: 'balanced' }, classes: 3, seed: 7 },
  'SVC, class weights': { kind: 'SVC', config: { ...tight, class_weight: { 0: 5, 1: 0.5 } }, classes: 2, seed: 8 },
  'SVC, four classes, ovr': { kind: 'SVC', config: { ...tight }, classes: 4, seed: 9 },
  'SVC, four classes, ovo, weighted': {
    kind: 'SVC',
    config: { ...tight, decision_function_shape: 'ovo', C: 0.4 },
    classes: 4,
    seed: 10,
    weighted: true,
  },
  'SVC, without shrinking': { kind: 'SVC', config: { ...tight, shrinking: false }, classes: 2, seed: 11 },
  NuSVC: { kind: 'NuSVC', config: { ...tight, nu: 0.3 }, classes: 2, seed: 12 },
  'NuSVC, three classes': { kind: 'NuSVC', config: { ...tight, nu: 0.2 }, classes: 3, seed: 13 },
  SVR: { kind: 'SVR', config: { ...tight }, classes: 0, seed: 14 },
  'SVR, weighted, linear': {
    kind: 'SVR',
    config: { ...tight, kernel: 'linear', C: 0.3, epsilon: 0.4 },
    classes: 0,
    seed: 15,
    weighted: true,
  },
  NuSVR: { kind: 'NuSVR', config: { ...tight, nu: 0.4, C: 2 }, classes: 0, seed: 16 },
};

function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let worst = 0;
  for (let i = 0; i < a.length; i++) worst = Math.max(worst, Math.abs(a[i] - b[i]) / Math.max(1, Math.abs(b[i])));
  return worst;
}

interface Fit {
  decisions: number[];
  predictions: number[];
  support: number[];
  counts: number[];
  dual: number[][];
  intercept: number[];
}

/** Our model in scikit-learn's words. */
const ours = (config: SVMConfig, kind: Case['kind']) =>
  new SVMModel({
    probability: false,
    task: kind.endsWith('R') ? 'regression' : 'classification',
    svmType: kind.startsWith('Nu') ? 'nu' : 'c',
    ...config,
  });

describe("support vector machines and scikit-learn's", () => {
  let fits: Fit[] = [];
  const data = Object.values(cases).map(({ seed, classes }) => ({
    ...randomData(seed, 300, 5, classes),
    T: randomData(seed + 100, 80, 5, classes).X,
  }));
  beforeAll(async () => {
    const problems = Object.values(cases).map(({ kind, config, weighted }, i) => ({
      kind,
      params: config,
      X: toRows(data[i].X),
      y: [...data[i].y],
      T: toRows(data[i].T),
      ...(weighted ? { weights: [...data[i].weights] } : {}),
    }));
    fits = (await runPython(peer, problems)) as Fit[];
  });

  it.each(Object.keys(cases))('agree: %s', async (name) => {
    const i = Object.keys(cases).indexOf(name);
    const { kind, config, weighted } = cases[name];
    const { X, y, T, weights } = data[i];
    const model = ours(config, kind);
    await model.fit({ X, y, ...(weighted ? { weights } : {}) });
    const fit = fits[i];
    expect(difference((await model.decisionFunction(T)).data, fit.decisions)).toBeLessThan(1e-3);
    expect(difference(model.intercept, fit.intercept)).toBeLessThan(1e-3);
    const { predictions } = await model.predict(T);
    if (kind.endsWith('R')) expect(difference(predictions, fit.predictions)).toBeLessThan(1e-3);
    else expect([...predictions]).toEqual(fit.predictions);
    // Rows on the edge may be support vectors with a coefficient of nothing on one side.
    const total = fit.counts.reduce((a, b) => a + b);
    expect(Math.abs(model.supportVectors.rows - total)).toBeLessThanOrEqual(Math.ceil(total / 50));
  });

  it('agree on a precomputed kernel', async () => {
    const { X, y } = randomData(30, 150, 4, 3);
    const kernel = { name: 'rbf', gamma: 0.3, coef0: 0, degree: 3 } as const;
    const K = kernelMatrix(toRows(X), kernel).map((row) => row.map(Math.fround));
    const params = { kernel: 'precomputed' as const, ...tight };
    const [fit] = (await runPython(peer, [{ kind: 'SVC', params, X: K, y: [...y], T: K }])) as Fit[];
    const model = ours(params, 'SVC');
    await model.fit({ X: K, y });
    expect(difference((await model.decisionFunction(K)).data, fit.decisions)).toBeLessThan(1e-3);
    expect([...(model.support ?? [])]).toEqual(fit.support);
  });

  it.each([
    ['SVC', { kernel: 'rbf', gamma: 0.2, probability: true }, 3],
    ['SVC', { kernel: 'poly', coef0: 0.5 }, 2],
    ['NuSVC', { kernel: 'sigmoid', gamma: 0.02, nu: 0.4, probability: true }, 2],
    ['SVR', { kernel: 'linear' }, 0],
  ] as const)('the exported file means what the model says: %s %o', async (kind, config, classes) => {
    const { X, y } = randomData(40, 200, 5, classes);
    const model = ours({ decisionFunctionShape: 'ovo', ...config }, kind);
    await model.fit({ X, y: classes > 0 ? y.map((k) => 3 * k - 2) : y });
    const file = join(directory, `${kind}-${config.kernel}.model`);
    await model.exportNative(file);
    const answer = (await runPython(reader, { file, X: toRows(X) })) as {
      decisions: number[][];
      labels?: number[];
      pairs?: number[][];
    };
    const sign = classes === 2 ? -1 : 1;
    const decisions = Float64Array.from(answer.decisions.flat(), (value) => sign * value);
    expect(difference((await model.decisionFunction(X)).data, decisions)).toBeLessThan(1e-4);
    expect(answer.labels ?? []).toEqual(model.classes);
    const { probabilities } = await model.predict(X);
    if (classes === 2 && answer.pairs) {
      // Kernel values are float32 here: a quarter of the slope is the most that a decision value moves a probability.
      const slope = Math.abs(Number(/probA (\S+)/.exec(readFileSync(file, 'utf8'))?.[1]));
      const own = (await model.decisionFunction(X)).data;
      const moved = own.reduce((most, value, i) => Math.max(most, Math.abs(value - decisions[i])), 0);
      expect(difference(probabilities?.column(0) ?? [], answer.pairs.flat())).toBeLessThan((slope / 4) * moved + 1e-7);
    }
  });
});

describe("linear machines and LIBLINEAR's", () => {
  it.each([
    ['LinearSVC', {}, 2],
    ['LinearSVC', { loss: 'hinge', C: 0.01 }, 2],
    ['LinearSVC', { fit_intercept: false }, 4],
    ['LinearSVC', { intercept_scaling: 3 }, 2],
    ['LinearSVR', { epsilon: 0.1, loss: 'squared_epsilon_insensitive' }, 0],
    ['LinearSVR', { epsilon: 0.3, C: 0.01 }, 0],
  ] as [string, SVMConfig, number][])('agree: %s %o', async (kind, config, classes) => {
    const { X, y, weights } = randomData(60, 300, 6, classes);
    const script = fileURLToPath(new URL('./linear_svm_peer.py', import.meta.url));
    const wanted = (await runPython(script, {
      kind,
      params: config,
      X: toRows(X),
      y: [...y],
      weights: [...weights],
    })) as {
      coef: number[][];
      intercept: number[];
    };
    const model = new SVMModel({
      kernel: 'linear',
      solver: 'dcd',
      probability: false,
      task: classes === 0 ? 'regression' : 'classification',
      tol: 1e-7,
      max_iter: 20_000,
      ...config,
    });
    await model.fit({ X, y, weights });
    expect(difference(model.coefficients?.flatMap((row) => [...row]) ?? [], wanted.coef.flat())).toBeLessThan(1e-3);
    expect(difference(model.intercept, wanted.intercept)).toBeLessThan(1e-3);
  });
});

describe('onnxruntime', () => {
  it.each([
    ['two classes', {}, 2],
    ['two classes, by votes', { probability: false, kernel: 'poly', coef0: 1 }, 2],
    ['five classes', { kernel: 'sigmoid', gamma: 0.05 }, 5],
    ['four classes, by votes', { probability: false, kernel: 'linear' }, 4],
    ['nu-SVC', { svmType: 'nu', nu: 0.3 }, 3],
    ['regression', { task: 'regression' }, 0],
    ['linear, four classes', { kernel: 'linear', solver: 'dcd' }, 4],
    ['linear, three classes, by value', { kernel: 'linear', solver: 'dcd', probability: false }, 3],
    ['linear regression', { kernel: 'linear', solver: 'dcd', task: 'regression' }, 0],
    ['approximate, two classes', { approximation: 'nystroem', components: 40 }, 2],
    ['waves, three classes', { approximation: 'fourier', components: 40 }, 3],
  ] as [string, SVMConfig, number][])('gives what the model gives: %s', async (_name, config, classes) => {
    const { X, y } = randomData(50, 250, 5, classes);
    // Medians stand in for missing values.
    const rows = toRows(X).map((row, i) => (i % 20 === 0 ? [Number.NaN, ...row.slice(1)] : row));
    const model = new SVMModel(config);
    await model.fit({ X: rows, y: classes > 0 ? y.map((k) => 2 * k - 3) : y });
    const test = toRows(randomData(51, 60, 5, 2).X);
    if (config.probability !== false) {
      await expectSameInOnnxruntime(model, test, directory);
      return;
    }
    const file = join(directory, 'votes.onnx');
    await model.exportOnnx(file);
    const { outputs } = (await runPython(onnx, { file, X: test })) as OnnxAnswer;
    expect(outputs.label.values).toEqual([...(await model.predict(test)).predictions]);
  });

  it('takes a precomputed kernel', async () => {
    const { X, y } = randomData(52, 100, 4, 2);
    const K = kernelMatrix(toRows(X), { name: 'rbf', gamma: 0.3, coef0: 0, degree: 3 });
    const model = new SVMModel({ kernel: 'precomputed' });
    await model.fit({ X: K, y });
    await expectSameInOnnxruntime(model, K.slice(0, 30), directory);
  });
});

/** A file of libsvm's data format, dense. */
function readLibsvmData(path: string, columns: number): { X: Matrix; y: Float64Array } {
  const lines = gunzipSync(readFileSync(path)).toString('latin1').trim().split('\n');
  const X = Matrix.zeros(lines.length, columns);
  const y = new Float64Array(lines.length);
  lines.forEach((line, i) => {
    const [label, ...pairs] = line.trim().split(/\s+/);
    y[i] = Number(label);
    for (const pair of pairs) {
      const [column, value] = pair.split(':');
      X.data[i * columns + Number(column) - 1] = Number(value);
    }
  });
  return { X, y };
}

describe('published data', () => {
  itWithData('heart-scale.libsvm.gz', 'heart-scale: as accurate as scikit-learn, row by row', async (path) => {
    const { X, y } = readLibsvmData(path, 13);
    const params = { C: 1, gamma: 1 / 13, ...tight };
    const [fit] = (await runPython(peer, [{ kind: 'SVC', params, X: toRows(X), y: [...y], T: toRows(X) }])) as Fit[];
    const model = ours(params, 'SVC');
    await model.fit({ X, y });
    const { predictions } = await model.predict(X);
    expect([...predictions]).toEqual(fit.predictions);
    expect(difference((await model.decisionFunction(X)).data, fit.decisions)).toBeLessThan(1e-3);
    // libsvm's own example: svm-train heart_scale, then svm-predict on the same rows.
    expect([...predictions].filter((label, i) => label === y[i]).length).toBe(234);
  });

  itWithData(
    'a9a-train.libsvm.gz',
    'a9a: as accurate on the test rows as LIBLINEAR, trained on all rows',
    async (path) => {
      const train = readLibsvmData(path, 123);
      const test = readLibsvmData(path.replace('train', 'test'), 123);
      const params = { C: 1, tol: 1e-3 };
      const script = fileURLToPath(new URL('./linear_svm_peer.py', import.meta.url));
      const wanted = (await runPython(script, {
        kind: 'LinearSVC',
        params,
        X: toRows(train.X),
        y: [...train.y],
        weights: [...train.y.map(() => 1)],
      })) as { coef: number[][]; intercept: number[] };
      const model = new SVMModel({ kernel: 'linear', solver: 'dcd', probability: false, ...params });
      await model.fit(train);
      const accuracyOf = (weights: ArrayLike<number>, intercept: number) => {
        let hits = 0;
        for (let i = 0; i < test.X.rows; i++) {
          const value = test.X.row(i).reduce((sum, x, j) => sum + x * weights[j], intercept);
          if (value > 0 === test.y[i] > 0) hits++;
        }
        return hits / test.X.rows;
      };
      const ours = accuracyOf(model.coefficients?.[0] ?? [], model.intercept[0]);
      expect(ours).toBeGreaterThan(0.845);
      expect(Math.abs(ours - accuracyOf(wanted.coef[0], wanted.intercept[0]))).toBeLessThan(5e-4);
    },
  );

  itWithData('a9a-train.libsvm.gz', "a9a: libsvm's accuracy on the test rows", async (path) => {
    const train = readLibsvmData(path, 123);
    const test = readLibsvmData(path.replace('train', 'test'), 123);
    // Every fourth row is enough to learn from in a test; all of them give 84.8 %.
    const rows = Uint32Array.from({ length: Math.ceil(train.X.rows / 4) }, (_, i) => 4 * i);
    const model = ours({ C: 1, gamma: 1 / 123 }, 'SVC');
    await model.fit({ X: train.X.take(rows), y: Float64Array.from(rows, (i) => train.y[i]) });
    const { predictions } = await model.predict(test.X);
    const accuracy = [...predictions].filter((label, i) => label === test.y[i]).length / test.y.length;
    expect(accuracy).toBeGreaterThan(0.84);
    expect(accuracy).toBeLessThan(0.86);
  });
});
