import { describe, expect, it } from 'vitest';
import { type CatBoostParams, defaultCatBoostParams } from '../../../src/boosting/catboost/engine/params.js';
import { trainCatBoost } from '../../../src/boosting/catboost/engine/train.js';
import { Matrix } from '../../../src/core/matrix.js';
import { Random } from '../../../src/core/random.js';
import { plainSymmetricTree } from '../../oracles/symmetric-tree.js';

interface Problem {
  X: Matrix;
  y: Float64Array;
  weights?: Float32Array;
}

/** Rows whose label depends on the first columns; every seventh cell of column 3 is missing. */
function problem(rows: number, cols: number, classes = 2, seed = 7): Problem {
  const random = new Random(seed);
  const data = Float32Array.from({ length: rows * cols }, () => random.normal());
  const y = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    if (cols > 3 && i % 7 === 0) data[i * cols + 3] = Number.NaN;
    const score = data[i * cols] + data[i * cols + 1] * data[i * cols + 2] + 0.5 * random.normal();
    y[i] = classes === 0 ? score : Math.min(classes - 1, Math.max(0, Math.floor(score + classes / 2)));
  }
  return { X: Matrix.wrap(data, cols), y };
}

/** Evenly between the smallest and the largest value, in float32; one of them goes to missing values. */
function uniformBorders(column: number[], count: number): number[] {
  const present = column.filter((x) => !Number.isNaN(x));
  const missing = present.length < column.length;
  const most = missing ? count - 1 : count;
  const [low, high] = [Math.min(...present), Math.max(...present)];
  const inside = Array.from({ length: most }, (_, i) => Math.fround(low + ((i + 1) * (high - low)) / (most + 1)));
  return missing ? [-3.4028234663852886e38, ...inside] : inside;
}

const plain = { bootstrap: { type: 'No' }, randomStrength: 0, learningRate: 0.3, iterations: 3 } as const;
const train = (data: Problem, params: Partial<CatBoostParams>, loss: CatBoostParams['loss'], threads = 2) =>
  trainCatBoost(
    data,
    { ...defaultCatBoostParams(loss, data.X.rows, data.X.cols, params.iterations), ...params },
    { seed: 3, threads },
  );

/** Of 600 rows. */
const PREFIXES = [12, 24, 48, 96, 192, 384].map((body) => ({ body, end: Math.min(600, 2 * body) }));

describe('training of symmetric trees', () => {
  it.each([
    ['Cosine', 'Plain'],
    ['L2', 'Plain'],
    ['Cosine', 'Ordered'],
    ['L2', 'Ordered'],
  ] as const)(
    'chooses the tests that trying every border on every row finds (%s, %s)',
    async (scoreFunction, boostingType) => {
      const data = problem(600, 4, 0);
      const { ensemble } = await train(
        data,
        {
          ...plain,
          scoreFunction,
          boostingType,
          categorical: { ...defaultCatBoostParams({ kind: 'RMSE' }, 600, 4).categorical, hasTime: true },
          depth: 3,
          iterations: 1,
          borderCount: 20,
          borderType: 'Uniform',
          boostFromAverage: false,
        },
        { kind: 'RMSE' },
      );
      const tree = ensemble.trees[0];
      const columns = Array.from({ length: 4 }, (_, j) =>
        Array.from({ length: 600 }, (_, i) => data.X.data[i * 4 + j]),
      );
      const borders = columns.map((column) => uniformBorders(column, 20));
      const expected = plainSymmetricTree(columns, borders, Array.from(data.y), {
        lambda: 3,
        cosine: scoreFunction === 'Cosine',
        tests: tree.conditions.length,
        ...(boostingType === 'Ordered' ? { prefixes: PREFIXES } : {}),
      });
      expect(tree.conditions.map((c) => c.kind === 'float' && [c.feature, c.border])).toEqual(expected.tests);
      expect(Array.from(tree.leafWeights)).toEqual(expected.counts);
      for (const [leaf, value] of expected.values.entries()) expect(tree.leafValues[leaf]).toBeCloseTo(0.3 * value, 12);
    },
  );

  const settings: [string, CatBoostParams['loss'], Partial<CatBoostParams>, number][] = [
    ['Logloss, MVS', { kind: 'Logloss' }, {}, 2],
    [
      'RMSE, Bernoulli by level',
      { kind: 'RMSE' },
      { bootstrap: { type: 'Bernoulli', subsample: 0.5 }, samplingFrequency: 'PerTreeLevel' },
      0,
    ],
    ['MultiClass, Bayesian', { kind: 'MultiClass', classes: 3 }, {}, 3],
    ['MultiClassOneVsAll, a share of the features', { kind: 'MultiClassOneVsAll', classes: 3 }, { rsm: 0.5 }, 3],
    ['Quantile', { kind: 'Quantile', alpha: 0.7 }, {}, 0],
    ['ordered boosting, MVS', { kind: 'Logloss' }, { boostingType: 'Ordered' }, 2],
    ['ordered boosting of three classes', { kind: 'MultiClass', classes: 3 }, { boostingType: 'Ordered' }, 3],
    ['ten Newton steps', { kind: 'Logloss' }, { leafEstimationIterations: 10 }, 2],
  ];
  it.each(settings)('gives the same model on 1, 2 and 4 threads: %s', async (_name, loss, params, classes) => {
    const data = problem(12_600, 16, classes);
    const models = [];
    for (const threads of [1, 2, 4]) {
      const { ensemble, evaluations } = await train(
        data,
        { iterations: 3, depth: 4, borderCount: 32, learningRate: 0.2, ...params },
        loss,
        threads,
      );
      models.push({ ensemble, evaluations });
    }
    expect(models[1]).toEqual(models[0]);
    expect(models[2]).toEqual(models[0]);
    expect(new Set(models[0].ensemble.trees.map((tree) => tree.leafValues.join())).size).toBeGreaterThan(1);
  });

  it('finds the same tests whether histograms are kept from level to level or not', async () => {
    const data = problem(3000, 6);
    const options = { ...plain, depth: 5 };
    const kept = await train(data, options, { kind: 'Logloss' });
    // Bernoulli weights of 1 drawn by level: the same sums without any history.
    const streamed = await train(
      data,
      { ...options, samplingFrequency: 'PerTreeLevel', bootstrap: { type: 'Bernoulli', subsample: 1 - 2 ** -60 } },
      { kind: 'Logloss' },
    );
    expect(streamed.ensemble).toEqual(kept.ensemble);
  });

  it('generalises by ordered boosting: the loss of other rows falls', async () => {
    const data = { ...problem(900, 5), evalSets: { test: problem(300, 5, 2, 8) } };
    const { evaluations } = await train(
      data,
      { ...plain, iterations: 20, boostingType: 'Ordered' },
      { kind: 'Logloss' },
    );
    const [losses] = Object.values(evaluations.test);
    expect(losses[19]).toBeLessThan(0.75 * losses[0]);
  });

  it('learns: the training loss falls with every tree', async () => {
    for (const [loss, classes] of [
      [{ kind: 'Logloss' }, 2],
      [{ kind: 'RMSE' }, 0],
      [{ kind: 'MultiClass', classes: 4 }, 4],
    ] as const) {
      const { trainLoss } = await train(problem(2000, 5, classes), { ...plain, iterations: 15 }, loss);
      for (let i = 1; i < trainLoss.length; i++) expect(trainLoss[i]).toBeLessThan(trainLoss[i - 1]);
    }
  });

  it('keeps the trees up to the best iteration and stops after the wait', async () => {
    const data = problem(400, 4);
    const other = problem(400, 4);
    const validation = { X: other.X, y: other.y.map((y, i) => (i % 3 === 0 ? 1 - y : y)) };
    const params = {
      ...defaultCatBoostParams({ kind: 'Logloss' }, 400, 4),
      iterations: 400,
      learningRate: 0.3,
      detector: { type: 'Iter', wait: 10, pValue: 0 },
    } as const;
    const { ensemble, bestIteration, stoppedEarly, evaluations } = await trainCatBoost(
      { ...data, evalSets: { validation } },
      params,
      { seed: 1, threads: 1 },
    );
    const history = evaluations.validation.Logloss;
    expect(stoppedEarly).toBe(true);
    expect(history.length).toBe(bestIteration + 10);
    expect(history[bestIteration - 1]).toBe(Math.min(...history));
    expect(ensemble.trees.length).toBe(bestIteration);
  });

  it('takes rows of weight 0 as absent and weight 2 as two rows', async () => {
    const data = problem(500, 4);
    const weights = Float32Array.from(data.y, (_, i) => i % 3);
    const rows = Array.from(data.y.keys()).flatMap((i) => new Array<number>(i % 3).fill(i));
    const twice = { X: data.X.take(rows), y: Float64Array.from(rows, (i) => data.y[i]) };
    const options = { ...plain, borderType: 'Uniform', l2LeafReg: 0 } as const;
    const a = await train({ ...data, weights }, options, { kind: 'Logloss' });
    const b = await train(twice, options, { kind: 'Logloss' });
    expect(a.ensemble.trees.map((t) => t.conditions)).toEqual(b.ensemble.trees.map((t) => t.conditions));
  });

  it('refuses missing values where they are forbidden', async () => {
    await expect(train(problem(100, 4), { nanMode: 'Forbidden' }, { kind: 'Logloss' })).rejects.toThrow(
      /missing in row 0, column 3/,
    );
  });
});
