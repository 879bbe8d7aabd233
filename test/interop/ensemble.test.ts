/** Voting and stacking of deterministic members equal scikit-learn's; merged graphs predict in onnxruntime what the ensembles predict here. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { registerBuiltins } from '../../src/builtin.js';
import type { LogisticRegressionModel } from '../../src/classical/logistic/model.js';
import type { RidgeModel } from '../../src/classical/ridge/model.js';
import { InvalidInputError } from '../../src/core/errors.js';
import { BlendingModel } from '../../src/ensemble/blending/model.js';
import { StackingModel } from '../../src/ensemble/stacking/model.js';
import { VotingModel } from '../../src/ensemble/voting/model.js';
import type { BaseModel } from '../../src/model/base-model.js';
import type { Task } from '../../src/model/types.js';
import { PurgedKFold } from '../../src/splits/purged-k-fold.js';
import { syntheticClassification, syntheticRegression } from '../../src/testing/index.js';
import { toRows } from '../classical/logistic/problems.js';
import { expectSameInOnnxruntime } from './onnx-check.js';
import { runPython } from './python.js';

registerBuiltins();
const script = fileURLToPath(new URL('./ensemble_peer.py', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'holdfast-ensemble-interop-'));
afterAll(() => rmSync(directory, { recursive: true }));

interface Member {
  model: 'logistic' | 'ridge';
  C?: number;
  alpha?: number;
}
interface Problem {
  kind: 'voting' | 'stacking';
  task: Task;
  X: number[][];
  y: number[];
  T: number[][];
  weights?: number[];
  members: Member[];
  [option: string]: unknown;
}

/** Rows to train on and rows to predict; the labels of the latter play no part. */
function rows(task: Task, classes: number, seed: number): Pick<Problem, 'X' | 'y' | 'T' | 'task' | 'weights'> {
  const make = (seed: number, rows: number) =>
    task === 'regression' ? syntheticRegression({ rows, seed }) : syntheticClassification({ rows, seed, classes });
  const train = make(seed, 240);
  return {
    task,
    X: toRows(train.X),
    y: [...train.y],
    T: toRows(make(seed + 1, 150).X),
    weights: Array.from(train.y, (_, i) => 0.5 + (i % 4)),
  };
}

const logistic = (C: number): Member => ({ model: 'logistic', C });
const ridge = (alpha: number): Member => ({ model: 'ridge', alpha });

/** Members as they are configured here, with optima as sharp as the other side's. */
const ours = (members: readonly Member[]) =>
  members.map(({ model, ...config }) => ({
    model,
    config: model === 'logistic' ? { ...config, tolerance: 1e-10 } : config,
  }));

const members = [logistic(1), logistic(0.003), logistic(30)];
const voting: Record<string, Problem> = {
  'soft, two classes': { kind: 'voting', voting: 'soft', members, ...rows('classification', 2, 1) },
  'soft, three classes, weighted members': {
    kind: 'voting',
    voting: 'soft',
    members,
    memberWeights: [1, 4, 2],
    ...rows('classification', 3, 3),
  },
  'hard, four classes': { kind: 'voting', voting: 'hard', members, ...rows('classification', 4, 5) },
  'hard, weighted members': {
    kind: 'voting',
    voting: 'hard',
    members,
    memberWeights: [1, 3, 1],
    ...rows('classification', 3, 7),
  },
  regression: { kind: 'voting', members: [ridge(0.1), ridge(100)], memberWeights: [1, 2], ...rows('regression', 0, 9) },
};

interface Answer {
  predictions: number[];
  probabilities?: number[][];
  coef?: number[][];
}

function expectSame(actual: ArrayLike<number> | undefined, wanted: number[], tolerance: number): void {
  expect(actual?.length).toBe(wanted.length);
  const worst = Array.from(actual ?? [], (value, i) => Math.abs(value - wanted[i]) / Math.max(1, Math.abs(wanted[i])));
  expect(Math.max(...worst)).toBeLessThan(tolerance);
}

async function expectSamePredictions(model: BaseModel, { T }: Problem, answer: Answer): Promise<void> {
  const { predictions, probabilities } = await model.predict(T);
  expectSame(predictions, answer.predictions, 1e-5);
  if (answer.probabilities) expectSame(probabilities?.data, answer.probabilities.flat(), 1e-5);
}

describe("voting and scikit-learn's", async () => {
  const answers = (await runPython(script, Object.values(voting))) as Answer[];

  it.each(Object.keys(voting).map((name, i) => [name, i] as const))('%s', async (name, i) => {
    const { task, X, y, weights, members, memberWeights, voting: kind } = voting[name];
    const model = new VotingModel({
      task,
      members: ours(members),
      ...(memberWeights ? { weights: memberWeights as number[] } : {}),
      ...(kind ? { voting: kind as 'hard' } : {}),
    });
    await model.fit({ X, y, weights });
    await expectSamePredictions(model, voting[name], answers[i]);
  });
});

/** The same folds for both sides. */
const FOLDS = { folds: 4, embargo: 0.02, horizon: 3 };
const folds = Array.from(new PurgedKFold(FOLDS).split({ rows: 240 }), ({ train, test }) => [train, test]);
const stacking: Record<string, Problem> = {
  'two classes, weighted rows': {
    kind: 'stacking',
    members,
    meta: logistic(1),
    folds,
    ...rows('classification', 2, 21),
  },
  'three classes, features passed through': {
    kind: 'stacking',
    members,
    meta: logistic(0.5),
    folds,
    passthrough: true,
    ...rows('classification', 3, 23),
  },
  regression: {
    kind: 'stacking',
    members: [ridge(0.1), ridge(300)],
    meta: ridge(1),
    folds,
    ...rows('regression', 0, 25),
  },
};

describe("stacking and scikit-learn's", async () => {
  const answers = (await runPython(script, Object.values(stacking))) as Answer[];

  it.each(Object.keys(stacking).map((name, i) => [name, i] as const))('%s', async (name, i) => {
    const { task, X, y, weights, members, meta, passthrough } = stacking[name];
    const [metaModel] = ours([meta as Member]);
    const model = new StackingModel({
      task,
      members: ours(members),
      metaModel,
      ...FOLDS,
      passthrough: Boolean(passthrough),
    });
    await model.fit({ X, y, weights });
    await expectSamePredictions(model, stacking[name], answers[i]);
    const { coefficients } = model.metaModel as LogisticRegressionModel | RidgeModel;
    const own = coefficients.flatMap((row) => [...row]);
    expectSame(own, answers[i].coef?.flat() ?? [], 1e-4);
  });
});

const trees = { model: 'lightgbm', config: { numIterations: 20 } };
const forest = { model: 'random_forest', config: { nTrees: 10 } };

describe('an exported ensemble is one graph', () => {
  const gaps = (X: number[][]) => X.map((row, i) => row.map((value, j) => ((i + j) % 9 === 0 ? Number.NaN : value)));

  it.each([
    ['soft', { voting: 'soft', members: [trees, forest, 'logistic'], weights: [1, 2, 3] }],
    ['hard', { voting: 'hard', members: [trees, forest, 'logistic'], weights: [1, 2, 3.5] }],
    ['nested', { members: ['ridge', { name: 'inner', model: new VotingModel({ members: [trees, 'logistic'] }) }] }],
  ] as const)('voting, %s', async (_name, config) => {
    const { X, y, T } = rows('classification', 3, 11);
    const model = new VotingModel(config);
    await model.fit({ X: gaps(X), y });
    await expectSameInOnnxruntime(model, gaps(T), directory);
  });

  it('voting, regression', async () => {
    const { X, y, T } = rows('regression', 0, 13);
    const model = new VotingModel({ task: 'regression', members: [trees, 'ridge'] });
    await model.fit({ X: gaps(X), y });
    await expectSameInOnnxruntime(model, gaps(T), directory);
  });

  it.each([
    ['two classes', 2, { metaInput: 'logits' }],
    ['three classes, features passed through', 3, { passthrough: true, metaModel: trees }],
    ['three classes, the mean of the folds', 3, { refit: false, metaInput: 'logits' }],
  ] as const)('stacking, %s', async (_name, classes, config) => {
    const { X, y, T } = rows('classification', classes, 19);
    const model = new StackingModel({ members: [trees, 'logistic'], folds: 3, ...config });
    await model.fit({ X: gaps(X), y });
    await expectSameInOnnxruntime(model, gaps(T), directory);
  });

  it('blending, regression', async () => {
    const { X, y, T } = rows('regression', 0, 13);
    const model = new BlendingModel({ task: 'regression', members: [trees, 'ridge'], passthrough: true });
    await model.fit({ X: gaps(X), y });
    await expectSameInOnnxruntime(model, gaps(T), directory);
  });

  it('of windows and their last rows', async () => {
    const { X, y } = rows('classification', 2, 15);
    const windows = X.slice(12).map((_, i) => X.slice(i, i + 13));
    const model = new VotingModel({ members: [trees, { model: 'minirocket', config: { numFeatures: 84 } }] });
    await model.fit({ X: windows, y: y.slice(12) });
    await expectSameInOnnxruntime(model, windows.slice(0, 60), directory, 1e-4);
  });

  it('or an error that names the member that has no form', async () => {
    const { X, y } = rows('classification', 2, 17);
    const model = new VotingModel({
      members: [trees, { name: 'net', model: 'gru', config: { sequenceLength: 3, epochs: 1 } }],
    });
    await model.fit({ X, y });
    const failing = model.exportOnnx(join(directory, 'none.onnx'));
    await expect(failing).rejects.toBeInstanceOf(InvalidInputError);
    await expect(failing).rejects.toThrow(/voting.*member 'net' \(gru\) has no ONNX form/);
  });
});
