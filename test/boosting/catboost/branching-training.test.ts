/** Trees whose leaves are split by tests of their own (growPolicy Depthwise, Lossguide). */
import { describe, expect, it } from 'vitest';
import { type CatBoostParams, defaultCatBoostParams } from '../../../src/boosting/catboost/engine/params.js';
import { trainCatBoost } from '../../../src/boosting/catboost/engine/train.js';
import { type BranchingTree, leafCount } from '../../../src/boosting/catboost/ensemble.js';
import { type CatBoostConfig, CatBoostModel } from '../../../src/boosting/index.js';
import { Matrix } from '../../../src/core/matrix.js';
import { Random } from '../../../src/core/random.js';
import { type PlainNode, plainBranchingTree } from '../../oracles/branching-tree.js';

/** Column 3 has missing values, column 4 codes below 12 that the label depends on. */
function problem(rows: number, classes: number, seed = 7) {
  const random = new Random(seed);
  const cols = 5;
  const X = Matrix.zeros(rows, cols);
  const y = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < 4; j++) X.data[i * cols + j] = random.normal();
    const [a, b, c] = X.data.subarray(i * cols);
    if (i % 7 === 0) X.data[i * cols + 3] = Number.NaN;
    const code = Math.floor(12 * random.float());
    X.data[i * cols + 4] = code;
    const score = a + b * c + (code % 3) - 1 + 0.5 * random.normal();
    y[i] = classes === 0 ? score : Math.min(classes - 1, Math.max(0, Math.floor(score + classes / 2)));
  }
  return { X, y };
}

const train = (
  data: ReturnType<typeof problem>,
  loss: CatBoostParams['loss'],
  params: Partial<CatBoostParams>,
  threads = 2,
) => {
  const all = { ...defaultCatBoostParams(loss, data.X.rows, data.X.cols, 3), learningRate: 0.3, ...params };
  return trainCatBoost(data, all, { seed: 3, threads });
};
const STILL = { bootstrap: { type: 'No' }, randomStrength: 0 } as const;

function depthOf({ conditions, left, right }: BranchingTree): number {
  const below = (node: number): number => (node < 0 ? 0 : 1 + Math.max(below(left[node]), below(right[node])));
  return conditions.length > 0 ? below(0) : 0;
}

const branching = (trees: readonly { kind: string }[]): BranchingTree[] =>
  trees.filter((tree): tree is BranchingTree => tree.kind === 'branching');

describe('trees that are not symmetric', () => {
  it.each([
    ['Depthwise', 'Cosine'],
    ['Depthwise', 'L2'],
    ['Lossguide', 'Cosine'],
    ['Lossguide', 'L2'],
  ] as const)('%s asks what trying every border in every leaf finds (%s)', async (growPolicy, scoreFunction) => {
    const { X, y } = problem(500, 0);
    const limits = { depth: 4, minDataInLeaf: 40, maxLeaves: 7 };
    const { ensemble } = await train(
      { X, y },
      { kind: 'RMSE' },
      {
        ...STILL,
        ...limits,
        growPolicy,
        scoreFunction,
        iterations: 1,
        borderCount: 12,
        borderType: 'Uniform',
        boostFromAverage: false,
      },
    );
    const columns = Array.from({ length: 5 }, (_, j) => Array.from(y, (_, i) => X.data[i * 5 + j]));
    const borders = columns.map((column) => {
      const present = column.filter((value) => !Number.isNaN(value));
      const [low, high] = [Math.min(...present), Math.max(...present)];
      const missing = present.length < column.length;
      const inside = missing ? 11 : 12;
      const even = Array.from({ length: inside }, (_, i) => Math.fround(low + ((i + 1) * (high - low)) / (inside + 1)));
      return missing ? [-3.4028234663852886e38, ...even] : even;
    });
    const [tree] = branching(ensemble.trees);
    const compare = (node: number, plain: PlainNode): void => {
      if ('rows' in plain) {
        expect(node).toBeLessThan(0);
        expect(tree.leafWeights[~node]).toBe(plain.rows.length);
        const sum = plain.rows.reduce((total, i) => total + y[i], 0);
        expect(tree.leafValues[~node]).toBeCloseTo((0.3 * sum) / (plain.rows.length + 3), 10);
        return;
      }
      const condition = tree.conditions[node];
      expect(condition).toEqual({ kind: 'float', feature: plain.test[0], border: plain.test[1] });
      compare(tree.left[node], plain.left);
      compare(tree.right[node], plain.right);
    };
    const cosine = scoreFunction === 'Cosine';
    const { maxLeaves, ...common } = limits;
    const options = { ...common, lambda: 3, cosine, ...(growPolicy === 'Lossguide' ? { maxLeaves } : {}) };
    expect(tree.conditions.length).toBeGreaterThan(3);
    compare(0, plainBranchingTree(columns, borders, Array.from(y), options));
  });

  const categorical = (rows: number) => ({
    ...defaultCatBoostParams({ kind: 'Logloss' }, rows, 5).categorical,
    columns: [4],
  });
  it.each<[string, CatBoostParams['loss'], Partial<CatBoostParams>, number]>([
    ['Depthwise, MVS', { kind: 'Logloss' }, { growPolicy: 'Depthwise' }, 2],
    ['Lossguide, Bayesian', { kind: 'MultiClass', classes: 3 }, { growPolicy: 'Lossguide' }, 3],
    [
      'Depthwise by levels',
      { kind: 'RMSE' },
      {
        growPolicy: 'Depthwise',
        bootstrap: { type: 'Bernoulli', subsample: 0.5 },
        samplingFrequency: 'PerTreeLevel',
      },
      0,
    ],
    [
      'Lossguide, statistics of categories, a share of the features',
      { kind: 'Logloss' },
      {
        growPolicy: 'Lossguide',
        rsm: 0.6,
        categorical: categorical(9000),
      },
      2,
    ],
  ])('are the same on 1, 2 and 4 threads: %s', async (_name, loss, params, classes) => {
    const data = problem(9000, classes);
    const other = problem(1000, classes, 8);
    const models = [];
    for (const threads of [1, 2, 4]) {
      const { ensemble, evaluations } = await train(
        { ...data, ...{ evalSets: { other } } },
        loss,
        { iterations: 3, depth: 5, borderCount: 32, ...params },
        threads,
      );
      models.push({ ensemble, evaluations });
    }
    expect(models[1]).toEqual(models[0]);
    expect(models[2]).toEqual(models[0]);
    expect(branching(models[0].ensemble.trees)).toHaveLength(3);
  });

  it('have no more leaves and levels than allowed, and no leaf of fewer rows is split', async () => {
    const data = problem(2000, 2);
    const narrow = await train(data, { kind: 'Logloss' }, { growPolicy: 'Lossguide', maxLeaves: 5, depth: 3 });
    for (const tree of branching(narrow.ensemble.trees)) {
      expect(leafCount(tree)).toBeLessThanOrEqual(5);
      expect(depthOf(tree)).toBeLessThanOrEqual(3);
    }
    const large = await train(data, { kind: 'Logloss' }, { ...STILL, growPolicy: 'Depthwise', minDataInLeaf: 500 });
    for (const { left, right, leafWeights } of branching(large.ensemble.trees)) {
      const weight = (node: number): number =>
        node < 0 ? leafWeights[~node] : weight(left[node]) + weight(right[node]);
      for (const node of left.keys()) expect(weight(node)).toBeGreaterThanOrEqual(500);
    }
  });

  it.each<[string, CatBoostConfig, number]>([
    ['Depthwise of two classes', { growPolicy: 'Depthwise' }, 2],
    ['Lossguide of three classes', { growPolicy: 'Lossguide', maxLeaves: 9, categoricalFeatures: [4] }, 3],
    ['Depthwise of values', { growPolicy: 'Depthwise', task: 'regression', minDataInLeaf: 30 }, 0],
  ])('evaluate other rows as they predict them: %s', async (_name, config, classes) => {
    const [data, validation] = [problem(1500, classes), problem(400, classes, 9)];
    const model = new CatBoostModel({
      iterations: 12,
      useBestModel: false,
      metric: classes === 0 ? 'RMSE' : 'Accuracy',
      ...config,
    });
    const { evaluations = {} } = await model.fit({ ...data, validation });
    const { predictions } = await model.predict(validation.X);
    const wrong = Array.from(predictions, (value, i) => value - validation.y[i]);
    const expected =
      classes === 0
        ? Math.sqrt(wrong.reduce((sum, error) => sum + error * error, 0) / wrong.length)
        : wrong.filter((error) => error === 0).length / wrong.length;
    const [history] = Object.values(evaluations.validation);
    expect(history[history.length - 1]).toBeCloseTo(expected, 6);
    expect(await model.predictScores(validation.X)).toHaveLength(400 * Math.max(1, classes === 2 ? 1 : classes));
    expect(model.featureImportance('gain')?.values.some((value) => value > 0)).toBe(true);
  });

  it('go on from symmetric trees: one model of both', async () => {
    const data = problem(800, 2);
    const first = new CatBoostModel({ iterations: 4, depth: 3 });
    await first.fit(data);
    const model = new CatBoostModel({ iterations: 4, growPolicy: 'Lossguide' });
    await model.fit(data, { initModel: first });
    const before = await first.predictScores(data.X);
    const same = await model.predictScores(data.X, { numIterationRange: [0, 4] });
    for (const [i, score] of before.entries()) expect(same[i]).toBeCloseTo(score, 12);
  });
});
