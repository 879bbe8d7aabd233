/** CatBoost's training against Python's: the same trees where nothing is random, the same quality where something is. */
import { describe, expect, it } from 'vitest';
import { findBorders } from '../../src/boosting/catboost/engine/borders.js';
import { type CatBoostParams, defaultCatBoostParams } from '../../src/boosting/catboost/engine/params.js';
import { trainCatBoost } from '../../src/boosting/catboost/engine/train.js';
import type { CatBoostEnsemble, Condition } from '../../src/boosting/catboost/ensemble.js';
import { Matrix } from '../../src/core/matrix.js';
import { Random } from '../../src/core/random.js';
import { itWithData } from '../shared-data.js';
import { runPython } from './python.js';
import { everyKth, type RealData, readRealData } from './real-data.js';

const SCRIPT = new URL('./catboost_training.py', import.meta.url).pathname;

interface PythonRun {
  learningRate: number;
  history: number[];
  trees: { tests: [number, number][]; values: number[]; weights: number[] }[];
}

type Parts = { train: RealData; test: RealData };

const theirs = (data: Parts, params: Record<string, unknown>, more: object = {}): Promise<PythonRun[]> =>
  runPython(SCRIPT, {
    X: data.train.X,
    y: data.train.y,
    XTest: data.test.X,
    yTest: data.test.y,
    params,
    ...more,
  }) as Promise<PythonRun[]>;

async function ours(data: Parts, loss: CatBoostParams['loss'], params: Partial<CatBoostParams>, seed = 1) {
  const set = ({ X, y }: RealData) => ({ X: Matrix.from(X), y: Float64Array.from(y) });
  const train = set(data.train);
  const all = { ...defaultCatBoostParams(loss, train.X.rows, train.X.cols, params.iterations), ...params };
  return trainCatBoost({ ...train, evalSets: { test: set(data.test) } }, all, { seed, threads: 2 });
}

const STILL = { bootstrap: { type: 'No' }, randomStrength: 0, useBestModel: false } as const;
const STILL_PY = { bootstrap_type: 'No', random_strength: 0, use_best_model: false };

/** The first trees ask the same and hold the same values; later ones drift apart by rounding. */
async function sameTrees(
  data: Parts,
  loss: CatBoostParams['loss'],
  params: Partial<CatBoostParams>,
  python: Record<string, unknown>,
): Promise<void> {
  const common = { iterations: 6, depth: 5, learningRate: 0.2 };
  const [{ trees, history }] = await theirs(
    data,
    { iterations: 6, depth: 5, learning_rate: 0.2, ...STILL_PY, ...python },
    { trees: 3 },
  );
  const { ensemble, evaluations } = await ours(data, loss, { ...common, ...STILL, ...params });
  for (const [i, tree] of trees.entries()) {
    const { tests, leafValues, leafWeights } = flat(ensemble, i);
    expect(tests.map(([column]) => column)).toEqual(tree.tests.map(([column]) => column));
    for (const [t, [, border]] of tree.tests.entries()) expect(tests[t][1]).toBeCloseTo(border, 4);
    for (const [j, weight] of tree.weights.entries()) expect(leafWeights[j]).toBeCloseTo(weight, 3);
    const size = Math.max(...tree.values.map(Math.abs));
    for (const [j, value] of tree.values.entries()) expect(Math.abs(leafValues[j] - value)).toBeLessThan(1e-4 * size);
  }
  const [mine] = Object.values(evaluations.test);
  for (const [i, value] of history.entries()) expect(Math.abs(mine[i] - value)).toBeLessThan(2e-3 * Math.abs(value));
}

/** Tests [column, border], values and weights of a tree in the order of the file that Python writes; a leaf's test is [-1, 0]. */
function flat({ trees, floatFeatures, outputs }: CatBoostEnsemble, number: number) {
  const tree = trees[number];
  const asked = (c: Condition) => (c.kind === 'float' ? [floatFeatures[c.feature].column, c.border] : []);
  const { conditions, leafValues, leafWeights } = tree;
  if (tree.kind === 'symmetric') return { tests: conditions.map(asked), leafValues, leafWeights };
  const tests: number[][] = [];
  const leaves: number[] = [];
  const stack = [conditions.length > 0 ? 0 : ~0];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    tests.push(next < 0 ? [-1, 0] : asked(conditions[next]));
    if (next < 0) leaves.push(~next);
    else stack.push(tree.right[next], tree.left[next]);
  }
  const values = leaves.flatMap((leaf) => [...leafValues.subarray(leaf * outputs, (leaf + 1) * outputs)]);
  return { tests, leafValues: values, leafWeights: leaves.map((leaf) => leafWeights[leaf]) };
}

const binary = (path: string): Parts => everyKth(readRealData(path, 'label', ['weight', 'init_score']), 5);
const housing = (path: string): Parts => {
  const { X, y } = readRealData(path, 'median_house_value', ['ocean_proximity']);
  return everyKth({ X, y: y.map((value) => value / 1e5) }, 5);
};

describe('borders', () => {
  it('of columns of distinct and of repeated values are the same, whichever of equal runs is split first', async () => {
    const random = new Random(3);
    const columns = [
      ...[3000, 1000, 64].map((rows, i) => ({
        values: Array.from({ length: rows }, (_, v) => v),
        count: [254, 100, 40][i],
      })),
      { values: Array.from({ length: 2000 }, () => Math.floor(400 * random.float() ** 3)), count: 60 },
    ];
    const theirs = (await runPython(SCRIPT, { columns })) as number[][];
    for (const [i, { values, count }] of columns.entries()) {
      const distinct = Float32Array.from(new Set(values)).sort();
      const counts = Int32Array.from(distinct, (value) => values.filter((other) => other === value).length);
      expect(Array.from(findBorders('GreedyLogSum', distinct, counts, count))).toEqual(theirs[i]);
    }
  });
});

describe('training without chance', () => {
  itWithData('lightgbm-binary-train.csv.gz', 'grows the trees of Logloss', (path) =>
    sameTrees(binary(path), { kind: 'Logloss' }, {}, { loss_function: 'Logloss' }),
  );
  itWithData('lightgbm-binary-train.csv.gz', 'grows the trees of the L2 score and gradient steps', (path) =>
    sameTrees(
      binary(path),
      { kind: 'Logloss' },
      { scoreFunction: 'L2', leafEstimationMethod: 'Gradient', leafEstimationIterations: 3 },
      {
        loss_function: 'Logloss',
        score_function: 'L2',
        leaf_estimation_method: 'Gradient',
        leaf_estimation_iterations: 3,
      },
    ),
  );
  itWithData('california-housing.csv.gz', 'grows the trees of RMSE where values are missing', (path) =>
    sameTrees(housing(path), { kind: 'RMSE' }, {}, { loss_function: 'RMSE' }),
  );
  itWithData('california-housing.csv.gz', 'grows the trees of Quantile', (path) =>
    sameTrees(housing(path), { kind: 'Quantile', alpha: 0.8 }, {}, { loss_function: 'Quantile:alpha=0.8' }),
  );
  itWithData('lightgbm-multiclass-train.csv.gz', 'grows the trees of MultiClass', (path) =>
    sameTrees(
      everyKth(readRealData(path, 'label'), 5),
      { kind: 'MultiClass', classes: 5 },
      {},
      { loss_function: 'MultiClass' },
    ),
  );
  itWithData('lightgbm-binary-train.csv.gz', 'grows the trees of Depthwise', (path) =>
    sameTrees(
      binary(path),
      { kind: 'Logloss' },
      { growPolicy: 'Depthwise', minDataInLeaf: 60 },
      { loss_function: 'Logloss', grow_policy: 'Depthwise', min_data_in_leaf: 60 },
    ),
  );
  itWithData('california-housing.csv.gz', 'grows the trees of Lossguide where values are missing', (path) =>
    sameTrees(
      housing(path),
      { kind: 'RMSE' },
      { growPolicy: 'Lossguide', maxLeaves: 12, scoreFunction: 'L2' },
      { loss_function: 'RMSE', grow_policy: 'Lossguide', max_leaves: 12, score_function: 'L2' },
    ),
  );
  itWithData('lightgbm-multiclass-train.csv.gz', 'grows the trees of Lossguide of MultiClass', (path) =>
    sameTrees(
      everyKth(readRealData(path, 'label'), 5),
      { kind: 'MultiClass', classes: 5 },
      { growPolicy: 'Lossguide', depth: 6, maxLeaves: 10 },
      { loss_function: 'MultiClass', grow_policy: 'Lossguide', depth: 6, max_leaves: 10 },
    ),
  );
  itWithData(
    'catboost-airlines5k-train.csv.gz',
    'has the losses of target statistics of rows in time',
    async (path) => {
      const data = everyKth(readRealData(path, 'dep_delayed_15min'), 4);
      const columns = [0, 1, 2, 4, 5, 6];
      const [{ history }] = await theirs(
        data,
        { iterations: 20, learning_rate: 0.2, loss_function: 'Logloss', has_time: true, ...STILL_PY },
        { categorical: columns },
      );
      const { categorical } = defaultCatBoostParams({ kind: 'Logloss' }, data.train.y.length, 8, 20);
      const own = {
        iterations: 20,
        learningRate: 0.2,
        categorical: { ...categorical, columns, hasTime: true },
        ...STILL,
      };
      const [mine] = Object.values((await ours(data, { kind: 'Logloss' }, own)).evaluations.test);
      for (const [i, value] of history.entries()) expect(mine[i]).toBeCloseTo(value, 5);
    },
  );
});

describe('training by default', () => {
  const quality = async (
    data: Parts,
    loss: CatBoostParams['loss'],
    name: string,
    share: number,
    categorical?: number[],
    { boostingType = 'Plain', growPolicy = 'SymmetricTree', depth = 6 }: Partial<CatBoostParams> = {},
  ) => {
    const runs = await theirs(
      data,
      { loss_function: name, iterations: 80, boosting_type: boostingType, grow_policy: growPolicy, depth },
      { seeds: [1, 2], categorical },
    );
    const defaults = defaultCatBoostParams(loss, data.train.y.length, data.train.X[0].length, 80).categorical;
    const more = categorical ? { categorical: { ...defaults, columns: categorical } } : {};
    const best = [];
    for (const seed of [1, 2]) {
      const { evaluations, learningRate } = await ours(
        data,
        loss,
        { iterations: 80, boostingType, growPolicy, depth, ...more },
        seed,
      );
      expect(learningRate).toBeCloseTo(runs[0].learningRate, 5);
      best.push(Math.min(...Object.values(evaluations.test)[0]));
    }
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    expect(mean(best)).toBeLessThan(mean(runs.map(({ history }) => Math.min(...history))) * (1 + share));
  };
  itWithData('lightgbm-binary-train.csv.gz', 'is as good: Logloss, with the same learning rate', (path) =>
    quality(binary(path), { kind: 'Logloss' }, 'Logloss', 0.01),
  );
  itWithData('california-housing.csv.gz', 'is as good: RMSE, with the same learning rate', (path) =>
    quality(housing(path), { kind: 'RMSE' }, 'RMSE', 0.02),
  );
  itWithData('catboost-airlines5k-train.csv.gz', 'is as good: categories, with the same learning rate', (path) => {
    const data = everyKth(readRealData(path, 'dep_delayed_15min'), 4);
    return quality(data, { kind: 'Logloss' }, 'Logloss', 0.02, [0, 1, 2, 4, 5, 6]);
  });
  itWithData('lightgbm-binary-train.csv.gz', 'is as good: Depthwise', (path) =>
    quality(binary(path), { kind: 'Logloss' }, 'Logloss', 0.01, undefined, { growPolicy: 'Depthwise', depth: 4 }),
  );
  itWithData('catboost-airlines5k-train.csv.gz', 'is as good: categories, Lossguide', (path) => {
    const data = everyKth(readRealData(path, 'dep_delayed_15min'), 4);
    return quality(data, { kind: 'Logloss' }, 'Logloss', 0.01, [0, 1, 2, 4, 5, 6], { growPolicy: 'Lossguide' });
  });
  itWithData('catboost-airlines5k-train.csv.gz', 'is as good: categories, ordered boosting', (path) => {
    const data = everyKth(readRealData(path, 'dep_delayed_15min'), 4);
    return quality(data, { kind: 'Logloss' }, 'Logloss', 0.02, [0, 1, 2, 4, 5, 6], { boostingType: 'Ordered' });
  });
  itWithData('california-housing.csv.gz', 'is as good: RMSE, ordered boosting', (path) => {
    const { train, test } = housing(path);
    return quality({ train: everyKth(train, 5).test, test }, { kind: 'RMSE' }, 'RMSE', 0.02, undefined, {
      boostingType: 'Ordered',
    });
  });
});
